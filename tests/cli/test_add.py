"""`evireg add`: for scripts by options, for people by questions and answers on a real terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from registry.handle import open as open_registry
from tests.cli.conftest import Run
from tests.cli.terminal import CTRL_C, CTRL_D, Terminal

ESTIMATE = ["--study", "a2020", "--factor", "NLR", "--endpoint", "OS", "--hr", "1.56", "--ci", "1.08-2.27"]
TEXT = "High ferritin was associated with worse PFS (HR 2·15, 95% CI 1·74–2·66; P<.001) and OS (HR 2·86, 2·20–3·72)."


@pytest.fixture(autouse=True)
def checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a process of its own find the code, wherever it runs."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.delenv("EVIREG_DB", raising=False)


def stored(seeded: Path, where: str) -> list[dict[str, object]]:
    with open_registry(seeded) as reg:
        return [dict(row) for row in reg.estimates(where).to_dict("records")]


def test_options_store_directly(run: Run, seeded: Path) -> None:
    """A script says all and is asked nothing."""
    done = run("add", "estimate", *ESTIMATE, "--ci-level", "95", "--as", "Ada", "--json")
    assert done.code == 0, done.err
    assert done.json["numbers"]["log_ratio"] == pytest.approx(0.44469, abs=1e-5)
    (row,) = stored(seeded, 'study == "a2020"')
    assert (row["key"], row["est_text"]) == (done.json["key"], "1.56")


def test_aliases_and_set_are_fields_too(run: Run, seeded: Path) -> None:
    """Names of the import layout work as options, study characteristics by --set."""
    given = ["--study-key", "a2020", "--biomarker", "NLR", "--endpoint", "OS", "--est", "2", "--n-patients", "100"]
    done = run("add", "estimate", *given, "--set", "product_source=academic", "--as", "Ada")
    assert done.code == 0, done.err
    (row,) = stored(seeded, 'study == "a2020"')
    assert (row["n"], row["product_source"]) == (100, "academic")


@pytest.mark.usefixtures("seeded")
def test_what_is_missing_is_named_where_nobody_can_be_asked() -> None:
    """Without a terminal a missing option ends the command at once; it never waits for an answer."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.app", "add", "estimate", "--study", "x", "--as", "Ada"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "--factor, --endpoint, --hr" in done.stderr


@pytest.mark.parametrize(("kind", "named"), [("factor", "KEY"), ("study", "STUDY"), ("attribute", "NAME")])
def test_what_stands_by_position_is_named_so(run: Run, seeded: Path, kind: str, named: str) -> None:
    """The name of the thing itself is no option, and is not asked for as one."""
    refused = run("add", kind, "--json", "--as", "Ada")
    assert refused.code == 2, seeded
    assert f"add {kind} needs {named}" in refused.err


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--ci-level", "95", "--n", "x"], 3, "n: count: 'x' is not a whole number"),
        (["--ci-level", "195"], 3, "ci_level"),
        (["--set", "nonsense"], 2, "names no field"),
        (["--set", "nonsense=1"], 2, "no field 'nonsense'"),
    ],
)
def test_faults_end_with_their_exit_code(run: Run, seeded: Path, more: list[str], code: int, said: str) -> None:
    """Refused input is 3, a slip in the command 2; nothing is stored."""
    done = run("add", "estimate", *ESTIMATE, *more, "--as", "Ada")
    assert (done.code, said in done.err) == (code, True), done.err
    assert stored(seeded, 'study == "a2020"') == []


@pytest.mark.usefixtures("seeded")
def test_other_numbers_are_a_conflict(run: Run) -> None:
    """What is stored is not overwritten; the message has both values and the way out."""
    run("add", "estimate", *ESTIMATE, "--as", "Ada")
    done = run("add", "estimate", *ESTIMATE[:-3], "1.57", "--ci", "1.08-2.27", "--as", "Ada")
    assert done.code == 5
    assert "has hr 1.56, this row says 1.57" in done.err
    assert "evireg amend" in done.err


