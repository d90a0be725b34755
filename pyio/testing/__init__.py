"""Tests of your own: the promises of a medium, and the models that a page keeps.

    class TestMine(pyio.testing.Promises): ...  # a medium of your own keeps the contract

    def test_page(page, page_models):           # a page in a headless browser, with pytest
        page.goto("http://localhost:8000/")
        page_models.save(model, "indexeddb://my-model")

`PageModels` is also for other test runners. The fixture ``page_models`` comes with the package: see
`pyio.testing.plugin`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyio.testing.page import PageModels
    from pyio.testing.promises import TOPOLOGY, WEIGHTS, Promises, fields, raises, whole_model

__all__ = ["TOPOLOGY", "WEIGHTS", "PageModels", "Promises", "fields", "raises", "whole_model"]


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: pytest imports this package whenever it starts."""
    if name not in __all__:
        raise AttributeError(f"module 'pyio.testing' has no attribute {name!r}")
    module = "page" if name == "PageModels" else "promises"
    return getattr(import_module(f"pyio.testing.{module}"), name)
