"""The catalogue of issues: every code has an example here that draws it, and an entry that explains it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.columns import BY_INPUT
from registry.errors import InputRefused
from registry.ingest.issues import CATALOGUE, ERRORS, FLAGS, REMARKS
from registry.ingest.load import load
from registry.store import Store

Write = Callable[..., Path]
Held = Callable[[Store], dict[str, int]]

HEAD = "study_key,biomarker,endpoint,hr,ci_low,ci_high\n"
GOOD = "kim,NLR,OS,2.1,1.4,3.2\n"

#: code → (text of the file, line of the issue, options of the import).
REFUSED: dict[str, tuple[str | bytes, int, dict[str, Any]]] = {
    "file-empty": ("", 0, {}),
    "file-kind": ("study_key|biomarker|endpoint|hr\nkim|NLR|OS|2.1\n", 1, {}),
    "json": ('{"study_key": "kim", "biomarker": "NLR", "endpoint": "OS", "hr": 2.1}\n{"study_key"\n', 2, {}),
    "json-key": ('{"study_key": "kim", "biomarker": "NLR", "endpoint": "OS", "hr": 2.1}\n{"hr": 1, "hr": 2}\n', 2, {}),
    "json-value": ('{"study_key": "kim", "biomarker": "NLR", "endpoint": "OS", "hr": 2.1, "notes": []}\n', 1, {}),
    "header-place": ("Table 2. Univariate analysis,,,\nstudy_key,biomarker,endpoint,hr\nkim,NLR,OS,2.1\n", 1, {}),
    "map-unknown": (HEAD + GOOD, 1, {"mapping": {"n": "Patients"}}),
    "encoding": (HEAD.encode() + b"M\xfcller,NLR,OS,2.1,1.4,3.2\n", 2, {}),
    "nul-byte": (HEAD.encode() + b"kim,NLR,O\0S,2.1,1.4,3.2\n", 2, {}),
    "quoting": (HEAD + '"kim" et al,NLR,OS,2.1,1.4,3.2\n', 2, {}),
    "row-ragged": (HEAD + GOOD + "kim,NLR,PFS,2.1\n", 3, {}),
    "rows-missing": (HEAD, 0, {}),
    "too-many": (HEAD + "kim,NLR,OS,high,1.4,3.2\n" * 10_001, 10_001, {}),
    "column-unnamed": ("study_key,biomarker,endpoint,hr,\nkim,NLR,OS,2.1,x\n", 1, {}),
    "column-repeated": ("study_key,biomarker,endpoint,hr,n,n_patients\nkim,NLR,OS,2.1,10,10\n", 1, {}),
    "column-unknown": ("study_key,biomarker,endpoint,hr,nots\nkim,NLR,OS,2.1,x\n", 1, {}),
    "column-missing": ("study_key,biomarker,hr\nkim,NLR,2.1\n", 1, {}),
    "column-name": ("study_key,biomarker,endpoint,hr,follow up\nkim,NLR,OS,2.1,x\n", 1, {"attributes": True}),
    "ignore-unknown": (HEAD + GOOD, 1, {"ignore": ["notes"]}),
    "cell-empty": (HEAD + "kim,NLR,,2.1,1.4,3.2\n", 2, {}),
    "number": (HEAD + "kim,NLR,OS,NR,1.4,3.2\n", 2, {}),
    "number-finite": (HEAD + "kim,NLR,OS,2.1,1.4,inf\n", 2, {}),
    "number-range": (HEAD + "kim,NLR,OS,2.1,1.4,1e999\n", 2, {}),
    "thousands-separator": ('study_key,biomarker,endpoint,hr\nkim,NLR,OS,"1,077"\n', 2, {}),
    "percent-sign": (HEAD + "kim,NLR,OS,210%,1.4,3.2\n", 2, {}),
    "excel-date": (HEAD + "kim,NLR,OS,2-Jan,1.4,3.2\n", 2, {}),
    "cell-error": (HEAD + "#N/A,NLR,OS,2.1,1.4,3.2\n", 2, {}),
    "count": ("study_key,biomarker,endpoint,hr,n_patients\nkim,NLR,OS,2.1,12.5\n", 2, {}),
    "count-range": ("study_key,biomarker,endpoint,hr,n_patients\nkim,NLR,OS,2.1,0\n", 2, {}),
    "ci-not-positive": (HEAD + "kim,NLR,OS,2.1,0.00,3.2\n", 2, {}),
    "se-not-positive": ("study_key,biomarker,endpoint,log_hr,se_log_hr\nkim,NLR,OS,0.5,0\n", 2, {}),
    "ci-level-range": ("study_key,biomarker,endpoint,hr,ci_level\nkim,NLR,OS,2.1,0.95\n", 2, {}),
    "p-value": ("study_key,biomarker,endpoint,hr,p_value\nkim,NLR,OS,2.1,NS\n", 2, {}),
    "p-range": ("study_key,biomarker,endpoint,hr,p_value\nkim,NLR,OS,2.1,1.2\n", 2, {}),
    "year-range": ("study_key,biomarker,endpoint,hr,year\nkim,NLR,OS,2.1,20016\n", 2, {}),
    "followup-range": ("study_key,biomarker,endpoint,hr,followup_median_months\nkim,NLR,OS,2.1,-3\n", 2, {}),
    "word-unknown": ("study_key,biomarker,endpoint,hr,contrast\nkim,NLR,OS,2.1,above_vs_bellow\n", 2, {}),
    "endpoint-unknown": (HEAD + "kim,NLR,overall survivall,2.1,1.4,3.2\n", 2, {}),
    "doi": ("study_key,biomarker,endpoint,hr,doi\nkim,NLR,OS,2.1,doi.org/abc\n", 2, {}),
    "pmid": ("study_key,biomarker,endpoint,hr,pmid\nkim,NLR,OS,2.1,PMC6076067\n", 2, {}),
    "url": ("study_key,biomarker,endpoint,hr,source_url\nkim,NLR,OS,2.1,pubmed\n", 2, {}),
    "date": ("study_key,biomarker,endpoint,hr,recruited_from\nkim,NLR,OS,2.1,June 2017\n", 2, {}),
    "unit-unknown": (
        "study_key,biomarker,endpoint,hr,cutoff_value,cutoff_unit\nkim,ferritin,OS,2.1,550,ng per ml\n",
        2,
        {},
    ),
    "text-control": ("study_key,biomarker,endpoint,hr,notes\nkim,NLR,OS,2.1,\x1b[31mred\n", 2, {}),
    "text-long": (HEAD + "k" * 201 + ",NLR,OS,2.1,1.4,3.2\n", 2, {}),
    "as-printed-word": ("study_key,biomarker,endpoint,hr,as_printed\nkim,NLR,OS,2.1,no\n", 2, {}),
    "unit-missing": ("study_key,biomarker,endpoint,hr,cutoff_value\nkim,ferritin,OS,2.1,550\n", 2, {}),
    "dates-reversed": (
        "study_key,biomarker,endpoint,hr,recruited_from,recruited_to\nkim,NLR,OS,2.1,2017-03,2015\n",
        2,
        {},
    ),
    "hr-outside-ci": (HEAD + "kim,NLR,OS,0.01,0.05,0.5\n", 2, {}),
    "ci-reversed": (HEAD + "kim,NLR,OS,2.1,3.2,1.4\n", 2, {}),
    "ci-width-zero": (HEAD + "kim,NLR,OS,2.1,2.1,2.1\n", 2, {}),
    "se-contradicts-ci": (HEAD[:-1] + ",se_log_hr\nkim,NLR,OS,2.15,1.74,2.66,0.233\n", 2, {}),
    "log-contradicts-ratio": ("study_key,biomarker,endpoint,hr,log_hr,se_log_hr\nkim,NLR,OS,2,0.30,0.1\n", 2, {}),
    "summary-row": (HEAD + "Overall (I² = 71 %),NLR,OS,2.1,1.4,3.2\n", 2, {}),
    "name-ambiguous": ("study_key,biomarker,endpoint,hr,disease\nkim,NLR,OS,2.1,all\n", 2, {}),
    "unit-of-another-factor": (
        "study_key,biomarker,endpoint,hr,cutoff_value,cutoff_unit\nkim,PCT,OS,2.1,0.24,%\n",
        2,
        {},
    ),
    "horizon-contradicts": ("study_key,biomarker,endpoint,hr,horizon_days\nkim,NLR,30-day mortality,2,100\n", 2, {}),
    "counts-impossible": ("study_key,biomarker,endpoint,hr,n,events\nkim,NLR,OS,2.1,100,120\n", 2, {}),
    "direction-contradicts": (
        "study_key,biomarker,endpoint,hr,contrast,cutoff_operator,as_printed\nkim,NLR,OS,2,above_vs_below,<,so\n",
        2,
        {},
    ),
    "step-contradicts": (
        "study_key,biomarker,endpoint,hr,reference_group\nkim,albumin,OS,1.5,per 1 g/dL decrease\n",
        2,
        {},
    ),
    "key-repeated": (HEAD + GOOD + "kim,NLR,OS,2.3,1.4,3.2\n", 3, {}),
    "study-contradicts": ("study_key,biomarker,endpoint,hr,year\nkim,NLR,OS,2.1,2015\nkim,NLR,PFS,2,2016\n", 3, {}),
    "cohort-contradicts": (
        "study_key,biomarker,endpoint,hr,country\nkim,NLR,OS,2.1,Japan\nkim,NLR,PFS,2,China\n",
        3,
        {},
    ),
    "report-contradicts": (
        "study_key,biomarker,endpoint,hr,doi,pmid\nkim,NLR,OS,2.1,10.1000/1,11\nlee,NLR,OS,2,10.1000/1,12\n",
        3,
        {},
    ),
    "attribute-contradicts": (
        "study_key,biomarker,endpoint,hr,product_source\nkim,NLR,OS,2.1,academic\nkim,NLR,PFS,2,commercial\n",
        3,
        {},
    ),
}

#: Codes that need more than one file: tested by name below.
ELSEWHERE = {"file-unreadable", "conflict", "name-near", "study-near", "attribute-narrowed"}
#: Codes of workbooks and folders: in test_workbook.py and test_folder.py.
ELSEWHERE |= {"key-unknown", "version-unknown", "edit-refused"}
ELSEWHERE |= {"file-too-large", "sheet-unknown", "formula", "truth-value", "merged-cells", "sheet-chosen", "hidden"}
ELSEWHERE |= {"folder-empty", "file-passed-over", "semicolons"}
#: What is stored under another reading: in tests/writing/test_former.py.
ELSEWHERE |= {"stored-otherwise"}

#: code → text of a file that is stored with this remark or flag.
REMARKED: dict[str, str] = {
    "row-repeated": HEAD + GOOD + GOOD,
    "ci-of-log": "study_key,biomarker,endpoint,log_hr,ci_low,ci_high\nkim,NLR,OS,0.40,-0.10,0.90\n",
    "direction-unclear": HEAD + GOOD,
    "measure-unclear": "study_key,biomarker,endpoint,est\nkim,NLR,OS,2\n",
    "direction-outvoted": "study_key,biomarker,endpoint,hr,contrast,cutoff_operator,reference_group\n"
    "kim,albumin,OS,2,above_vs_below,<,albumin >= 3.5\n",
    "words-decide": "study_key,biomarker,endpoint,hr,contrast,reference_group\n"
    "kim,NLR,OS,2,above_vs_below,per unit increase\n",
    "cutoff-in-words": "study_key,biomarker,endpoint,hr,cutoff_value,cutoff_unit\nkim,LDH,OS,2,1.5,{ULN}\n",
    "counts-oppose": HEAD.strip() + ",n_index,n_reference,events_index,events_reference\n"
    "kim,NLR,OS,0.5,0.3,0.83,100,100,80,40\n",
    "covariates-unadjusted": "study_key,biomarker,endpoint,hr,adjusted,covariates\nkim,NLR,OS,2,no,age; sex\n",
    "decimal-comma": HEAD + 'kim,NLR,OS,"2,1",1.4,3.2\n',
    "thousands-grouped": 'study_key,biomarker,endpoint,hr,n_patients\nkim,NLR,OS,2.1,"1,077"\n',
    "off-centre": HEAD + "kim,NLR,OS,2.1,1.4,8.2\n",
    "p-contradicts-ci": "study_key,biomarker,endpoint,hr,ci_low,ci_high,p_value\nkim,NLR,OS,0.3,0.07,1.3,0.04\n",
    "ci-level-assumed": HEAD + GOOD,
    "data-driven-cutoff": "study_key,biomarker,endpoint,hr,cutoff_method\nkim,NLR,OS,2,roc\n",
    "p-test-unclear": "study_key,biomarker,endpoint,hr,p_value\nkim,NLR,OS,2,0.01\n",
}


def test_every_code_has_an_example() -> None:
    """No code without an example that draws it, and none that the catalogue does not explain."""
    assert REFUSED.keys() | REMARKED.keys() | ELSEWHERE == CATALOGUE.keys()
    assert CATALOGUE.keys() == ERRORS.keys() | REMARKS.keys() | FLAGS.keys()


def test_every_code_is_explained() -> None:
    """Each entry says what the code means and what to do."""
    assert [code for code, entry in CATALOGUE.items() if not (entry.meaning and entry.remedy)] == []


@pytest.mark.parametrize("code", REFUSED)
def test_a_fault_is_refused_with_its_code_and_place(sqlite_store: Store, write: Write, held: Held, code: str) -> None:
    """The issue has the code and the line, what is wrong and what was expected, and nothing is stored."""
    text, line, options = REFUSED[code]
    path, before = write(text), held(sqlite_store)
    with pytest.raises(InputRefused, match="was not imported") as refused:
        load(sqlite_store, path, curator="ada", **options)
    found = [issue for issue in refused.value.issues if issue.code == code]
    assert [(issue.file, issue.line, issue.severity) for issue in found[:1]] == [(str(path), line, "error")]
    assert found[0].message
    assert refused.value.exit_code == 3
    assert held(sqlite_store) == before


@pytest.mark.parametrize("code", sorted(REFUSED.keys() - {"too-many"}))
def test_a_fault_is_reported_once(sqlite_store: Store, write: Write, code: str) -> None:
    """One fault draws one issue, not a train of them."""
    text, _, options = REFUSED[code]
    with pytest.raises(InputRefused, match="was not imported") as refused:
        load(sqlite_store, write(text), curator="ada", **options)
    assert [issue.code for issue in refused.value.issues] == [code]


@pytest.mark.parametrize("code", REMARKED)
def test_a_remark_is_reported_and_stored(sqlite_store: Store, write: Write, code: str) -> None:
    """A remark has code and place and refuses nothing."""
    path = write(REMARKED[code])
    loaded = load(sqlite_store, path, curator="ada")
    found = [issue for issue in loaded.flags if issue.code == code]
    assert [(issue.file, issue.severity) for issue in found] == [(str(path), "flag")]
    assert found[0].line == loaded.rows + 1
    assert found[0].column in BY_INPUT
    assert loaded.created == 1


def test_a_missing_file_is_refused(sqlite_store: Store, tmp_path: Path) -> None:
    """A path without a file has its own code."""
    with pytest.raises(InputRefused, match="file-unreadable: cannot read it: No such file") as refused:
        load(sqlite_store, tmp_path / "none.csv", curator="ada")
    assert refused.value.issues[0].file == str(tmp_path / "none.csv")
