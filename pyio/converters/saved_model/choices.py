"""What there is to choose from in a SavedModel: graphs by their tags, and signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyio.converters.saved_model.protobuf import Message

USUAL_TAGS = (frozenset(("serve",)), frozenset[str]())
"""Tags that are taken where none are named: what TensorFlow 2 and TF 1 hub modules write."""

USUAL_SIGNATURES = ("serving_default", "default")


def choose_graph(graphs: Sequence[Message], tags: str | Iterable[str] | None) -> Message:
    """Return the graph with exactly these tags. Raises UnsupportedModelError that lists all."""
    if not graphs:
        raise InvalidModelError("the SavedModel holds no graph")
    by_tags = {frozenset(tags_of(graph)): graph for graph in reversed(graphs)}
    if tags is not None:
        wanted = [frozenset(tags.split(",") if isinstance(tags, str) else tags) - {""}]
    elif len(graphs) == 1:
        return graphs[0]
    else:
        wanted = list(USUAL_TAGS)
    for each in wanted:
        if each in by_tags:
            return by_tags[each]
    listed = "; ".join(", ".join(sorted(each)) or "(no tags)" for each in by_tags)
    named = (
        f"no graph has the tags {sorted(wanted[0])}" if tags is not None else "the graphs differ"
    )
    raise UnsupportedModelError(f"{named}; choose with tags= one of: {listed}")


def choose_signature(graph: Message, name: str | None) -> tuple[str, Message]:
    """Return a signature and its name. Raises UnsupportedModelError that lists all."""
    known = signatures_of(graph)
    if name is not None and name in graph["signature_def"]:
        return name, graph["signature_def"][name]
    if name is None:
        for usual in USUAL_SIGNATURES:
            if usual in known:
                return usual, known[usual]
        if len(known) == 1:
            return next(iter(known.items()))
    listed = ", ".join(map(repr, sorted(known))) or "no signatures at all"
    named = (
        f"there is no signature {name!r}" if name is not None else "no signature is the usual one"
    )
    raise UnsupportedModelError(f"{named}; choose with signature= one of: {listed}")


def tags_of(graph: Message) -> list[str]:
    """Return the tags of a graph, sorted."""
    return sorted(graph.get("meta_info", {}).get("tags", ()))


def signatures_of(graph: Message) -> dict[str, Message]:
    """Return the signatures that are for users; others begin with two underscores."""
    found = graph["signature_def"]
    return {name: found[name] for name in sorted(found) if not name.startswith("__")}


def others(graphs: Sequence[Message], graph: Message, signature: str) -> list[str]:
    """Return sentences about what could be chosen instead; empty if there is nothing."""
    notes = []
    further = [name for name in signatures_of(graph) if name != signature]
    if further:
        listed = ", ".join(map(repr, further))
        notes.append(f"signature {signature!r} was taken; signature= could be {listed} as well")
    if len(graphs) > 1:
        listed = "; ".join(", ".join(tags_of(each)) or "(no tags)" for each in graphs)
        taken = ", ".join(tags_of(graph)) or "without tags"
        notes.append(f"the graph {taken} was taken; tags= could be one of: {listed}")
    return notes
