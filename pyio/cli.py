"""The command line: ``pyio list|inspect|copy|verify|repair|serve|bridge``, or ``python -m pyio …``.

Addresses are those of the package; what has no ``scheme://`` is a path. Every command prints a
table for people, or with ``--json`` one JSON value for programs. The exit status is 0, or 1 where
a model is damaged or a command failed, with the reason on standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.addresses import shown_model
from pyio.bridge import script
from pyio.display.bars import progress_bar
from pyio.display.tables import plain, table
from pyio.errors import (
    InvalidModelError,
    ModelExistsError,
    ModelNotFoundError,
    PyioError,
    StorageError,
)
from pyio.format.json_text import loads
from pyio.handlers.files.handler import local_path
from pyio.handlers.files.opening import read_file
from pyio.handlers.findings import STALE
from pyio.handlers.http.opening import http
from pyio.handlers.registry import medium_of, require_available
from pyio.operations.catalog import copy_model
from pyio.operations.inspection import inspect, signature_rows
from pyio.operations.repair import repair
from pyio.server.serving import TOKEN, add_arguments, serve
from pyio.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.format.artifacts import WeightSpec
    from pyio.handlers.http.handler import HTTPHandler
    from pyio.operations.inspection import Inspection
    from pyio.progress import OnProgress


_ABOUT_A_MODEL = (InvalidModelError, ModelNotFoundError, StorageError)
"""What is said in a model's row; an address that cannot be used is no damage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    _require_ours()
    options = _parser().parse_args(arguments)
    warnings.showwarning = _show_warning
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character
    try:
        result = options.command(options)
        status = int(asyncio.run(result) if asyncio.iscoroutine(result) else result)
        sys.stdout.flush()
    except ModelExistsError as error:
        print(
            f"error: there is a model at {plain(shown_model(error.url))!r}; add --overwrite",
            file=sys.stderr,
        )
        return 1
    except PyioError as error:
        print(f"error: {plain(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of the table, such as `head`, has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was changed", file=sys.stderr)
        return 130
    return status


def _require_ours() -> None:
    """End the program where another package of this name has replaced files of pyio."""
    package = sys.modules["pyio"]
    if not hasattr(package, "list_models"):
        sys.exit(
            "error: the package 'pyio' that Python finds is another one, in "
            f"{Path(__file__).parent}. This one is called pyio-web. Put it right with: "
            "pip uninstall pyio; pip install --force-reinstall pyio-web"
        )


def _show_warning(
    message: Warning | str, category: type[Warning], *_place: object, **_options: object
) -> None:
    print(f"{category.__name__}: {plain(str(message))}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pyio" if Path(sys.argv[0]).stem == "pyio" else "python -m pyio",
        description="Look at, check and copy TensorFlow.js models in files and on servers.",
    )
    parser.add_argument("--version", action="version", version=f"pyio {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON instead of a table")

    listing = commands.add_parser("list", parents=[common], help="find models below directories")
    listing.add_argument("places", nargs="*", default=["."], metavar="DIRECTORY")
    listing.set_defaults(command=_list)

    inspecting = commands.add_parser(
        "inspect", parents=[common], help="tell what a model is without loading its weights"
    )
    inspecting.add_argument(
        "model", help="a directory, a model.json, a file of Keras or TensorFlow, or an http address"
    )
    _add_choices(inspecting)
    inspecting.set_defaults(command=_inspect)

    _add_copy(commands, common)

    verifying = commands.add_parser(
        "verify", parents=[common], help="load models whole and check every byte that can be"
    )
    verifying.add_argument("models", nargs="+", metavar="MODEL")
    verifying.set_defaults(command=_verify)

    _add_repair(commands, common)

    _add_serve(commands)

    bridge = commands.add_parser(
        "bridge", help="print the script for a page whose Python runs in a web worker"
    )
    bridge.set_defaults(command=_bridge)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serving = commands.add_parser(
        "serve",
        help="serve and receive models, in a folder or a bucket",
        description="Serve models, and receive uploads of TensorFlow.js and pyio. The token for "
        f"writes is in the environment variable {TOKEN}; otherwise one is made and printed.",
    )
    add_arguments(serving)
    serving.set_defaults(command=serve)


def _add_copy(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
) -> None:
    copying = commands.add_parser("copy", parents=[common], help="copy a model")
    copying.add_argument("source")
    copying.add_argument(
        "destination",
        help="a directory, or an http address that takes uploads (with the token in PYIO_TOKEN)",
    )
    copying.add_argument("--overwrite", action="store_true", help="replace a model that is there")
    _add_choices(copying)
    copying.add_argument(
        "--pyio-only", action="store_true", help="allow ops that TensorFlow.js does not have"
    )
    copying.add_argument(
        "--quantization",
        choices=("uint8", "uint16", "float16"),
        help="store the weights of a model of TensorFlow in fewer bytes",
    )
    copying.set_defaults(command=_copy)


