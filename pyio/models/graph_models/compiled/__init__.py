"""Graph models in rows for the kernel, for one shape of what is given; the rest stays with NumPy."""
