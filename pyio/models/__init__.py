"""Models that predict: what ``tf.loadLayersModel`` gives in JavaScript, on NumPy.

Packages: `ops` computes with arrays, `core` has the parts of a layer, and `layers` has the layers.
`serialization` turns models into JSON and weights and back. `training` has what `compile` and
`evaluate` need. `model` and `sequential` are the models, and `load` brings them from a medium.

`core` imports `ops` and nothing else of this package. `graph_models` are the graph models of
TensorFlow.js, which use `ops` and know no layers.
"""
