"""Names on their way in: what they resolve to, what is asked, and the words of the source beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from registry.errors import InputRefused
from registry.ingest.load import load
from registry.models import Synonym, evidence
from registry.store import Store
from registry.vocabulary import Vocabulary

Write = Callable[..., Path]

HEAD = (
    "study_key,biomarker,endpoint,disease,hr,ci_low,ci_high,ci_level,n_patients,cutoff_value,cutoff_unit,as_printed\n"
)


def line(study: str, biomarker: str = "NLR", **cells: str) -> str:
    given = {"endpoint": "OS", "disease": "", "cutoff": ",", "printed": ""} | cells
    where = f"{study},{biomarker},{given['endpoint']},{given['disease']}"
    return f"{where},1.56,1.08,2.27,95,273,{given['cutoff']},{given['printed']}\n"


def stored(store: Store, *columns: str) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        chosen = [evidence.c[name] for name in columns]
        query = sa.select(*chosen).where(evidence.c.valid_to.is_(None)).order_by(evidence.c.study)
        return [tuple(row) for row in connection.execute(query)]


def codes(refused: pytest.ExceptionInfo[InputRefused]) -> list[tuple[str, int]]:
    return [(issue.code, issue.line) for issue in refused.value.issues]


def test_summary_row_is_refused_unless_it_is_printed_so(store: Store, write: Write) -> None:
    """The pooled line of a forest plot is no study; with the curator's word it is stored as disputed."""
    studies = line("Smith 2019") + line("Jones 2020")
    with pytest.raises(InputRefused) as refused:
        load(store, write(HEAD + studies + line("Overall (I2 = 71%)")), curator="ada")
    assert codes(refused) == [("summary-row", 4)]
    load(store, write(HEAD + studies + line("Overall (I2 = 71%)", printed="a study called so")), curator="ada")
    assert stored(store, "study", "status")[1] == ("Overall (I2 = 71%)", "disputed")


def test_study_with_nearly_the_name_of_another_is_named(store: Store, write: Write) -> None:
    """Of the same file or of the registry; a study of another year stays quiet, and so does the file a second time."""
    path = write(HEAD + line("Kim 2016") + line("Kim 2016") + line("Kim et al. 2016") + line("Kim 2017"))
    loaded = load(store, path, curator="ada")
    assert (loaded.created, loaded.unchanged) == (3, 1)
    near = [issue for issue in loaded.flags if issue.code == "study-near"]
    assert [(issue.line, issue.value) for issue in near] == [(4, "Kim et al. 2016")]
    assert "nearly the name of 'Kim 2016', on line 2" in near[0].message
    again = load(store, write(HEAD + line('"KIM, 2016"'), "more.csv"), curator="ada")
    assert [issue.code for issue in again.flags if issue.code == "study-near"] == ["study-near"]
    assert "study-near" not in load(store, path, curator="ada").flag_counts


def test_small_all_is_asked(store: Store, write: Write) -> None:
    """In small letters it may be every disease; in capitals it is leukaemia."""
    with pytest.raises(InputRefused) as refused:
        load(store, write(HEAD + line("a", disease="all")), curator="ada")
    assert codes(refused) == [("name-ambiguous", 2)]
    assert "ALL or acute lymphoblastic leukemia; empty for every disease" in refused.value.issues[0].expected
    load(store, write(HEAD + line("a", disease="ALL")), curator="ada")
    assert stored(store, "disease", "disease_text") == [("acute lymphoblastic leukemia", "ALL")]


@pytest.mark.parametrize(
    ("biomarker", "cutoff"), [("PCT", "0.24,%"), ("Sf", "40,%"), ("PCT", "200,10*9/L"), ("neutrophil count", "70,%")]
)
def test_unit_of_another_factor_is_asked(sqlite_store: Store, write: Write, biomarker: str, cutoff: str) -> None:
    """A short name stands for several things: PCT in % is plateletcrit, SF in % no ferritin."""
    with pytest.raises(InputRefused) as refused:
        load(sqlite_store, write(HEAD + line("a", biomarker, cutoff=cutoff)), curator="ada")
    assert codes(refused) == [("unit-of-another-factor", 2)]


@pytest.mark.parametrize(
    ("biomarker", "cutoff"),
    [("PCT", "0.5,ug/L"), ("SF", "1000,pmol/L"), ("SF", "2,{ULN}"), ("procalcitonin", "0.24,%"), ("HbA1c", "6.5,%")],
)
def test_unit_a_factor_may_have_is_taken(sqlite_store: Store, write: Write, biomarker: str, cutoff: str) -> None:
    """Mass and amount may be of one thing, multiples of normal of any; a full name is what it says."""
    assert load(sqlite_store, write(HEAD + line("a", biomarker, cutoff=cutoff)), curator="ada").created == 1


def test_hyphens_and_brackets_make_no_second_disease(store: Store, write: Write) -> None:
    """Typeset hyphens, full-width letters and a short name in brackets are the same name; a stage is not."""
    named = [
        *("non\u2010small cell lung cancer", "non-small cell lung cancer", "Non-Small-Cell Lung Cancer (NSCLC)"),
        *("\uff2e\uff33\uff23\uff2c\uff23", "NSCLC stage IV"),
    ]
    loaded = load(
        store, write(HEAD + "".join(line(f"S{n}", disease=each) for n, each in enumerate(named))), curator="a"
    )
    assert loaded.new_names["disease"] == ("NSCLC stage IV",)
    assert [disease for (disease,) in stored(store, "disease")] == ["NSCLC"] * 4 + ["NSCLC stage IV"]


