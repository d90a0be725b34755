"""Shows what is in an opened model: facts, verdicts, layers or ops, tensors and histograms."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from js import document

import pyio
from web.page import words
from web.page.anatomy import BINS, ends_of, histogram, kind_of, made_by
from web.page.compatibility import Verdict, verdicts
from web.page.panels import create, element
from web.page.sight import labels_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from web.page.anatomy import Histogram
    from web.page.opening import Opened

_ROWS = 200
"""Layers and tensors that are shown."""
_SVG = "http://www.w3.org/2000/svg"
_MODEL_FILES = {"zip": "TensorFlow.js, one .zip", "keras": "Keras 3, .keras", "h5": "Keras, .h5"}
_GRAPH_FILES = {"zip": "TensorFlow.js, one .zip"}
_ARRAY_FILES = {"safetensors": ".safetensors", "npz": "NumPy, .npz", "zip": "one .zip"}


def show_model(opened: Opened) -> None:
    """Fill the panel with everything that is known of a model."""
    element("opened-heading").textContent = opened.name
    element("opened-facts").replaceChildren(*_facts(opened))
    element("opened-verdicts").replaceChildren(*map(_verdict, _all_verdicts(opened)))
    notes = [*opened.found.import_notes]
    element("opened-notes").replaceChildren(*(create("li", note) for note in notes))
    element("opened-notes").hidden = not notes
    _show_rows("opened-layers", _layers(opened.found))
    _show_rows("opened-tensors", list(_tensors(opened.artifacts)))
    _show_choices(opened)
    element("opened").hidden = False


def _show_choices(opened: Opened) -> None:
    """Show what can be done with it."""
    digits = opened.classifier is not None and opened.classifier.is_of_digits
    element("opened-use").hidden = not digits
    element("opened-says").textContent = (
        "" if opened.classifier else "It takes no picture, so it cannot run on your drawing."
    )
    files = _ARRAY_FILES
    if opened.found.layers:
        files = _GRAPH_FILES if opened.found.ops else _MODEL_FILES
    element("opened-format").replaceChildren(
        *(create("option", label, value=value) for value, label in files.items())
    )


def _facts(opened: Opened) -> Iterator[Any]:
    found = opened.found
    size = found.weight_bytes
    facts = {
        "What it is": kind_of(found),
        "Made by": made_by(found),
        "Weights": f"{words.count(found.parameters, 'parameter')} in "
        f"{words.count(len(found.tensors), 'tensor')}"
        + ("" if size is None else f", {words.size(size)}"),
    }
    if opened.model is not None:
        facts["From → to"] = ends_of(opened.model)
    named = opened.classifier.labels if opened.classifier else ()
    if named and named != labels_of(None, len(named)):
        facts["Labels"] = ", ".join(named[:20]) + (" …" if len(named) > 20 else "")
    card = pyio.ModelCard.from_metadata(opened.artifacts.user_defined_metadata)
    if card:
        texts = {"About": card.description, "By": card.author, "Licence": card.license}
        facts |= {name: text[:500] for name, text in texts.items() if text}
    for name, fact in facts.items():
        yield create("div", "", create("dt", name), create("dd", fact))


def _all_verdicts(opened: Opened) -> Iterator[Verdict]:
    if opened.found.layers:
        why = opened.problem or "and runs it"
        yield Verdict("This page", opened.model is not None, why)
    else:
        yield Verdict("This page", True, "and shows its arrays")
    yield from verdicts(opened.artifacts, opened.found, opened.model)


def _verdict(verdict: Verdict) -> Any:
    mark, said = "?", "may open it:"
    if verdict.opens is not None:
        mark, said = ("✓", "opens it,") if verdict.opens else ("✗", "does not open it:")
    line = create("li", class_="yes" if verdict.opens else "no")
    line.append(
        create("span", mark, class_="mark", aria_hidden="true"),
        create("span", f"{verdict.program} {said} {verdict.why}"),
    )
    return line


def _show_rows(name: str, rows: list[Any]) -> None:
    body = element(name)
    body.replaceChildren(*rows[:_ROWS])
    if len(rows) > _ROWS:
        more = create("td", f"and {len(rows) - _ROWS:,} more", colspan="5")
        body.append(create("tr", "", more))
    element(f"{name}-part").hidden = not rows
    element(f"{name}-count").textContent = f"{len(rows):,}"


def _layers(found: pyio.Inspection) -> list[Any]:
    """Return a row for each layer, or for each op of a graph with how often it occurs."""
    if found.ops:
        element("opened-layers-title").textContent = "Ops"
        return [
            create("tr", "", create("td", op), create("td", f"{count:,}", class_="number"))
            for op, count in found.ops.items()
        ]
    element("opened-layers-title").textContent = "Layers"
    sizes = Counter[str]()
    for spec in found.tensors:
        if spec.group != "optimizer":
            sizes[spec.name.rpartition("/")[0]] += spec.size
    return [
        create(
            "tr",
            "",
            create("th", layer.name, scope="row"),
            create("td", layer.class_name),
            create("td", f"{sizes[layer.name]:,}" if sizes[layer.name] else "", class_="number"),
        )
        for layer in found.layers
    ]


def _tensors(artifacts: pyio.ModelArtifacts) -> Iterator[Any]:
    """Yield a row for each tensor, with its histogram."""
    specs = artifacts.weight_specs or ()
    arrays: dict[str, NDArray[Any]] = {}
    if artifacts.weight_data is not None and len({spec.name for spec in specs}) == len(specs):
        arrays = pyio.decode_weights(artifacts.weight_data, specs)
    for number, spec in enumerate(specs):
        row = create("tr")
        row.append(create("th", spec.name, scope="row"))
        row.append(create("td", " × ".join(map(str, spec.shape)) or "scalar"))
        stored = spec.quantization.dtype if spec.quantization else spec.dtype
        row.append(create("td", stored))
        row.append(create("td", words.size(spec.byte_length or 0), class_="number"))
        cell = create("td", class_="spread")
        shape = histogram(arrays[spec.name]) if spec.name in arrays and number < _ROWS else None
        if shape is not None:
            cell.append(_drawn(shape), create("span", shape.words, class_="numbers"))
        row.append(cell)
        yield row


def _drawn(shape: Histogram) -> Any:
    """Return the histogram as a picture; the words beside it say the same."""
    top = max(shape.counts) or 1
    steps = ["M0 24"]
    for index, count in enumerate(shape.counts):
        height = 24 - 24 * count / top
        steps.append(f"L{index * 3} {height:.1f}L{index * 3 + 3} {height:.1f}")
    picture = document.createElementNS(_SVG, "svg")
    picture.setAttribute("viewBox", f"0 0 {BINS * 3} 24")
    picture.setAttribute("class", "histogram")
    picture.setAttribute("aria-hidden", "true")
    path = document.createElementNS(_SVG, "path")
    path.setAttribute("d", "".join(steps) + f"L{BINS * 3} 24Z")
    picture.append(path)
    return picture
