"""What `evireg import` says of an edited export: every difference, what came of it, and what is still to be done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from registry.curation.edits import Returned

#: What an empty cell is called.
EMPTY = "(empty)"


def as_object(done: Returned) -> dict[str, Any]:
    """Give what came of an edited export as a JSON object."""
    amended, added = done.amended, done.added
    return {
        "file": done.file,
        "rows": done.rows,
        "unchanged": done.unchanged,
        "differences": [
            {"line": each.line, "key": each.key, "column": each.column, "stored": each.stored, "given": each.given}
            for each in done.differences
        ],
        "amended": list(amended.changed) if amended else [],
        "renamed": dict(amended.renamed) if amended else {},
        "remarks": list(amended.remarks) if amended else [],
        "created": added.created if added else 0,
        "flags": [issue.as_dict() for issue in added.flags] if added else [],
        "changeset": done.changeset,
        "dry_run": done.dry_run,
        "reason_missing": done.reason_missing,
        "left_out": done.left_out,
    }


def conclude(done: Returned, again: Callable[[str], Any]) -> Returned:
    """Show the differences, ask in a terminal for the reason that is missing and do it `again` with it; say what came.

    An empty answer stores nothing.
    """
    if done.differences:
        _show_differences(done)
    if done.reason_missing and sys.stdin.isatty() and sys.stdout.isatty():
        from cli import output

        reason = output.ask("Why? One reason for all of it; empty stores nothing")
        done = again(reason) if reason else done
    _tell(done)
    return done


def _tell(done: Returned) -> None:
    from cli import output

    if done.dry_run or done.reason_missing:
        output.say(f"Checked, nothing stored: {_counted(done)}.")
    elif done.changeset is None:
        output.say(f"{done.file}: nothing to do, {_known(done)}.")
    else:
        output.say(f"Stored as changeset {done.changeset}: {_counted(done)}.")
    if done.reason_missing and not done.dry_run:
        output.say("What is stored is amended only with a reason. To do it:")
        output.say(f'  evireg import {done.file} --reason "WHY"')
    elif done.amended is not None:
        for old, new in done.amended.renamed.items():
            output.say(f"What identifies it changed: {old} is {new} now.")
        for remark in done.amended.remarks:
            output.say(remark)


def _show_differences(done: Returned) -> None:
    """Show a table of what is stored beside what the file says."""
    from cli import output
    from registry.report.prose import count

    columns = [
        output.Column("Line", keep=5, whole=True, right=True),
        output.Column("Of", keep=8, whole=True),
        output.Column("Column", keep=9, whole=True),
        output.Column("Stored", keep=9),
        output.Column("File", keep=9),
    ]
    rows = [
        (each.line, each.key, each.column, EMPTY if each.stored is None else each.stored,
         EMPTY if each.given is None else each.given)
        for each in done.differences
    ]  # fmt: skip
    notes = ["Estimates that are not in the file stay as they are."]
    if any(each.key.count("/") < 2 for each in done.differences):
        notes.append("What belongs to a cohort, study or report changes for all its estimates.")
    title = f"{count(len(rows), 'difference')} between {done.file} and the registry"
    output.show_table(title, columns, rows, note=" ".join(notes))


def _counted(done: Returned) -> str:
    from registry.report.prose import count

    kept = not (done.dry_run or done.reason_missing)
    parts = []
    if done.differences:
        parts.append(f"{count(len(done.differences), 'value')} {'amended' if kept else 'to amend'}")
    if done.added is not None and done.added.created:
        parts.append(count(done.added.created, "new estimate"))
    return ", ".join([*parts, *([_known(done)] if _same(done) or not parts else [])])


def _known(done: Returned) -> str:
    from registry.report.prose import count

    return f"{count(_same(done), 'row')} {'says' if _same(done) == 1 else 'say'} what is stored"


def _same(done: Returned) -> int:
    return done.unchanged + (done.added.unchanged if done.added else 0)
