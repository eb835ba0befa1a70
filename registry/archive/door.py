"""What the Python door says of archives: methods of `Registry`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.archive.export import Archived
    from registry.archive.importing import Imported
    from registry.selection.view import At
    from registry.store import Store


class Archiving:
    """Write snapshots to files others can use, and read them back; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def export_snapshot(self, at: At, path: str | Path, **options: Any) -> Archived:
        """Write a snapshot (or the state after a changeset) to a zip file; see `registry.archive.export`.

        `options`: licence, title, with_attachments, with_later_runs, force.
        """
        from registry.archive.export import export_snapshot

        return export_snapshot(self.store, at, path, **options)

    def import_archive(
        self,
        path: str | Path,
        *,
        message: str | None = None,
        only_new: bool = False,
        dry_run: bool = False,
        curator: str | None = None,
    ) -> Imported:
        """Restore an archive into an empty registry, or merge it by key; see `registry.archive.importing`.

        Raises `InputRefused` for an archive with anything wrong, `Conflict` with both values where it contradicts.
        """
        from registry.archive.importing import import_archive

        who = self._answerable(curator)
        return import_archive(self.store, path, curator=who, message=message, only_new=only_new, dry_run=dry_run)
