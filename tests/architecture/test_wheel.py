"""What is built is what users install: the wheel works outside any checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, offline, with the build backend the tests install."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [built] = folder.glob("evireg-*.whl")
    return built


def test_wheel_holds_migrations_seeds_and_schemas(wheel: Path) -> None:
    """What travels with the code is in the package, and nothing else is."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"registry/seeds/nlr_myeloma/topic.toml", "registry/seeds/vocabulary/factors.toml"} <= names
    assert "cli/schemas/pool.json" in names
    assert any(name.startswith("registry/migrations/versions/") and name.endswith(".py") for name in names)
    folders = {name.split("/")[0] for name in names}
    assert {each for each in folders if not each.endswith(".dist-info")} == {"registry", "cli"}


def test_installed_wheel_creates_seeds_and_pools(wheel: Path, tmp_path: Path) -> None:
    """`evireg init && evireg seed && evireg pool` in an empty folder, from an environment of its own."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"), None) or home / "Lib" / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies are those of this run: nothing is downloaded, and the checkout is not among them.
    (site / "dependencies.pth").write_text("\n".join(map(str, dependencies())), encoding="utf-8")
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    work = tmp_path / "work"
    work.mkdir()

    def evireg(*arguments: str) -> str:
        command = [str(python), "-I", "-m", "cli.app", *arguments]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=True, timeout=120)
        return done.stdout

    where = subprocess.run(
        [str(python), "-I", "-c", "import registry; print(registry.__file__)"],
        cwd=work,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(site) in where.stdout
    evireg("init")
    evireg("seed")
    shown = evireg("pool", "--factor", "NLR", "--disease", "MM", "--endpoint", "OS", "--method", "DL", "--test", "z")
    assert "1.73 (1.23–2.44)" in shown


def dependencies() -> list[Path]:
    """Give the folders of installed packages, without the hook that makes the checkout importable."""
    return [Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))]
