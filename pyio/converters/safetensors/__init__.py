"""safetensors: a header of JSON, then the bytes of all tensors.

The first 8 bytes are the length of the header, little-endian. The header maps each name to
``{"dtype", "shape", "data_offsets": [begin, end]}``, where offsets count from the end of the
header, and ``__metadata__`` to texts. The data are row-major and little-endian, without holes or
overlaps (https://github.com/huggingface/safetensors, README "Format", and
``safetensors/src/tensor.rs``, `Metadata::validate`). A file is read here only if it is whole by
these rules; keys that come twice, of which the library takes one, are refused as well.
"""
