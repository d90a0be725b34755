"""The pytest plugin, which pytest finds by itself where pyio is installed.

It adds one fixture, ``page_models``, and imports nothing else of pyio until that is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyio.testing.page import PageModels


@pytest.fixture
def page_models(request: pytest.FixtureRequest) -> PageModels:
    """The models that the page of the test keeps; `pyio.testing.PageModels` has the methods.

    The page is the fixture ``page``, as pytest-playwright has it.
    """
    from pyio.testing.page import PageModels

    return PageModels(request.getfixturevalue("page"))
