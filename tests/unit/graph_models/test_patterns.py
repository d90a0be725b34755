"""Regular expressions of models: RE2's syntax and results, in linear time."""

from __future__ import annotations

import re
import time

import pytest

import pyio
from pyio import limits
from pyio.models.graph_models.patterns.pattern import Pattern


def replaced(pattern: str, text: str, rewrite: str = "<\\0>", everywhere: bool = True) -> str:
    found = Pattern(pattern.encode()).replace(text.encode(), rewrite.encode(), everywhere)
    return found.decode()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a", "banana"),
        ("an", "banana"),
        ("[an]+", "banana"),
        ("an*", "banann"),
        ("(an)+", "banana"),
        ("a|an", "banana"),
        ("an|a", "banana"),
        ("(a|ab)(c|bcd)", "abcd"),
        ("a.c", "abc a\nc"),
        ("[^a]", "a\nb"),
        ("a{2}", "aaaaa"),
        ("a{2,}", "aaaaa b a"),
        ("a{1,2}", "aaaaa"),
        ("a+?", "aaa"),
        ("a{1,2}?", "aaa"),
        ("(a*?)b", "aab"),
        (r"\bword\b", "a word, words"),
        (r"\d+", "a12b3"),
        (r"[\w-]+", "a-b c"),
        (r"[^\W\d]+", "ab12c"),
        ("(?i)hello", "Hello HELLO"),
        ("(?:ab)+c", "ababc"),
        ("(?P<name>b)", "abc"),
        (r"\.\*\[", "a.*["),
        ("a{b", "a{b"),
        ("[]a]+", "]a]"),
        ("[a-]+", "a-b"),
        ("ä+", "aäöä"),
        (r"\x41\x{42}", "AB"),
        (r"(?s)a.b", "a\nb"),
        ("(a)|(b)", "ab"),
        ("((a)|b)+", "abab"),
        (r"\$\^", "$^"),
        ("(?m)^b$", "a\nb\nc"),
        ("", "ab"),
        ("a*", "baac"),
    ],
)
def test_like_python(pattern: str, text: str) -> None:
    """Where Python's `re` has the same syntax, the first matches and their groups are the same."""
    ours = Pattern(pattern.encode())._machine.search(text, 0)
    theirs = re.search(pattern.replace(r"\x{42}", "B"), text)
    if theirs is None:
        assert ours is None
    else:
        spans = [theirs.span(index) for index in range(len(theirs.groups()) + 1)]
        assert ours == tuple(place for span in spans for place in span)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("x*", "abxd", "<>a<>b<x>d<>"),  # Python would find nothing behind the x once more
        ("a*", "baac", "<>b<aa>c<>"),
        ("b$", "b\nb\n", "b\nb\n"),  # Python's $ is also before a last line feed
        ("b\n$", "b\nb\n", "b\n<b\n>"),
        (r"\s", "a\vb c", "a\vb< >c"),  # a vertical tab is no space
        (r"\d", "1٣", "<1>٣"),  # digits are ASCII
        ("[[:punct:]]+", "a,.-b!", "a<,.->b<!>"),
        ("[^[:alnum:]_]", "a-b", "a<->b"),
        ("[[:^space:]]+", " a b", " <a> <b>"),
        (r"\pL+", "aä1", "<aä>1"),
        (r"[\p{Lu}\d]+", "aB2c", "a<B2>c"),
        (r"\PL", "a1", "a<1>"),
        (r"\Qa.b\E+", "a.bb aXb", "<a.bb> aXb"),
        ("(?U)a+", "aaa", "<a><a><a>"),
        ("(?i:A)b", "ab aB", "<ab> aB"),
        (r"\101", "A", "<A>"),
        (r"\z", "ab", "ab<>"),
        ("(?i)[a-c]É", "Bé", "<Bé>"),
        ("x{,2}", "x{,2} xx", "<x{,2}> xx"),  # no repetition without a first number
        ("(|a)+", "aaa", "<>a<>a<>a<>"),
    ],
)
def test_like_re2(pattern: str, text: str, expected: str) -> None:
    """Where RE2 differs from Python's `re`, RE2 is right."""
    assert replaced(pattern, text) == expected


def test_rewrites() -> None:
    """Groups are numbered; one that took no part is empty; a backslash is doubled."""
    assert replaced("(a)(b)?", "abac", r"[\2\1\\]") == "[ba\\][a\\]c"
    assert replaced("a", "aa", "b", everywhere=False) == "ba"
    for wrong in (r"\2", r"\x", "\\"):
        with pytest.raises(pyio.InvalidModelError, match="rewrite"):
            replaced("(a)", "a", wrong)


def test_whole_texts() -> None:
    """A full match may choose a later way than the first."""
    pattern = Pattern(b"a|ab")
    assert [pattern.matches(each) for each in (b"a", b"ab", b"b", b"abc", b"")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_bytes_that_are_no_text() -> None:
    """What is not UTF-8 goes through unchanged."""
    assert Pattern(b"a").replace(b"\xffa\xfe", b"b", True) == b"\xffb\xfe"


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "[",
        "a**",
        "a+*",
        "*",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?P=name)",
        r"\1",
        r"(a)\1",
        "[b-a]",
        r"\p{Greek}",
        r"\q",
        "[[:nothing:]]",
        "a{1001}",
        "a{2,1}",
        "((a{100}){100}){100}",
        "(?P<1>a)",
        r"\x{110000}",
        "(?z)a",
        "\\",
        "(" * 100 + ")" * 100,
        "a" * 10_001,
    ],
)
def test_what_is_refused(pattern: str) -> None:
    """Patterns that RE2 refuses, and those that are too large, are errors."""
    with pytest.raises(pyio.InvalidModelError):
        Pattern(pattern.encode())


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(a*)*b", "a*a*a*a*a*b", "(x+x+)+y", "^(([a-z])+.)+[A-Z]"],
)
def test_no_pattern_runs_away(pattern: str) -> None:
    """Patterns that take Python's `re` exponential time end at once."""
    start = time.perf_counter()
    text = "a" * 2000
    assert replaced(pattern, f"{text}!") == f"{text}!"
    assert time.perf_counter() - start < 5


def test_work_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that has to look again and again ends with an error."""
    monkeypatch.setattr(limits, "PATTERN_WORK", 100_000)
    with pytest.raises(pyio.ModelInputError, match="PATTERN_WORK"):
        replaced("a.*z|a", "a" * 5000)


@pytest.mark.parametrize(
    "pattern", ["a", "[[:punct:]]", "ab*", r"\s+", "a{2,5}", "[^a-c]+", "<br />"]
)
def test_plain_patterns_give_the_same(pattern: str) -> None:
    """Python's `re`, which is used for plain patterns, finds what the machine finds."""
    quick = Pattern(pattern.encode())
    slow = Pattern(pattern.encode())
    assert quick._search != quick._machine.search
    slow._search = slow._machine.search
    text = "abbb aa  aaaaaaa,.<br />\n\tabc ä\v" * 3
    results = [each.replace(text.encode(), b"<\\0>", True) for each in (quick, slow)]
    assert results[0] == results[1]
