"""Compare speeds with TensorFlow.js and the bare browser: ``python3 scripts/bench.py storage``.

Each benchmark is a module of ``scripts/benchmarks``, whose docstring says what is compared.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.support.environment import enter


def main() -> None:
    """Parse the arguments, prepare the environment, measure."""
    parser = argparse.ArgumentParser(description="Compare speeds with TensorFlow.js in Chromium.")
    parser.add_argument(
        "what",
        choices=[
            *("storage", "http", "models", "building", "graphs", "training", "import", "server"),
            *("all", "summary"),
        ],
        nargs="?",
        default="storage",
        help="what to measure (default: %(default)s); summary prints the tables of the manual and "
        "writes their picture",
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, few repetitions")
    storage = parser.add_argument_group("storage")
    storage.add_argument("--output", type=Path, default=ROOT / "benchmark.json")
    storage.add_argument("--only", action="append", choices=["indexeddb", "localstorage", "opfs"])
    tables = parser.add_argument_group("summary")
    tables.add_argument("--picture", type=Path, default=ROOT / "web/manual/speed.svg")
    http = parser.add_argument_group("http")
    http.add_argument("--megabytes", type=int, help="of weights (default: 200; quick: 20)")
    http.add_argument("--turns", type=int, help="default: 5; quick: 2")
    imports = parser.add_argument_group("import")
    imports.add_argument("--against", type=Path, metavar="WHEEL", help="another wheel of pyio")
    options = parser.parse_args()
    enter(engines=["chromium"])
    from scripts.benchmarks import building, graphs, importing, models, server, summary, training
    from scripts.benchmarks import http as loading
    from scripts.benchmarks import storage as saving

    if options.what == "summary":
        summary.main(options.picture, options.output, quick=options.quick)
    if options.what in ("storage", "all"):
        schemes = options.only or ("indexeddb", "localstorage", "opfs")
        saving.main(options.output, quick=options.quick, schemes=schemes)
    if options.what in ("http", "all"):
        megabytes = options.megabytes or (20 if options.quick else 200)
        loading.main(megabytes, options.turns or (2 if options.quick else 5))
    if options.what in ("models", "all"):
        models.main(quick=options.quick)
    if options.what in ("building", "all"):
        building.main(quick=options.quick)
    if options.what in ("graphs", "all"):
        graphs.main(quick=options.quick)
    if options.what in ("training", "all"):
        training.main(quick=options.quick)
    if options.what in ("import", "all"):
        importing.main(3 if options.quick else 9, options.against)
    if options.what in ("server", "all"):
        server.main(options.megabytes or (100 if options.quick else 1000))


if __name__ == "__main__":
    main()
