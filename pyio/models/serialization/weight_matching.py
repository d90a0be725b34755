"""Stored weights -> the weights of a model: by name, by normalised name, by order and shape."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pyio.errors import WeightsError
from pyio.format.words import OneLine
from pyio.models.core.container import named
from pyio.models.core.weight import copied
from pyio.models.serialization.sharing import share_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import ArrayLike

    from pyio.models.core.container import Container
    from pyio.models.core.weight import Weight

_NOISE = {"vars", "layers", "_layer_checkpoint_dependencies", "layer_checkpoint_dependencies"}
_SUFFIX = re.compile(r"(:\d+)$")
_COMPARED = 50
"""Stored names that share end and rarest part with a weight: more are not told apart."""

_SHOWN = 20
"""Names in a message."""

_INNER = re.compile(r"(lstm|gru|simple_rnn|stacked_rnn|rnn|conv_lstm\w*)_cells?(_\d+)?")


@dataclass(frozen=True, slots=True)
class Match:
    """One weight of the model, the name of the stored weight it took, and the way it was found."""

    weight: str
    source: str
    how: str


@dataclass(frozen=True, slots=True, repr=False)
class LoadReport(OneLine):
    """The result of loading weights.

    Attributes:
        matches: The pairs; `Match.how` is "name", "normalised name" or "order and shape".
        missing: Weights of the model without a stored weight.
        extra: Stored weights that no weight of the model took.
    """

    matches: tuple[Match, ...]
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<LoadReport: {self}>"

    def __str__(self) -> str:
        kinds: dict[str, int] = {}
        for match in self.matches:
            kinds[match.how] = kinds.get(match.how, 0) + 1
        parts = [f"{count} by {how}" for how, count in kinds.items()]
        text = f"{len(self.matches)} weights loaded" + (f" ({', '.join(parts)})" if parts else "")
        if self.missing:
            text += f"; missing: {_listed(self.missing)}"
        return text + (f"; left over: {_listed(self.extra)}" if self.extra else "")


def checked_copies(given: Mapping[str, ArrayLike]) -> dict[str, ArrayLike]:
    """Return copies of the `given` arrays. Raises WeightsError for anything but named arrays."""
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise WeightsError(
            "load_weights takes a dict of name -> array; set_weights takes arrays in their order"
        )
    return {name: copied(value, name) for name, value in given.items()}


def assign_matching(
    model: Container, given: Mapping[str, ArrayLike], strict: bool, by_order: bool
) -> LoadReport:
    """Assign `given` to the weights of `model`; see `LayersModel.load_weights`."""
    arrays = {name: np.asarray(value) for name, value in given.items()}
    shapes = {name: array.shape for name, array in arrays.items()}
    for layer in model.all_layers():
        layer.infer_from_weights(shapes)
    targets = _targets(model)
    if not shapes.keys() >= {target.name for target in targets}:
        share_layers(model, shapes)
        targets = _targets(model)
    found = _match(targets, shapes, by_order)
    report = _report(targets, arrays, found)
    wrong = [
        f"{weight.name} has {list(weight.shape)}, stored {list(shapes[source])}"
        for weight, source, _ in found
        if weight.shape != shapes[source]
    ]
    if wrong or (strict and (report.missing or report.extra)):
        raise WeightsError(_refusal(model, report, wrong))
    for target, source, _ in found:
        target.weight.assign(arrays[source])
    return report


@dataclass(frozen=True, slots=True)
class _Target:
    """A weight of the model, and the name that no other weight of it has."""

    name: str
    shape: tuple[int, ...]
    weight: Weight


def _targets(model: Container) -> list[_Target]:
    targets = [_Target(name, weight.shape, weight) for name, weight in named(model)]
    names = [target.name for target in targets]
    if len(set(names)) < len(names):
        same = next(name for name in names if names.count(name) > 1)
        raise WeightsError(
            f"two weights of the model {model.name!r} are called {same!r}, so the names are "
            "ambiguous; give the layers different names, or use set_weights"
        )
    return targets


def _match(
    targets: list[_Target], shapes: Mapping[str, tuple[int, ...]], by_order: bool
) -> list[tuple[_Target, str, str]]:
    found: list[tuple[_Target, str, str]] = []
    open_weights = {weight.name: weight for weight in targets}
    sources = dict.fromkeys(shapes)

    def take(weight: _Target, source: str, how: str) -> None:
        found.append((weight, source, how))
        del open_weights[weight.name], sources[source]

    for name in [name for name in sources if name in open_weights]:
        take(open_weights[name], name, "name")
    # From the strictest rule to the loosest; what one rule has matched the next does not see.
    others = _other_names(targets) if open_weights else {}
    for normal in (_shortened, _normalised):
        for weight, source in _pairs_by_name(normal, open_weights, sources, others):
            take(weight, source, "normalised name")
    for weight, source in _pairs_by_parts(open_weights, sources, others):
        take(weight, source, "normalised name")
    if by_order:
        for weight, source in _pairs_by_order(list(open_weights.values()), list(sources), shapes):
            take(weight, source, "order and shape")
    return found


def _pairs_by_name(
    normal: Callable[[str], str],
    open_weights: Mapping[str, _Target],
    sources: Iterable[str],
    others: Mapping[str, list[str]],
) -> list[tuple[_Target, str]]:
    """Return the pairs whose names are the same after `normal`, and the same for no other name."""
    wanted: dict[str, list[_Target]] = {}
    for weight in open_weights.values():
        for key in {normal(weight.name), *others[weight.name]}:
            wanted.setdefault(key, []).append(weight)
    stored: dict[str, list[str]] = {}
    for source in sources:
        stored.setdefault(normal(source), []).append(source)
    return [
        (wanted[key][0], names[0])
        for key, names in stored.items()
        if len(names) == 1 and len(wanted.get(key, ())) == 1
    ]


def _pairs_by_parts(
    open_weights: Mapping[str, _Target], sources: Iterable[str], others: Mapping[str, list[str]]
) -> list[tuple[_Target, str]]:
    """Return the pairs where a stored name has further parts, if no other pair is possible.

    Keras writes ``model/time_distributed/dense/kernel`` for ``time_distributed/kernel``. A weight
    is matched only if one stored name fits it, and that name fits no other weight: a wrong match
    would give wrong predictions without an error.
    """
    # By its last part and one more: comparing all pairs would be slow.
    shelves: dict[tuple[str, str | None], list[tuple[str, list[str]]]] = {}
    for source in sources:
        *parts, end = _normalised(source).split("/")
        for part in {*parts, None}:
            shelves.setdefault((end, part), []).append((source, parts))
    fits: dict[str, list[str]] = {}
    crowded: set[tuple[str, str | None]] = set()
    for name in open_weights:
        fits[name] = []
        for *scope, end in [each.split("/") for each in (name, *others[name])]:
            keys: list[tuple[str, str | None]] = [(end, part) for part in scope]
            keys = keys or [(end, None)]
            key = min(keys, key=lambda each: len(shelves.get(each, ())))
            shelf = shelves.get(key, [])
            if len(shelf) > _COMPARED:
                crowded.add(key)
                continue
            fits[name] += [source for source, parts in shelf if _within(scope, parts)]
    # What stands on a crowded shelf may fit a weight that was not compared with it.
    unsure = {source for key in crowded for source, _ in shelves[key]}
    taken = Counter(source for each in fits.values() for source in each)
    return [
        (open_weights[name], each[0])
        for name, each in fits.items()
        if len(each) == 1 and taken[each[0]] == 1 and each[0] not in unsure
    ]


def _within(name: list[str], parts: list[str]) -> bool:
    """Whether `name` remains of `parts` when some of them are dropped."""
    rest = iter(parts)  # `in` consumes it, so the parts must come in order
    return all(part in rest for part in name)


def _pairs_by_order(
    weights: list[_Target], sources: list[str], shapes: Mapping[str, tuple[int, ...]]
) -> list[tuple[_Target, str]]:
    """Return pairs in order: each weight takes the next stored one of its shape."""
    places: dict[tuple[int, ...], list[int]] = {}
    for place, source in enumerate(sources):
        places.setdefault(shapes[source], []).append(place)
    pairs = []
    start = 0
    for weight in weights:
        of_shape = places.get(weight.shape, [])
        index = bisect_left(of_shape, start)
        if index < len(of_shape):
            pairs.append((weight, sources[of_shape[index]]))
            start = of_shape[index] + 1
    return pairs


def _shortened(name: str) -> str:
    """Drop the last but one part, as TensorFlow.js does: ``lstm/lstm_cell/kernel`` of TF 2.2."""
    parts = name.split("/")
    return "/".join([*parts[:-2], parts[-1]]) if len(parts) > 2 else name


def _normalised(name: str) -> str:
    """Drop what Keras adds: ``:0``, ``vars``, cells, and the counters of its h5 groups."""
    parts = [part for part in _SUFFIX.sub("", name).split("/") if part and part not in _NOISE]
    inner = [part for part in parts[1:-1] if not _INNER.fullmatch(part) and part != "cell"]
    parts = [*parts[:1], *inner, *parts[1:][-1:]]
    kept = [part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]]
    return "/".join(kept)


def _other_names(targets: list[_Target]) -> dict[str, list[str]]:
    """Return Keras 3's names of each weight: ``layer/index``, and ``kernel`` for depthwise ones."""
    counts: Counter[str] = Counter()
    names = {}
    for weight in targets:
        layer, _, name = weight.name.rpartition("/")
        names[weight.name] = [f"{layer}/{counts[layer]}"]
        counts[layer] += 1
        if name == "depthwise_kernel":
            names[weight.name].append(f"{layer}/kernel")
    return names


def _report(
    targets: list[_Target], arrays: Mapping[str, object], found: list[tuple[_Target, str, str]]
) -> LoadReport:
    taken = {source for _, source, _ in found}
    filled = {weight.name for weight, _, _ in found}
    return LoadReport(
        tuple(Match(weight.name, source, how) for weight, source, how in found),
        tuple(weight.name for weight in targets if weight.name not in filled),
        tuple(name for name in arrays if name not in taken),
    )


def _refusal(model: Container, report: LoadReport, wrong: list[str]) -> str:
    lines = [f"the weights do not fit the model {model.name!r}"]
    for what, names in (
        ("missing", report.missing),
        ("left over", report.extra),
        ("another shape", wrong),
    ):
        if names:
            lines.append(f"{what} ({len(names)}): {_listed(names)}")
    return "; ".join(lines) + "; strict=False takes what fits and matches by order and shape"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
