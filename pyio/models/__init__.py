"""Models that predict: what ``tf.loadLayersModel`` gives in JavaScript, on NumPy.

Arrows point down: saving -> packing -> topology -> functional, sequential -> model -> container
-> layers -> layer -> graph, kernels. Only `saving` reaches the media, and every product of every
layer goes through `kernels`. A layer is one class in `layers`, and a line in `registry`.
"""
