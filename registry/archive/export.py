"""A snapshot into one file: flat evidence, tables, history, queries, and what tells others what it all is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.archive.container import Packer
from registry.archive.describe import CRATE, PACKAGE, README, crate, data_package, readme
from registry.archive.fields import Sheet
from registry.archive.flat import PARQUET, flat_rows, flat_sheet
from registry.archive.history import RECORDS, Scope, later_runs
from registry.archive.manifest import FORMAT, LICENCE, NAME, Manifest
from registry.archive.opening import Archive
from registry.archive.parquet import write_parquet
from registry.archive.rewind import as_of
from registry.archive.tables import TABLES
from registry.archive.writing import write_csv, write_lines
from registry.errors import InputRefused, NotFound, UsageError, VerificationFailed
from registry.ledger import SHIPPED_BY
from registry.models import REVISION, Attachment, AttachmentLink, Changeset, Curator, Snapshot
from registry.selection.view import At, at_changeset, snapshot_name
from registry.snapshots.digest import root_of
from registry.snapshots.recompute import recompute
from registry.texts import shown
from registry.version import VERSION
from registry.vocabulary import Vocabulary
from registry.workbook.files import refuse_existing, replacing

if TYPE_CHECKING:
    from registry.store import Store

_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Archived:
    """What was written: `file` of `bytes` bytes, of which snapshot and changeset, how many estimates, their root.

    `later_runs` were made on these states after the snapshot was taken and are not in it; `attachments` counts the
    files it holds the content of, `left_out` those it only names.
    """

    file: str
    bytes: int
    snapshot: str | None
    changeset: int
    estimates: int
    root: str
    licence: str
    attachments: int
    left_out: int
    later_runs: int


def export_snapshot(
    store: Store,
    at: At,
    path: str | Path,
    *,
    licence: str = LICENCE,
    title: str | None = None,
    with_attachments: bool = False,
    with_later_runs: bool = False,
    force: bool = False,
) -> Archived:
    """Write a snapshot, or the state after a changeset, to one zip file; the same snapshot is the same bytes.

    `licence` is an SPDX identifier. The content of attachments, which are often other people's pages, is in it only
    `with_attachments`; runs that were made after the snapshot only `with_later_runs`, for they make another file.
    The archive is read back before it gets its name. Raises NotFound for a snapshot that is not there, UsageError for a
    file that is, or a licence that cannot be named, VerificationFailed when what was written cannot be imported.
    """
    place = Path(path)
    if place.suffix.lower() != ".zip":
        raise UsageError(f"{place.name!r} is no name of an archive", "end it with .zip")
    if not _LICENCE.fullmatch(licence):
        raise UsageError(f"{licence!r} is no SPDX identifier", "such as CC-BY-4.0 or CC0-1.0; see spdx.org/licenses")
    refuse_existing(place, force=force)
    with store.read() as connection:
        scope = _scope(connection, at, with_later_runs=with_later_runs)
    with as_of(store, scope.ledger) as connection, replacing(place) as temporary:
        work = _Work(connection, Packer(temporary), scope, snapshot_name(at), with_attachments)
        manifest = work.write(licence, title)
        _read_back(temporary)
        size = temporary.stat().st_size
        kept, named = work.attachments
        later = later_runs(connection, scope)
    return Archived(
        str(path), size, manifest.snapshot, manifest.changeset, manifest.estimates, manifest.root, licence,
        kept, named - kept, later,
    )  # fmt: skip


def _read_back(written: Path) -> None:
    """Read every row of an archive as whoever imports it will; VerificationFailed says why nobody could."""
    try:
        with Archive(written) as archive:
            for sheet in (*(each.sheet for each in TABLES), *(each.sheet for each in RECORDS)):
                for _ in archive.rows(sheet):
                    pass
            for _ in archive.evidence():
                pass
    except InputRefused as error:
        wrong = error.message.removeprefix(f"{written} was not imported: ").removesuffix("; nothing was stored")
        raise VerificationFailed(
            f"no archive was made, for nobody could import it: {wrong}",
            "see what is wrong with the registry, and what to do: evireg doctor",
        ) from error


def _scope(connection: sa.Connection, at: At, *, with_later_runs: bool) -> Scope:
    changeset = at_changeset(connection, at)
    if changeset == 0:
        raise NotFound("the registry has no changeset yet", "import evidence first")
    name, ledger = snapshot_name(at), changeset
    if name is not None:
        ledger = connection.execute(sa.select(Snapshot.recorded).where(Snapshot.name == name)).scalar_one()
    until = connection.execute(sa.select(Changeset.at).where(Changeset.number == ledger)).scalar_one()
    return Scope(changeset, ledger, None if with_later_runs else until)


@dataclass
class _Work:
    """One archive being written."""

    connection: sa.Connection
    packer: Packer
    scope: Scope
    snapshot: str | None
    with_attachments: bool
    attachments: tuple[int, int] = (0, 0)

    def write(self, licence: str, title: str | None) -> Manifest:
        """Write every member, in the one order there is."""
        flat = flat_sheet(Vocabulary.load(self.connection).attributes)
        rows = {flat.path: write_csv(self.packer, flat, self._flat(flat))}
        with self.packer.member(PARQUET) as handle:
            write_parquet(handle, flat.fields, self._flat(flat))
        for table in TABLES:
            rows[table.sheet.path] = write_csv(self.packer, table.sheet, table.rows(self.connection))
        for record in RECORDS:
            rows[record.sheet.path] = write_lines(self.packer, record.sheet, record.rows(self.connection, self.scope))
        self._attachments()
        manifest = self._manifest(rows, rows[flat.path], licence, title)
        self._describe(manifest, [flat, *(table.sheet for table in TABLES), *(record.sheet for record in RECORDS)])
        return manifest

    def _flat(self, flat: Sheet) -> Iterator[Sequence[Any]]:
        return flat_rows(self.connection, flat, self.scope.changeset)

    def _attachments(self) -> None:
        linked = sa.exists().where(AttachmentLink.attachment_id == Attachment.id)
        query = sa.select(Attachment.id, Attachment.sha256).where(linked).order_by(Attachment.sha256)
        found = self.connection.execute(query).all()
        for number, sha256 in found if self.with_attachments else ():
            content = self.connection.execute(sa.select(Attachment.content).where(Attachment.id == number)).scalar_one()
            self.packer.add(f"attachments/{sha256}", content)
        self.attachments = len(found) if self.with_attachments else 0, len(found)

    def _manifest(self, rows: dict[str, int], estimates: int, licence: str, title: str | None) -> Manifest:
        scope, connection = self.scope, self.connection
        made, head = (
            connection.execute(sa.select(column).where(Changeset.number == number)).scalar_one()
            for column, number in ((Changeset.at, scope.changeset), (Changeset.hash, scope.ledger))
        )
        return Manifest(
            format=FORMAT,
            evireg=VERSION,
            schema=REVISION,
            snapshot=self.snapshot,
            changeset=scope.changeset,
            ledger=scope.ledger,
            made=made,
            head=head,
            root=root_at(connection, scope.changeset),
            estimates=estimates,
            licence=licence,
            title=title or f"Evidence registry, {self.snapshot or f'changeset {scope.changeset}'}",
            complete=self.attachments[0] == self.attachments[1],
            rows=rows,
        )

    def _describe(self, manifest: Manifest, sheets: Sequence[Sheet]) -> None:
        people, packer = self._curators(), self.packer
        packer.add(NAME, manifest.encoded())
        packer.add(PACKAGE, data_package(manifest, sheets, dict(packer.sizes), packer.digests, people))
        packer.add(README, readme(manifest, sheets, people))
        packer.add(CRATE, crate(manifest, sheets, dict(packer.sizes), packer.digests, people))
        packer.close()

    def _curators(self) -> list[tuple[str, str | None]]:
        """Name who answers for a changeset, with ORCID iD, in the order of their first one."""
        first = sa.func.min(Changeset.number)
        query = (
            sa.select(Curator.name, Curator.orcid)
            .join(Changeset, Changeset.curator_id == Curator.id)
            .where(Changeset.number <= self.scope.ledger, Curator.name != SHIPPED_BY)
            .group_by(Curator.name, Curator.orcid)
            .order_by(first)
        )
        return [(shown(name), orcid) for name, orcid in self.connection.execute(query)]


def root_at(connection: sa.Connection, changeset: int) -> str:
    """Compute the root digest of the evidence as of a changeset."""
    return root_of([compared.computed[0] for compared in recompute(connection, [changeset])])
