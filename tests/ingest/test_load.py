"""The conductor: all or nothing, twice is once, everything found in one report, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.errors import Conflict, InputRefused, UsageError
from registry.ingest import agreement, check
from registry.ingest.load import load
from registry.models import Estimate, evidence
from registry.resources import resource
from registry.store import Store
from registry.vocabulary import Vocabulary
from registry.writing import project, verify_rows

Write = Callable[..., Path]
Held = Callable[[Store], dict[str, int]]

TWO = """\
study_key,cohort,biomarker,cutoff_operator,cutoff_value,cutoff_unit,endpoint,hr,ci_low,ci_high,p_value,adjusted,covariates
kim2016,,Serum  Ferritin,>=,550,ng/ml,overall survival,2.10,1.40,3.20,<0.001,yes,gender; age;  sex
kim2016,elderly,ferritin,>=,550,ng/mL,PFS,1.50,,,0.04,,
"""


def _rows(store: Store) -> list[dict[str, object]]:
    with store.read() as connection:
        statement = sa.select(evidence).where(evidence.c.valid_to.is_(None)).order_by(evidence.c.id)
        return [dict(row._mapping) for row in connection.execute(statement)]


def test_a_file_becomes_typed_evidence(store: Store, write: Write) -> None:
    """Names resolve, digits are kept, defaults are filled in, and what was not read stays empty."""
    loaded = load(store, write(TWO), curator="ada")
    assert (loaded.rows, loaded.created, loaded.unchanged, loaded.studies, loaded.cohorts) == (2, 2, 0, 1, 2)
    first, second = _rows(store)
    assert {name: first[name] for name in ("study", "cohort", "factor", "endpoint", "cutoff_unit", "contrast")} == {
        "study": "kim2016",
        "cohort": "all",
        "factor": "ferritin",
        "endpoint": "OS",
        "cutoff_unit": "ng/mL",
        "contrast": "above_vs_below",
    }
    assert (first["est"], first["est_text"], first["ci_high_text"]) == (2.1, "2.10", "3.20")
    assert (first["p_value"], first["p_operator"], first["p_text"]) == (0.001, "<", "<0.001")
    assert (first["adjusted"], first["covariates"]) == ("yes", "age; sex")
    assert (second["adjusted"], second["covariates"], second["ci_low"], second["n"]) == ("unclear", None, None, None)
    assert loaded.not_poolable == {"p-derived": 1}
    assert second["cohort"] == "elderly"


def test_an_import_is_one_changeset(store: Store, write: Write) -> None:
    """The changeset bears curator and message; by default it names the file."""
    loaded = load(store, write(TWO, "ferritin.csv"), curator="ada")
    with store.read() as connection:
        query = "SELECT c.name, s.message FROM changeset s JOIN curator c ON c.id = s.curator_id WHERE s.number = :n"
        assert tuple(connection.execute(sa.text(query), {"n": loaded.changeset}).one()) == (
            "ada",
            "import ferritin.csv",
        )


def test_importing_twice_is_importing_once(store: Store, write: Write, held: Held) -> None:
    """The same file again changes nothing and leaves no changeset."""
    path = write(TWO)
    load(store, path, curator="ada")
    before = held(store)
    again = load(store, path, curator="bob")
    assert (again.rows, again.created, again.unchanged, again.changeset) == (2, 0, 2, None)
    assert held(store) == before


def test_reports_known_by_little_are_matched_once(store: Store, write: Write) -> None:
    """Rows that name their report by a year, then by a title another study has too, mean the same when read again."""
    path = write("study_key,biomarker,endpoint,hr,title,year\nlee,NLR,OS,2,T,\nkim,NLR,OS,2,,2015\nkim,NLR,PFS,2,T,\n")
    load(store, path, curator="ada")
    assert load(store, path, curator="ada").changeset is None


def test_one_identifier_is_one_report(store: Store, write: Write) -> None:
    """A row that would give a second report the PMID of a first is a conflict with its place, not a database error."""
    load(store, write("study_key,biomarker,endpoint,hr,pmid\nkim,NLR,OS,2,11\n"), curator="ada")
    load(store, write("study_key,biomarker,endpoint,hr,doi\nlee,NLR,OS,2,10.1000/x\n"), curator="ada")
    with pytest.raises(Conflict, match=r"rows.csv:2:\w*: conflict: study kim"):
        load(store, write("study_key,biomarker,endpoint,hr,doi\nkim,NLR,PFS,2,10.1000/x\n"), curator="ada")


@pytest.mark.parametrize("order", [1, -1], ids=["as listed", "reversed"])
def test_every_seed_imports_in_any_order(sqlite_store: Store, order: int) -> None:
    """The shipped files import as they are into one registry, first or last, and once is enough."""
    files = [path for path in sorted(resource("seeds").glob("*/*.csv")) if path.name != "overlaps.csv"][::order]
    first = [load(sqlite_store, path, curator="ada", attributes=True) for path in files]
    again = [load(sqlite_store, path, curator="ada", attributes=True) for path in files]
    assert [each.created for each in first] == [each.rows for each in first]
    assert [each.unchanged for each in again] == [each.rows for each in first]
    assert {each.changeset for each in again} == {None}
    assert sum(each.not_poolable.get("disputed", 0) for each in first) == 3


def test_a_file_is_stored_whole_or_not_at_all(store: Store, write: Write, held: Held) -> None:
    """One fault in the last of many rows, and nothing of the others is stored, new names and declarations included."""
    rows = "".join(f"s{number},new factor,OS,2.1,1.4,3.2,x{number}\n" for number in range(4100))
    path = write("study_key,biomarker,endpoint,hr,ci_low,ci_high,site\n" + rows + "last,new factor,OS,2.1,3.2,1.4,y\n")
    before = held(store)
    with pytest.raises(InputRefused, match=r"rows.csv:4102:ci_low: ci-reversed"):
        load(store, path, curator="ada", attributes=True)
    assert held(store) == before


def test_every_fault_of_a_file_is_in_one_report(sqlite_store: Store, write: Write) -> None:
    """Header, cells, rows and whole file are reported together, by line, each with the text of the cell."""
    text = """\
