"""Graph models in rows for the kernel, for one shape of the inputs; the rest stays with NumPy."""