def _add_repair(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
) -> None:
    repairing = commands.add_parser(
        "repair", parents=[common], help="find what interrupted saves have left below directories"
    )
    repairing.add_argument("places", nargs="*", default=["."], metavar="DIRECTORY")
    repairing.add_argument("--apply", action="store_true", help="clear it up, too")
    repairing.add_argument(
        "--older-than",
        type=float,
        default=STALE,
        metavar="SECONDS",
        help="how old a temporary file must be; 0 is for when no save runs (default: %(default)s)",
    )
    repairing.set_defaults(command=_repair)


async def _list(options: argparse.Namespace) -> int:
    addresses = [address for place in options.places for address in await _models_below(place)]
    rows = [await _row(address) for address in addresses]
    if options.json:
        _print_json(rows)
    else:
        keys = ("model", "format", "tensors", "parameters", "bytes", "damage")
        print(table(keys, [[row[key] for key in keys] for row in rows]))
    return 1 if any(row["damage"] for row in rows) else 0


async def _row(address: str) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(("format", "tensors", "parameters", "bytes", "damage"))
    row = {"model": address, **row}
    try:
        found = await inspect(_url(address))
    except _ABOUT_A_MODEL as error:
        return row | {"damage": str(error)}
    return row | {
        "format": found.format,
        "tensors": len(found.tensors),
        "parameters": found.parameters,
        "bytes": found.weight_bytes,
    }


async def _models_below(place: str) -> list[str]:
    """Return the address of each model in a place, which may be one model itself."""
    medium, path = medium_of(_url(place))
    require_available(medium)
    if medium.lists and not path:
        return [f"{medium.scheme}://{name}" for name in await medium.list()]
    directory = local_path(path) if medium.scheme == "file" else None
    if directory is None or not directory.is_dir():
        return [place]
    found = [file for file in directory.rglob("*") if file.suffix.lower() in _MODELS]
    return [str(file) for file in sorted(found) if _may_be_model(file)]


_MODELS = (".json", ".keras", ".h5", ".hdf5")
"""How files end that may be models."""


def _may_be_model(file: Path) -> bool:
    """Whether a file is listed: a json with a model's members, and any ``model.json``."""
    if file.name == "model.json" or file.suffix.lower() != ".json":
        return True
    try:
        text = read_file(file, file.parent, limits.JSON_BYTES)
    except (OSError, InvalidModelError):
        return False
    if not any(member in text for member in (b'"modelTopology"', b'"weightsManifest"')):
        return False
    try:
        value = loads(text, file.name)
    except InvalidModelError:
        return True  # a model that was cut: it is listed with its damage
    return isinstance(value, dict) and not {"modelTopology", "weightsManifest"}.isdisjoint(value)


async def _inspect(options: argparse.Namespace) -> int:
    found = await inspect(_url(options.model), **_choices(options))
    if options.json:
        _print_json(_as_json(found))
        return 0
    size = "unknown, it has strings" if found.weight_bytes is None else f"{found.weight_bytes:,}"
    for label, value in (
        ("model", options.model),
        ("format", found.format),
        ("generated by", found.generated_by),
        ("converted by", found.converted_by),
        ("parameters", f"{found.parameters:,}"),
        ("bytes of weights", size),
        ("training config", "yes" if found.has_training_config else "no"),
        ("checksum", "yes" if found.has_checksum else "no"),
        ("about", found.card.line if found.card else None),
        ("copied from", found.origin),
        ("metadata", _short(found.user_defined_metadata)),
        ("signature", None if found.ops else _short(found.signature)),
        ("lacking", "; ".join(found.lacking) or None),
        *(("note", note) for note in found.import_notes),
    ):
        if value is not None:
            print(f"{label + ':':18}{plain(value)}")
    if found.ops:
        ends = [list(row) for row in signature_rows(found.signature)]
        print("\n" + table(("", "key", "tensor", "dtype", "shape"), ends))
        print("\n" + table(("op", "nodes"), [[op, count] for op, count in found.ops.items()]))
    elif found.layers:
        layers = [[layer.name, layer.class_name] for layer in found.layers]
        print("\n" + table(("layer", "class"), layers))
    if found.tensors:
        tensors = [[*_tensor(spec).values()] for spec in found.tensors]
        print("\n" + table(tuple(_tensor(found.tensors[0])), tensors))
    return 0


