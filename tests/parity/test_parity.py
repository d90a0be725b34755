"""Checks that the parity list names existing tests; contains tests that only the list needs."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import pyio
from tests.parity.parity import PARITY, Difference

TESTS = Path(__file__).parent.parent
CASES = [(module, case, PARITY[module][case]) for module in PARITY for case in PARITY[module]]


@cache
def functions(file: str) -> set[str]:
    """The names of all test functions in a file, those in classes included."""
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize(("module", "case", "stands"), CASES)
def test_each_case_is_tested_or_explained(module: str, case: str, stands: str | Difference) -> None:
    """Each case of TensorFlow.js names an existing test of ours, or the reason for a difference."""
    if isinstance(stands, Difference):
        assert len(stands.reason) > 20, (module, case)
        return
    file, _, name = stands.partition("::")
    assert name in functions(file), (module, case)


def test_explanations_name_tests_that_exist() -> None:
    """Tests that are mentioned in a reason exist."""
    for _, case, stands in CASES:
        if isinstance(stands, Difference) and "::" in stands.reason:
            mentioned = stands.reason.replace(")", " ").replace("(", " ").replace(";", " ").split()
            for word in mentioned:
                file, separator, name = word.partition("::")
                if separator:
                    assert name in functions(file), case


def test_most_cases_are_tested() -> None:
    """Differences are few: a case is dropped for a reason, not for convenience."""
    differences = [case for _, case, stands in CASES if isinstance(stands, Difference)]
    assert len(CASES) > 150
    assert len(differences) < len(CASES) / 6, differences


def test_no_weights_encode_to_nothing() -> None:
    """An empty list of weights has no specs and no bytes, and decodes to nothing."""
    encoded = pyio.encode_weights([])
    assert (encoded.specs, encoded.data) == ((), ())
    assert pyio.decode_weights(encoded.data, encoded.specs) == {}
