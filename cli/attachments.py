"""`evireg attachments`: list what is attached, or save one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLE = "evireg attachments kim2016"


def command(
    *,
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY|SHA256]", help="An estimate, report or study; or a file's SHA-256.")
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", "-o", metavar="FILE", help="Save the one attachment meant to this file.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """List attachments; with -o save one.

    An estimate has its own attachments and those of its report. A file that is saved is compared with its SHA-256
    first.
    """
    from cli import output
    from registry.errors import UsageError
    from registry.handle import open as open_registry

    if out is not None and key is None:
        raise UsageError("say which attachment is saved", "give a key or a SHA-256: evireg attachments KEY -o FILE")
    with open_registry(db) as reg:
        if out is not None and key is not None:
            found, content = reg.attachment(key)
            _save(out, content)
            rows = [found]
        else:
            rows = reg.attachments(key)
    if as_json:
        output.show_json({"attachments": rows, "saved": out})
    elif out is not None:
        output.say(f"Saved {rows[0]['name']} to {out}: {rows[0]['size']:,} bytes, as its SHA-256 says.")
    else:
        _tell(rows)


def _save(out: str, content: bytes) -> None:
    from registry.errors import UsageError
    from registry.workbook.files import replacing

    place = Path(out)
    if place.exists():
        raise UsageError(f"{out} is there already", "give another name; nothing is overwritten")
    with replacing(place) as part:
        part.write_bytes(content)


def _tell(rows: Sequence[dict[str, Any]]) -> None:
    from cli import output

    if not rows:
        output.say("Nothing is attached. See: evireg attach --help")
        return
    columns = [
        output.Column("File", keep=8),
        output.Column("Attached to", keep=9, whole=True),
        output.Column("Type", keep=4),
        output.Column("Bytes", keep=3, whole=True, right=True),
        output.Column("SHA-256", keep=6, whole=True),
    ]
    cells = [(row["name"], row["key"], row["media_type"], f"{row['size']:,}", row["sha256"][:12]) for row in rows]
    output.show_table("Attachments", columns, cells, note="`evireg attachments SHA-256 -o FILE` saves one.")
