"""``http://`` and ``https://``: the same rules on the page, in Node and in CPython."""
