"""``opfs://``: models in the browser's own file system, in numbered generations."""