study_key,biomarker,endpoint,hr,ci_low,ci_high,n,year,hazard
kim,NLR,OS,2.1,1.4,3.2,1077,2016,
kim,NLR,PFS,5,1.4,3.2,100,2017,
,NLR,PFS,"2,123",1.4,3.2,12.5,2016,
"""
    with pytest.raises(InputRefused, match="6 problems, nothing was stored") as refused:
        load(sqlite_store, write(text), curator="ada")
    assert [(issue.line, issue.column, issue.code, issue.value) for issue in refused.value.issues] == [
        (1, "hazard", "column-unknown", "hazard"),
        (3, "hr", "hr-outside-ci", "5"),
        (3, "year", "study-contradicts", "2017"),
        (4, "study_key", "cell-empty", ""),
        (4, "hr", "thousands-separator", "2,123"),
        (4, "n", "count", "12.5"),
    ]


def test_a_dry_run_keeps_nothing(store: Store, write: Write, held: Held) -> None:
    """A dry run says what an import would do, new declarations included, and stores nothing."""
    path, before = (
        write(TWO.replace("covariates\n", "covariates,site\n").replace("sex\n", "sex,A\n") + "\n"),
        held(store),
    )
    path.write_text(path.read_text().replace("0.04,,\n", "0.04,,,B\n"))
    loaded = load(store, path, curator="ada", dry_run=True, attributes=True)
    assert (loaded.created, loaded.changeset, loaded.dry_run) == (2, None, True)
    assert [each.name for each in loaded.declared] == ["site"]
    assert held(store) == before


def test_other_numbers_under_a_stored_key_are_a_conflict(store: Store, write: Write, held: Held) -> None:
    """A conflict names both values and the place, has exit code 5, and stores nothing of the file."""
    load(store, write(TWO), curator="ada")
    before = held(store)
    path = write(TWO.replace("2.10,1.40", "2.30,1.40") + "kim2016,young,ferritin,,,,OS,1.2,1.1,1.3,,,\n")
    with pytest.raises(Conflict, match=r"rows.csv:2:hr: conflict") as conflict:
        load(store, path, curator="ada")
    assert conflict.value.exit_code == 5
    assert "2.1" in str(conflict.value)
    assert "2.3" in str(conflict.value)
    assert held(store) == before


def test_conflicts_and_faults_are_reported_together(sqlite_store: Store, write: Write) -> None:
    """A file with faults is refused as input, and says in the same report what contradicts the registry."""
    load(sqlite_store, write(TWO), curator="ada")
    with pytest.raises(InputRefused, match="2 problems") as refused:
        load(sqlite_store, write(TWO.replace("2.10,1.40", "2.30,1.40").replace(",0.04,", ",4,")), curator="ada")
    assert [(issue.line, issue.code) for issue in refused.value.issues] == [(2, "conflict"), (3, "p-range")]
    assert refused.value.exit_code == 3


def test_more_zeros_are_the_same_number(store: Store, write: Write) -> None:
    """A number printed with other digits is no conflict, in the registry or in the file."""
    load(store, write(TWO), curator="ada")
    again = load(store, write(TWO.replace("2.10", "2.1").replace("1.50", "1.5")), curator="ada")
    assert (again.unchanged, again.changeset) == (2, None)


@pytest.mark.parametrize(
    ("row", "flag"),
    [
        ("0.01,0.05,0.5,95", "hr-outside-ci"),
        ("2.1,3.2,1.4,95", "ci-reversed"),
        ("2.1,2.1,2.1,95", "ci-width-zero"),
        ("2.1,0.00,3.2,95", "ci-not-positive"),
        ("2.1,1.4,3.2,0.95", "ci-level-range"),
    ],
)
def test_a_hard_fault_confirmed_as_printed_is_disputed(store: Store, write: Write, row: str, flag: str) -> None:
    """What the source prints against a hard rule is stored as disputed, flagged, and never poolable."""
    path = write(
        f"study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level,as_printed,contrast\n"
        f"kim,NLR,OS,{row},so in Table 2,above_vs_below\n"
    )
    loaded = load(store, path, curator="ada")
    (stored,) = _rows(store)
    assert (stored["status"], stored["not_poolable"], stored["yi"], stored["flags"]) == (
        "disputed",
        "disputed",
        None,
        flag,
    )
    assert (loaded.not_poolable, [issue.code for issue in loaded.flags]) == ({"disputed": 1}, [flag])
    assert load(store, path, curator="ada").unchanged == 1


def test_impossible_counts_confirmed_as_printed_are_disputed(sqlite_store: Store, write: Write) -> None:
    """Counts that cannot be are stored as printed, disputed, with a remark that says why."""
    text = "study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level,n,events,as_printed,contrast\n"
    path = write(text + "kim,NLR,OS,2,1,4,95,100,120,so in the abstract,above_vs_below\n")
    loaded = load(sqlite_store, path, curator="ada")
    assert [(row["status"], row["not_poolable"]) for row in _rows(sqlite_store)] == [("disputed", "disputed")]
    assert [(issue.code, issue.severity, issue.column) for issue in loaded.flags] == [
        ("counts-impossible", "flag", "events")
    ]


def test_as_printed_without_a_fault_changes_nothing(sqlite_store: Store, write: Write) -> None:
    """A confirmation of what is not wrong leaves the row as it is."""
    head = "study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level,as_printed\n"
    load(sqlite_store, write(head + "kim,NLR,OS,2.0,1.0,4.0,95,checked in the PDF\n"), curator="ada")
    assert [(row["status"], row["not_poolable"]) for row in _rows(sqlite_store)] == [("extracted", None)]


def test_a_bound_equal_to_the_ratio_is_fine(sqlite_store: Store, write: Write) -> None:
    """A ratio on its own bound is inside the interval."""
    text = "study_key,biomarker,endpoint,hr,ci_low,ci_high\nkim,NLR,OS,1.4,1.4,3.2\nkim,NLR,PFS,3.2,1.4,3.2\n"
    assert load(sqlite_store, write(text), curator="ada").created == 2


def test_a_pasted_row_is_counted_as_unchanged(store: Store, write: Write) -> None:
    """A row that says the same as an earlier one is stored once and pointed at."""
    head = "study_key,biomarker,endpoint,hr,n,cutoff_operator\n"
    text = head + "kim,NLR,OS,2.10,90,>\nlee,NLR,OS,1.1,,>\nkim,NLR,OS,2.1,,>\n"
    loaded = load(store, write(text), curator="ada")
    assert (loaded.rows, loaded.created, loaded.unchanged) == (3, 2, 1)
    assert [(issue.code, issue.line, issue.message) for issue in loaded.flags] == [
        ("row-repeated", 4, "the row says the same as line 2; it is counted as unchanged")
    ]


def test_an_interval_of_a_log_ratio_pasted_twice_says_the_same(sqlite_store: Store, write: Write) -> None:
    """The first of two rows of one key is compared as it is stored, its bounds those of the ratio."""
    text = "study_key,biomarker,endpoint,log_hr,ci_low,ci_high\n" + "kim,NLR,OS,0.40,0.10,0.70\n" * 2
    loaded = load(sqlite_store, write(text), curator="Ada")
    assert (loaded.created, loaded.unchanged) == (1, 1)


@pytest.mark.parametrize("column", ["horizon_days", "index_group"])
def test_all_that_makes_a_key_tells_rows_apart(sqlite_store: Store, write: Write, column: str) -> None:
    """Rows that differ in their horizon or index group alone are two estimates, in one file as in two."""
    text = f"study_key,biomarker,endpoint,hr,{column}\nkim,NLR,OS,2.1,30\nkim,NLR,OS,2.4,90\n"
    assert load(sqlite_store, write(text), curator="Ada").created == 2


def test_one_key_with_two_stories_is_refused(sqlite_store: Store, write: Write) -> None:
    """Rows of one key that differ in anything are refused with both values, so that none is dropped in silence."""
    text = "study_key,biomarker,endpoint,hr,n,notes\nkim,NLR,OS,2.1,,\nkim,NLR,OS,2.3,90,men\n"
    with pytest.raises(InputRefused, match=r"rows.csv:3:hr: key-repeated") as refused:
        load(sqlite_store, write(text), curator="ada")
    said = refused.value.issues[0].message
    assert "key of line 2" in said
    assert "hr 2.3 here, 2.1 there; notes men here, empty there" in said.replace(
        "n_patients 90 here, empty there; ", ""
    )


def test_columns_may_be_left_out(sqlite_store: Store, write: Write) -> None:
    """An ignored column is not read, unknown or known, in any case."""
    text = "study_key,biomarker,endpoint,hr,Secret,n\nkim,NLR,OS,2.1,x,not a number\n"
    load(sqlite_store, write(text), curator="ada", ignore=["secret", "N"])
    assert [(row["n"], row["attributes"]) for row in _rows(sqlite_store)] == [(None, {})]


def test_every_alias_is_read(sqlite_store: Store, write: Write) -> None:
    """Header names match in any order and case, by the layout's name or its alias."""
    text = "EST,Factor, Endpoint ,study_KEY,events,n\n2.1,NLR,OS,kim,20,90\n"
    load(sqlite_store, write(text), curator="ada")
    (row,) = _rows(sqlite_store)
    assert (row["est"], row["factor"], row["n_events"], row["n"]) == (2.1, "NLR", 20, 90)


