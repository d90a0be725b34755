"""The kernel: ``kernel.c``, compiled for WebAssembly, and how Python calls it."""
