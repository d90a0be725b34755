"""`pyio.testing.PageModels`: tests outside of the browser write and read the models of a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.testing import PageModels, fields, whole_model
from scripts.support.chromium import ARGUMENTS, executable
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Playwright

    from tests.support.tabs import Tab

EXAMPLE = ROOT / "web/examples/headless_tests"
TFJS = "https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4.22.0/dist/tf.min.js"

CONFTEST = '''
import pytest

@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The browser of this machine."""
    return {**browser_type_launch_args, "executable_path": PATH, "args": ARGUMENTS}
'''


async def changed(url: str) -> Any:
    """What Python in the page finds at `url`; it then stores the double there."""
    import pyio

    arrays = await pyio.load_arrays(url)
    await pyio.save_arrays({name: 2 * array for name, array in arrays.items()}, url)
    info = (await pyio.list_models())[url]
    return [{name: array.tolist() for name, array in arrays.items()}, info.damage]


async def moved_away(url: str) -> None:
    import pyio

    await pyio.move_model(url, "localstorage://elsewhere")


@pytest.mark.every_engine
@pytest.mark.repetition("PageModels in a further engine", further_engines=True)
def test_a_page_and_its_test_read_each_other(tab: Tab) -> None:
    """Models go both ways in both media, and every field of a model comes back."""
    models = PageModels(tab.js)
    assert models.list_models() == {}
    for scheme in ("indexeddb", "localstorage", "opfs"):
        url = f"{scheme}://a/b Ü"
        assert not models.exists(url)
        with pytest.raises(pyio.ModelNotFoundError, match="the page has stored"):
            models.wait_for(url, timeout=0.1)
        models.save({"w": np.arange(3, dtype=np.float32)}, url)
        models.wait_for(url)
        assert tab.python(changed, url) == [{"w": [0, 1, 2]}, None]
        np.testing.assert_array_equal(models.load_arrays(url)["w"], [0, 2, 4])
        models.save(whole_model(), url)
        assert fields(models.load_artifacts(url)) == fields(whole_model())
        assert models.list_models()[url].damage is None
    tab.python(moved_away, "indexeddb://a/b Ü")
    names = {"localstorage://a/b Ü", "localstorage://elsewhere", "opfs://a/b Ü"}
    assert set(models.list_models()) == names
    assert not models.exists("indexeddb://a/b Ü")
    models.remove_model("localstorage://elsewhere")
    models.clear()
    assert models.list_models() == {}


@pytest.mark.usefixtures("engine")
def test_the_example_project(
    playwright: Playwright, vendor: Path, wheel: Path, tmp_path: Path
) -> None:
    """The example of the manual passes where only the wheel, pytest and Playwright are."""
    installed, project = tmp_path / "installed", tmp_path / "project"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(installed), str(wheel)], check=True)
    shutil.copytree(EXAMPLE, project / "tests")
    page = project / "tests/page/index.html"
    assert TFJS in page.read_text("utf-8")
    page.write_text(page.read_text("utf-8").replace(TFJS, "tf.min.js"), "utf-8")
    shutil.copy(vendor / "tfjs/tf.min.js", page.parent)
    values = f"PATH, ARGUMENTS = {str(executable(playwright))!r}, {list(ARGUMENTS)!r}\n"
    (project / "conftest.py").write_text(values + CONFTEST)
    (project / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