@pytest.mark.parametrize(
    ("columns", "row"),
    [("log_hr,se_log_hr", "0.5,0.2"), ("effect_direction", "worse"), ("hr", "2.1")],
)
def test_one_of_three_results_is_enough(sqlite_store: Store, write: Write, columns: str, row: str) -> None:
    """A file has a ratio, a log ratio with its error, or a direction; none of the others is asked for."""
    path = write(f"study_key,biomarker,endpoint,{columns}\nkim,NLR,OS,{row}\n")
    assert load(sqlite_store, path, curator="ada").created == 1


def test_a_log_ratio_wins_over_the_ratio(sqlite_store: Store, write: Write) -> None:
    """With both given the log ratio counts, and its error where that is printed more precisely than the CI."""
    text = "study_key,biomarker,endpoint,hr,ci_low,ci_high,log_hr,se_log_hr\nkim,NLR,OS,2.0,1.0,4.0,0.693,0.3537\n"
    load(sqlite_store, write(text), curator="ada")
    assert [(row["yi"], row["derivation"]) for row in _rows(sqlite_store)] == [(0.693, "se")]


def test_a_dimensionless_factor_needs_no_unit(sqlite_store: Store, write: Write) -> None:
    """NLR is a ratio: its cutoff has no unit to give."""
    text = "study_key,biomarker,endpoint,hr,cutoff_operator,cutoff_value\nkim,NLR,OS,2.1,>,3\n"
    assert load(sqlite_store, write(text), curator="ada").created == 1


