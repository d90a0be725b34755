"""The page's own Python: one module for each panel, and below them what needs no browser."""
