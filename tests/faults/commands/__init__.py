"""What `python3 -m tests.faults` runs."""
