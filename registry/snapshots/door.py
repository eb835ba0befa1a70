"""What the Python door says of snapshots: methods of `Registry`, each one transaction and one verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.selection.view import At
    from registry.snapshots.diff import Diff
    from registry.snapshots.listing import SnapshotFacts
    from registry.snapshots.verify import Verified
    from registry.store import Store


class Remembering:
    """Take snapshots, list, compare and verify them; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def snapshot(self, name: str, *, message: str | None = None, curator: str | None = None) -> SnapshotFacts:
        """Name the evidence as it is now; see `registry.snapshots.create`."""
        from registry.snapshots.create import create

        with self.store.transaction(self._answerable(curator), message or f"snapshot {name}") as transaction:
            return create(transaction, name)

    def snapshots(self, name: str | None = None) -> tuple[SnapshotFacts, ...]:
        """Tell of all snapshots, oldest first, or of one. Raises `NotFound` with the nearest."""
        from registry.snapshots.listing import snapshot, snapshots

        with self.store.read() as connection:
            return snapshots(connection) if name is None else (snapshot(connection, name),)

    def diff(self, a: At, b: At = "now", where: str | None = None) -> Diff:
        """Tell what lies between two changesets or snapshots; see `registry.snapshots.diff`."""
        from registry.snapshots.diff import diff

        with self.store.read() as connection:
            return diff(connection, a, b, where)

    def verify_snapshots(self, name: str | None = None) -> Verified:
        """Compute snapshots anew from the evidence; `VerificationFailed` names whatever differs."""
        from registry.snapshots.verify import verify_snapshots

        with self.store.read() as connection:
            return verify_snapshots(connection, name)
