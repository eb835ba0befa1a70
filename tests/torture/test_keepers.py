"""Upgrades, restores and backups are killed at random: each is done whole or not at all, and a done one stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("keepers.py")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="what is killed is forked and killed by SIGKILL")


def test_killed_upgrades_restores_and_backups_leave_nothing_in_part(empty_url: str, tmp_path: Path) -> None:
    """Six kills, two of each."""
    _torment(empty_url, tmp_path, kills=2)


@pytest.mark.torture
def test_killed_upgrades_restores_and_backups_leave_nothing_in_part_in_the_long_run(
    empty_url: str, tmp_path: Path
) -> None:
    """210 kills, seventy of each."""
    _torment(empty_url, tmp_path, kills=70)


def _torment(url: str, folder: Path, *, kills: int) -> None:
    work = folder / "work"
    work.mkdir()
    command = [sys.executable, str(SCRIPT), url, str(work), str(kills), "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stderr
    for verb, told in json.loads(done.stdout).items():
        assert told["kills"] == kills
        assert told["done"] + told["undone"] == kills
        assert told["writing"] >= kills // 4  # kills before anything was written would show nothing
        print(  # noqa: T201 - `make torture` shows it
            f"{'postgresql' if '://' in url else 'sqlite'} {verb}: {kills} kills, {told['writing']} of them"
            f" while it wrote; {told['undone']} left what was there before, {told['done']} what was to be there;"
            f" {told['seconds']} s"
        )
