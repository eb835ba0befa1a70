"""A command line to call, and a seeded registry to call it on."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli import demo as demonstration
from cli import tour
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

#: What somebody who has set nothing has not set.
UNSET = ("EVIREG_DB", "EVIREG_CURATOR", "EVIREG_DEBUG", "COLUMNS", "NO_COLOR")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs `evireg` with these arguments."""
    for name in UNSET:
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


@contextlib.contextmanager
def plain(folder: Path) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Work in a folder, with nothing set; give what is printed on stdout and on stderr."""
    unset = {name: os.environ.pop(name) for name in UNSET if name in os.environ}
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield out, err
    finally:
        os.environ.update(unset)


@pytest.fixture(scope="session")
def toured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """Take the tour of `make demo` once: the folder it was taken in, to be read or copied, and what was printed."""
    folder = tmp_path_factory.mktemp("tour")
    with plain(folder) as (out, err):
        code = tour.main()
    return folder, Outcome(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def demo(
    toured: tuple[Path, Outcome], seeded_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Outcome]:
    """Run the demo of the tour again, with --json, beside a seeded evireg.db: its folder to read, and the outcome."""
    folder = tmp_path_factory.mktemp("beside")
    (folder / "demo").mkdir()
    shutil.copy(toured[0] / "demo" / "simulated.db", folder / "demo")
    shutil.copy(seeded_file, folder / "evireg.db")
    with plain(folder) as (out, err):
        code = main([*shlex.split(demonstration.EXAMPLE)[1:], "--json"])
    return folder, Outcome(code, out.getvalue(), err.getvalue())
