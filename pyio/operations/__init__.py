"""The operations on stored models: save, load, list, copy, move, inspect and repair."""
