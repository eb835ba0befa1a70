"""Attachments: kept as they came, once, known by their hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.curation import attachments
from registry.curation.attachments import media_type, verify_attachments
from registry.errors import Conflict, InputRefused, NotFound, UsageError, VerificationFailed
from registry.handle import Registry
from registry.models import Attachment
from registry.store import Store
from tests.curation.estimates import enter, stored

PDF = b"%PDF-1.7\n\x00\xff page"
PNG = b"\x89PNG\r\n\x1a\n picture"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page 3.pdf"
    path.write_bytes(PDF)
    return path


def test_attachment_comes_back_byte_for_byte(store: Store, page: Path) -> None:
    """It is known by its SHA-256 and found by it, by part of it, and by what it is attached to."""
    (key,) = enter(store)
    reg = Registry(store)
    done = reg.attach(page, key, curator="Ada")
    assert (done.sha256, done.media_type, done.size, done.stored) == (
        hashlib.sha256(PDF).hexdigest(),
        "application/pdf",
        len(PDF),
        True,
    )
    for wanted in (done.sha256, done.sha256[:8].upper(), key):
        found, content = reg.attachment(wanted)
        assert (found["name"], content) == ("page 3.pdf", PDF)
    assert [each["name"] for each in stored(store, key)["attachments"]] == ["page 3.pdf"]
    with store.read() as connection:
        assert verify_attachments(connection) == 1
        verify_ledger(connection)


def test_same_bytes_are_stored_once(store: Store, page: Path) -> None:
    """Attached twice to one thing changes nothing; to another thing it is a link to the same bytes."""
    keys = enter(store, {"doi": "10.1000/xyz", "first_author": "Kim"}, {"endpoint": "PFS"})
    reg = Registry(store)
    reg.attach(page, keys[0], curator="Ada")
    assert reg.attach(page, keys[0], curator="Ada").changeset is None
    copy = page.with_name("other name.pdf")
    copy.write_bytes(PDF)
    done = reg.attach(copy, "doi:10.1000/xyz", curator="Grace")
    assert (done.kind, done.stored) == ("report", False)
    assert len(reg.attachments()) == 2
    assert len(reg.attachments(keys[0])) == 2
    assert [each["name"] for each in reg.attachments(keys[1])] == ["other name.pdf"]
    assert [each["name"] for each in reg.attachments("kim2016")] == ["other name.pdf"]
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(Attachment)).scalar() == 1


def test_changed_bytes_are_not_given_out(store: Store, page: Path) -> None:
    """What is stored is compared with its hash whenever it is read."""
    (key,) = enter(store)
    reg = Registry(store)
    reg.attach(page, key, curator="Ada")
    with store.transaction("Mallory", "tampering") as transaction:
        transaction.connection.execute(sa.update(Attachment).values(content=PDF + b"!"))
        transaction.change("attachment", "x", "content", None, "changed")
    with pytest.raises(VerificationFailed, match="not what its SHA-256 says"):
        reg.attachment(key)
    with store.read() as connection, pytest.raises(VerificationFailed, match="not what its SHA-256 says"):
        verify_attachments(connection)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg"),
        (b"II*\x00 tiff", "image/tiff"),
        (b"MM\x00* tiff", "image/tiff"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_kind_is_told_by_the_first_bytes(content: bytes, kind: str) -> None:
    """Whatever the file is called."""
    assert media_type("page.doc", content) == kind


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"RIFF\x00\x00\x00\x00WAVE", b"<svg/>", b"GIF89a"])
def test_other_kinds_are_refused(sqlite_store: Store, tmp_path: Path, content: bytes) -> None:
    """A name that ends in .pdf makes no PDF."""
    (key,) = enter(sqlite_store)
    path = tmp_path / "page.pdf"
    path.write_bytes(content)
    with pytest.raises(InputRefused, match="by its first bytes"):
        Registry(sqlite_store).attach(path, key, curator="Ada")


def test_large_or_missing_file_is_refused(sqlite_store: Store, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit keeps whole volumes out; a folder or nothing is no file."""
    (key,) = enter(sqlite_store)
    reg = Registry(sqlite_store)
    with pytest.raises(InputRefused, match="cannot read"):
        reg.attach(page.with_name("none.pdf"), key, curator="Ada")
    with pytest.raises(InputRefused, match="cannot read"):
        reg.attach(page.parent, key, curator="Ada")
    monkeypatch.setattr(attachments, "LARGEST", len(PDF) - 1)
    with pytest.raises(InputRefused, match="more than 0"):
        reg.attach(page, key, curator="Ada")


def test_one_of_several_is_named_by_its_hash(sqlite_store: Store, page: Path) -> None:
    """What has two attachments says which there are; what has none says so; a cohort has none of its own."""
    (key,) = enter(sqlite_store)
    reg = Registry(sqlite_store)
    with pytest.raises(NotFound, match="has no attachment"):
        reg.attachment(key)
    reg.attach(page, key, curator="Ada")
    other = page.with_name("figure.png")
    other.write_bytes(PNG)
    reg.attach(other, key, curator="Ada")
    with pytest.raises(Conflict, match="has 2 attachments"):
        reg.attachment(key)
    with pytest.raises(UsageError, match="kim2016/all is a cohort"):
        reg.attach(page, "kim2016/all", curator="Ada")
