"""Files of Keras 1 to 3: ``.keras``, ``.h5`` and ``.weights.h5``, without Keras and without h5py.

What is read here is what Keras writes: ``saving_lib.py`` of Keras 2.13 to 3.15 for ``.keras``, and
``hdf5_format.py`` (Keras 2) or ``legacy_h5_format.py`` (Keras 3) for ``.h5``. No code in a file is
ever decoded, and no module that it names is imported.
"""
