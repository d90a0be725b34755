"""A strict reader of HDF5 files: every object is accounted for, or the file is refused by name.

The facts are those of the "HDF5 File Format Specification Version 3.0" (The HDF Group). Numbers are
little-endian. Read is what libhdf5 writes by default, and what Keras therefore writes: superblock 0
to 3, object headers 1 and 2, symbol tables and link messages, contiguous, compact and chunked data.
"""
