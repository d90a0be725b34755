"""The ops of graph models, in modules as TensorFlow.js groups them (tfjs-converter, operations).

`table` is what they are registered in, and `all` has them all.
"""
