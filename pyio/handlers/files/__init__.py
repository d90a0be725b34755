"""``file://``: models in directories."""
