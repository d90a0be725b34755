"""The layers, one family per module; `pyio.layers` is their public face."""
