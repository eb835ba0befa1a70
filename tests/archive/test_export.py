"""An archive is complete, the same bytes every time, and what the standards ask for."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import warnings
import zipfile
from pathlib import Path

import pytest

from registry.archive.export import export_snapshot
from registry.archive.importing import import_archive
from registry.archive.tables import NOT_HERE, TABLES
from registry.errors import NotFound, UsageError
from registry.handle import Registry
from registry.models import Base
from registry.store import Store
from tests.archive.conftest import Rich
from tests.archive.rich import members


@pytest.fixture
def unpacked(rich: Rich, tmp_path: Path) -> Path:
    """Unpack the archive, as a stranger would."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(rich.archive) as archive:
        archive.extractall(folder)
    return folder


def test_same_snapshot_is_the_same_bytes_from_either_database(rich: Rich, store: Store, tmp_path: Path) -> None:
    """A registry restored on SQLite or PostgreSQL exports the very file it was restored from."""
    import_archive(store, rich.archive, curator="Bob")
    export_snapshot(store, "second", tmp_path / "again.zip", with_attachments=True)
    assert (tmp_path / "again.zip").read_bytes() == rich.archive.read_bytes()


def test_same_snapshot_is_the_same_bytes_after_everything_changed(
    rich: Rich, rich_store: Store, tmp_path: Path
) -> None:
    """Whatever curators do after a snapshot, its archive stays the file it was, and nothing is stored by making it."""
    reg = Registry(rich_store, curator="Ada")
    new = rich.database.with_name("rows.csv").read_text("utf-8")
    for before, after in (
        ("2016", "2021"),
        ("2019", "2022"),
        ("2020", "2023"),
        ("10.1000/", "10.1001/"),
        (",1.5,0.9,2.5", ",1.6,0.9,2.8"),
    ):
        new = new.replace(before, after)
    (tmp_path / "new.csv").write_text(new.replace("multiple myeloma", "plasmacytoma"), encoding="utf-8")
    reg.amend(rich.keys[0], {"timepoint": "before transplant", "hr": "2.1"}, reason="read again")
    reg.import_file(tmp_path / "new.csv", attributes=True)
    reg.decide_overlap("lee2020/young", "kim2016/all", "dismissed", "another centre")
    reg.appraise(rich.keys[2], judgements={"quips_outcome": "high"})
    reg.review(rich.keys[1], status="disputed", reason="x", curator="Grace")
    reg.literature.screen(["kim2016"], "include")
    reg.run("os")
    reg.snapshot("third")
    before = reg.verify()
    done = export_snapshot(rich_store, "second", tmp_path / "again.zip", with_attachments=True)
    assert (tmp_path / "again.zip").read_bytes() == rich.archive.read_bytes()
    assert done.later_runs == 0
    assert reg.verify() == before


def test_an_earlier_snapshot_holds_nothing_of_later_changesets(rich_store: Store, tmp_path: Path) -> None:
    """The archive of `first` knows neither the amendment, nor the overlap, nor references, nor the run."""
    done = export_snapshot(rich_store, "first", tmp_path / "first.zip")
    files = members(tmp_path / "first.zip")
    rows = json.loads(files["archive.json"])["rows"]
    kept = {name: rows[f"tables/{name}.csv"] for name in ("estimates", "overlaps", "references", "extractions")}
    assert kept == {"estimates": 4, "overlaps": 0, "references": 0, "extractions": 0}
    assert rows["queries/queries.jsonl"] == 1
    assert rows["queries/runs.jsonl"] == 0
    assert b"118" not in files["tables/estimates.csv"]
    assert done.root == Registry(rich_store).snapshots("first")[0].root


def test_runs_after_the_snapshot_are_in_it_only_when_asked_for(rich_store: Store, tmp_path: Path) -> None:
    """A later result is counted, and put in with_later_runs."""
    Registry(rich_store, curator="Ada").run("os", at="second")
    plain = export_snapshot(rich_store, "second", tmp_path / "plain.zip")
    export_snapshot(rich_store, "second", tmp_path / "all.zip", with_later_runs=True)
    assert plain.later_runs == 1
    assert [json.loads(members(tmp_path / f"{name}.zip")["archive.json"])["rows"]["queries/runs.jsonl"] for name in
            ("plain", "all")] == [1, 2]  # fmt: skip


def test_frictionless_finds_the_package_valid(unpacked: Path) -> None:
    """Every row of every table is what the data package says, by the standard's own library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries the library uses
        from frictionless import validate

        report = validate(str(unpacked / "datapackage.json"))
    assert report.flatten(["title", "rowNumber", "fieldName", "message"]) == []
    assert report.valid
    package = json.loads((unpacked / "datapackage.json").read_text("utf-8"))
    tables = {each["path"] for each in package["resources"]}
    assert tables >= {"data/evidence.csv", "tables/estimates.csv", "ledger/versions.jsonl", "queries/runs.jsonl"}
    assert all(field["description"] for each in package["resources"] if "schema" in each
               for field in each["schema"]["fields"])  # fmt: skip
    assert package["licenses"][0]["name"] == "CC-BY-4.0"


def test_frictionless_finds_a_changed_table(unpacked: Path) -> None:
    """The validation above can fail: a text where a number stands is found."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from frictionless import validate

        place = unpacked / "data" / "evidence.csv"
        place.write_text(place.read_text("utf-8").replace(",2016,", ",soon,"), encoding="utf-8")
        assert not validate(str(unpacked / "datapackage.json")).valid


