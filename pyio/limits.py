"""Limits of what pyio reads: what exceeds one is refused by name, before it takes time or memory.

Models come from files of unknown origin. No model in use comes near these numbers. What could not
be read again is not saved either. A limit that is set here takes effect at once.

Sizes claimed by a file are not trusted: memory is allocated only once the medium confirms that the
bytes exist. If a server sends no length, memory grows as bytes arrive.
"""

from __future__ import annotations

JSON_BYTES = 256 * 1024 * 1024
"""A model.json, or any other JSON text. It takes about ten times that when parsed."""

JSON_DEPTH = 500
"""Lists and objects inside one another in JSON that is read. What is deeper could be read, and then
neither printed nor compared: Python's own stack ends near 1,000. At 100,000 Pyodide hangs."""

JSON_DEPTH_WRITTEN = 200
"""The same in JSON that is written. Python's own stack ends near 1,000, a level takes two."""

TOPOLOGY_DEPTH = 200
"""The same in a topology of which a model is built. Twenty models in one another stay below."""

TENSORS = 100_000
"""Weight specs of one model, those of all groups of a manifest together."""

FILES = 10_000
"""Weight files that one manifest lists, and pieces of the weights in one record."""

SIDES = 64
"""Sides of a tensor: what NumPy can make an array of."""

SIDE = 2**53
"""Elements along one side: what JavaScript can count."""

TEXT_CHARACTERS = 4_000_000
TEXT_RATIO = 16
"""A fixed-width text array may take TEXT_CHARACTERS characters, or TEXT_RATIO times its longest
text per element, whichever is larger."""

SAFETENSORS_HEADER = 100_000_000
"""Bytes of the header of a safetensors file; the library's own limit."""

UNTOLD_BYTES = 2**30
"""Bytes of a weights file of unknown size: it has strings, and the server sends no length."""

ZIP_MEMBERS = 20_000
"""Files in a zip archive."""

ZIP_BYTES = 64 * 1024 * 1024
ZIP_RATIO = 100
"""The compressed files of a zip archive may expand to ZIP_BYTES, or to ZIP_RATIO times the archive,
whichever is larger. Stored files do not count: they are views of the archive."""

LAYER_SIDE = 2**31 - 1
"""Elements of one example anywhere in a model, and the largest whole number in a layer's settings.
TensorFlow.js and WebAssembly end far below."""

WEIGHT_BYTES = 2**32
"""Bytes of one weight that a layer makes: more than any WebAssembly memory."""

PREDICT_WORK = 10**12
"""Multiplications for one example when a model predicts. Layers are estimated from shapes before
anything is computed, graphs are counted node by node.
The largest models for browsers take a tenth of it, and NumPy minutes for it."""

STEP_WORK = 1_000_000
CALL_WORK = 100_000
"""What a step of a recurrent layer, and a call of a layer or of a node of a graph, count as in
multiplications. Python takes that long for them."""

GRAPH_NODES = 100_000
"""Nodes of a graph, or of the body of one function."""

GRAPH_FUNCTIONS = 10_000
"""Functions of a graph model."""

GRAPH_DEPTH = 50
"""Depth of functions that call functions, of loops in loops, and of groups in a pattern."""

GRAPH_LIST = 100_000
"""Inputs of one node, and values in a list of one attribute."""

GRAPH_LIST_LENGTH = 10_000_000
"""Elements of a list that a graph makes while it runs."""

GRAPH_ITERATIONS: int | None = None
"""Turns of all loops in one run of a graph model; None for any. PREDICT_WORK ends them too."""

PATTERN_LENGTH = 10_000
PATTERN_STEPS = 20_000
"""Characters of a regular expression in a graph model; its steps with repetitions written out."""

PATTERN_WORK = 10_000_000
"""Steps that a regular expression may take for the texts of one node, where it is not plain."""

RECORD_BYTES = 1_800_000_000
"""Bytes of a model in IndexedDB, which is one record there. Chromium 156 ends the tab for one of
2,000,000,000, without an error, so that everything else in it is lost."""

LOCK_SECONDS = 6.0
"""Seconds to wait for a lock that another tab or worker holds, for each operation that comes before
this one. Raise it where several tabs store gigabytes."""

HDF5_OBJECTS = 1_000_000
"""Groups and datasets of one HDF5 file, and nodes of one of its B-trees."""

HDF5_DEPTH = 100
"""Groups of an HDF5 file inside one another."""

HDF5_BLOCKS = 10_000
"""Parts of one object header."""

HDF5_TEXT = 256 * 1024 * 1024
"""Bytes of text in the attributes of one HDF5 file."""

HDF5_RATIO = 1_000
"""Chunks of a dataset may expand to ZIP_BYTES, or to HDF5_RATIO times their stored bytes."""

PROTOBUF_BYTES = 2**31 - 1
"""A saved_model.pb or frozen graph: protobuf itself ends here."""

INDEX_BYTES = 256 * 1024 * 1024
"""A variables.index, and any compressed block of it."""

FILL_BYTES = 256 * 1024 * 1024
"""A constant of which a file gives fewer values than its shape needs. The last one repeats."""
