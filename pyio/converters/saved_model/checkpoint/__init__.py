"""Variables as TensorFlow stores them: a sorted table of entries, and files of bytes."""