def test_rocrate_reads_the_crate(unpacked: Path) -> None:
    """The crate names licence, curators with ORCID iD, and every file, by the standard's own library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from rocrate.rocrate import ROCrate

        crate = ROCrate(unpacked)
    assert crate.license.id == "https://spdx.org/licenses/CC-BY-4.0"
    assert next((each.id, each["name"]) for each in crate.creator) == ("https://orcid.org/0000-0002-1825-0097", "Ada")
    files = {each.id for each in crate.get_entities() if each.type == "File"}
    there = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert files == there - {"ro-crate-metadata.json", "SHA256SUMS"}
    assert all(
        crate.get(name)["sha256"] == hashlib.sha256((unpacked / name).read_bytes()).hexdigest() for name in files
    )


def test_checksums_are_those_of_sha256sum(unpacked: Path) -> None:
    """Every other file has its line."""
    lines = dict(reversed(line.split("  ")) for line in (unpacked / "SHA256SUMS").read_text("utf-8").splitlines())
    assert lines == {
        str(path.relative_to(unpacked)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in unpacked.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }


def test_parquet_holds_what_the_csv_holds(unpacked: Path) -> None:
    """Apache Arrow reads the same rows, typed, out of the file this package writes by itself."""
    from pyarrow import parquet

    table = parquet.read_table(unpacked / "data" / "evidence.parquet").to_pylist()
    with (unpacked / "data" / "evidence.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(table) == len(rows) == 4
    assert [list(row) for row in table] == [list(row) for row in rows]
    for typed, texts in zip(table, rows, strict=True):
        for name, value in typed.items():
            if isinstance(value, bool) or value is None:
                assert texts[name] == ("" if value is None else str(value).lower())
            elif isinstance(value, int | float):
                assert float(texts[name]) == value
            else:
                assert texts[name].removeprefix("'") == value


def test_texts_that_look_like_formulas_are_escaped(unpacked: Path) -> None:
    """A spreadsheet that opens the CSV computes nothing; closed words stay as they are."""
    with (unpacked / "data" / "evidence.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["notes"][:3] for row in rows} == {"'=1", "'-2", ""}
    assert {row["cutoff_operator"] for row in rows} == {">", ">="}


def test_attachments_are_in_it_only_when_asked_for(rich: Rich, rich_store: Store, tmp_path: Path) -> None:
    """A page of a publisher is not given away unasked."""
    held = [name for name in members(rich.archive) if name.startswith("attachments/")]
    done = export_snapshot(rich_store, "second", tmp_path / "without.zip")
    assert len(held) == 1
    assert (done.attachments, done.left_out) == (0, 1)
    assert not [name for name in members(tmp_path / "without.zip") if name.startswith("attachments/")]


def test_zip_members_are_stored_with_one_date_and_rights(rich: Rich) -> None:
    """Nothing of the machine or the hour is in the file."""
    with zipfile.ZipFile(rich.archive) as archive:
        found = {(i.date_time, i.compress_type, i.external_attr, i.create_system) for i in archive.infolist()}
    assert found == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 0o100644 << 16, 3)}


def test_what_cannot_be_exported_is_said(rich_store: Store, tmp_path: Path) -> None:
    """Unknown snapshots, files that are there, other endings and nameless licences are refused, and nothing written."""
    (tmp_path / "there.zip").write_text("a day's work")
    with pytest.raises(NotFound, match="no snapshot 'secnd'"):
        export_snapshot(rich_store, "secnd", tmp_path / "a.zip")
    with pytest.raises(UsageError, match="is there already"):
        export_snapshot(rich_store, "second", tmp_path / "there.zip")
    with pytest.raises(UsageError, match="no name of an archive"):
        export_snapshot(rich_store, "second", tmp_path / "a.tar")
    with pytest.raises(UsageError, match="no SPDX identifier"):
        export_snapshot(rich_store, "second", tmp_path / "a.zip", licence="free as in beer")
    assert sorted(path.name for path in tmp_path.glob("*.zip")) == ["there.zip"]
    assert (tmp_path / "there.zip").read_text() == "a day's work"


def test_a_changeset_is_exported_by_its_number(rich_store: Store, tmp_path: Path) -> None:
    """A state without a name can be given away too."""
    done = export_snapshot(rich_store, "3", tmp_path / "three.zip")
    manifest = json.loads(members(tmp_path / "three.zip")["archive.json"])
    assert (done.snapshot, manifest["snapshot"], manifest["changeset"], manifest["ledger"]) == (None, None, 3, 3)
    assert io.StringIO(members(tmp_path / "three.zip")["ledger/changesets.jsonl"].decode()).read().count("\n") == 4


def test_every_table_of_the_database_is_in_an_archive() -> None:
    """A table that is added later cannot be forgotten: it is among the files, or named as history."""
    assert {each.table.name for each in TABLES} | NOT_HERE == set(Base.metadata.tables)