def test_an_unknown_endpoint_names_the_nearest(sqlite_store: Store, write: Write) -> None:
    """The message gives the nearest endpoint, the list, and how it grows."""
    text = "study_key,biomarker,endpoint,hr\nkim,NLR,overal survival,2.1\n"
    with pytest.raises(InputRefused, match=r"'overal survival' is not a known endpoint \(is it 'OS'\?\)") as refused:
        load(sqlite_store, write(text), curator="ada")
    assert "PFS" in refused.value.issues[0].expected
    assert "curator adds" in refused.value.issues[0].expected


def test_a_new_name_close_to_a_known_one_is_pointed_at(sqlite_store: Store, write: Write) -> None:
    """A new factor is created on first use; one that looks like a known one may be a slip and is said to be."""
    text = "study_key,biomarker,endpoint,hr,disease,cutoff_operator\nkim,NLR,OS,2.1,gout,>\nkim,ferritine,OS,2.1,,>\n"
    loaded = load(sqlite_store, write(text), curator="ada")
    assert loaded.new_names == {"factor": ("ferritine",), "disease": ("gout",)}
    assert [(issue.code, issue.line, issue.column) for issue in loaded.flags] == [("name-near", 3, "biomarker")]
    assert "close to 'ferritin'" in loaded.flags[0].message


