"""What a command imports is what its user waits for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.app import COMMANDS, main

HEAVY = ("alembic", "matplotlib", "numpy", "pandas", "psycopg", "rich", "scipy", "sqlalchemy")

POOL = ["pool", "--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS"]

#: Runs commands one after the other in one process; tells for each what it loaded that those before it had not.
SCRIPT = """
import io, json, sys
from contextlib import redirect_stdout
from cli.app import main
before, loaded = set(), []
for arguments in json.loads(sys.argv[1]):
    with redirect_stdout(io.StringIO()):
        code = main(arguments)
    assert code == 0, (arguments, code)
    loaded.append(sorted(set(sys.modules) - before))
    before |= set(sys.modules)
print(json.dumps(loaded))
"""


def loaded_by(*commands: list[str]) -> list[set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(commands)], capture_output=True, text=True, check=True, timeout=120
    )
    return [set(each) for each in json.loads(done.stdout)]


def modules_after(arguments: list[str]) -> set[str]:
    [loaded] = loaded_by(arguments)
    return loaded


@pytest.fixture(scope="module")
def registry_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("imports") / "evireg.db"
    assert main(["init", "--db", str(path)]) == 0
    assert main(["seed", "nlr_myeloma", "--db", str(path)]) == 0
    return path


def test_help_imports_nothing_heavy() -> None:
    """Help is text: that of no command loads numbers, databases or figures."""
    commands = [["--help"], *([*name.split(), "--help"] for name in COMMANDS)]
    loaded = zip(commands, loaded_by(*commands), strict=True)
    assert {" ".join(command): heavy for command, found in loaded if (heavy := found & set(HEAVY))} == {}


def test_version_imports_nothing_heavy() -> None:
    """So is the version."""
    assert not modules_after(["version"]) & set(HEAVY)


def test_pool_imports_no_pandas_no_figures_and_no_migrations(registry_path: Path) -> None:
    """A pool on the command line needs arrays and a database, and nothing that draws, migrates or is slow to load."""
    loaded = modules_after([*POOL, "--db", str(registry_path)])
    assert not loaded & {"pandas", "scipy", "matplotlib", "alembic"}


def test_pool_imports_figures_only_when_one_is_asked_for(registry_path: Path, tmp_path: Path) -> None:
    """Matplotlib is paid for by those who want a figure, and pandas still by nobody."""
    figure = tmp_path / "forest.svg"
    loaded = modules_after([*POOL, "--db", str(registry_path), "--forest", str(figure)])
    assert "matplotlib" in loaded
    assert not loaded & {"pandas", "scipy.stats", "alembic"}


def test_plot_imports_no_window_and_no_pandas(registry_path: Path, tmp_path: Path) -> None:
    """A figure is drawn without what opens windows, fits models or holds tables."""
    drawn = ["plot", "forest", *POOL[1:], "-o", str(tmp_path / "forest.png"), "--db", str(registry_path)]
    assert not modules_after(drawn) & {"matplotlib.pyplot", "pandas", "scipy", "scipy.stats", "alembic", "rich"}


ANALYSES = [
    ["bias", "--test", "egger"],
    ["regress", "--on", "year"],
    ["influence"],
    ["multiverse"],
    ["bayes"],
    ["pool", "--rounding", "--cumulative", "year"],
]


@pytest.mark.parametrize("arguments", ANALYSES, ids=lambda arguments: arguments[0])
def test_analysis_imports_no_pandas_no_figures_and_no_migrations(registry_path: Path, arguments: list[str]) -> None:
    """Other analyses need what a pool needs, and scipy's special functions at most."""
    loaded = modules_after([*arguments, *POOL[1:], "--db", str(registry_path)])
    assert not loaded & {"pandas", "scipy.stats", "scipy.optimize", "matplotlib", "alembic"}


def test_deriving_imports_no_database() -> None:
    """Numbers of one report need no registry."""
    loaded = modules_after(["derive", "--hr", "1.5", "--ci-low", "1.1", "--ci-high", "2.05"])
    assert not loaded & {"pandas", "scipy.stats", "matplotlib", "alembic", "sqlalchemy"}


def test_registry_package_imports_nothing_heavy() -> None:
    """`import registry` is free; its names load on first use."""
    script = "import registry, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert not set(json.loads(done.stdout)) & set(HEAVY)


def test_pooling_a_frame_needs_no_database() -> None:
    """Right of the frame nothing loads SQLAlchemy: a DataFrame is pooled with arrays alone."""
    script = """
import json, sys
import numpy as np
from registry.frame import Frame
from registry.pooling import pool
from registry.report import prose, tables
rows = [{"yi": 0.5, "vi": 0.04}, {"yi": 0.7, "vi": 0.09}, {"yi": 0.2, "vi": 0.01}]
result = pool(Frame.from_rows(rows))
prose.methods(result), list(tables.tables(result))
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert not set(json.loads(done.stdout)) & {"alembic", "matplotlib", "pandas", "scipy.stats", "sqlalchemy"}
