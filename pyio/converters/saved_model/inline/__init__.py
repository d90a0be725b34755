"""From a graph with functions and variables to one flat graph of references and constants."""
