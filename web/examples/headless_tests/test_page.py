"""Tests of a page in a headless browser: pytest, pytest-playwright and pyio-web.

pip install pyio-web pytest-playwright && playwright install chromium && pytest
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import pyio

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from pyio.testing import PageModels


def doubling() -> pyio.Sequential:
    """A model that doubles a number."""
    model = pyio.Sequential([pyio.layers.Dense(1, use_bias=False, input_shape=(1,))])
    model.set_weights([np.array([[2.0]], np.float32)])
    return model


def test_the_page_uses_the_stored_model(page: Page, page_models: PageModels, site: str) -> None:
    page.goto(site)
    page_models.save(doubling(), "indexeddb://doubling")
    page.get_by_role("button", name="Predict").click()
    page.get_by_text("14", exact=True).wait_for()


def test_the_page_says_what_is_missing(page: Page, page_models: PageModels, site: str) -> None:
    page.goto(site)
    assert page_models.list_models() == {}
    page.get_by_role("button", name="Predict").click()
    page.get_by_text("There is no model yet.").wait_for()


def test_the_page_keeps_its_model(page: Page, page_models: PageModels, site: str) -> None:
    page.goto(site)
    page.get_by_role("button", name="Keep").click()
    page_models.wait_for("localstorage://mine")
    model = page_models.load("localstorage://mine")
    np.testing.assert_allclose(model.predict([[7.0]]), [[14.0]])
    page_models.remove_model("localstorage://mine")
    with pytest.raises(pyio.ModelNotFoundError):
        page_models.load("localstorage://mine")
