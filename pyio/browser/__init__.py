"""The border: the only folder of pyio that touches JavaScript.

Everything here speaks of keys, buffers, records and files, never of models. In CPython the modules
import cleanly and `environment` says what is missing. JavaScript values are named ``*_js``; whoever
makes a proxy destroys it.
"""
