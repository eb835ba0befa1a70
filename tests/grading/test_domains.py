"""Certainty starts high and moves as people judge; it is unknown before they have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import UsageError
from registry.grading.domains import LOWERING, RAISING, STEPS, Certainty, certainty, domain, judgement
from registry.terms import GradeDomain, GradeJudgement

NOTHING = dict.fromkeys(LOWERING, GradeJudgement.NONE)


@st.composite
def judged(draw: st.DrawFn) -> dict[GradeDomain, GradeJudgement]:
    return {each: draw(st.sampled_from(list(steps))) for each, steps in STEPS.items()}


def test_evidence_without_doubt_is_of_high_certainty() -> None:
    """Observational evidence on prognosis starts high (Foroutan et al. 2020)."""
    assert certainty(NOTHING) is Certainty.HIGH


@pytest.mark.parametrize("missing", LOWERING)
def test_certainty_is_unknown_while_a_domain_is_not_rated(missing: GradeDomain) -> None:
    """What nobody looked at is not taken to be fine."""
    assert certainty({each: word for each, word in NOTHING.items() if each is not missing}) is None


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"inconsistency": "serious"}, Certainty.MODERATE),
        ({"inconsistency": "very_serious"}, Certainty.LOW),
        ({"inconsistency": "serious", "imprecision": "serious"}, Certainty.LOW),
        ({"inconsistency": "serious", "imprecision": "serious", "risk_of_bias": "serious"}, Certainty.VERY_LOW),
        ({"inconsistency": "very_serious", "imprecision": "very_serious"}, Certainty.VERY_LOW),
        ({"risk_of_bias": "serious", "large_effect": "large"}, Certainty.HIGH),
        ({"risk_of_bias": "very_serious", "exposure_response": "present"}, Certainty.MODERATE),
        ({"large_effect": "very_large"}, Certainty.HIGH),
    ],
)
def test_judgements_move_the_certainty(more: dict[str, str], expected: Certainty) -> None:
    """A level per serious doubt, two for very serious ones, never above high or below very low."""
    given = {domain(name): judgement(domain(name), word) for name, word in more.items()}
    assert certainty({**NOTHING, **given}) is expected


@given(judged())
def test_one_more_doubt_never_raises_the_certainty(words: dict[GradeDomain, GradeJudgement]) -> None:
    """And one more reason to rate up never lowers it."""
    levels = list(Certainty)
    before = certainty(words)
    assert before is not None
    for each in LOWERING:
        after = certainty({**words, each: GradeJudgement.VERY_SERIOUS})
        assert after is not None
        assert levels.index(after) <= levels.index(before)
    for each in RAISING:
        after = certainty({**words, each: max(STEPS[each], key=lambda word: STEPS[each][word])})
        assert after is not None
        assert levels.index(after) >= levels.index(before)


@pytest.mark.parametrize("text", ["risk of bias", "Risk-of-Bias", "risk_of_bias", " RISK  OF BIAS "])
def test_domains_are_read_however_they_are_typed(text: str) -> None:
    """Spaces, hyphens and capitals are no difference."""
    assert domain(text) is GradeDomain.RISK_OF_BIAS


@pytest.mark.parametrize("text", ["none", "not serious", "no", "Undetected"])
def test_words_for_no_doubt_are_one(text: str) -> None:
    """People write it in several ways."""
    assert judgement(GradeDomain.PUBLICATION_BIAS, text) is GradeJudgement.NONE


def test_judgement_of_another_domain_is_refused() -> None:
    """What the domain takes is named with the levels it moves."""
    with pytest.raises(
        UsageError, match=r"exposure-response gradient cannot be judged 'serious'(.|\n)*present \(\+1\)"
    ):
        judgement(GradeDomain.EXPOSURE_RESPONSE, "serious")
