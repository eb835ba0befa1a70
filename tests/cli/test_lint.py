"""`evireg lint` on the command line: what it shows, and how it ends."""

from __future__ import annotations

from pathlib import Path

from registry.linting.catalogue import example_rows
from registry.linting.complete import complete
from registry.store import init, open_store
from tests.cli.conftest import Run
from tests.linting.stored import store_rows


def registry_of(path: Path, *rows: dict[str, str]) -> str:
    init(path)
    with open_store(path) as store:
        store_rows(store, rows)
    return str(path)


def test_clean_registry_ends_with_0(run: Run, tmp_path: Path) -> None:
    """Nothing doubtful is said so, with how many estimates were looked at."""
    shown = run("lint", "--db", registry_of(tmp_path / "a.db", complete(0), complete(1)))
    assert (shown.code, shown.out) == (0, "Nothing doubtful: 2 estimates looked at.\n")


def test_error_ends_with_7_a_warning_only_when_strict(run: Run, tmp_path: Path) -> None:
    """An error fails a script, notes never do, and warnings when the script wants it."""
    error = registry_of(tmp_path / "error.db", *example_rows("accepted-without-quote"))
    warning = registry_of(tmp_path / "warning.db", *example_rows("se-implausible"))
    note = registry_of(tmp_path / "note.db", *example_rows("covariates-missing"))
    endings = [
        [run("lint", "--db", db, *strict).code for strict in ([], ["--strict"])] for db in (error, warning, note)
    ]
    assert endings == [[7, 7], [0, 7], [0, 0]]
    assert run("lint", "--db", error, "--json").code == 7


def test_finding_says_where_what_and_what_to_do(run: Run, tmp_path: Path) -> None:
    """The table has key, doubt and remedy, one rule at a time."""
    rows = [complete(place) | {"covariates": ""} for place in range(6)]
    db = registry_of(tmp_path / "a.db", *rows, complete(0) | {"endpoint": "PFS", "cutoff_method": ""})
    shown = run("lint", "--db", db).out
    assert "7 estimates looked at: 7 notes." in shown
    assert "note cutoff-method-missing: how the cutoff was chosen was not read" in shown
    assert "And 1 more: --rule covariates-missing --most 0." in shown
    assert "To do: read them; `; ` between them." in shown
    everything = run("lint", "--db", db, "--rule", "covariates-missing", "--most", "0").out
    assert everything.count("adjusted, and the covariates are not given") == 6
    assert len(run("lint", "--db", db, "--json").json["findings"]) == 7


def test_what_lint_does_not_take_is_said(run: Run, tmp_path: Path) -> None:
    """Unknown rules and impossible numbers are errors of usage."""
    db = registry_of(tmp_path / "a.db")
    assert run("lint", "--db", db, "--rule", "se-implausibel").err.splitlines()[1].startswith("nearest: se-implausible")
    assert run("lint", "--db", db, "--most", "-1").code == 2