def test_two_spellings_of_a_new_name_are_one(store: Store, write: Write) -> None:
    """A new disease has the spelling of its first row, whatever case the others are in."""
    text = "study_key,biomarker,endpoint,hr,disease\nkim,NLR,OS,2.1,Gout\nlee,NLR,OS,2.1,gout\n"
    assert load(store, write(text), curator="ada").new_names["disease"] == ("Gout",)
    assert {row["disease"] for row in _rows(store)} == {"Gout"}


def test_empty_cells_agree_with_anything(store: Store, write: Write) -> None:
    """What one row of a study leaves empty another may give; it holds for all of them."""
    text = "study_key,biomarker,endpoint,hr,year,country\nkim,NLR,OS,2.1,,\nkim,NLR,PFS,2.2,2016,Japan\n"
    load(store, write(text), curator="ada")
    assert [(row["year"], row["country"]) for row in _rows(store)] == [(2016, "Japan")] * 2


def test_two_reports_of_one_study_are_refused_with_both_lines(sqlite_store: Store, write: Write) -> None:
    """A contradiction stands on the later row and names the line that said otherwise."""
    text = "study_key,biomarker,endpoint,hr,year\nkim,NLR,OS,2.1,\nkim,NLR,PFS,2.2,2016\nkim,NLR,EFS,2.2,2017\n"
    with pytest.raises(InputRefused, match=r"rows.csv:4:year: study-contradicts: .* 2017 here and 2016 on line 3"):
        load(sqlite_store, write(text), curator="ada")


def test_a_curator_is_needed(sqlite_store: Store, write: Write) -> None:
    """No change without someone answerable for it."""
    with pytest.raises(UsageError, match="every change has a curator"):
        load(sqlite_store, write(TWO), curator=" ")


def _levels(store: Store) -> dict[str, tuple[str, str]]:
    with store.read() as connection:
        found = Vocabulary.load(connection).attributes
    return {name: (str(each.type), str(each.level)) for name, each in found.items() if name != "product_source"}


def test_unknown_columns_become_study_characteristics(store: Store, write: Write) -> None:
    """Numbers are told from texts; what is the same within each cohort belongs to it, else to the estimate."""
    text = """\
study_key,cohort,biomarker,endpoint,hr,centres_n,arm,site,empty
kim,,NLR,OS,2.1,3,A,007,
kim,,NLR,PFS,2.2,3.0,B,007,
kim,old,NLR,PFS,2.2,4,B,,
"""
    loaded = load(store, write(text), curator="ada", attributes=True)
    expected = {"centres_n": ("number", "cohort"), "arm": ("text", "estimate"), "site": ("text", "cohort")}
    assert _levels(store) == expected
    assert {each.name for each in loaded.declared} == expected.keys()
    assert [row["attributes"] for row in _rows(store)] == [
        {"centres_n": 3.0, "arm": "A", "site": "007"},
        {"centres_n": 3.0, "arm": "B", "site": "007"},
        {"centres_n": 4.0, "arm": "B"},
    ]


