"""Plans: a model compiled, for one shape of its inputs, into rows for the kernel.

A plan computes what `Graph.run` computes, in one call and without arrays in between. What it does
not know stays with NumPy, layer by layer or the whole model.
"""
