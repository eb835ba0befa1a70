"""A registry an earlier evireg let be poisoned: named by the doctor, put right in one changeset, carried or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import InputRefused, UsageError, VerificationFailed
from registry.handle import Registry
from registry.keeping.doctor import examine
from registry.keeping.restore import restore
from registry.store import init, open_store
from tests.conftest import MakeRecord
from tests.texts.poison import poisoned

#: What PostgreSQL takes, so that an old registry there can hold it.
WITHOUT_NUL = "same \x1b]0;owned\x07 \u202e4102 nehC"


@pytest.fixture
def poisoned_file(initialised_file: Path, tmp_path: Path, record: MakeRecord) -> Path:
    """Make a SQLite registry whose reasons, notes, descriptions, messages and a curator's name hold NUL and more."""
    import shutil

    path = tmp_path / "poisoned.db"
    shutil.copy(initialised_file, path)
    poisoned(path, record, curator="Ada\0L")
    return path


def test_doctor_names_it_and_the_cure(poisoned_file: Path) -> None:
    """Each text in use is a finding with the command that repairs; history is told as a fact, for nothing cures it."""
    found = examine(poisoned_file)
    [check] = [each for each in found.checks if each.findings]
    assert check.name == "texts"
    assert "evireg doctor --clean-texts" in check.advice
    told = "\n".join(check.findings)
    assert "the reason of overlap kim2016/all and lee2017/all" in told
    assert "the reason of rating nlr-os imprecision" in told
    assert "the query nlr-os" in told
    assert "the notes of estimate" in told
    assert "changeset: 2" in found.facts["control_characters_in_history"]


def test_put_right_in_one_changeset(database_url: str, record: MakeRecord) -> None:
    """Nothing else changes, the ledger keeps each text as it was, and everything verifies, on both databases."""
    poisoned(database_url, record, poison=WITHOUT_NUL)
    with open_store(database_url) as store:
        reg = Registry(store, curator="Grace")
        before = reg.estimates().drop(columns=["digest", "notes"])
        done = reg.clean_texts()
        assert done.texts == 4
        assert examine(database_url).sound
        assert reg.estimates().drop(columns=["digest", "notes"]).equals(before)
        assert reg.estimates()["notes"].dropna().tolist() == ["same ]0;owned 4102 nehC"]
        changes = {(each.entity, each.field): each for each in reg.changeset(done.changeset or 0).changes}
        assert changes["overlap", "reason"].before == WITHOUT_NUL
        assert changes["overlap", "reason"].after == "same ]0;owned 4102 nehC"
        assert reg.query("nlr-os").version == 2
        reg.verify()
        assert reg.clean_texts().changeset is None


def test_undo_does_not_bring_it_back(poisoned_file: Path) -> None:
    """To undo the repair would store the characters again, and is refused."""
    with open_store(poisoned_file) as store:
        reg = Registry(store, curator="Grace")
        done = reg.clean_texts()
        with pytest.raises(InputRefused, match=r"U\+"):
            reg.undo(done.changeset or 0, reason="back")
        reg.verify()


def test_export_reads_back_what_it_wrote(poisoned_file: Path, tmp_path: Path) -> None:
    """An archive nobody could import is not made, the one that is there stays, and the message says what to do."""
    archive = tmp_path / "a.zip"
    archive.write_text("the one before")
    with open_store(poisoned_file) as store:
        reg = Registry(store, curator="Grace")
        reg.snapshot("s")
        with pytest.raises(VerificationFailed, match="nobody could import it: tables/") as refused:
            reg.export_snapshot("s", archive, force=True)
    assert "evireg doctor" in refused.value.hint
    assert archive.read_text() == "the one before"
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".zip"] == ["a.zip"]


def _repaired_archive(poisoned_file: Path, folder: Path) -> Path:
    archive = folder / "a.zip"
    with open_store(poisoned_file) as store:
        reg = Registry(store, curator="Grace")
        reg.clean_texts()
        reg.snapshot("repaired")
        reg.export_snapshot("repaired", archive)
    return archive


