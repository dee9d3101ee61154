"""Prints the table: work, contenders, medians, ratios, goals."""

import argparse
import logging
import os
import sys

from rich.console import Console
from rich.table import Table

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"

import django

django.setup()

# Below the setup, because the peers among them want Django to be ready.
from tests.benchmarks import others, projects, serving, websockets  # noqa: E402  # the settings are named above
from tests.benchmarks.measure import Measured, in_words, measure  # noqa: E402  # the settings are named above

ROWS = (*websockets.ROWS, *others.ROWS, *projects.ROWS, *serving.ROWS)


def main() -> int:
    """Measure every row and print the table; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument(
        "--quick", action="store_true", help="a look, not a measurement"
    )
    parser.add_argument("--only", default="", help="rows whose work contains this")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    console = Console(highlight=False)
    repetitions, scale = (1, 0.02) if options.quick else (options.repetitions, 1.0)
    chosen = [row for row in ROWS if options.only in row.work]
    measured = [measure(row, repetitions, scale) for row in chosen]
    console.print(_table(measured))
    missed = [line for each in measured for line in each.missed()]
    for line in missed:
        console.print(f"Missed: {line}", markup=False)
    return 1 if missed and not options.quick else 0


def _table(measured: list[Measured]) -> Table:
    table = Table(
        "work", "who", "per piece", "asgilab is", "goal", title="Side by side"
    )
    for each in measured:
        row, ours = each.row, each.row.ours
        goal = "" if row.limit is None else f"<= {in_words(row.limit, row.unit)}"
        table.add_row(row.work, ours.name, each.shown(ours.name), "", goal)
        for peer in row.peers:
            goal = "" if peer.goal is None else f">= {peer.goal:.2g} x"
            ratio = f"{each.ratio(peer):.2f} x"
            table.add_row("", peer.name, each.shown(peer.name), ratio, goal)
        table.add_section()
    return table


if __name__ == "__main__":
    sys.exit(main())
