r"""The only printer: tables and prose for people, JSON for machines, errors on stderr, and what is asked.

Whatever is printed is encoded: a character that would act on the terminal or turn the direction of writing, in a stored
text or a given one, is shown as an escape such as `\x1b`; in JSON as JSON escapes it, so that programs read the same.

On a terminal a table fits its width: columns a reader can do without go first, values in one piece (`1.73 (1.23–2.44)`)
are never wrapped or cut. Into a file or a pipe a table takes the width it needs. Colours only on a terminal, and not
with NO_COLOR.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from registry.report.table import Column
from registry.texts import in_json, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from registry.errors import EviregError
    from registry.report.table import Table

__all__ = [
    "Column",
    "ask",
    "begin_line",
    "fail",
    "remark",
    "say",
    "show_block",
    "show_json",
    "show_json_list",
    "show_table",
    "show_tables",
]

#: Characters between two columns of a table.
GAP = 3

#: Rows of a table that a terminal is shown; more roll by unread, and laying them out takes minutes.
SCREENFUL = 200

#: Bytes of a list that are held in memory before it is printed.
HELD = 8 << 20

#: What is said below a table of which a terminal shows the beginning.
LEFT = "{left:,} of {all:,} rows are not shown; see them all with --json, or by adding: | less"

#: Prose wider than this is hard to read, whatever the terminal.
PROSE_WIDTH = 100


def show_tables(tables: Iterable[Table]) -> None:
    """Print tables one below the other, each with its note."""
    for table in tables:
        show_table(table.title, table.columns, table.rows, note=table.note)


def show_table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, note: str = "") -> None:
    """Print a table; None shows as an empty cell. `note` stands below it."""
    cells = [[shown(_cell(value)) for value in row] for row in rows]
    left = len(cells) - SCREENFUL if on_terminal() else 0
    if left > 0:
        cells = cells[:SCREENFUL]
        note = f"{note}\n{LEFT.format(left=left, all=left + SCREENFUL)}".strip()
    widths = [_width(column, cells, index) for index, column in enumerate(columns)]
    kept = _fitting(columns, cells, widths, width())
    if len(cells) > SCREENFUL and sum(widths[index] + GAP for index in kept) <= width():
        _show_lines(title, columns, cells, kept)
    else:
        _show_rich(title, columns, cells, kept)
    left_out = [
        column.header for index, column in enumerate(columns) if index not in kept and any(row[index] for row in cells)
    ]
    if left_out:
        say(f"Not shown for want of width: {', '.join(left_out)}. --json has every column.")
    if note:
        say(note)
    say()


def _show_lines(title: str, columns: Sequence[Column], cells: Sequence[Sequence[str]], kept: Sequence[int]) -> None:
    """Print a long table row by row, where every value has the room it needs: nothing has to be laid out."""
    from registry.report.wrapping import cells as widest
    from registry.report.wrapping import width as wide

    chosen = [[" ".join(row[index].split("\n")) for index in kept] for row in cells]
    heads = [shown(columns[index].header) for index in kept]
    room = [max(wide(head), widest([row[place] for row in chosen])) for place, head in enumerate(heads)]
    right = [columns[index].right for index in kept]

    def line(values: Sequence[str]) -> str:
        spaces = (" " * (space - wide(value)) for space, value in zip(room, values, strict=True))
        told = (
            gap + value if to_right else value + gap for gap, value, to_right in zip(spaces, values, right, strict=True)
        )
        return (" " * GAP).join(told).rstrip()

    for text in (*([shown(title)] if title else []), line(heads), "─" * (sum(room) + GAP * (len(room) - 1))):
        print(text)
    for row in chosen:
        print(line(row))


def _show_rich(title: str, columns: Sequence[Column], cells: Sequence[Sequence[str]], kept: Sequence[int]) -> None:
    from rich import box
    from rich.table import Table

    table = Table(
        title=shown(title) or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        show_header=any(column.header for column in columns),
    )
    for index in kept:
        column = columns[index]
        table.add_column(
            shown(column.header),
            justify="right" if column.right else "left",
            no_wrap=column.whole,
            overflow="fold",  # a long word goes on in the next line: nothing is cut
            min_width=_width(column, cells, index) if column.whole else None,
        )
    for row in cells:
        table.add_row(*(row[index] for index in kept))
    _console().print(table)


def say(text: str = "") -> None:
    """Print prose, wrapped to the terminal; each line of `text` is a paragraph of its own, its indent kept."""
    from registry.report.wrapping import wrapped

    room = min(width(), PROSE_WIDTH)
    for line in shown(text).splitlines() or [""]:
        words = line.lstrip()
        indent = " " * (len(line) - len(words))
        hanging = indent + ("  " if words.startswith("– ") else "")
        lines = wrapped(words, room - len(hanging)) or [""]
        print(f"\n{hanging}".join([indent + lines[0], *lines[1:]]))


def shows_unicode() -> bool:
    """Whether stdout can take the characters a text forest plot is drawn with."""
    try:
        "▪█◆┊".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def show_block(text: str) -> None:
    """Print lines as they are laid out, such as a text forest plot."""
    print(shown(text))


def ask(question: str) -> str:
    """Ask on the terminal and give the answer without space around it; an empty one is an answer."""
    import typer

    return str(typer.prompt(shown(question), default="", show_default=False)).strip()


def begin_line(text: str) -> None:
    """Print a text and stay in its line, for an answer of one key."""
    print(shown(text), end="", flush=True)


def show_json(data: Any) -> None:
    """Print a value as JSON on stdout: full double precision, null and never NaN."""
    print(to_json(data))


def show_json_list(about: Mapping[str, Any], name: str, rows: Iterable[Any]) -> None:
    """Print an object whose last value is a list, byte for byte as `show_json` would, without holding all of it.

    Printing begins once the last item has come: an error before then must not leave half a document. What is more than
    memory should hold waits in a temporary file, which only its owner can read.
    """
    from shutil import copyfileobj
    from tempfile import SpooledTemporaryFile

    begin, _, end = to_json({**about, name: []}).rpartition("[]")
    with SpooledTemporaryFile(HELD, "w+", encoding="utf-8", newline="") as waiting:
        between = ""
        for row in rows:
            text = to_json(row).replace("\n", "\n    ")
            waiting.write(f"{between}\n    {text}")
            between = ","
        waiting.seek(0)
        print(begin, end="[")
        copyfileobj(waiting, sys.stdout)
        print(f"{between and chr(10) + '  '}]{end}")


def to_json(data: Any) -> str:
    """Write a value as JSON; NaN and infinities are an error of ours, not an output."""
    import json

    return in_json(json.dumps(data, allow_nan=False, ensure_ascii=False, indent=2))


def remark(text: str) -> None:
    """Say something beside the result: on stderr, so that stdout stays clean for pipes.

    Where stderr takes nothing, such as a disk that is full, the result and the exit code are what they would have been.
    """
    from cli.streams import give_up

    try:
        print(shown(text), file=sys.stderr, flush=True)
    except OSError:
        give_up(sys.stderr)


def fail(error: EviregError, *, as_json: bool) -> int:
    """Say what went wrong on stderr, as JSON when asked for, and give the exit code.

    A message repeats what was typed, which may be the address of a database in the wrong place.
    """
    from registry.passwords import hidden

    remark(hidden(to_json(as_object(error)) if as_json else f"evireg: {error}"))
    return error.exit_code


def as_object(error: EviregError) -> dict[str, Any]:
    """Give an error as the JSON object that `--json` prints on stderr."""
    issues = [issue.as_dict() for issue in getattr(error, "issues", ())]
    return {
        "error": {
            "kind": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "exit_code": error.exit_code,
            **({"issues": issues} if issues else {}),
        }
    }


def on_terminal() -> bool:
    """Whether stdout is a terminal that a person looks at."""
    return sys.stdout.isatty()


def width() -> int:
    """Give the columns there are. A pipe has no width: a table gets the room it needs unless COLUMNS says otherwise."""
    import os
    import shutil

    if on_terminal() or os.environ.get("COLUMNS", "").isdigit():
        return shutil.get_terminal_size().columns
    return 10_000


def _console() -> Console:
    from rich.console import Console

    return Console(width=width(), highlight=False, markup=False, emoji=False)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _width(column: Column, cells: Sequence[Sequence[str]], index: int) -> int:
    return max(len(column.header), *(len(row[index]) for row in cells), 1)


def _fitting(columns: Sequence[Column], cells: Sequence[Sequence[str]], widths: Sequence[int], width: int) -> list[int]:
    """Choose the columns that say something and fit: those of lowest rank go, rightmost first, until the rest fit."""
    kept = [index for index in range(len(columns)) if not cells or any(row[index] for row in cells)]
    while len(kept) > 1 and sum(_least(columns[i], widths[i]) + GAP for i in kept) - GAP > width:
        kept.remove(min(reversed(kept), key=lambda i: columns[i].keep))
    return kept


def _least(column: Column, full: int) -> int:
    """Give the width below which a column cannot be read: a whole value, else a few words."""
    return full if column.whole else min(full, 12)
