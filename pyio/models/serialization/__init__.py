"""Models as JSON and named weights: reading them, writing them, and the dialects of Keras."""
