"""The domains of GRADE for prognostic factors, the judgements each takes, and the certainty that follows.

A body of evidence on a prognostic factor starts at high certainty. Five domains can lower it, a large effect and an
exposure-response gradient can raise it (Foroutan et al. 2020, GRADE guidelines 28, J Clin Epidemiol 121:62-70; for
overall prognosis Iorio et al. 2015, 10.1136/bmj.h870; how far to rate up: Guyatt et al. 2011, GRADE guidelines 9,
10.1016/j.jclinepi.2011.06.004; the gradient: Huguet et al. 2013, 10.1186/2046-4053-2-71).
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.errors import UsageError
from registry.pooling.analysis import one_of
from registry.terms import GradeDomain, GradeJudgement, Term

_DOWN = {GradeJudgement.NONE: 0, GradeJudgement.SERIOUS: -1, GradeJudgement.VERY_SERIOUS: -2}

#: Domain → judgement → levels it moves the certainty by.
STEPS: Mapping[GradeDomain, Mapping[GradeJudgement, int]] = {
    GradeDomain.RISK_OF_BIAS: _DOWN,
    GradeDomain.INCONSISTENCY: _DOWN,
    GradeDomain.INDIRECTNESS: _DOWN,
    GradeDomain.IMPRECISION: _DOWN,
    GradeDomain.PUBLICATION_BIAS: _DOWN,
    GradeDomain.LARGE_EFFECT: {GradeJudgement.NONE: 0, GradeJudgement.LARGE: 1, GradeJudgement.VERY_LARGE: 2},
    GradeDomain.EXPOSURE_RESPONSE: {GradeJudgement.NONE: 0, GradeJudgement.PRESENT: 1},
}
#: Those that can lower the certainty: it is not known before each of them is rated.
LOWERING = tuple(domain for domain, steps in STEPS.items() if min(steps.values()) < 0)
RAISING = tuple(domain for domain in STEPS if domain not in LOWERING)
#: A ratio, or its inverse, from which on a large effect may be claimed, and a very large one (Guyatt et al. 2011).
LARGE, VERY_LARGE = 2.0, 5.0

#: What people write for a judgement that moves nothing.
_NOTHING = {"not_serious", "no", "undetected", "not_present", "absent"}


class Certainty(Term):
    """How certain a body of evidence is, lowest first."""

    VERY_LOW = "very_low", "very low", "the true association is likely to differ much from the estimate"
    LOW = "low", "low", "the true association may differ much from the estimate"
    MODERATE = "moderate", "moderate", "the true association is likely close to the estimate, and may differ much"
    HIGH = "high", "high", "the true association is very likely close to the estimate"


def certainty(judgements: Mapping[GradeDomain, GradeJudgement]) -> Certainty | None:
    """Give the certainty that judgements lead to from high; None while a domain that can lower it is not rated.

    A domain that can raise it and is not rated raises nothing.
    """
    if any(domain not in judgements for domain in LOWERING):
        return None
    levels = list(Certainty)
    moved = len(levels) - 1 + sum(STEPS[domain][judgement] for domain, judgement in judgements.items())
    return levels[min(max(moved, 0), len(levels) - 1)]


def domain(text: str) -> GradeDomain:
    """Read a domain: `risk of bias`, `risk-of-bias`. UsageError names the nearest."""
    return GradeDomain(one_of("domain", _word(text), [str(each) for each in STEPS]))


def judgement(of: GradeDomain, text: str) -> GradeJudgement:
    """Read a judgement of a domain: `very serious`, `not serious`. UsageError names those it takes."""
    word = "none" if _word(text) in _NOTHING else _word(text)
    takes = STEPS[of]
    if word not in list(takes):
        said = ", ".join(f"{each} ({levels:+d})" if levels else str(each) for each, levels in takes.items())
        raise UsageError(f"{of.label} cannot be judged {text!r}", f"it takes: {said}")
    return GradeJudgement(word)


def _word(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
