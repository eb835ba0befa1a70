"""Pages of the manual as stories: their files are written, their workbooks filled in, their commands run, in order.

A page holds, between its prose::

    ```csv title="nlr.csv"        a file, written as it stands (any language, known by its title)
    ```console                    commands of evireg, each after "$ ", and what each prints; … stands for what is left
                                  out. `Rscript` is run by `make test-r`, and believed otherwise
    <!-- type into new.xlsx -->   the table below is typed into the empty rows of a workbook
    <!-- correct in old.xlsx -->  its table is typed into the rows that have what its first column says

Commands run in this process: `python -m tests.flows.pages docs/tutorials/curators.md` prints the blocks anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cli.app import main
from tests.flows.test_analyses_guide import LEFT_OUT, parts
from tests.flows.test_readme import environment, run, tidy, timeless

STEP = re.compile(
    r'^```\w+ title="(?P<file>[^"]+)"\n(?P<text>.*?)^```$'
    r"|^```console\n(?P<console>.*?)^```$"
    r"|^<!-- (?P<how>type into|correct in) (?P<book>\S+) -->\n+(?P<table>(?:\|[^\n]*\n)+)",
    re.DOTALL | re.MULTILINE,
)
COMMAND = re.compile(r"^\$ ((?:evireg|Rscript) .*)$", re.MULTILINE)


@contextlib.contextmanager
def clean(folder: Path, **given: str) -> Iterator[None]:
    """Work in a folder with the environment of somebody who has set nothing but what is given."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment(folder))
    del os.environ["EVIREG_CURATOR"]
    os.environ.update(given)
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def printed(line: str) -> list[str]:
    """Run one command line and give what it prints, on either stream."""
    program, *arguments = shlex.split(line)
    if program == "Rscript":
        return tidy(run([program, "--vanilla", *arguments], Path.cwd()))
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        main(arguments)
    return tidy(shown.getvalue())


def commands(console: str) -> list[tuple[str, list[str]]]:
    """Give each command of a block with the lines shown below it."""
    pieces = COMMAND.split(console)[1:]
    return [(line, tidy(shown)) for line, shown in zip(pieces[::2], pieces[1::2], strict=True)]


def type_in(book: str, table: str, *, anew: bool) -> None:
    """Type a table of the page into the sheet of estimates of a workbook, as a curator would."""
    import openpyxl

    rows = [[cell.strip().strip("`") for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Estimates"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    names = [columns[heading] for heading in rows[0]]
    for cells in rows[2:]:
        wanted = (None, "") if anew else (cells[0],)
        line = next(line for line in range(2, 10_000) if sheet.cell(line, names[0]).value in wanted)
        for column, text in zip(names, cells, strict=True):
            sheet.cell(line, column).value = text or None
    workbook.save(book)


def untimed(lines: list[str]) -> list[str]:
    """Take out what differs from run to run: when it was, the digest of a run, which holds that, the size of a file."""
    dated = [re.sub(r"20\d\d-\d\d-\d\d(?!\d)|\b\d\d:\d\d\b", "TIME", line) for line in timeless(lines)]
    return [re.sub(r"(?<=digest )[0-9a-f]{12}$|\d+\.\d(?= MiB)", "…", line) for line in dated]


def compared(output: list[str], shown: list[str]) -> str:
    """Say how what is printed differs from what the page shows; nothing where it does not."""
    output, shown = untimed(output), untimed(shown)
    if LEFT_OUT not in shown:
        return "" if output == shown else "\n".join(["printed:", *output, "shown:", *shown])
    at = 0
    for part in parts(shown):
        places = [place for place in range(at, len(output)) if output[place : place + len(part)] == part]
        if not places:
            return "\n".join(["not printed:", *part, "in:", *output])
        at = places[0] + len(part)
    return ""


def steps(page: str, folder: Path, *, with_r: bool) -> Iterator[tuple[str, list[str], list[str]]]:
    """Live through a page; give each command with what it printed and what the page shows."""
    for found in STEP.finditer(page):
        if found["file"]:
            (folder / found["file"]).write_text(found["text"], encoding="utf-8")
        elif found["book"]:
            type_in(found["book"], found["table"], anew=found["how"] == "type into")
        else:
            for line, shown in commands(found["console"]):
                believed = line.startswith("Rscript") and not with_r
                yield line, shown if believed else printed(line), shown


def faults(page: str, folder: Path, *, with_r: bool = False) -> list[str]:
    """List the commands of a page that print something else than it shows; what R prints is believed unless asked."""
    with clean(folder):
        told = ((line, compared(output, shown)) for line, output, shown in steps(page, folder, with_r=with_r))
        return [f"$ {line}\n{difference}" for line, difference in told if difference]


def _anew(output: list[str], shown: list[str]) -> list[str]:
    """Give the new text of a block: all of the output, or the parts of it that still begin as the old ones did."""
    if LEFT_OUT not in shown or not parts(shown):
        return output
    made: list[str] = [LEFT_OUT] if shown[0] == LEFT_OUT else []
    for place, part in enumerate(parts(shown)):
        start = output.index(part[0]) if part[0] in output else 0
        end = start
        for _ in range(part.count("") + 1):
            end = next((line for line in range(end + 1, len(output)) if not output[line]), len(output))
        made += [*([LEFT_OUT] if place else []), *output[start:end]]
    return [*made, LEFT_OUT] if shown[-1] == LEFT_OUT else made


def renew(path: Path) -> None:
    """Write the blocks of a page anew."""
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place, clean(Path(place)):
        made = iter([(line, _anew(output, shown)) for line, output, shown in steps(text, Path(place), with_r=True)])

    def block(found: re.Match[str]) -> str:
        if found["console"] is None:
            return found[0]
        told = ["\n".join([f"$ {line}", *output]) for line, output in (next(made) for _ in commands(found["console"]))]
        return "```console\n" + "\n\n".join(told) + "\n```"

    path.write_text(STEP.sub(block, text), encoding="utf-8")


if __name__ == "__main__":
    for each in sys.argv[1:]:
        renew(Path(each))
