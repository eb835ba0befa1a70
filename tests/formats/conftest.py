"""A seeded registry, the worked example, and what some of their queries give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.formats.analysed import Analysed
from registry.handle import Registry, init
from registry.handle import open as open_registry


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Open a registry with every default topic."""
    path = tmp_path_factory.mktemp("evidence") / "evidence.db"
    init(path)
    with open_registry(path, curator="Ada") as reg:
        reg.seed()
        yield reg


@pytest.fixture(scope="session")
def worked_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Open a registry with the simulated cohorts."""
    path = tmp_path_factory.mktemp("worked") / "worked.db"
    init(path)
    with open_registry(path, curator="Ada") as reg:
        reg.seed("worked_example")
        yield reg


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Registry]:
    """Open a registry of its own with NLR in lymphoma, to be written to."""
    init(tmp_path / "own.db")
    with open_registry(tmp_path / "own.db", curator="Ada") as reg:
        reg.seed("nlr_dlbcl")
        yield reg


@pytest.fixture(scope="session")
def dlbcl(evidence: Registry) -> Analysed:
    """Give the OS pool of NLR in lymphoma: ten estimates with reports."""
    return evidence.analysed("nlr-dlbcl-os")


@pytest.fixture(scope="session")
def simulated(worked_example: Registry) -> Analysed:
    """Give the simulated PFS pool."""
    return worked_example.analysed("simulated-cart-pfs")