def test_typeset_hyphen_makes_no_second_study_or_factor(store: Store, write: Write) -> None:
    """Names are stored with the hyphen that is typed."""
    loaded = load(
        store,
        write(HEAD + line("Saint\u2010Jean 2016", "hs\u2011CRP") + line("Saint-Jean 2016", "hs-CRP")),
        curator="ada",
    )
    assert (loaded.studies, loaded.new_names["factor"], loaded.unchanged) == (1, ("hs-CRP",), 1)
    assert ["close to 'CRP'" in issue.message for issue in loaded.flags if issue.code == "name-near"] == [True]


def test_time_in_the_name_of_an_endpoint_is_kept(store: Store, write: Write) -> None:
    """The endpoint, the days up to which events count, and the words; early death without a number has none."""
    endpoints = ["30-day mortality", "100-day mortality", "early death", "1-year OS", "OS", "LFS", "DMFS"]
    load(store, write(HEAD + "".join(line(f"S{n}", endpoint=each) for n, each in enumerate(endpoints))), curator="ada")
    assert stored(store, "endpoint", "horizon_days", "endpoint_text") == [
        ("early mortality", 30.0, "30-day mortality"),
        ("early mortality", 100.0, "100-day mortality"),
        ("early mortality", None, "early death"),
        ("OS", 365.25, "1-year OS"),
        ("OS", None, None),
        ("DFS", None, "LFS"),
        ("DMFS", None, None),
    ]


@pytest.mark.parametrize("endpoint", ["1-year mortality", "5-year mortality"])
def test_mortality_up_to_years_is_no_early_one(sqlite_store: Store, write: Write, endpoint: str) -> None:
    """What it is has to be said, and early mortality is not proposed for it."""
    with pytest.raises(InputRefused) as refused:
        load(sqlite_store, write(HEAD + line("a", endpoint=endpoint)), curator="ada")
    assert codes(refused) == [("endpoint-unknown", 2)]
    assert "early mortality" not in refused.value.issues[0].message


def test_horizon_of_its_own_column_counts(sqlite_store: Store, write: Write) -> None:
    """An empty cell is filled by the name of the endpoint; the same number twice is one."""
    head = "study_key,biomarker,endpoint,hr,horizon_days\n"
    rows = "a,NLR,30-day mortality,2,\nb,NLR,1-year OS,2,365\nc,NLR,OS,2,90\nd,NLR,OS,2,\n"
    load(sqlite_store, write(head + rows), curator="ada")
    assert [days for (days,) in stored(sqlite_store, "horizon_days")] == [30.0, 365.0, 90.0, None]


def test_words_of_the_source_are_no_part_of_the_estimate(store: Store, write: Write) -> None:
    """The same row in other words, or by the registry's names, is the same estimate."""
    load(store, write(HEAD + line("a", "serum ferritin", endpoint="overall survival", disease="RRMM")), curator="ada")
    assert stored(store, "factor", "factor_text", "endpoint_text", "disease_text") == [
        ("ferritin", "serum ferritin", "overall survival", "RRMM")
    ]
    again = load(
        store, write(HEAD + line("a", "ferritin", disease="relapsed/refractory multiple myeloma")), curator="a"
    )
    assert (again.created, again.unchanged) == (0, 1)


def test_names_folded_by_an_earlier_rule_are_found(store: Store) -> None:
    """A registry that stored another hyphen knows the name all the same."""
    with store.transaction("ada", "as it was") as transaction:
        row = {"vocabulary": "disease", "folded": "x\u2010linked", "name": "X\u2010linked", "key": "X\u2010linked"}
        transaction.connection.execute(sa.insert(Synonym), row)
        transaction.change("disease", "X\u2010linked", "key", None, "X\u2010linked")
    with store.read() as connection:
        known = Vocabulary.load(connection)
    assert known.disease("X-linked") == known.disease("x\u2011LINKED") == "X\u2010linked"


COVARIATES = """\
study_key,biomarker,endpoint,hr,ci_low,ci_high,adjusted,covariates
S1,NLR,OS,1.9,1.3,2.78,yes,age; sex; ISS
S2,NLR,OS,2.1,1.4,3.15,yes,"age, sex, and ISS"
S3,NLR,OS,2.2,1.5,3.23,yes,age (continuous); ISS III
S4,NLR,OS,1.2,0.8,1.80,yes,age >= 65; R-ISS
"""


def test_lists_are_coded_and_their_words_kept(store: Store, write: Write) -> None:
    """Commas separate, qualifiers are no names; what the codes leave out stands beside them."""
    load(store, write(COVARIATES), curator="ada")
    assert stored(store, "covariates", "covariates_text") == [
        ("age; ISS; sex", None),
        ("age; ISS; sex", "age, sex, and ISS"),
        ("age; ISS", "age (continuous); ISS III"),
        ("age; R-ISS", "age >= 65; R-ISS"),
    ]


def test_former_reading_of_a_list_is_known(store: Store) -> None:
    """Keys of estimates stored before hold what the list was read as then."""
    with store.read() as connection:
        known = Vocabulary.load(connection)
    assert known.covariates_formerly("gender; age, ISS; t(4; 14)") == ["age, ISS", "sex", "t(4;14)"]
    assert known.covariates("gender; age, ISS; t(4; 14)") == ["age", "ISS", "sex", "t(4;14)"]
