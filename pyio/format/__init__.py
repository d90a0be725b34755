"""The JSON and the bytes of a model: no NumPy, no medium, no browser."""
