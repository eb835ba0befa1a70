"""What the Python door says of keeping a registry safe; `restore` is a function, for there may be no registry yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from registry.keeping.backup import Kept
    from registry.keeping.doctor import Examined
    from registry.keeping.texts import Cleaned
    from registry.store import Store


class Keeping:
    """Back up and examine a registry; `Registry` gives the store."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def backup(self, path: str | Path, *, force: bool = False) -> Kept:
        """Write everything to one file, read through before it gets its name; see `registry.keeping.backup`."""
        from registry.keeping.backup import backup

        return backup(self.store, path, force=force)

    def clean_texts(self, *, curator: str | None = None) -> Cleaned:
        """Take characters out that no text may hold and an earlier evireg let in; see `registry.keeping.texts`."""
        from registry.keeping.texts import clean_texts

        return clean_texts(self.store, self._answerable(curator))

    def doctor(self, *, mend: bool = False) -> Examined:
        """Examine the registry and all it rests on; see `registry.keeping.doctor`. Nothing found raises nothing."""
        from registry.keeping.doctor import examine_store

        return examine_store(self.store, mend=mend)
