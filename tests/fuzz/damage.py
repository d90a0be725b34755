"""Random ways to damage bytes, like those of disks, networks, people and attackers."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from random import Random

    Damage = Callable[[Random, bytes, Sequence[bytes]], bytes]

_TOKEN = re.compile(rb'-?\d[\d.eE+-]*|"(?:[^"\\]|\\.)*"|true|false|null')

HOSTILE = (
    *(b"-1", b"0", b"1", b"1e999", b"-1e308", b"1.5", b"2147483648", b"9007199254740993"),
    *(b"9" * 400, b"9" * 5000, b"NaN", b"Infinity", b"null", b"true", b'""', b'"x"', b"{}", b"[]"),
    *(b"[" * 150 + b"]" * 150, b"[" * 5000, b'{"a":' * 3000, b'"\\ud800"', b'"\\u0000"', b'"../x"'),
    *(b'"string"', b'"float32"', b'"uint8"', b'"Dense"', b'"Sequential"', b'"__class__"'),
    *(b'"S999999999"', b'"<U999999999"', b'"|V0"', b'"<M8[Y]"', b'"object"', b'"complex128"'),
)
"""Replacements for a number or a text."""


def flip(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Turn one bit over."""
    changed = bytearray(data)
    changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def overwrite(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Overwrite one to four adjacent bytes."""
    start, count = random.randrange(len(data)), random.randint(1, 4)
    return data[:start] + random.randbytes(count) + data[start + count :]


def truncate(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Keep the beginning only."""
    return data[: random.randrange(len(data))]


def remove(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Cut something out."""
    start, end = _range(random, len(data))
    return data[:start] + data[end:]


def duplicate(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Repeat a stretch."""
    start, end = _range(random, len(data))
    return data[:end] + data[start:end] + data[end:]


def blank(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Set a stretch to zero, like disk blocks that were never written."""
    start, end = _range(random, len(data))
    return data[:start] + bytes(end - start) + data[end:]


def splice(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Replace a stretch by a stretch of another artefact."""
    other = random.choice(others) or b"\0"
    start, end = _range(random, len(data))
    begin, stop = _range(random, len(other))
    return data[:start] + other[begin:stop] + data[end:]


def replace_token(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Replace a number or text of JSON by a hostile value; without any, replace other bytes."""
    tokens = list(_TOKEN.finditer(data))
    start, end = random.choice(tokens).span() if tokens else _range(random, len(data))
    return data[:start] + random.choice(HOSTILE) + data[end:]


def swap_tokens(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Exchange two numbers or texts of JSON."""
    tokens = list(_TOKEN.finditer(data))
    if len(tokens) < 2:
        return data[::-1]
    first, second = sorted(random.sample(tokens, 2), key=lambda token: token.start())
    return b"".join(
        (
            *(data[: first.start()], second[0], data[first.end() : second.start()]),
            *(first[0], data[second.end() :]),
        )
    )


VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2, 3, 1.5, -1e308, 2**31 - 1, 2**31, 2**53 + 1, 10**30, 10**400),
    *("", "x", "relu", "float32", "int32", "string", "same", "channels_first", "\ud800", "../x"),
    *([], {}, [None], [0], [-1], [1] * 70, [None, 10**9], [[]], {"class_name": "Dense"}, [["in"]]),
    *({"class_name": "Sequential", "config": {"layers": []}}, [10**6, 10**6], {"config": {}}),
)
"""Replacements for values anywhere in a tree."""


def change_tree(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change one to three values of JSON, which stays JSON; in other data flip a bit."""
    try:
        tree = [json.loads(data)]
    except (ValueError, RecursionError):
        return flip(random, data, others)
    for _ in range(random.randint(1, 3)):
        places = list(_places(tree))
        if places:
            _change(random, places)
    try:
        return json.dumps(tree[0] if tree else None).encode()
    except (ValueError, RecursionError):
        return data[::-1]


def _change(random: Random, places: Sequence[tuple[Any, Any]]) -> None:
    """Replace, drop, double or move one member."""
    holder, key = random.choice(places)
    other, from_key = random.choice(places)
    action = random.randrange(6)
    if action < 3:
        holder[key] = deepcopy(random.choice(VALUES))
    elif action == 3:
        holder[key] = deepcopy(other[from_key])
    elif action == 4:
        del holder[key]
    elif isinstance(holder, list):
        holder.insert(key, deepcopy(other[from_key]))
    else:
        holder[random.choice(("name", "class_name", "config", "layers", "dtype", "shape"))] = (
            deepcopy(other[from_key])
        )


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield tree, key
        if isinstance(value, dict | list):
            yield from _places(value)


LOCAL: tuple[Damage, ...] = (flip, overwrite)
"""Damage to a few adjacent bytes, which cannot change both the digests and something else."""

DAMAGES: tuple[Damage, ...] = (
    *LOCAL,
    *(change_tree, change_tree, change_tree),
    *(flip, truncate, remove, duplicate, blank, splice, replace_token, replace_token, swap_tokens),
)
"""All kinds of damage; those that find the most are listed twice."""


def damaged(
    random: Random, parts: Mapping[str, bytes], others: Sequence[bytes], damage: Damage
) -> tuple[str, dict[str, bytes]]:
    """Return the name of the damaged part, and all parts."""
    name = random.choice([name for name, content in parts.items() if content])
    return name, {**parts, name: damage(random, parts[name], others)}


def _range(random: Random, length: int) -> tuple[int, int]:
    start = random.randrange(length)
    return start, min(start + 1 + int(random.expovariate(1 / 12)), length)
