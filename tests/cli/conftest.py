"""A command line to call, and a seeded registry to call it on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.app import main


@dataclass(frozen=True)
class Outcome:
    """What a command gave: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Read stdout as JSON."""
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs `evireg` with these arguments."""
    for name in ("EVIREG_DB", "EVIREG_CURATOR", "EVIREG_DEBUG", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> Outcome:
        capfd.readouterr()
        code = main(list(arguments))
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a registry with all default topics, to be copied."""
    path = tmp_path_factory.mktemp("seeded") / "evireg.db"
    assert main(["init", "--db", str(path)]) == 0
    assert main(["seed", "--db", str(path)]) == 0
    return path


@pytest.fixture
def seeded(seeded_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that is current and holds a seeded evireg.db."""
    shutil.copy(seeded_file, tmp_path / "evireg.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "evireg.db"
