"""Run every benchmark of this folder and print figure, goal, met or not."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from benchmarks import Figure


def main() -> int:
    """Print the table; the exit code is 1 when a goal is missed."""
    figures: list[Figure] = []
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in ("__init__", "__main__"):
            figures += importlib.import_module(f"benchmarks.{path.stem}").run()
    for figure in figures:
        print(line(figure))
    return 1 if any(figure.met is False for figure in figures) else 0


def line(figure: Figure) -> str:
    """Give a figure as one line: name, value, goal, whether met."""
    goal = ""
    if figure.goal is not None:
        goal = f"{'≥' if figure.at_least else '≤'} {_number(figure.goal)} {figure.unit}"
    verdict = {None: "", True: "ok", False: "MISSED"}[figure.met]
    return (
        f"{figure.name:<28} {_number(figure.value):>8} {figure.unit:<7} {goal:<18} {verdict:<7} {figure.note}".rstrip()
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
