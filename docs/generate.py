"""Write the pages of docs/ that are made from the code: `python -m docs.generate`. A test keeps them in step."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path

from cli.app import COMMANDS, HELP, main
from registry.columns import COLUMNS, Column
from registry.ingest.issues import ERRORS, FLAGS, REMARKS, Explanation
from registry.linting.catalogue import CATALOGUE, complete
from registry.terms import Term

HERE = Path(__file__).parent

MADE = "<!-- Made by `python -m docs.generate`; change the code, not this page. -->"


def columns() -> str:
    """Write the evidence-frame contract: each column with its input names, type, unit, meaning and words."""
    lines = [
        MADE,
        "# Columns",
        "",
        "One row is one reported estimate. Conditions (`--where`) use the names in the first column, input files those"
        " in the second; input columns in no row here can be declared as study characteristics (`--attributes`)."
        " Columns marked * hold the result itself: selecting by them needs `--allow selection-on-results`.",
        "",
        "| column | in input files | type | unit | meaning |",
        "|---|---|---|---|---|",
        *(_column_line(column) for column in COLUMNS),
        "",
        "## Words",
        "",
        "Columns with a closed vocabulary take these words and no others.",
    ]
    terms: dict[type[Term], list[str]] = {}
    for column in COLUMNS:
        if column.term:
            terms.setdefault(column.term, []).append(column.name)
    for term, names in terms.items():
        lines += ["", f"### {', '.join(f'`{name}`' for name in names)}", "", "| word | meaning |", "|---|---|"]
        lines += [f"| `{_cell(word.value)}` | {_cell(word.definition or word.label)} |" for word in term]
    return _page(lines)


def _column_line(column: Column) -> str:
    name = f"`{column.name}`" + (r" \*" if column.on_result else "")
    inputs = ", ".join(f"`{each}`" for each in column.inputs) or "made by the registry"
    return f"| {name} | {inputs} | {column.kind.value} | {column.unit} | {_cell(column.meaning)} |"


def issues() -> str:
    """Write the catalogue of what an import can find."""
    lines = [
        MADE,
        "# What an import can find",
        "",
        "All problems of a file are reported together, each with file, line, column and one of these codes. Any error"
        " refuses the whole file: nothing is stored, and `evireg import` ends with exit code 3 (5 for a conflict).",
    ]
    parts = (
        ("Errors", "refuse the file", ERRORS),
        ("Flags", "are stored and travel with the estimate into lists and pools", FLAGS),
        ("Remarks", "are reported once and change nothing", REMARKS),
    )
    for title, what, entries in parts:
        lines += ["", f"## {title}", "", f"{title} {what}.", "", "| code | meaning | example | what to do |"]
        lines += ["|---|---|---|---|", *(_issue_line(code, entry) for code, entry in entries.items())]
    return _page(lines)


def _issue_line(code: str, entry: Explanation) -> str:
    return f"| `{code}` | {_cell(entry.meaning)} | {_cell(entry.example)} | {_cell(entry.remedy)} |"


def lint() -> str:
    """Write the catalogue of lint, each rule with the rows that draw it."""
    lines = [
        MADE,
        "# What lint finds",
        "",
        "`evireg lint` tries every rule below on what is stored. An error cannot be so, a warning is likely a slip,"
        " a note is worth knowing before a pool. It ends with exit code 7 if there is an error (with `--strict`: or a"
        " warning), else 0. What a curator has confirmed with `as_printed` is no more than a note.",
        "",
        "An example is one row of input or several, given by the cells in which they differ from complete rows of"
        " different studies. Each is stored by a test, which finds that code and no other. The first complete row:",
        "",
        "| column | cell |",
        "|---|---|",
        *(f"| `{name}` | {_cell(text)} |" for name, text in complete().items() if text),
    ]
    for code, entry in CATALOGUE.items():
        lines += ["", f"## {code}", "", f"{entry.severity.label.capitalize()}: {entry.meaning}.", ""]
        lines += [f"To do: {entry.remedy}{'' if entry.remedy.endswith('?') else '.'}", ""]
        lines += [f"Example: {'; and another row: '.join(map(_cells, entry.example))}"]
    return _page([_cell(line) if line.startswith(("Error", "Warning", "Note", "To do")) else line for line in lines])


def _cells(row: Mapping[str, str]) -> str:
    return ", ".join(f"`{name} = {text}`" if text else f"`{name}` empty" for name, text in row.items()) or "complete"


def commands() -> str:
    """Write the help of every command."""
    lines = [MADE, "# Commands", "", *HELP.strip().splitlines()]
    for name in COMMANDS:
        lines += ["", f"## evireg {name}", "", "```", _help(name), "```"]
    return _page(lines)


def _help(name: str) -> str:
    before = {key: os.environ.pop(key, None) for key in ("COLUMNS", "EVIREG_DB")}
    os.environ["COLUMNS"] = "102"
    shown = io.StringIO()
    try:
        with redirect_stdout(shown):
            main([*name.split(), "--help"])
    finally:
        del os.environ["COLUMNS"]
        os.environ.update({key: value for key, value in before.items() if value is not None})
    return "\n".join(line.rstrip() for line in shown.getvalue().strip().splitlines())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _page(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "columns.md": columns,
    "issues.md": issues,
    "lint.md": lint,
    "commands.md": commands,
}


def write() -> None:
    """Write every page."""
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    write()
