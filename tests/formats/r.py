"""R on this machine: whether it is there, and what a script gives."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest


@cache
def _missing(package: str) -> str:
    """Say why R cannot be used; empty when it can."""
    if shutil.which("Rscript") is None:
        return "there is no Rscript: make test-r installs it"
    asked = f'quit(status = !requireNamespace("{package}", quietly = TRUE))'
    done = subprocess.run(["Rscript", "--vanilla", "-e", asked], check=False, capture_output=True)
    return f"R has no package {package}: make test-r installs it" if done.returncode else ""


def need(package: str = "metafor") -> None:
    """Fail the test where R or the package is missing: `make test-r` promises both."""
    if why := _missing(package):
        pytest.fail(why)


def has(package: str) -> bool:
    """Whether R has a package."""
    return not _missing(package)


def run(script: str, folder: Path) -> tuple[int, str]:
    """Run a script in a folder; give its exit code and all it printed."""
    place = folder / "script.R"
    place.write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["Rscript", "--vanilla", str(place)],
        check=False,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return done.returncode, done.stdout