def test_declared_characteristics_are_checked(sqlite_store: Store, write: Write) -> None:
    """A category takes its levels only, a number only numbers; without a declaration a column is unknown."""
    text = "study_key,biomarker,endpoint,hr,product_source,score\nkim,NLR,OS,2.1,Academic,3\n"
    load(sqlite_store, write(text), curator="ada", attributes=True)
    wrong = "study_key,biomarker,endpoint,hr,Product_Source,score\nlee,NLR,OS,2.1,hospital,high\n"
    with pytest.raises(InputRefused, match="2 problems") as refused:
        load(sqlite_store, write(wrong), curator="ada")
    assert [(issue.code, issue.column) for issue in refused.value.issues] == [
        ("word-unknown", "Product_Source"),
        ("number", "score"),
    ]
    assert refused.value.issues[0].expected == "one of commercial, academic, mixed"
    assert _rows(sqlite_store)[0]["attributes"] == {"product_source": "academic", "score": 3.0}


ONE_REVIEW = "study_key,biomarker,endpoint,hr,review\nkim,NLR,OS,2.1,A\nkim,NLR,PFS,2.2,A\n"


@pytest.mark.parametrize(
    "second",
    [
        "study_key,biomarker,endpoint,hr,review\nlee,NLR,OS,2.1,A\nlee,NLR,PFS,2.2,B\n",
        "study_key,biomarker,endpoint,hr,review,source_locator\nkim,NLR,OS,2.1,B,Table 2\n",
    ],
    ids=["within the file", "against the registry"],
)
def test_a_characteristic_of_cohorts_can_become_one_of_estimates(store: Store, write: Write, second: str) -> None:
    """What one file made a matter of the cohort, another shows to be one of the estimate; no stored value is lost."""
    load(store, write(ONE_REVIEW), curator="ada", attributes=True)
    assert _levels(store) == {"review": ("text", "cohort")}
    before = _rows(store)
    loaded = load(store, write(second), curator="ada", attributes=True)
    assert _levels(store) == {"review": ("text", "estimate")}
    assert "attribute-narrowed" in {issue.code for issue in loaded.flags}
    after = _rows(store)
    assert after[: len(before)] == before
    assert [row["attributes"]["review"] for row in after[:2]] == ["A", "A"]
    assert load(store, write(ONE_REVIEW), curator="ada").unchanged == 2
    with store.read() as connection:
        assert verify_rows(connection) == len(after)
        projected = project(connection, list(connection.execute(sa.select(Estimate.id)).scalars()))
    assert {row["digest"] for row in projected} == {row["digest"] for row in after}


def test_without_the_option_a_characteristic_stays_what_it_is(sqlite_store: Store, write: Write) -> None:
    """Values that differ within a cohort are refused, with the way out."""
    load(sqlite_store, write(ONE_REVIEW), curator="ada", attributes=True)
    text = "study_key,biomarker,endpoint,hr,review\nlee,NLR,OS,2.1,A\nlee,NLR,PFS,2.2,B\n"
    with pytest.raises(InputRefused, match=r"rows.csv:3:review: attribute-contradicts: the cohort lee/all has review"):
        load(sqlite_store, write(text), curator="ada")
    assert _levels(sqlite_store) == {"review": ("text", "cohort")}


def test_a_considered_declaration_is_never_changed(sqlite_store: Store, write: Write) -> None:
    """A category with levels was thought about: a cohort with two of them is a slip, with or without the option."""
    text = "study_key,biomarker,endpoint,hr,product_source\nkim,NLR,OS,2.1,academic\nkim,NLR,PFS,2,commercial\n"
    with pytest.raises(InputRefused, match="attribute-contradicts"):
        load(sqlite_store, write(text), curator="ada", attributes=True)


def test_what_is_forgotten_of_a_long_file_is_still_held_against_it(
    store: Store, write: Write, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond what is remembered of a file, rows that contradict each other are conflicts, and repeats are unchanged."""
    monkeypatch.setattr(agreement, "MOST_OWNERS", 4)
    monkeypatch.setattr(check, "MOST_KEYS", 4)
    head, before = "study_key,biomarker,endpoint,hr,year\n", held(store)
    rows = [f"s{number},NLR,OS,2.1,2016\n" for number in range(3000)]
    for other in ("s1,NLR,PFS,2.1,2017\n", "s1,NLR,OS,2.3,2016\n"):
        with pytest.raises(Conflict, match=r"rows\.csv:3002:(year|hr): conflict"):
            load(store, write(head + "".join(rows) + other), curator="ada")
        assert held(store) == before
    loaded = load(store, write(head + "".join(rows) + rows[1]), curator="ada")
    assert (loaded.rows, loaded.created, loaded.unchanged) == (3001, 3000, 1)