def test_dry_run_stores_nothing(run: Run, seeded: Path) -> None:
    """Checked, and nothing kept."""
    done = run("add", "estimate", *ESTIMATE, "--as", "Ada", "--dry-run")
    assert "Checked, nothing stored" in done.out
    assert stored(seeded, 'study == "a2020"') == []


@pytest.mark.usefixtures("seeded")
def test_synonyms_go_to_a_known_factor(run: Run) -> None:
    """A name a paper uses is found from then on."""
    assert run("add", "factor", "NLR", "--synonym", "N/L quotient", "--as", "Ada").code == 0
    assert "N/L quotient" in run("show", "NLR").out


@pytest.mark.usefixtures("seeded")
def test_text_without_a_terminal_is_only_proposed(run: Run) -> None:
    """A script gets proposals as JSON; there is no option that stores them unseen."""
    done = run("add", "estimate", "--from-text", TEXT)
    assert "Nothing was stored" in done.err
    first, second = done.json["proposals"]
    assert (first["texts"]["hr"], first["texts"]["endpoint"], second["texts"]["endpoint"]) == ("2.15", "PFS", "OS")
    assert first["quote"] == TEXT
    assert run("add", "estimate", "--from-text", TEXT, "--yes").code == 2


def test_text_may_be_a_file(run: Run, seeded: Path) -> None:
    """A saved abstract is read as well as a pasted one."""
    (seeded.parent / "abstract.txt").write_text(TEXT, encoding="utf-8")
    assert len(run("add", "estimate", "--from-text", "abstract.txt").json["proposals"]) == 2
    (seeded.parent / "page.bin").write_bytes(b"\xff\xfe\x00")
    done = run("add", "estimate", "--from-text", "page.bin")
    assert (done.code, "cannot be read as UTF-8" in done.err) == (2, True)


def test_questions_and_answers(seeded: Path) -> None:
    """From an empty command line to a stored estimate: suggestions, a slip explained, numbers shown, a yes."""
    window = Terminal("add", "estimate")
    window.answer("study", "kim\n")
    window.answer("a number, or Enter to keep 'kim' as new", "1\n")
    window.answer("cohort", "\n")
    window.answer("factor", "serum feritin\n")
    window.answer("a number, or Enter to keep", "1\n")
    window.answer("timepoint", "diagnosis\n")
    window.answer("cutoff", ">= 550\n")
    window.answer("cutoff_unit", "ng per ml\n")
    window.sees("is not a UCUM unit")
    window.answer("cutoff_unit", "ng/ml\n")
    window.answer("cutoff_method", "2\n")
    window.answer("contrast", "?\n")
    window.sees("patients above the cutoff against those below")
    window.answer("contrast", "\n")
    window.answer("endpoint", "overal survival\n")
    window.answer("a number, or type it again", "OS\n")
    window.answer("measure", "\n")
    window.answer("hr", "1.56\n")
    window.answer("ci", "2.08-2.27\n")
    window.sees("1.56 is outside its CI")
    window.answer("If the source prints it so", "\n")
    window.answer("ci", "1.08-2.27\n")
    window.answer("ci_level", "95\n")
    window.answer("p_value", "0.2\n")
    window.sees("log ratio 0.4447, SE 0.1895 (from HR and CI).")
    window.sees("p = 0.2 contradicts the CI, which implies p = 0.019.")
    window.answer("n", "<\n")
    window.answer("p_value", "0.02\n")
    window.sees("p = 0.02 agrees with the CI")
    window.answer("n", ".\n")
    window.answer("adjusted", "2\n")
    window.answer("source_kind", ".\n")
    window.answer("notes", "\n")
    assert stored(seeded, 'factor == "ferritin" and study == "kim2016"') == []
    window.answer("Store this estimate?", "n=273\n")
    window.answer("Store this estimate?", "y\n")
    window.answer("Another estimate of this study?", "n\n")
    done = window.end()
    (row,) = stored(seeded, 'factor == "ferritin" and study == "kim2016"')
    assert done.code == 0, done.screen
    assert {name: row[name] for name in ("cutoff_unit", "cutoff_method", "p_text", "n", "adjusted", "cohort")} == {
        "cutoff_unit": "ng/mL",
        "cutoff_method": "median",
        "p_text": "0.02",
        "n": 273,
        "adjusted": "no",
        "cohort": "all",
    }


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_stores_nothing(seeded: Path, key: str) -> None:
    """Whoever leaves in the middle leaves the registry as it was."""
    window = Terminal("add", "estimate", *ESTIMATE[:6])
    window.answer("first_author", ".\n")
    window.answer("cohort", ".\n")
    window.answer("timepoint", "")
    done = window.leave(key, "Nothing more was stored.")
    assert (done.code, "Nothing more was stored." in done.screen) == (130, True), done.screen
    assert stored(seeded, 'study == "a2020"') == []