def test_repaired_travels_as_an_archive(poisoned_file: Path, tmp_path: Path) -> None:
    """History is carried character by character, so that every hash verifies in the registry it comes to."""
    archive = _repaired_archive(poisoned_file, tmp_path)
    init(tmp_path / "other.db")
    with open_store(tmp_path / "other.db") as store, open_store(poisoned_file) as source:
        reg, old = Registry(store, curator="Grace"), Registry(source)
        assert reg.import_archive(archive).restored
        reg.verify()
        assert [each.message for each in reg.log(limit=None)] == [each.message for each in old.log(limit=None)]
        assert "\0" in reg.log(limit=None)[-2].curator
    assert examine(tmp_path / "other.db").sound


def test_repaired_comes_back_from_a_backup(poisoned_file: Path, tmp_path: Path) -> None:
    """A backup of it is whole, poisoned or not, and is restored into a file."""
    with open_store(poisoned_file) as store:
        reg = Registry(store, curator="Grace")
        reg.backup(tmp_path / "before.db")
        reg.clean_texts()
        reg.backup(tmp_path / "after.db")
    restore(tmp_path / "after.db", tmp_path / "new.db")
    assert examine(tmp_path / "new.db").sound


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_nul_in_history_is_refused_by_postgresql(poisoned_file: Path, tmp_path: Path, empty_url: str) -> None:
    """Neither backup nor archive comes in, with the reason and the way that is left; that way works."""
    archive = _repaired_archive(poisoned_file, tmp_path)
    with open_store(poisoned_file) as store:
        Registry(store).backup(tmp_path / "kept.db")
    with pytest.raises(InputRefused, match="which PostgreSQL cannot hold") as refused:
        restore(tmp_path / "kept.db", empty_url)
    assert "evireg snapshot import" in refused.value.hint
    init(empty_url)
    with open_store(empty_url) as store:
        reg = Registry(store, curator="Grace")
        with pytest.raises(InputRefused, match="which PostgreSQL cannot hold"):
            reg.import_archive(archive)
        reg.add_curator("Mary")
        merged = reg.import_archive(archive)
        assert (merged.restored, merged.created) == (False, 2)
        reg.verify()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_other_history_moves_into_postgresql(
    initialised_file: Path, tmp_path: Path, empty_url: str, record: MakeRecord
) -> None:
    """Everything but NUL is carried there, from a backup, and back into a file."""
    import shutil

    path = tmp_path / "old.db"
    shutil.copy(initialised_file, path)
    poisoned(path, record, poison=WITHOUT_NUL)
    with open_store(path) as store:
        Registry(store, curator="Grace").clean_texts()
        Registry(store).backup(tmp_path / "kept.db")
    restore(tmp_path / "kept.db", empty_url)
    assert examine(empty_url).sound
    with open_store(empty_url) as store:
        reg = Registry(store)
        assert reg.log(limit=None)[-2].message == f"import {WITHOUT_NUL}"
        reg.backup(tmp_path / "again.db")
    assert examine(tmp_path / "again.db").sound


def test_a_hostile_archive_brings_nothing_in(poisoned_file: Path, tmp_path: Path) -> None:
    """A text in use with such a character is refused with file and line, though history may be carried."""
    from unittest import mock

    from registry.archive import export

    archive = tmp_path / "hostile.zip"
    with open_store(poisoned_file) as store, mock.patch.object(export, "_read_back"):
        Registry(store, curator="Grace").snapshot("s")
        Registry(store).export_snapshot("s", archive)
    init(tmp_path / "other.db")
    with (
        open_store(tmp_path / "other.db") as store,
        pytest.raises((InputRefused, UsageError), match=r"tables/\w+.csv in it, line 2"),
    ):
        Registry(store, curator="Grace").import_archive(archive)
