"""Models that predict: topology JSON <-> layers <-> NumPy. Knows no medium."""
