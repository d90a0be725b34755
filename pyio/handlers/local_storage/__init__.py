"""``localstorage://``: five items per model, as TensorFlow.js keeps them."""
