"""Regular expressions of models, in RE2's syntax (github.com/google/re2/wiki/Syntax).

`syntax` parses them, `machine` matches in time linear in the text, `pattern` is what ops use.
Python's `re` differs in what it understands, and takes exponential time for patterns such as
``(a+)+b``, which a model could bring. It is used for plain patterns only.
"""
