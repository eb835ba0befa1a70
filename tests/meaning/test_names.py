"""Names as they are written, and when two are one."""

from __future__ import annotations

import pytest

from registry.meaning.names import alike, author_of, summary, typed


@pytest.mark.parametrize(
    "study",
    [
        "Overall", "Pooled (I² = 71 %)", "Overall (I2 = 71%)", "Total", "TOTAL:", "Subtotal", "Summary",
        "Random effects model", "Overall effect (random effects)", "Pooled HR, p < 0.001", "RE model", "Sub-total [3]",
    ],
)  # fmt: skip
def test_line_that_sums_up_is_no_study(study: str) -> None:
    """Meta-analysis software prints its pooled line among the studies."""
    assert summary(study)


@pytest.mark.parametrize(
    "study", ["Smith 2019", "Overall 2015", "Totale 2010", "Summary study of Kim", "SUMMIT", "Pooled cohorts of Asia"]
)
def test_study_is_no_line_that_sums_up(study: str) -> None:
    """Only a whole cell that is a summary is one."""
    assert not summary(study)


def test_studies_are_alike_but_for_how_they_are_written() -> None:
    """Case, accents, commas, hyphens and et al. make no other study; another year or letter does."""
    assert len({alike(each) for each in ("Müller 2016", "Muller et al., 2016", "MULLER et al 2016")}) == 1
    assert len({alike(each) for each in ("Wang 2016", "Wang 2017", "Wang 2016b", "Wang X 2016")}) == 4


def test_hyphens_and_full_width_letters_are_the_plain_ones() -> None:
    """What a publisher set is not another name than what is typed; a dash between names stays."""
    assert typed("non\u2010small\u2011cell  \uff2e\uff2c\uff32") == "non-small-cell NLR"
    assert typed("Kim\u2013Lee") == "Kim\u2013Lee"


def test_author_stands_before_the_year() -> None:
    """A study named otherwise says nothing of its author."""
    assert author_of("Kim et al. 2016") == author_of("Kim, 2016") == {"kim"}
    assert author_of("Riley_study_8") == author_of("S1") == frozenset()
