"""Write ``pyio/layers.pyi``: the constructors of all layers, for type checkers and editors.

    python3 scripts/generate/layer_stubs.py           # after a layer or an option has changed
    python3 scripts/generate/layer_stubs.py --check   # only compare

A layer class declares its options, and its constructor is made from them at run time. Tools that
only read the source cannot see it and would accept a wrong keyword. So this program writes out each
constructor. A test compares the file with the classes.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.support.environment import enter

if __name__ == "__main__":  # before the imports below, which need the environment
    _parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _parser.add_argument("--check", action="store_true", help="only compare; fail if it differs")
    OPTIONS = _parser.parse_args()
    enter()

from pyio import layers
from pyio.models.serialization.registry import FAMILIES, KERAS_FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyio.models.core.layer import Layer

TARGET = ROOT / "pyio" / "layers.pyi"

HEAD = '''\
# Written by scripts/generate/layer_stubs.py from the classes in pyio/models/layers. Do not edit.
"""{doc}"""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

{imports}
from pyio.models.core.layer import Layer as Layer
from pyio.models.core.options import option as option
from pyio.models.core.parts import register_activation as register_activation
from pyio.models.core.phase import plain as plain
from pyio.models.core.phase import training_phase as training_phase
from pyio.models.layers.core import Input as Input
from pyio.models.serialization.registry import register as register

__all__ = [
{names}
]
'''

ACCEPTED = {
    "activation": "str | Layer | Mapping[str, Any]",
    "any_whole": "int",
    "axes": "int | Sequence[int]",
    "choice": "str",
    "constraint": "str | Mapping[str, Any]",
    "dimensions": "Sequence[int | None]",
    "flag": "bool",
    "fraction": "float",
    "initializer": "str | Mapping[str, Any]",
    "layer_option": "Layer | Mapping[str, Any]",
    "layers_option": "Sequence[Layer | Mapping[str, Any]]",
    "numbers": "ArrayLike",
    "real": "float",
    "regularizer": "str | Mapping[str, Any]",
    "sizes": "int | Sequence[int]",
    "text": "str",
    "whole": "int",
}
"""What each check of `pyio.models.core.options` and `.parts` accepts. Other checks: anything."""

EMPTY = inspect.Parameter.empty


def stub() -> str:
    """Return the text of the file."""
    families = sorted({*FAMILIES, *KERAS_FAMILIES})
    return HEAD.format(
        doc=layers.__doc__,
        imports="\n".join(f"import pyio.models.layers.{each} as _{each}" for each in families),
        names="\n".join(f'    "{name}",' for name in sorted(layers.__all__)),
    ) + "".join(
        _class(family, getattr(layers, name))
        for family in families
        for table in (FAMILIES, KERAS_FAMILIES)
        for name in table.get(family, "").split()
    )


def _class(family: str, cls: type[Layer]) -> str:
    doc = textwrap.indent(inspect.getdoc(cls) or "", "    ")
    end = "\n    " if "\n" in doc else ""
    lines = [
        f"\nclass {cls.__name__}(_{family}.{cls.__name__}):",
        f'    """{doc.strip()}{end}"""\n',
    ]
    lines += ["    def __init__(", "        self,", *_parameters(cls), "    ) -> None: ...\n"]
    return "\n".join(lines)


def _parameters(cls: type[Layer]) -> Iterator[str]:
    common = inspect.signature(cls._take_common).parameters
    keywords = False
    for name, parameter in inspect.signature(cls).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY and not keywords:
            keywords = True
            yield "        *,"
        if name in cls.options:
            kind = _accepted(cls.options[name].check)
        else:
            kind = str(common.get(name, parameter).annotation)
        if parameter.default is EMPTY:
            yield f"        {name}: {kind},"
        else:
            optional = kind if kind == "Any" or kind.endswith("None") else f"{kind} | None"
            default = parameter.default
            written = f'"{default}"' if isinstance(default, str) else repr(default)
            yield f"        {name}: {optional} = {written},"


def _accepted(check: Any) -> str:
    name = getattr(check, "__qualname__", "").split(".")[0]
    return ACCEPTED.get(name, "Any")


def main(check: bool) -> None:
    """Write the file, or compare it."""
    if not check:
        TARGET.write_text(stub(), encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != stub():
        sys.exit(f"{TARGET} does not fit the layers; run {Path(__file__).name} without --check")


if __name__ == "__main__":
    main(OPTIONS.check)
