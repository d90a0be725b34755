"""The border: the only folder of pyio that touches JavaScript.

The modules here know keys, buffers, records and files, and no models. In CPython they import
cleanly and `environment` says what is missing. JavaScript values are named ``*_js``. Every proxy is
destroyed by the code that made it.
"""
