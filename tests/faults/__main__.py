"""The long fault runs, which fill ``tests/faults/TABLE.md``: ``python3 -m tests.faults kills``.

Each command is a module of ``tests/faults/commands``, whose docstring says what it does.
"""

from __future__ import annotations

import argparse
import random
import sys
from importlib import import_module
from pathlib import Path

from scripts.support.environment import ENGINES, enter

PROGRAMS = ("pyio", "tfjs", "border")
"""The names in `tests.faults.stage.PROGRAMS`, which needs the environment."""


def main() -> int:
    """Parse the arguments, prepare the environment, run the command."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.faults", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("table", help="run the fault tests; other arguments go to pytest")
    kills = commands.add_parser("kills", help="kill browsers while they save")
    kills.add_argument("--times", type=int, default=100)
    kills.add_argument("--json", type=Path, help="write all that was found to this file")
    kills.add_argument("--moves", action="store_true", help="kill after moves, not during saves")
    kills.add_argument(
        "--overtaken", action="store_true", help="let TensorFlow.js save before pyio is back"
    )
    storm = commands.add_parser("storm", help="let many tabs change the same names at once")
    storm.add_argument("--tabs", type=int, default=8)
    storm.add_argument(
        "--kills",
        type=int,
        default=0,
        help="end this number of storms by a kill; TensorFlow.js saves then",
    )
    storm.add_argument("--operations", type=int, default=1000)
    for command in (kills, storm):
        command.add_argument("--program", choices=PROGRAMS, default="pyio")
        command.add_argument("--seed", type=int, default=random.randrange(10**6))
    flushes = commands.add_parser("flushes", help="measure how late localStorage reaches the disk")
    flushes.add_argument("--seconds", type=float, nargs="*", help="how long to wait before a kill")
    for command in (kills, storm, flushes):
        command.add_argument("--engine", choices=ENGINES, default="chromium")
    options, others = parser.parse_known_args()
    if others and options.command != "table":
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    if options.command == "kills" and options.moves and options.program != "pyio":
        parser.error("--moves is for pyio; TensorFlow.js removes the source first")
    if options.command == "kills" and options.overtaken and options.program != "pyio":
        parser.error("--overtaken is for pyio; TensorFlow.js keeps no journal")
    if options.command == "storm" and options.kills and options.program != "pyio":
        parser.error("--kills is for pyio; TensorFlow.js alone has no such storm")
    options.arguments = others
    chosen = [options.engine] if options.command != "table" else ENGINES
    enter(engines=chosen, optional=options.command == "table")
    module = import_module(f"tests.faults.commands.{options.command}")
    code: int = module.main(options)
    return code


if __name__ == "__main__":
    sys.exit(main())
