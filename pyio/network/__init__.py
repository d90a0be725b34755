"""Requests over HTTP: the same rules on the page, in Node and in CPython."""
