"""Attachments: the page of a report as PDF or image, kept as it came and known by its SHA-256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.targets import Target, find_target
from registry.errors import Conflict, InputRefused, NotFound, UsageError, VerificationFailed
from registry.models import Attachment, AttachmentLink, Estimate, Report, Study

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.ledger import Transaction

#: Largest file taken, in bytes.
LARGEST = 50 * 1024 * 1024

#: First bytes → media type; WebP is a RIFF file whose ninth byte begins its name.
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
KINDS = "PDF, PNG, JPEG, TIFF or WebP"


@dataclass(frozen=True, slots=True)
class Attached:
    """What `attach` did: the file's SHA-256, type and size in bytes, and what it belongs to (`estimate` or `report`).

    `stored` is whether the bytes were new; `changeset` None when the file was attached there already.
    """

    changeset: int | None
    sha256: str
    media_type: str
    size: int
    kind: str
    key: str
    stored: bool


def read_attachment(path: str | Path) -> tuple[str, bytes]:
    """Read a file to attach: its name and content. InputRefused when it cannot be, is too large or of another kind."""
    place = Path(path)
    try:
        size = place.stat().st_size
        if size > LARGEST:
            raise InputRefused(
                f"{path} has {size / 2**20:.0f} MB, more than {LARGEST // 2**20}",
                hint="attach the page, not the volume",
            )
        content = place.read_bytes()
    except OSError as error:
        raise InputRefused(f"cannot read {path}: {error.strerror}", hint="give the path of a file") from error
    media_type(place.name, content)
    return place.name, content


def media_type(name: str, content: bytes) -> str:
    """Give the media type by the first bytes, whatever the name says. InputRefused for a kind that is not kept."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    for signature, found in _SIGNATURES:
        if content.startswith(signature):
            return found
    what = "is empty" if not content else f"is no {KINDS}"
    raise InputRefused(f"{name} {what}, by its first bytes", hint=f"attach {KINDS}; the name of a file does not count")


def attach(transaction: Transaction, name: str, content: bytes, to: str) -> Attached:
    """Attach a file to an estimate or a report; the same bytes are stored once, however often they are attached.

    `to` is the key of an estimate or a report (also its DOI or PMID), or a study's, which means its own report.
    """
    found = media_type(name, content)
    if len(content) > LARGEST:
        raise InputRefused(f"{name} has more than {LARGEST // 2**20} MB", hint="attach the page, not the volume")
    owner = _owner(transaction.connection, to)
    sha256 = hashlib.sha256(content).hexdigest()
    number = transaction.connection.execute(sa.select(Attachment.id).where(Attachment.sha256 == sha256)).scalar()
    stored = number is None
    if number is None:
        number = transaction.next_id("attachment")
        row = {"id": number, "sha256": sha256, "media_type": found, "size": len(content), "content": content}
        transaction.connection.execute(sa.insert(Attachment), row)
    linked = _link(transaction, number, owner, name, sha256)
    made = transaction.number if linked else None
    return Attached(made, sha256, found, len(content), owner.kind, owner.key, stored)


def _owner(connection: sa.Connection, key: str) -> Target:
    """Find what is attached to; a study stands for its own report."""
    target = find_target(connection, key)
    if target.kind in ("estimate", "report"):
        return target
    if target.kind == "study" and target.report is not None:
        name = connection.execute(sa.select(Report.key).where(Report.id == target.report)).scalar_one()
        return Target("report", target.report, name)
    raise UsageError(f"{target.key} is a {target.kind}", "attach to an estimate or to a report (doi:…, pmid:…)")


