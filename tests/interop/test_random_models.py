"""Models put together at random by TensorFlow.js, from seeds that stay the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.interop import inside
from tests.interop.test_models import assert_close, both  # noqa: F401 -- a fixture

if TYPE_CHECKING:
    from tests.support.tabs import Tab

SCRIPT = Path(__file__).with_name("random.js")


@pytest.mark.parametrize("family", ["images", "sequences", "volumes", "graphs"])
def test_random_models(both: Tab, family: str) -> None:  # noqa: F811
    """Fifty of each kind: the same text, weights and predictions, and opened again the same."""
    if not both.js("() => 'pyioRandom' in window"):
        both.script(SCRIPT)
    for seed in range(50):
        theirs = both.js("([f, s]) => pyioRandom.random(tf, f, s)", [family, seed])
        ours = both.python_module(inside, "reopen", theirs)
        assert ours["text"] == theirs["text"], seed
        assert ours["artifacts"]["specs"] == theirs["artifacts"]["specs"], seed
        assert ours["artifacts"]["data"] == theirs["artifacts"]["data"], seed
        assert_close(ours["outputs"], theirs["outputs"])
        again = both.js(
            "([a, x]) => pyioModels.reopen(tf, a, x)", [ours["artifacts"], theirs["inputs"]]
        )
        assert_close(again["outputs"], theirs["outputs"])
