"""``indexeddb://``: TensorFlow.js's own database."""