def _as_json(found: Inspection) -> dict[str, Any]:
    return {
        "model": found.source,
        "format": found.format,
        "generatedBy": found.generated_by,
        "convertedBy": found.converted_by,
        "parameters": found.parameters,
        "bytes": found.weight_bytes,
        "trainingConfig": found.has_training_config,
        "checksum": found.has_checksum,
        "userDefinedMetadata": found.user_defined_metadata,
        "origin": found.origin,
        "signature": found.signature,
        "layers": [{"name": layer.name, "class": layer.class_name} for layer in found.layers],
        "ops": dict(found.ops),
        "lackingInPyio": list(found.lacking_in_pyio),
        "lackingInTfjs": list(found.lacking_in_tfjs),
        "notes": list(found.import_notes),
        "tensors": [_tensor(spec) for spec in found.tensors],
    }


def _tensor(spec: WeightSpec) -> dict[str, Any]:
    stored = None if spec.quantization is None else spec.quantization.dtype
    return {
        "tensor": spec.name,
        "shape": list(spec.shape),
        "dtype": spec.dtype,
        "stored as": stored,
        "group": spec.group,
        "bytes": spec.byte_length,
    }


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--signature", help="which signature of a SavedModel is converted")
    parser.add_argument("--tags", help="the tags of the graph of a SavedModel, with commas")
    parser.add_argument("--outputs", help="which nodes of a frozen graph are outputs, with commas")


def _choices(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options of importing that were given."""
    outputs = None if options.outputs is None else options.outputs.split(",")
    given = {"signature": options.signature, "tags": options.tags, "outputs": outputs}
    return {name: value for name, value in given.items() if value is not None}


async def _copy(options: argparse.Namespace) -> int:
    on_progress = progress_bar() if sys.stderr.isatty() else None
    info = await copy_model(
        _url(options.source),
        _destination(options.destination, on_progress),
        overwrite=options.overwrite,
        on_progress=on_progress,
        **_choices(options),
        pyio_only=options.pyio_only,
        quantization=options.quantization,
    )
    about = {"destination": options.destination, "bytes": info.total_bytes}
    if options.json:
        _print_json(about)
    else:
        print(f"{info.total_bytes:,} bytes copied to {options.destination}")
    return 0


def _destination(place: str, on_progress: OnProgress | None) -> str | HTTPHandler:
    """Return where a copy goes; a server gets the token that the environment has for it."""
    url, token = _url(place), os.environ.get(TOKEN)
    if token and url.lower().startswith(("http://", "https://")):
        return http(url, token=token, on_progress=on_progress)
    return url


async def _verify(options: argparse.Namespace) -> int:
    from pyio.models.verification import verify  # late: it imports NumPy

    rows: list[dict[str, Any]] = []
    keys = ("model", "tensors", "bytes", "checksum", "damage")
    for model in options.models:
        row: dict[str, Any] = {**dict.fromkeys(keys), "model": model}
        try:
            found = await verify(_url(model))
            row["damage"] = found.damage
            if found.ok:
                row |= {"tensors": found.tensors, "bytes": found.weight_bytes}
                row["checksum"] = "verified" if found.checksum else "none"
        except _ABOUT_A_MODEL as error:
            row["damage"] = str(error)
        rows.append(row)
    if options.json:
        _print_json(rows)
    else:
        cells = [[*(row[key] for key in keys[:4]), row["damage"] or "none"] for row in rows]
        print(table(keys, cells))
    return 1 if any(row["damage"] for row in rows) else 0


async def _repair(options: argparse.Namespace) -> int:
    plans = [
        await repair(_url(place), apply=options.apply, older_than=options.older_than)
        for place in options.places
    ]
    if options.json:
        _print_json([asdict(finding) for plan in plans for finding in plan.findings])
    else:
        print("\n\n".join(map(str, plans)))
    return 1 if any(finding.failure for plan in plans for finding in plan.findings) else 0


async def _bridge(_options: argparse.Namespace) -> int:
    print(script(), end="")
    return 0


def _url(place: str) -> str:
    return place if "://" in place else f"file://{place}"


def _print_json(value: Any) -> None:
    text = _printable(json.dumps(value, ensure_ascii=False, indent=2))
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2).replace("\x7f", r"\u007f")
    print(text)


def _printable(text: str) -> str:
    """Return JSON text with escapes for what could command the terminal."""
    parts = (c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    return "".join(parts).replace("\x7f", r"\u007f")  # the one that ASCII's JSON lets through


def _short(value: Any) -> str | None:
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
