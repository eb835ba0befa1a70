"""What the Python door says to curators who work in a spreadsheet: methods of `Registry`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.curation.edits import Returned
    from registry.ingest.aside import HandOver, LeftOut
    from registry.ingest.files import Source
    from registry.ingest.loaded import Loaded
    from registry.selection.view import At
    from registry.store import Store
    from registry.workbook.export import Exported


class Exchanging:
    """Templates, exports and what comes back of them; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def template(
        self,
        path: str | Path,
        *,
        factors: Sequence[str] = (),
        diseases: Sequence[str] = (),
        endpoints: Sequence[str] = (),
        force: bool = False,
    ) -> int:
        """Write an empty workbook to fill in, and give how many columns it has; see `registry.workbook.template`."""
        from registry.workbook.template import template

        only = {"factor": factors, "disease": diseases, "endpoint": endpoints}
        with self.store.read() as connection:
            return template(connection, path, only=only, force=force)

    def export(self, path: str | Path, where: str | None = None, *, at: At = None, force: bool = False) -> Exported:
        """Write the estimates a condition means to a file to edit; see `registry.workbook.export`."""
        from registry.workbook.export import export

        with self.store.read() as connection:
            return export(connection, path, where=where, at=at, force=force)

    def import_source(
        self,
        source: Source,
        *,
        message: str | None = None,
        dry_run: bool = False,
        ignore: Collection[str] = (),
        quarantine: str | Path | None = None,
        force: bool = False,
        curator: str | None = None,
        **options: Any,
    ) -> Loaded | Returned:
        """Import new evidence, or carry out the edits of an export, whichever the source is.

        With `quarantine` the good rows are stored and the others written to that workbook, over one that is there
        only with `force`. `message` is the reason of what is amended: without one, edits are shown and not kept.
        `options` are those of `registry.ingest.load.load`. Raises `InputRefused` or `Conflict` with every issue found.
        """
        from registry.curation.importing import import_source

        return import_source(
            self.store,
            source,
            curator=self._answerable(curator),
            message=message,
            dry_run=dry_run,
            ignore=ignore,
            hand_over=self._quarantine(quarantine, options.get("mapping") or {}, force=force),
            **options,
        )

    def import_edits(
        self,
        path: Source,
        *,
        reason: str | None = None,
        dry_run: bool = False,
        quarantine: str | Path | None = None,
        curator: str | None = None,
    ) -> Returned:
        """Carry out the edits of an exported file in one changeset; without a reason say what differs and keep nothing.

        Raises `Conflict` with both values when somebody changed an edited row since it was exported.
        """
        from registry.curation.edits import import_edits
        from registry.ingest.files import opened

        with opened(path) as found:
            return import_edits(
                self.store,
                found.tables[0],
                curator=self._answerable(curator),
                reason=reason,
                dry_run=dry_run,
                hand_over=self._quarantine(quarantine, {}, force=False),
            )

    def _quarantine(self, path: str | Path | None, mapping: dict[str, str], *, force: bool) -> HandOver | None:
        """Make what takes the rows that are left out; the columns are those the registry has before."""
        if path is None:
            return None
        from registry.errors import UsageError
        from registry.vocabulary import Vocabulary
        from registry.workbook.files import refuse_existing
        from registry.workbook.layout import fields, open_words
        from registry.workbook.quarantine import quarantine

        place = Path(path)
        if place.suffix.lower() != ".xlsx":
            raise UsageError(f"{place.name!r} is no name of a workbook", "end it with .xlsx")
        refuse_existing(place, force=force)
        with self.store.read() as connection:
            columns = fields(Vocabulary.load(connection), open_words(connection))

        def hand_over(rows: Sequence[LeftOut]) -> None:
            quarantine(place, rows, columns, mapping)

        return hand_over
