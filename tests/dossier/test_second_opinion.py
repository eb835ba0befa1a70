"""What a report says of R's second opinion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from registry.dossier.document import CodeBlock, Notice, Section, plain
from registry.dossier.material import Shared
from registry.dossier.sections.second_opinion import section
from registry.formats.r_run import Log
from registry.store import Store, init, open_store
from tests.dossier.evidence import saved
from tests.formats import r


@pytest.fixture
def lite(tmp_path: Path) -> Store:
    """Give a registry in one file: a second opinion does not touch the database."""
    init(tmp_path / "evireg.db")
    return open_store(tmp_path / "evireg.db")


def told(store: Store, log: Log | None) -> Section:
    """Give the section of a report to which a log is attached."""
    made = saved(store).report("nlr-os").materials[0]
    return section([replace(made, second_opinion=log)], Shared(prisma=None, attributes={}, domains={}))


def test_report_without_a_second_opinion_says_so(lite: Store) -> None:
    """Where R was not asked, nothing claims that it agrees."""
    (said,) = told(lite, None).blocks
    assert "not repeated" in plain(said.words)  # type: ignore[union-attr]


def test_log_that_differs_is_a_caution(lite: Store) -> None:
    """Other numbers of R are told as such, and the log stands whole below."""
    caution, log = told(lite, Log("mu 1 2 DIFFERS", agrees=False)).blocks
    assert isinstance(caution, Notice)
    assert isinstance(log, CodeBlock)
    assert (caution.kind, log.text) == ("caution", "mu 1 2 DIFFERS")


def test_agreement_is_claimed_of_what_was_compared(lite: Store) -> None:
    """What the query does not plan is not in the script, and the sentence says so."""
    sentence, log = told(lite, Log("104 numbers compared, 0 differ", agrees=True)).blocks
    assert "every number that is compared agrees" in plain(sentence.words)  # type: ignore[union-attr]
    assert "not in it" in plain(sentence.words)  # type: ignore[union-attr]
    assert isinstance(log, CodeBlock)


@pytest.mark.r
def test_r_repeats_the_report(lite: Store) -> None:
    """A report that asks for it holds what R printed, and R agrees."""
    r.need()
    made = saved(lite).report("nlr-os", second_opinion=True).materials[0]
    assert made.second_opinion is not None
    assert made.second_opinion.agrees, made.second_opinion.text
