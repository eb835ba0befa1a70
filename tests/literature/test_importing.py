"""Importing searches: what is new, known or repeated, all or nothing; decisions about doubtful pairs."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.errors import Conflict, InputRefused, NotFound, UsageError
from registry.literature.door import Literature
from registry.models import Change, Reference
from registry.store import Store
from tests.literature.conftest import Search, record


def keys(literature: Literature) -> list[str]:
    return [work.key for work in literature.progress().works.values()]


def test_same_file_twice_is_nothing_new(literature: Literature, search: Search) -> None:
    """A second import leaves no changeset, also when the export was shuffled and grown."""
    path = search(record(0), record(1), record(1))
    first = literature.import_files(path, found_in="Embase")
    assert (first.files[0].new, dict(first.files[0].duplicates), first.files[0].known) == (2, {"doi": 1}, 0)
    again = literature.import_files(path, found_in="embase")
    assert (again.changeset, again.files[0].known) == (None, 3)
    grown = literature.import_files(search(record(2), record(1, VL="9"), record(0)), found_in="EMBASE")
    assert (grown.files[0].known, grown.files[0].new, grown.files[0].found_in) == (2, 1, ("Embase",))


def test_other_database_gives_duplicates_by_rule(literature: Literature, search: Search) -> None:
    """By DOI, by PMID, by title where neither is common, and by place in the journal; each counted once per rule."""
    place = {"VL": "5", "SP": "77"}
    literature.import_files(
        search(record(0), record(1, DO="", N1="PMID: 11"), record(2), record(3, **place)), found_in="PubMed"
    )
    title = record(3)["TI"].rpartition(" in ")[0]
    path = search(record(0), record(1, DO="", N1="PMID: 11"), record(2, DO=""), record(3, DO="", TI=title, **place))
    done = literature.import_files(path, found_in="Embase")
    assert dict(done.files[0].duplicates) == {"doi": 1, "pmid": 1, "title": 1, "place": 1}
    assert len(keys(literature)) == 4


def test_a_file_with_a_fault_keeps_the_others_out(literature: Literature, search: Search) -> None:
    """Files given together are stored together or not at all."""
    good, bad = search(record(0)), search(record(1, TI="", DO=""), name="bad.ris")
    with pytest.raises(InputRefused, match=r"bad\.ris:1: record-nameless: record 1"):
        literature.import_files(good, bad, found_in="Embase")
    assert keys(literature) == []


def test_database_must_be_named(literature: Literature, search: Search) -> None:
    """PRISMA counts by database, so none is assumed; a record that names its own needs no word more."""
    with pytest.raises(InputRefused, match="2 of 2 records do not say in which database"):
        literature.import_files(search(record(0), record(1)))
    done = literature.import_files(search(record(0, DB="Scopus"), record(1, DB="Embase")))
    assert done.files[0].found_in == ("Scopus", "Embase")
    with pytest.raises(UsageError, match="is no way to find references"):
        literature.import_files(search(record(0)), found_in="x", found_by="magic")
    with pytest.raises(UsageError, match="is no format of references"):
        literature.import_files(search(record(0)), found_in="x", format="docx")


def test_keys_are_for_people_and_stay(literature: Literature, search: Search) -> None:
    """Author and year, then a letter; no later import changes one."""
    kim = [record(n, AU="Kim, D.", PY="2016") for n in range(3)]
    nobody = {"TI": "Ferritin in a title without author or year, in 《中文》"}
    literature.import_files(search(*kim, nobody, record(4, AU="Müller-Lüdenscheidt, Ö")), found_in="PubMed")
    assert keys(literature) == ["kim2016", "kim2016b", "kim2016c", "ferritin", "mullerludenscheidt2014"]
    literature.import_files(search(record(5, AU="Kim D", PY="2016")), found_in="Embase")
    assert keys(literature)[-1] == "kim2016d"


def test_doubtful_pairs_wait_for_a_person(literature: Literature, search: Search) -> None:
    """Different DOIs of one title are shown; `same` joins them, `different` takes them apart, each once."""
    literature.import_files(search(record(0), record(0, DO="10.1000/other")), found_in="PubMed")
    (pair,) = literature.duplicates()
    assert (pair.first.key, pair.second.key) == ("armand2010", "armand2010b")
    assert "different DOIs" in pair.reason
    assert literature.different("armand2010", "armand2010b")
    assert not literature.different("armand2010b", "armand2010")
    assert literature.duplicates() == []
    assert literature.same("armand2010", "armand2010b")
    assert not literature.same("armand2010", "armand2010b")
    assert keys(literature) == ["armand2010"]
    assert [each.same for each in literature.duplicates(decided=True)] == [True]
    assert literature.different("armand2010", "armand2010b")
    assert keys(literature) == ["armand2010", "armand2010b"]


def test_joining_two_documents_joins_all_their_records(literature: Literature, search: Search) -> None:
    """The earliest record stands for all, and its key is the document's."""
    literature.import_files(search(record(0), record(1)), found_in="PubMed")
    literature.import_files(search(record(1)), found_in="Embase")
    literature.same("pullarkat2011b", "armand2010")
    (work,) = literature.progress().works.values()
    assert [each.key for each in work.records] == ["armand2010", "pullarkat2011", "pullarkat2011b"]
    assert [each.duplicate_by for each in work.records] == [None, "curator", "doi"]


