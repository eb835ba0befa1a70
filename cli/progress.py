"""How far long work has come, shown on a terminal while it goes on."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from registry.texts import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def of_files(*, quiet: bool = False) -> Iterator[Callable[[str, int, int], None] | None]:
    """Give a function that shows how far files were read (file, line, last line); None where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def tell(file: str, line: int, last: int) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(shown(file).replace("[", r"\["), total=last or None)
            bar.update(tasks[file], completed=line)

        yield tell


@contextmanager
def of_steps(*, quiet: bool = False) -> Iterator[Callable[[str], None] | None]:
    """Give a function that shows the step which long work has reached; None where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("report")

        def tell(step: str) -> None:
            bar.update(task, description=shown(step).replace("[", r"\["))

        yield tell
