"""SavedModels, frozen graphs and hub modules of TensorFlow read as graph models."""
