"""What a person or CI runs; each does one thing."""
