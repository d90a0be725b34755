"""IndexedDB databases, transactions and records."""
