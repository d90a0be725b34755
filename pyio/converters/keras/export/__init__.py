"""Models -> files that Keras opens: ``.keras`` for Keras 3, ``.h5`` for Keras 2."""
