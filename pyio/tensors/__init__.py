"""NumPy arrays to bytes and back."""
