"""How a model is trained and evaluated: the training config, losses, metrics, optimizers.

`fit`, gradients and the state of a training would be modules of this package; they do not exist.
"""
