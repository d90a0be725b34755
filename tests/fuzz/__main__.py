"""Damage stored models by chance and load them: ``python3 -m tests.fuzz [--cases N] [--seed S]``.

`tests.fuzz.by_chance` says what counts as a finding. The exit status is 1 if there are any.
"""

from __future__ import annotations

import argparse
import sys

from scripts.support.environment import enter


def main() -> int:
    """Parse the arguments, prepare the environment, run the cases."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.fuzz", description="Damage stored models by chance and load them."
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", default="pyio", help="another seed gives other cases")
    parser.add_argument("--only", type=int, metavar="CASE", help="repeat this case alone")
    parser.add_argument("--seconds", type=float, default=2.0, help="the most a case may take")
    parser.add_argument("--megabytes", type=float, default=64.0, help="the most a case may take")
    options = parser.parse_args()
    enter()
    from tests.fuzz import by_chance  # needs the environment

    return by_chance.main(options)


if __name__ == "__main__":
    sys.exit(main())
