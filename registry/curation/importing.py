"""Import whatever a curator brings: new evidence, or an export that was edited."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from registry.curation.edits import Returned, edited_table, import_edits
from registry.errors import UsageError
from registry.ingest.files import opened
from registry.ingest.load import load
from registry.ingest.loaded import Loaded

if TYPE_CHECKING:
    from registry.ingest.aside import HandOver
    from registry.ingest.files import Source
    from registry.store import Store

#: How a file is opened, beside what is done with it.
_HOW = ("format", "sheet", "encoding")
#: What makes no sense for an export, which has our headings and our columns.
_NOT_OF_EXPORTS = {
    "attributes": "--attributes",
    "mapping": "--map",
    "use_map": "--use-map",
    "save_as": "--save-map",
    "fixed": "--set",
    "read_as": "--read-as",
}


def import_source(
    store: Store,
    source: Source,
    *,
    curator: str,
    message: str | None = None,
    dry_run: bool = False,
    ignore: Collection[str] = (),
    hand_over: HandOver | None = None,
    **options: Any,
) -> Loaded | Returned:
    """Import a file, several, a folder or a stream; one with the columns key and version is an edited export.

    `options` are those of `registry.ingest.load.load`. `message` is the reason of what an edited export amends.
    """
    with opened(source, **{name: options.pop(name) for name in _HOW if name in options}) as found:
        table = edited_table(found.tables)
        if table is None:
            return load(
                store,
                found,
                curator=curator,
                message=message,
                dry_run=dry_run,
                ignore=ignore,
                hand_over=hand_over,
                **options,
            )
        for name, option in _NOT_OF_EXPORTS.items():
            if options.get(name):
                raise UsageError(f"{table.file} is an edited export: {option} makes no sense with it", "leave it out")
        return import_edits(
            store, table, curator=curator, reason=message, dry_run=dry_run, ignore=ignore, hand_over=hand_over
        )
