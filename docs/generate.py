"""Write the pages of docs/ that are made from the code: `python -m docs.generate`. A test keeps them in step."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

from cli.app import COMMANDS, HELP, main, module
from registry.columns import COLUMNS, Column
from registry.dossier.works import WORKS
from registry.ingest.issues import ERRORS, FLAGS, REMARKS, Explanation
from registry.linting.catalogue import CATALOGUE
from registry.linting.complete import complete
from registry.meaning.doubts import BEARING
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
        lines += [f"| `{cell(word.value)}` | {cell(word.definition or word.label)} |" for word in term]
    return _page(lines)


def _column_line(column: Column) -> str:
    name = f"`{column.name}`" + (r" \*" if column.on_result else "")
    inputs = ", ".join(f"`{each}`" for each in column.inputs) or "made by the registry"
    return f"| {name} | {inputs} | {column.kind.value} | {column.unit} | {cell(column.meaning)} |"


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
    return f"| `{code}` | {cell(entry.meaning)} | {cell(entry.example)} | {cell(entry.remedy)} |"


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
        "A doubt that bears on a pooled number is looked into in the source. A number that is wrong is corrected"
        " (`evireg amend`); one that stands is settled with a reason (`evireg lint settle KEY RULE --reason TEXT`), and"
        " is then quiet in lint and beside pools.",
        "",
        "An example is one row of input or several, given by the cells in which they differ from complete rows of"
        " different studies. Each is stored by a test, which finds that code and no other. The first complete row:",
        "",
        "| column | cell |",
        "|---|---|",
        *(f"| `{name}` | {cell(text)} |" for name, text in complete().items() if text),
    ]
    for code, entry in CATALOGUE.items():
        lines += ["", f"## {code}", "", f"{entry.severity.label.capitalize()}: {entry.meaning}.", ""]
        lines += [f"To do: {entry.remedy}{'' if entry.remedy.endswith('?') else '.'}", ""]
        lines += [*_bearing(code)]
        lines += [f"Example: {'; and another row: '.join(map(_cells, entry.example))}"]
    return _page([cell(line) if line.startswith(("Error", "Warning", "Note", "To do")) else line for line in lines])


def _bearing(code: str) -> list[str]:
    """Say of a rule that bears on a pooled number whether it looks at the result."""
    if code not in BEARING:
        return []
    blind = (
        "is blind to the result: `--doubtful exclude` leaves the estimate out"
        if BEARING[code]
        else ("looks at the result: it never decides what is left out")
    )
    return [
        f"Bears on a pooled number: the doubt stands beside every pool that uses the estimate. The rule {blind}.",
        "",
    ]


def _cells(row: Mapping[str, str]) -> str:
    return ", ".join(f"`{name} = {text}`" if text else f"`{name}` empty" for name, text in row.items()) or "complete"


#: Page of docs/commands/ → its title and the commands on it: a group by its first word, any other by its name.
CHAPTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "start": ("Start", ("init", "seed", "demo", "columns", "version")),
    "import": ("Evidence from files", ("import", "template", "map", "export")),
    "literature": ("References, screening, PRISMA", ("refs", "screen", "prisma")),
    "add": ("One thing at a time", ("add",)),
    "look": ("Looking things up", ("list", "show", "history", "log", "provenance")),
    "analyse": (
        "Pools and analyses",
        ("pool", "bayes", "influence", "bias", "regress", "multiverse", "cutoffs", "derive"),
    ),
    "answers": (
        "Figures, absolute risk, reports",
        ("plot", "absolute", "grade", "findings", "report", "second-opinion"),
    ),
    "queries": ("Saved queries and what changed", ("query", "run", "watch", "explain")),
    "curate": ("Correcting and checking", ("amend", "undo", "retract", "lint", "review", "attach", "attachments")),
    "double": (
        "Second extraction, risk of bias, overlap",
        ("extract", "adjudicate", "agreement", "appraise", "appraisal", "overlaps"),
    ),
    "keep": ("Snapshots, backup, rules", ("snapshot", "verify", "doctor", "backup", "restore", "curator", "config")),
}


def chapters() -> dict[str, list[str]]:
    """Give the commands of each chapter; a command that is in none is an error that says so."""
    names = {
        page: [name for name in COMMANDS if {name, name.split()[0]} & {*firsts}]
        for page, (_, firsts) in CHAPTERS.items()
    }
    if lost := set(COMMANDS) - {name for found in names.values() for name in found}:
        raise KeyError(
            f"no chapter of the manual has {', '.join(sorted(lost))}: add it to CHAPTERS in docs/generate.py"
        )
    return names


def commands() -> str:
    """Write the list of every command, with the page that has its help."""
    lines = [MADE, "# Commands", "", *HELP.strip().splitlines(), ""]
    lines += ["Every command has `--help`; most print JSON with `--json`.", ""]
    for page, names in chapters().items():
        lines += [f"## {CHAPTERS[page][0]}", "", "| command | |", "|---|---|"]
        lines += [f"| [`{name}`](commands/{page}.md#{_anchor(name)}) | {_says(name)} |" for name in names]
        lines += [""]
    return _page(lines[:-1])


def _anchor(name: str) -> str:
    return f"evireg-{name.replace(' ', '-')}"


def _says(name: str) -> str:
    first = (module(name).command.__doc__ or "").split("\n\n")[0]
    return cell(" ".join(first.split()))


def chapter(page: str) -> str:
    """Write the help of the commands of one chapter."""
    lines = [MADE, f"# {CHAPTERS[page][0]}"]
    for name in chapters()[page]:
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


def methods() -> str:
    """Write the page of methods again with the references that its text names."""
    text = (HERE / "methods.md").read_text(encoding="utf-8").partition("## References\n")[0]
    flat = " ".join(text.split())
    named = (each for each in WORKS.values() if each.name in flat)
    return _page([f"{text}## References", "", *(f"- {each.markdown()}" for each in named)])


def cell(text: str) -> str:
    """Give a text as the cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _page(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "columns.md": columns,
    "issues.md": issues,
    "lint.md": lint,
    "commands.md": commands,
    "methods.md": methods,
    **{f"commands/{page}.md": partial(chapter, page) for page in CHAPTERS},
}


def write() -> None:
    """Write every page."""
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    write()