def test_a_record_that_joins_two_documents_raises_a_question(literature: Literature, search: Search) -> None:
    """The DOI of one and the PMID of another: it goes to the first, and a person is asked about the two."""
    other = record(1, DO="", N1="PMID: 7", TI=record(0)["TI"] + " again", AU=record(0)["AU"], PY="2016")
    literature.import_files(search(record(0), other), found_in="PubMed")
    assert literature.duplicates() == []
    literature.import_files(search(record(0, N1="PMID: 7")), found_in="Embase")
    (pair,) = literature.duplicates()
    assert "by way of armand2016" in pair.reason


def test_unknown_keys_name_the_nearest(literature: Literature, search: Search) -> None:
    """And one reference is no pair."""
    literature.import_files(search(record(0)), found_in="PubMed")
    with pytest.raises(NotFound, match="nearest: armand2010"):
        literature.same("armand2010", "armand201")
    with pytest.raises(UsageError, match="is one reference"):
        literature.same("armand2010", "armand2010")


def test_decisions_follow_a_document_that_turns_out_to_be_another(literature: Literature, search: Search) -> None:
    """They count for both; where one reviewer said both, a person has to mend it first."""
    literature.import_files(search(record(0), record(1), record(2)), found_in="PubMed")
    literature.screen(["pullarkat2011"], "include")
    literature.same("armand2010", "pullarkat2011")
    assert [work.key for work in literature.progress().works.values()] == ["armand2010", "kataoka2012"]
    assert literature.show("armand2010")[1]["title"].state == "include"  # type: ignore[index]
    literature.screen(["kataoka2012"], "exclude")
    with pytest.raises(Conflict, match="decided include about the one and exclude about the other"):
        literature.same("armand2010", "kataoka2012")


def test_everything_is_in_the_ledger(literature: Literature, store: Store, search: Search) -> None:
    """Each reference, each joining and each decision is a change that the hashes hold."""
    literature.import_files(search(record(0), record(1)), found_in="PubMed", curator="Grace")
    literature.same("armand2010", "pullarkat2011")
    literature.screen(["armand2010"], "include")
    with store.read() as connection:
        rows = connection.execute(sa.select(Change.entity, Change.key, Change.field, Change.after).order_by(Change.id))
        mine = [tuple(row) for row in rows if row.entity in ("reference", "doubtful pair", "screening")]
        verify_ledger(connection)
        assert connection.execute(sa.select(sa.func.count()).select_from(Reference)).scalar() == 2
    assert [row[:3] for row in mine] == [
        ("reference", "armand2010", "record"),
        ("reference", "pullarkat2011", "record"),
        ("reference", "pullarkat2011", "duplicate_of"),
        ("reference", "pullarkat2011", "duplicate_by"),
        ("doubtful pair", "armand2010 and pullarkat2011", "reason"),
        ("doubtful pair", "armand2010 and pullarkat2011", "same"),
        ("screening", "armand2010 title Ada", "decision"),
    ]
    assert '"doi":"10.1000/0"' in str(mine[0][3])


def test_linked_by_identifier_or_by_a_curator(
    literature: Literature, store: Store, search: Search, tmp_path: Path
) -> None:
    """A reference is the report of its DOI; a link says so where identifiers do not, and never contradicts them."""
    rows = "study_key,biomarker,endpoint,hr,ci_low,ci_high,doi,title\n"
    rows += "a,NLR,OS,2,1,4,10.1000/0,T\nb,NLR,OS,2,1,4,10.1000/other,U\n"
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    from registry.handle import Registry

    Registry(store, curator="Ada").import_file(tmp_path / "rows.csv")
    literature.import_files(search(record(0), record(1, DO="")), found_in="PubMed")
    assert literature.show("armand2010")[2] == "doi:10.1000/0"
    assert literature.show("pullarkat2011")[2] is None
    assert literature.link("pullarkat2011", "10.1000/other")
    assert not literature.link("pullarkat2011", "doi:10.1000/other")
    with pytest.raises(Conflict, match=r"is the report doi:10\.1000/0 already"):
        literature.link("armand2010", "10.1000/other")
