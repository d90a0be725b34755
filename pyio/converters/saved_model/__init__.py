"""SavedModels, frozen graphs and hub modules of TensorFlow read as graph models.

`source` opens the files, `inline` writes one flat graph, `simplify` makes it smaller, `convert` is
the whole. `importer` and `graph_def` are what the table of importers calls.
"""
