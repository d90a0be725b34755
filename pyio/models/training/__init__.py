"""How a model is trained and evaluated.

`compiling`, `optimizers`, `losses` and `evaluation` are what every model has: the training config
and its numbers. `model` is the part of a model that trains. The others are imported when something
is trained. `tape` notes what is computed. `operators`, `rules`, `shape_rules`, `sum_rules`,
`kernel_gradients` and `fused` know how gradients go back. `gradients` is one step, `updates` and
`state` are the optimizers at work, and `trainer` makes whole steps of it. `fit` is the training,
with `batches`, `callbacks` and `history`.
"""
