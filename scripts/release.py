"""Build what a release uploads: ``python3 scripts/release.py [--tag]``.

Writes the source archive, the wheel, the bridge as a package of npm and their digests to ``dist/``.
Each Python package is built twice, and the bytes are compared. Uploads nothing: that is the work of
``.github/workflows/release.yml``, which runs when the tag is pushed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.support.environment import enter


def main() -> None:
    """Build, check, and tag if that is wanted."""
    parser = argparse.ArgumentParser(description="Build and check what a release uploads.")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="default: dist/")
    parser.add_argument("--tag", action="store_true", help="tag this commit if all is well")
    options = parser.parse_args()
    enter()
    from scripts.support import packages

    try:
        made = packages.build(options.dist)
        found = list(packages.problems(made[0], made[1]))
        if options.tag:
            found += packages.untaggable()
        if found:
            sys.exit("".join(f"error: {problem}\n" for problem in found).strip())
        for file in made:
            print(f"{file.name}: {file.stat().st_size:,} bytes")
        if options.tag:
            print(f"Tagged {packages.tag()}; push it, and the workflow uploads what it builds.")
    except packages.ReleaseError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