def test_refused_at_the_end_can_be_corrected(seeded: Path) -> None:
    """A conflict with what is stored does not cost the answers given."""
    (kim,) = stored(seeded, 'study == "kim2016" and factor == "NLR" and endpoint == "OS"')
    given = {"study": "kim2016", "factor": "NLR", "endpoint": "OS", "locator": str(kim["locator"])}
    given |= {"contrast": "above_vs_below", "reference-group": "lower value"}
    window = Terminal("add", "estimate", *(part for name, text in given.items() for part in (f"--{name}", text)))
    for question in ("cohort", "timepoint", "cutoff", "measure"):
        window.answer(question, "\n")
    window.answer("hr", "1.57\n")
    window.answer("ci", ".\n")
    for question in ("n", "adjusted", "source_kind", "notes"):
        window.answer(question, ".\n")
    window.answer("Store this estimate?", "y\n")
    window.sees("has hr 1.56, this row says 1.57")
    window.answer("Store this estimate?", "cohort=elderly\n")
    window.answer("Store this estimate?", "y\n")
    window.answer("Another estimate of this study?", "\n")
    assert window.end().code == 0
    assert [row["est"] for row in stored(seeded, 'cohort == "elderly" and study == "kim2016"')] == [1.57]


def test_pasted_text_is_confirmed_one_by_one(seeded: Path) -> None:
    """Each proposal is shown with its words; only what got a yes is stored, and the words are its quote."""
    window = Terminal("add", "estimate", "--from-text", "-", piped=TEXT)
    window.answer("study", "cheng2025\n")
    window.sees("“2·15”")
    window.answer("first_author", ".\n")
    window.answer("cohort", ".\n")
    window.answer("timepoint", ".\n")
    window.answer("n", ".\n")
    window.answer("adjusted", "no\n")
    window.answer("source_kind", "abstract\n")
    window.answer("source_url", ".\n")
    window.answer("notes", "\n")
    window.answer("Store this estimate?", "y\n")
    window.sees("Proposal 2 of 2")
    for question in ("ci_level", "n"):
        window.answer(question, ".\n")
    window.answer("adjusted", "\n")
    window.answer("Store this estimate?", "n\n")
    done = window.end()
    assert done.code == 0, done.screen
    (row,) = stored(seeded, 'study == "cheng2025"')
    assert (row["endpoint"], row["est"], row["quote"], row["source_kind"]) == ("PFS", 2.15, TEXT, "abstract")


def test_text_without_a_ratio_says_so(seeded: Path) -> None:
    """Nothing found is no fault, and is said."""
    window = Terminal("add", "estimate", "--db", str(seeded), "--from-text", "Median OS was 12.3 months.")
    done = window.end()
    assert done.code == 0
    assert "No ratio was found" in done.screen


def test_a_vocabulary_is_asked_for_too(seeded: Path) -> None:
    """Every kind has its questions; what it needs is asked again until it is there."""
    window = Terminal("add", "factor")
    window.answer("key", "\n")
    window.sees("key is needed")
    window.answer("key", "D-dimer\n")
    window.answer("synonym", "fibrin D-dimer; DD\n")
    window.answer("label", "\n")
    window.answer("unit", "µg/l\n")
    window.answer("dimensionless", ".\n")
    window.answer("Store this factor?", "y\n")
    assert window.end().code == 0
    with open_registry(seeded) as reg:
        assert reg.vocabulary().factor("dd") == "D-dimer"
