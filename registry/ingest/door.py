"""What the Python door says to whoever brings files: methods of `Registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.ingest.files import Source
    from registry.ingest.loaded import Loaded
    from registry.store import Store


class Importing:
    """Import files, and keep ways to read them; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def import_file(
        self,
        path: Source,
        *,
        map: Mapping[str, str] | None = None,  # noqa: A002 - the word of the option
        curator: str | None = None,
        **options: Any,
    ) -> Loaded:
        """Import a file, several, a folder or an open file, all or nothing.

        `map` gives columns of the layout the heading they have in the file; `options` are those of
        `registry.ingest.load.load`: dry_run, attributes, ignore, message, use_map, save_as, fixed, read_as,
        format, sheet, encoding.
        Raises `InputRefused` or `Conflict` with every issue found.
        """
        from registry.ingest.load import load

        return load(self.store, path, curator=self._answerable(curator), mapping=map, **options)

    def column_maps(self) -> dict[str, dict[str, str]]:
        """Give the saved column maps by name: column of the layout → heading."""
        from registry.ingest.maps import read_maps

        with self.store.read() as connection:
            return read_maps(connection)

    def column_map(self, name: str) -> dict[str, str]:
        """Give one saved column map. Raises `NotFound` with the nearest names."""
        from registry.ingest.maps import read_map

        with self.store.read() as connection:
            return read_map(connection, name)

    def remove_column_map(self, name: str, *, curator: str | None = None) -> None:
        """Remove a saved column map; the ledger keeps it. Raises `NotFound` with the nearest names."""
        from registry.ingest.maps import remove_map

        with self.store.transaction(self._answerable(curator), f"remove the column map {name}") as transaction:
            remove_map(transaction, name)
