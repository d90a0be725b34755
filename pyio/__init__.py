"""Save and load machine-learning models in the browser's own storage, as TensorFlow.js does."""
