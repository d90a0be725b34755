"""Tensors <-> bytes: layout, encoding, quantization and buffers in pieces."""