def _link(transaction: Transaction, attachment: int, owner: Target, name: str, sha256: str) -> bool:
    column = AttachmentLink.estimate_id if owner.kind == "estimate" else AttachmentLink.report_id
    there = sa.select(AttachmentLink.name).where(AttachmentLink.attachment_id == attachment, column == owner.id)
    if transaction.connection.execute(there).first() is not None:
        return False
    row = {"id": transaction.next_id("attachment_link"), "attachment_id": attachment, "name": name}
    transaction.connection.execute(sa.insert(AttachmentLink), {**row, f"{owner.kind}_id": owner.id})
    transaction.change(owner.kind, owner.key, "attachment", None, {"name": name, "sha256": sha256})
    return True


def attachments(connection: sa.Connection, key: str | None = None) -> list[dict[str, Any]]:
    """List attachments of an estimate (with those of the report it was read in), a report or study, or all of them."""
    chosen = () if key is None else (_of(connection, key),)
    return _listed(connection, chosen)


def _listed(connection: sa.Connection, tests: Sequence[sa.ColumnElement[bool]]) -> list[dict[str, Any]]:
    owner = sa.func.coalesce(Estimate.key, Report.key).label("key")
    kind = sa.case((AttachmentLink.estimate_id.is_not(None), "estimate"), else_="report").label("kind")
    query = (
        sa.select(AttachmentLink.name, kind, owner, Attachment.media_type, Attachment.size, Attachment.sha256)
        .join(Attachment, AttachmentLink.attachment_id == Attachment.id)
        .outerjoin(Estimate, AttachmentLink.estimate_id == Estimate.id)
        .outerjoin(Report, AttachmentLink.report_id == Report.id)
        .where(*tests)
    )
    rows = map(dict, connection.execute(query).mappings())
    return sorted(rows, key=lambda row: (row["kind"], row["key"], row["name"], row["sha256"]))


def _of(connection: sa.Connection, key: str) -> sa.ColumnElement[bool]:
    target = find_target(connection, key)
    if target.kind == "estimate":
        source = sa.select(Estimate.report_id).where(Estimate.id == target.id)
        own = sa.select(Study.report_id).where(Study.id == target.study)
        reports = AttachmentLink.report_id.in_(source.union(own))
        return sa.or_(AttachmentLink.estimate_id == target.id, reports)
    return AttachmentLink.report_id == _owner(connection, key).id


def attachment(connection: sa.Connection, wanted: str) -> tuple[dict[str, Any], bytes]:
    """Give one attachment with its content, by its SHA-256 (8 digits of it or more) or by what alone has it.

    VerificationFailed when the stored bytes are not those of the hash; NotFound; Conflict when several are meant.
    """
    text = wanted.strip()
    named = text.lower()
    found: list[dict[str, Any]] = []
    if len(named) >= 8 and all(digit in "0123456789abcdef" for digit in named):
        found = _listed(connection, [Attachment.sha256.startswith(named, autoescape=True)])
    found = found or attachments(connection, text)
    hashes = sorted({each["sha256"] for each in found})
    if not hashes:
        raise NotFound(f"{text} has no attachment", "see: evireg attachments")
    if len(hashes) > 1:
        names = "; ".join(f"{each['sha256'][:12]} {each['name']}" for each in found)
        raise Conflict(f"{text} has {len(hashes)} attachments", hint=f"name one by its SHA-256: {names}")
    return found[0], _content(connection, hashes[0])


def _content(connection: sa.Connection, sha256: str) -> bytes:
    content = bytes(connection.execute(sa.select(Attachment.content).where(Attachment.sha256 == sha256)).scalar_one())
    if hashlib.sha256(content).hexdigest() != sha256:
        raise VerificationFailed(
            f"attachment {sha256[:12]} is not what its SHA-256 says", "it was changed outside evireg; restore a backup"
        )
    return content


def verify_attachments(connection: sa.Connection) -> int:
    """Read every attachment and give their number; VerificationFailed names the first that is not what it was."""
    hashes = connection.execute(sa.select(Attachment.sha256).order_by(Attachment.id)).scalars().all()
    for sha256 in hashes:
        _content(connection, sha256)
    return len(hashes)
