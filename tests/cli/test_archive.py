"""A snapshot given away and taken back, on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run

CREATE = ["snapshot", "create", "v1", "--as", "Ada"]


def test_export_restore_and_run_again(run: Run, seeded: Path) -> None:
    """What a reader of a paper does: restore the archive, verify it, and make the published result again."""
    run("query", "run", "nlr-myeloma-os", "--as", "Ada")
    run(*CREATE)
    told = run("snapshot", "export", "v1", "v1.zip", "--licence", "CC0-1.0")
    assert (told.code, told.err) == (0, "")
    assert "200 estimates" in told.out
    assert "licence CC0-1.0" in told.out
    run("init", "--db", "copy.db")
    restored = run("snapshot", "import", "v1.zip", "--db", "copy.db")
    assert restored.code == 0
    assert "every hash and digest is as it was" in " ".join(restored.out.split())
    assert run("verify", "--db", "copy.db").code == 0
    assert run("run", "verify", "1", "--db", "copy.db").out.startswith("Equal")
    run("snapshot", "export", "v1", "again.zip", "--licence", "CC0-1.0", "--db", "copy.db")
    assert (seeded.parent / "again.zip").read_bytes() == (seeded.parent / "v1.zip").read_bytes()


def test_results_after_the_snapshot_are_told(run: Run, seeded: Path) -> None:
    """Nobody publishes an archive without the result and believes it is in."""
    assert seeded.exists()
    run(*CREATE)
    run("query", "run", "nlr-myeloma-os", "--at", "v1", "--as", "Ada")
    assert "1 result computed after the snapshot left out" in run("snapshot", "export", "v1", "v1.zip").out
    assert "left out" not in run("snapshot", "export", "v1", "all.zip", "--with-later-runs").out


def test_merging_tells_what_it_did(run: Run, seeded: Path) -> None:
    """New, known, conflicting and not taken over: each is counted; the same key with other numbers ends with 5."""
    run(*CREATE)
    run("snapshot", "export", "v1", "v1.zip")
    run("init", "--db", "mine.db")
    run("seed", "nlr_myeloma", "--db", "mine.db")
    checked = run("snapshot", "import", "v1.zip", "--db", "mine.db", "--as", "Bob", "--dry-run")
    assert "Checked, nothing stored: snapshot v1, 188 new estimates, 12 known already" in checked.out
    run("amend", "kim2016/OS/b0f2d47f", "hr=1.66", "--reason", "x", "--db", "mine.db", "--as", "Bob")
    refused = run("snapshot", "import", "v1.zip", "--db", "mine.db", "--as", "Bob")
    assert refused.code == 5
    assert "1.66" in refused.err
    merged = run("snapshot", "import", "v1.zip", "--db", "mine.db", "--as", "Bob", "--only-new")
    assert "Merged: snapshot v1, 188 new estimates, 11 known already" in merged.out
    assert "1 estimate differs here and stays as it is" in merged.out
    assert seeded.exists()


def test_what_is_wrong_ends_with_its_exit_code(run: Run, seeded: Path) -> None:
    """A file that is no archive 3, one that is not there 4, one that is there already 2."""
    run(*CREATE)
    (seeded.parent / "no.zip").write_text("no archive")
    assert run("snapshot", "import", "no.zip", "--as", "Ada").code == 3
    assert run("snapshot", "import", "none.zip", "--as", "Ada").code == 4
    assert run("snapshot", "export", "v1", "no.zip").code == 2
    assert run("snapshot", "export", "v9", "v9.zip").code == 4
