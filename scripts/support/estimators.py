"""Get scikit-learn and skops for Pyodide into ``web/vendor/``, pinned by version and SHA-256.

PyPI has no wheel of scikit-learn for WebAssembly. These are the ones of Pyodide's own lock file.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.support.runtime import WHEELS, Source, ensure, run

ESTIMATORS = Source(
    folder="estimators",
    cdn=WHEELS.cdn,
    package=WHEELS.package,
    inside=WHEELS.inside,
    files={
        "scipy-1.18.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl": (
            "4ef1569eac793bec84a92fa2eaf24eafb4529ff10c5ed87d1e335063f26142f3"
        ),
        "joblib-1.5.3-py3-none-any.whl": (
            "b2263b31e10db62fc9b7d307a270064017040001e6c24a8d6aff1db2d62d4821"
        ),
        "threadpoolctl-3.6.0-py3-none-any.whl": (
            "3aaf76e073749216354f3bf597768410ed3d2575e103e79ecaaf100b84e4ac6e"
        ),
        "scikit_learn-1.8.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl": (
            "2ebb90e80c0efc5fe4d392197d6838878a7cd8c899c1aa59369d18d0ffe13ca9"
        ),
    },
)


def _of_index(package: str, wheel: str, sha256: str) -> Source:
    """Return a wheel that the package index has."""
    return Source(
        folder=ESTIMATORS.folder, cdn=None, package=package, inside=None, files={wheel: sha256}
    )


SKOPS = (
    _of_index(
        "wcwidth==0.6.0",
        "wcwidth-0.6.0-py3-none-any.whl",
        "1a3a1e510b553315f8e146c54764f4fb6264ffad731b3d78088cdb1478ffbdad",
    ),
    _of_index(
        "prettytable==3.18.0",
        "prettytable-3.18.0-py3-none-any.whl",
        "b3346e0e6f79180833aebaac088ae926340586cf6d7d991b9eb125b65f72313a",
    ),
    _of_index(
        "skops==0.16.0",
        "skops-0.16.0-py3-none-any.whl",
        "5b2eb1bc49392c74a38db04481e2d110f97d9a72d6ae38fbd698aa7a865a9070",
    ),
)
"""skops and what it needs."""

IN_ORDER = [name for source in (ESTIMATORS, *SKOPS) for name in source.files]
"""All wheels; each needs only those before it, NumPy and packaging."""


def ensure_estimators(vendor: Path) -> None:
    """Fetch and verify the files that `vendor` lacks. Raises FetchError."""
    ensure(vendor, (ESTIMATORS, *SKOPS))


if __name__ == "__main__":
    run(ensure_estimators, __doc__.partition("\n")[0])
