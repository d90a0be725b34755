"""Graph models of TensorFlow.js: reading, planning and running them, on NumPy.

`attributes`, `nodes` and `signature` read a GraphDef as JSON. `plan` decides once in which order
the nodes run for given inputs and outputs, and `run` does it. `ops` has one function for each op.
`graph_model` is what users hold, and `reading` makes it from artifacts. `patterns` are the regular
expressions of ops for text.

The numbers are TensorFlow's. Where TensorFlow.js differs from it, TensorFlow is right.
"""
