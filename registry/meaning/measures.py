"""Which ratio a heading names: `Odds ratio`, `sHR`, `HR (95% CI)`."""

from __future__ import annotations

import re
from functools import lru_cache

from registry.meaning.words import plain
from registry.terms import Measure

#: The more special first: a subdistribution or cause-specific hazard ratio is no plain one. OR in small letters is a
#: word of English, unless it is the whole heading.
_NAMED = (
    (Measure.SUBDISTRIBUTION_HR, r"(?i:\bsub-?distribution\b|\bfine (?:and|&|-) gray\b|\bs-?hrs?\b|\bsdhrs?\b)"),
    (Measure.CAUSE_SPECIFIC_HR, r"(?i:\bcause-?specific\b|\bcs-?hrs?\b)"),
    (Measure.OR, r"(?i:\bodds[ _-]?ratios?\b)|\b[au]?ORs?\b|(?i:^(?:log[ _])?[au]?ors?$)"),
    (Measure.RR, r"(?i:\b(?:relative risks?|risk[ _-]?ratios?)\b|\b[au]?rrs?\b)"),
    (Measure.HR, r"(?i:\bhazards?[ _-]?ratios?\b|\b(?:a|adj|u)?-?hrs?\b)"),
)
_FORMS = tuple((measure, re.compile(form)) for measure, form in _NAMED)
_SPECIAL = frozenset({Measure.SUBDISTRIBUTION_HR, Measure.CAUSE_SPECIFIC_HR})


@lru_cache(maxsize=256)
def measure_of(heading: str | None) -> Measure | None:
    """Give the ratio a heading names, None where it names none (`est`) or several; `log_hr` is of a hazard ratio."""
    words = plain(heading or "").replace("_", " ")
    found = [measure for measure, form in _FORMS if form.search(words)]
    if len(found) == 2 and found[0] in _SPECIAL and found[1] is Measure.HR:
        return found[0]
    return found[0] if len(found) == 1 else None
