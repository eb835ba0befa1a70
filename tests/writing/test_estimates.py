"""Writing estimates: created once, unchanged the second time, refused when they contradict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.errors import Conflict, InputRefused
from registry.models import Change, Changeset, Contrast, Cutoff, Estimate, Report, Study, evidence, study_report
from registry.record import Record
from registry.store import Store
from registry.terms import AttributeLevel, AttributeType
from registry.vocabulary import AttributeDeclaration, Vocabulary
from registry.writing import Written, declare_attributes, project, verify_rows, write_estimates

Make = Callable[..., Record]


def write(store: Store, *records: Record, chunk: int = 4) -> Written:
    with store.transaction("Ada", "import") as transaction:
        return write_estimates(transaction, records, chunk=chunk)


def live(store: Store) -> list[dict[str, Any]]:
    with store.read() as connection:
        rows = connection.execute(sa.select(evidence).where(evidence.c.valid_to.is_(None)).order_by(evidence.c.key))
        return [row._asdict() for row in rows]


def count(store: Store, *tables: Any) -> list[int]:
    with store.read() as connection:
        return [connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]


def changes(store: Store) -> list[tuple[Any, ...]]:
    columns = (Change.entity, Change.key, Change.field, Change.before, Change.after)
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).where(Change.changeset > 1))]


def assert_projection_is_true(store: Store) -> None:
    """Every live row is what the normalised tables say, every digest and the chain hold."""
    with store.read() as connection:
        rebuilt = project(connection, list(connection.execute(sa.select(Estimate.id)).scalars()))
        verify_rows(connection)
        verify_ledger(connection)
    history = ("id", "valid_from", "valid_to", "bucket")
    stored = [{name: value for name, value in row.items() if name not in history} for row in live(store)]
    assert sorted(rebuilt, key=lambda row: row["key"]) == stored


FULL = {
    "cohort": "elderly",
    "first_author": "Kim",
    "year": 2016,
    "title": "NLR in myeloma",
    "journal": "Blood 1:2",
    "doi": "10.1182/blood.1",
    "pmid": "123",
    "source_kind": "article",
    "source_url": "https://doi.org/10.1182/blood.1",
    "locator": "Table 2, row 3",
    "quote": "HR 2.00",
    "country": "Korea",
    "design": "cohort",
    "treatment": "ASCT",
    "recruited_from": "2001",
    "recruited_to": "2010-12",
    "centres": "3",
    "followup_median_months": 24.5,
    "n": 200,
    "n_events": 80,
    "n_index": 90,
    "n_reference": 110,
    "events_index": 50,
    "events_reference": 30,
    "timepoint": "diagnosis",
    "cutoff_operator": ">",
    "cutoff_value": 2.78,
    "cutoff_unit": "1",
    "cutoff_method": "roc",
    "contrast": "above_vs_below",
    "reference_group": "low NLR",
    "endpoint_definition": "from diagnosis to death",
    "time_origin": "diagnosis",
    "measure": "hr",
    "est_text": "2.00",
    "ci_low_text": "1.00",
    "ci_high_text": "4.00",
    "ci_type": "wald",
    "p_value": 0.05,
    "p_text": "0.05",
    "p_operator": "=",
    "p_test": "wald",
    "adjusted": "yes",
    "covariates": "age; sex",
    "origin": "reported",
    "notes": "β-blockers excluded",
}


def test_every_value_reaches_the_evidence_row(store: Store, record: Make) -> None:
    """What a record says stands in its row, with what follows from it."""
    write(store, record(**FULL))
    (row,) = live(store)
    assert {name: row[name] for name in FULL} == FULL
    assert (row["study"], row["factor"], row["disease"], row["endpoint"]) == (
        "kim2016",
        "NLR",
        "multiple myeloma",
        "OS",
    )
    assert (row["derivation"], row["status"], row["not_poolable"], row["flags"]) == (
        "ci",
        "extracted",
        None,
        "data-driven-cutoff",
    )
    assert (row["retracted"], row["overlap_group"], row["attributes"]) == (False, None, {})
    assert (row["valid_from"], row["valid_to"]) == (2, None)
    assert_projection_is_true(store)


def test_sparse_record_takes_the_defaults(store: Store, record: Make) -> None:
    """What was not read is null, except what has a default; nothing is guessed."""
    write(store, record(disease=None, ci_level=None))
    (row,) = live(store)
    assert (row["cohort"], row["contrast"], row["measure"], row["adjusted"], row["origin"]) == (
        "all",
        "unclear",
        "unclear",
        "unclear",
        "reported",
    )
    assert (row["disease"], row["doi"], row["source_url"], row["ci_level"]) == (None, None, None, None)
    assert_projection_is_true(store)


def test_import_twice_is_import_once(store: Store, record: Make) -> None:
    """The second time everything is unchanged, and there is no changeset."""
    records = [record(**FULL), record(study="li2014", est=1.5), record(endpoint="PFS")]
    first, second = write(store, *records), write(store, *records)
    assert (first.created, first.unchanged, first.studies, first.cohorts) == (3, 0, 2, 3)
    assert (second.created, second.unchanged, second.studies, second.cohorts) == (0, 3, 0, 0)
    assert count(store, Changeset, evidence) == [2, 3]


def test_same_row_twice_in_one_import_counts_once(store: Store, record: Make) -> None:
    """A repeated row is unchanged, one with other numbers a conflict."""
    assert (written := write(store, record(), record(line=3))).created == 1
    assert written.unchanged == 1
    with pytest.raises(Conflict, match=r"rows.csv:3:hr: conflict: .* has hr 2, this row says 3"):
        write(store, record(study="li2014"), record(study="li2014", est=3.0, line=3))


def test_other_numbers_under_the_same_key_are_a_conflict(store: Store, record: Make) -> None:
    """Both values and the place are named, all of them at once, and nothing is stored."""
    write(store, record(**FULL))
    before = live(store)
    with pytest.raises(Conflict, match="3 values contradict the registry; nothing was stored") as caught:
        write(
            store,
            record(study="new2020"),
            record(line=7, **{**FULL, "est": 2.5, "est_text": "2.5", "n": 199}),
            record(line=8, **{**FULL, "quote": "HR 2.50"}),
        )
    said = [(issue.line, issue.column, issue.value, issue.expected) for issue in caught.value.issues]
    assert said == [
        (7, "n_patients", "199", "200, or use amend"),
        (7, "hr", "2.5", "2.00, or use amend"),
        (8, "quote", "HR 2.50", "HR 2.00, or use amend"),
    ]
    assert live(store) == before


def test_more_digits_or_less_said_is_no_conflict(store: Store, record: Make) -> None:
    """The same numbers printed otherwise are the same numbers, and an empty cell says nothing."""
    write(store, record(**FULL))
    again = {**FULL, "est_text": "2.0", "n": None, "notes": None, "country": "korea ", "source_kind": None}
    assert write(store, record(**again)).unchanged == 1
    assert count(store, Changeset) == [2]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"country": "China"}, "cohort kim2016/elderly has country Korea, this row says China"),
        ({"followup_median_months": 30.0}, "cohort kim2016/elderly has followup_median_months 24.5, this row says 30"),
        ({"year": 2017}, "report doi:10.1182/blood.1 has year 2016, this row says 2017"),
        (
            {"doi": "10.1182/blood.2"},
            "report doi:10.1182/blood.1 has doi 10.1182/blood.1, this row says 10.1182/blood.2",
        ),
        (
            {"disease": "AML"},
            "cohort kim2016/elderly has disease multiple myeloma, this row says acute myeloid leukemia",
        ),
        ({"source_kind": "abstract"}, "report doi:10.1182/blood.1 has source_kind article, this row says abstract"),
    ],
)
def test_other_particulars_are_a_conflict(store: Store, record: Make, values: dict[str, Any], said: str) -> None:
    """A cohort, a study or a report is one thing, whichever estimate speaks of it."""
    write(store, record(**FULL))
    with pytest.raises(Conflict) as caught:
        write(store, record(**{**FULL, "endpoint": "PFS", **values}))
    assert [issue.message for issue in caught.value.issues] == [said]


def test_what_was_empty_is_filled_in_everywhere(store: Store, record: Make) -> None:
    """A later row tells more of a cohort and a report: the ledger says so, older estimates get new versions."""
    write(store, record(), record(endpoint="PFS"), record(study="li2014"))
    before = {row["key"]: row for row in live(store)}
    written = write(store, record(endpoint="DFS", country="Korea", doi="10.1182/blood.1", year=2016))
    assert (written.created, written.unchanged) == (1, 0)
    after = {row["key"]: row for row in live(store)}
    for key, row in after.items():
        expected = (None, None) if row["study"] == "li2014" else ("Korea", "10.1182/blood.1")
        assert (row["country"], row["doi"]) == expected
        assert (row["valid_from"] == 2) == (row["study"] == "li2014")
        assert (row["digest"] == before.get(key, row)["digest"]) == (row["study"] == "li2014" or key not in before)
    assert count(store, evidence) == [6]
    assert changes(store) == [
        ("cohort", "kim2016/all", "country", None, "Korea"),
        ("study", "kim2016", "report", None, "doi:10.1182/blood.1"),
    ]
    assert_projection_is_true(store)


def test_filling_in_within_one_import_needs_no_second_version(store: Store, record: Make) -> None:
    """What a later row of the same import adds, the earlier rows have from the start, however far apart they are."""
    rows = [record(endpoint="OS"), *(record(study=f"s{number}", line=number) for number in range(9))]
    write(store, *rows, record(endpoint="PFS", country="Korea", source_url="https://example.org/x"))
    found = [row for row in live(store) if row["study"] == "kim2016"]
    assert [(row["country"], row["valid_from"]) for row in found] == [("Korea", 2), ("Korea", 2)]
    assert count(store, evidence) == [11]
    assert changes(store) == []
    assert_projection_is_true(store)


def test_digests_are_equal_whatever_the_order(sqlite_store: Store, store: Store, record: Make) -> None:
    """The same records in another order, on another database, give the same rows."""
    records = [
        record(study=f"study {line % 5}", est=1.0 + line / 10, n=line, year=2000 + line % 5, locator=f"row {line}")
        for line in range(20)
    ]
    write(store, *records)
    for each in (*records[7:], *reversed(records[:7])):
        write(sqlite_store, each)
    assert [row["digest"] for row in live(store)] == [row["digest"] for row in live(sqlite_store)]
    assert [row["bucket"] for row in live(store)] == [row["bucket"] for row in live(sqlite_store)]


def test_factors_and_diseases_are_created_on_first_use(store: Store, record: Make) -> None:
    """A new name becomes a key of its own; the same name in another spelling, or a synonym, is the same thing."""
    write(store, record(factor="Serum Ferritin", disease="Gaucher  disease"))
    write(store, record(factor="soluble CD25", disease="gaucher disease", endpoint="PFS"))
    assert {(row["factor"], row["disease"]) for row in live(store)} == {
        ("ferritin", "Gaucher disease"),
        ("soluble CD25", "Gaucher disease"),
    }
    with store.read() as connection:
        known = Vocabulary.load(connection)
    assert (known.factor("SOLUBLE cd25"), known.disease("GAUCHER DISEASE")) == ("soluble CD25", "Gaucher disease")


def test_unknown_endpoint_is_refused(store: Store, record: Make) -> None:
    """Endpoints are a closed list."""
    with pytest.raises(InputRefused, match="'happiness' is not a known endpoint"):
        write(store, record(endpoint="happiness"))


def test_undeclared_characteristic_is_refused(store: Store, record: Make) -> None:
    """Study characteristics are declared before they are given."""
    with pytest.raises(InputRefused, match="'shoe_size' is not declared"):
        write(store, record(attributes={"shoe_size": 42.0}))


def test_characteristics_stand_at_their_level(store: Store, record: Make) -> None:
    """One of the study or the cohort holds for all its estimates, one of the estimate for itself."""
    with store.transaction("Ada", "declare") as transaction:
        declare_attributes(
            transaction,
            [
                AttributeDeclaration("registry_id", level=AttributeLevel.STUDY),
                AttributeDeclaration("age", type=AttributeType.NUMBER, level=AttributeLevel.COHORT),
                AttributeDeclaration("review_key"),
            ],
        )
    write(
        store,
        record(attributes={"registry_id": "NCT1", "age": 61, "product_source": "academic", "review_key": "a"}),
        record(endpoint="PFS", attributes={"review_key": "b"}),
        record(cohort="young", attributes={"age": 1e-7}),
    )
    found = {(row["cohort"], row["endpoint"]): row["attributes"] for row in live(store)}
    shared = {"registry_id": "NCT1", "age": 61.0, "product_source": "academic"}
    assert found == {
        ("all", "OS"): {**shared, "review_key": "a"},
        ("all", "PFS"): {**shared, "review_key": "b"},
        ("young", "OS"): {"registry_id": "NCT1", "age": 1e-7},
    }
    assert_projection_is_true(store)


def test_characteristic_that_contradicts_is_a_conflict(store: Store, record: Make) -> None:
    """Of a cohort as of an estimate; one that was empty is filled in."""
    with store.transaction("Ada", "declare") as transaction:
        declare_attributes(transaction, [AttributeDeclaration("review_key")])
    write(store, record(attributes={"review_key": "a"}))
    assert write(store, record(attributes={"product_source": "mixed"})).unchanged == 1
    assert live(store)[0]["attributes"] == {"review_key": "a", "product_source": "mixed"}
    with pytest.raises(Conflict) as caught:
        write(store, record(attributes={"review_key": "b", "product_source": "academic"}))
    assert [issue.message.partition(", this")[0].partition(" has ")[2] for issue in caught.value.issues] == [
        "product_source mixed",
        "review_key a",
    ]
    assert_projection_is_true(store)


def test_cutoffs_and_contrasts_are_shared(store: Store, record: Make) -> None:
    """Two estimates of one cutoff have one cutoff, one contrast; another reference group is another contrast."""
    cutoff = {"cutoff_operator": ">", "cutoff_value": 3, "cutoff_unit": "1"}
    write(store, record(**cutoff), record(study="li2014", **{**cutoff, "cutoff_value": 3.0}))
    assert count(store, Cutoff, Contrast) == [1, 1]
    write(store, record(study="shi2016", reference_group="low", **cutoff))
    assert count(store, Cutoff, Contrast) == [1, 2]
    assert_projection_is_true(store)


def test_row_that_breaks_a_hard_rule_is_stored_as_disputed(store: Store, record: Make) -> None:
    """It is shown and never poolable."""
    written = write(store, record(est=9.0, as_printed="Table 2 prints it so"))
    (row,) = live(store)
    assert (row["status"], row["not_poolable"], row["flags"], row["yi"]) == (
        "disputed",
        "disputed",
        "hr-outside-ci",
        None,
    )
    assert written.not_poolable == {"disputed": 1}


def test_flags_are_reported_with_their_place(store: Store, record: Make) -> None:
    """Each flag of a new estimate is an issue at its line and column."""
    written = write(store, record(line=5, ci_level=None, cutoff_method="roc"))
    assert [(issue.code, issue.severity, issue.line, issue.column) for issue in written.flagged] == [
        ("ci-level-assumed", "flag", 5, "ci_level"),
        ("data-driven-cutoff", "flag", 5, "cutoff_method"),
    ]


def _reports(store: Store) -> dict[str, tuple[Any, ...]]:
    with store.read() as connection:
        rows = connection.execute(sa.select(Report.__table__))
        return {row.key: (row.kind, row.doi, row.pmid, row.url) for row in rows}


def test_source_at_the_doi_of_the_study_is_its_own_report(store: Store, record: Make) -> None:
    """One document, however it is named; many estimates share it."""
    own = {"doi": "10.1182/Blood.1", "source_kind": "article"}
    write(store, record(**own, source_url="https://doi.org/10.1182/blood.1"))
    write(store, record(**own, source_url="http://dx.doi.org/10.1182/BLOOD.1", endpoint="PFS"))
    assert _reports(store) == {
        "doi:10.1182/blood.1": ("article", "10.1182/blood.1", None, "https://doi.org/10.1182/blood.1")
    }
    assert count(store, study_report) == [1]


def test_one_document_has_one_address(store: Store, record: Make) -> None:
    """A PubMed page and a DOI of one report are one source, known by its DOI, whichever came first."""
    pubmed = record(source_url="https://www.ncbi.nlm.nih.gov/pubmed/77")
    write(store, pubmed)
    assert live(store)[0]["source_url"] == "https://pubmed.ncbi.nlm.nih.gov/77/"
    write(store, record(endpoint="PFS", doi="10.1000/a", pmid="77", source_url="http://dx.doi.org/10.1000/A"))
    assert {row["source_url"] for row in live(store)} == {"https://doi.org/10.1000/a"}
    assert write(store, pubmed).unchanged == 1
    assert count(store, Report, Changeset) == [1, 3]
    assert_projection_is_true(store)


def test_source_elsewhere_is_another_report(store: Store, record: Make) -> None:
    """A number read in a review: the study keeps its own report, and both report it."""
    source = {"source_kind": "review", "source_url": "https://example.org/review"}
    write(store, record(doi="10.1/kim", **source), record(study="li2014", doi="10.1/li", **source))
    assert sorted(_reports(store)) == ["doi:10.1/kim", "doi:10.1/li", "url:https://example.org/review"]
    assert count(store, study_report) == [4]
    assert [row["doi"] for row in live(store)] == ["10.1/kim", "10.1/li"]


def test_author_and_year_alone_do_not_make_two_studies_share_a_report(store: Store, record: Make) -> None:
    """There are many Chen 2019; with a title, the citation is the report."""
    chen = {"first_author": "Chen", "year": 2019}
    write(store, record(study="a", **chen), record(study="b", **chen))
    assert sorted(_reports(store)) == ["study:a", "study:b"]
    write(store, record(study="c", title="One title", **chen), record(study="d", title="One  TITLE", **chen))
    assert sorted(_reports(store))[0] == "cite:chen | 2019 | one title |"
    assert count(store, Report) == [3]


def test_study_known_by_citation_later_gets_its_doi(store: Store, record: Make) -> None:
    """The DOI belongs to a report that is there as a source already: the study takes it over, nothing is lost."""
    write(store, record(first_author="Kim", year=2016, source_url="https://doi.org/10.1/kim", source_kind="article"))
    write(store, record(endpoint="PFS", doi="10.1/kim"))
    assert [(row["first_author"], row["year"], row["doi"]) for row in live(store)] == [("Kim", 2016, "10.1/kim")] * 2
    assert_projection_is_true(store)


def test_two_reports_cannot_be_one(store: Store, record: Make) -> None:
    """A DOI and a PMID that stand for two reports already are a contradiction, not a crash."""
    write(store, record(study="a", doi="10.1/a"), record(study="b", pmid="77"))
    with pytest.raises(Conflict, match=r"study a has report doi:10.1/a, this row says pmid:77"):
        write(store, record(study="a", doi="10.1/a", pmid="77", endpoint="PFS"))


def test_kind_of_source_without_address(store: Store, record: Make) -> None:
    """A source of which only the kind is known is a report of the study, whatever else is known of it."""
    write(store, record(doi="10.1/a", source_kind="article"), record(endpoint="PFS", source_kind="review"))
    assert sorted(_reports(store)) == ["article on study:kim2016", "doi:10.1/a", "review on study:kim2016"]
    assert sorted(str(row["source_kind"]) for row in live(store)) == ["article", "review"]
    assert_projection_is_true(store)


def test_failed_import_leaves_nothing(store: Store, record: Make) -> None:
    """Not one row of any table, though chunks were written before the contradiction."""
    write(store, record())
    tables = (Study, Report, Estimate, evidence, Changeset, Contrast)
    before = count(store, *tables)
    rows = [record(study=f"s{number}", doi=f"10.1/{number}") for number in range(9)]
    with pytest.raises(Conflict, match="1 value contradicts"):
        write(store, *rows, record(est=3.0))
    assert count(store, *tables) == before


def test_records_may_be_read_from_the_registry_they_go_to(store: Store, record: Make) -> None:
    """With `reading` no row is being written while the next records are taken: they see all that was written."""
    seen = []

    def records(connection: sa.Connection) -> Iterator[Record]:
        for number in range(30):
            seen.append(connection.scalar(sa.select(sa.func.count()).select_from(Estimate)))
            yield record(study=f"s{number}")

    with store.transaction("Ada", "x") as transaction:
        write_estimates(transaction, records(transaction.connection), chunk=10, reading=True)
    assert seen == [0] * 10 + [10] * 10 + [20] * 10


@pytest.mark.parametrize("bad", [0, 299, 700, 899])
def test_what_the_database_refuses_beside_the_next_rows_undoes_everything(store: Store, record: Make, bad: int) -> None:
    """A row refused while the next are made is raised all the same, also when it is among the last."""
    records = [record(study=f"s{number}", n=-1 if number == bad else 1) for number in range(900)]
    with pytest.raises(Conflict, match="contradicts what it holds"):
        write(store, *records, chunk=300)
    assert count(store, Estimate, Study, evidence) == [0, 0, 0]
