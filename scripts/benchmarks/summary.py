"""The tables of the manual's page about speed, as Markdown, and a picture of the ratios.

Measures predictions, storing, building and graph models one after another, prints the tables of
``web/manual/speed.md``, and writes ``web/manual/speed.svg``. The figures are those of this machine.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scripts.benchmarks import building, graphs, models, storage
from scripts.support.bars import Compared, picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from scripts.benchmarks.models import Row

TITLE = "Times of others divided by those of pyio: longer bars to the right are better"
OTHERS = ("TensorFlow.js", "ONNX Runtime Web")


def predictions(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table of predictions: milliseconds of each contender."""
    yield from _head("model, batch", *models.ALL)
    for row in rows:
        found = [row.medians.get(each) for each in models.ALL]
        shown = ["" if each is None else f"{each:.3g} ms" for each in found]
        yield _line(f"{row.name}, {row.batch}", *shown)


def stored(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the table of ``opfs://`` and IndexedDB beside TensorFlow.js's IndexedDB."""
    names = ("pyio_save", "worker_save", "indexeddb_save", "tfjs_committed")
    loads = ("pyio_load", "worker_load", "indexeddb_load", "tfjs_load")
    heads = ("`opfs://`", "`opfs://` in a worker", "`indexeddb://`", "TensorFlow.js, IndexedDB")
    yield from _head("", *heads)
    for row in rows:
        for verb, keys in (("save", names), ("load", loads)):
            size = f"{verb} {row['bytes'] / storage.MB:g} MB"
            yield _line(size, *(f"{row[key]:.3g} ms" for key in keys))


def built(found: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    """Yield the table of making a model of what is stored."""
    yield from _head("MobileNet 0.25", "pyio", "TensorFlow.js")
    for action, times in found.items():
        yield _line(action, *(f"{each:.3g} ms" for each in times))


def ran(rows: Sequence[graphs.Row]) -> Iterator[str]:
    """Yield the table of graph models: the ratios to TensorFlow.js."""
    yield from _head("", "pyio", "cpu backend", "wasm backend, SIMD, one thread")
    for row in rows:
        ratios = [f"{each / row.ours:.2g}" for each in (row.cpu, row.wasm)]
        yield _line(row.name, f"{row.ours:.3g} ms", *ratios)


def compared(
    rows: Sequence[Row], stores: Sequence[Mapping[str, Any]], runs: Sequence[graphs.Row]
) -> list[Compared]:
    """Return what the picture shows."""
    found = [
        Compared(f"{row.name}, batch {row.batch}", [row.ratio(models.WASM), row.ratio(models.ONNX)])
        for row in rows
    ]
    found += [Compared(f"graph model: {row.name}", [row.wasm / row.ours, None]) for row in runs]
    largest = stores[-1]
    size = f"{largest['bytes'] / storage.MB:g} MB"
    for verb in ("save", "load"):
        for where in ("", " in a worker"):
            ratio = largest["ratios"][f"tfjs/{verb}{where}"]
            found.append(Compared(f"{verb} {size} in opfs://{where}", [ratio, None]))
    return found


def _head(*names: str) -> Iterator[str]:
    yield _line(*names)
    yield "|" + "---|" * len(names)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main(target: Path, output: Path, *, quick: bool) -> None:
    """Measure all, print the tables, and write the picture to `target`, numbers to `output`."""
    rows = models.main(quick=quick)
    stores = storage.main(output, quick=quick, schemes=("opfs",))
    made = building.main(quick=quick)
    runs = graphs.main(quick=quick)
    for table in (predictions(rows), stored(stores), built(made), ran(runs)):
        print("\n" + "\n".join(table))
    target.write_text(picture(TITLE, OTHERS, compared(rows, stores, runs)), "utf-8")
    numbers = {
        "predictions": [[row.name, row.batch, row.medians] for row in rows],
        "storage": stores,
        "building": made,
        "graphs": [[row.name, row.cpu, row.wasm, row.ours] for row in runs],
    }
    output.write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")
    print(f"\n{target} has the picture, {output} the numbers")
