"""What a layer is made of: options, weights, shapes, and the graph that connects layers.

Of the rest of `pyio.models` it imports only `ops`.
"""
