"""Names in cells → keys of the registry's vocabulary, and the words of the source that stay beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from registry.ingest import words
from registry.ingest.issues import Problem
from registry.meaning.covariates import say_more
from registry.meaning.names import also_a_word
from registry.meaning.times import horizon
from registry.vocabulary import Vocabulary, fold

Read = Callable[[str], Any]
Meet = Callable[[str, str], None]

#: Names that make up keys; both databases index them, PostgreSQL up to 2,700 bytes an entry.
NAME = words.name(200)

#: The words of the source beside each resolved name; they are no part of a key and are never compared with another row.
WORDS = ("factor_text", "disease_text", "endpoint_text", "covariates_text")
#: What the name of an endpoint says of time, where the file has a column of its own for it.
HORIZON_SAID = "horizon_said"


def readers(vocabulary: Vocabulary, meet: Meet) -> dict[str, Read]:
    """Give the readers of names, by column; `meet` is told the kind and name of what the registry does not know."""
    return {
        "factor": _open_name("factor", vocabulary, meet),
        "disease": _open_name("disease", vocabulary, meet),
        "endpoint": _endpoint(vocabulary),
        "covariates": _covariates(vocabulary),
    }


def beside(vocabulary: Vocabulary, *, horizon_apart: bool) -> Mapping[str, tuple[tuple[str, Read], ...]]:
    """Give the further columns read from the cell of a name: its own words where they are others, its horizon."""
    time = HORIZON_SAID if horizon_apart else "horizon_days"
    return {
        "factor": (("factor_text", _said(vocabulary.factor)),),
        "disease": (("disease_text", _said(vocabulary.disease)),),
        "endpoint": (("endpoint_text", _said(lambda name: _resolved(vocabulary, name))), (time, _horizon(vocabulary))),
        "covariates": (("covariates_text", _covariates_said(vocabulary)),),
    }


def _open_name(kind: str, vocabulary: Vocabulary, meet: Meet) -> Read:
    """Read a name of a vocabulary that grows on first use; within the file the first spelling stands."""
    new: dict[str, str] = {}

    def read(given: str) -> str | Problem:
        plain = NAME(given)
        if isinstance(plain, Problem):
            return plain
        known = vocabulary.find(kind, plain) or new.get(fold(plain))
        if known is not None and (meant := also_a_word(kind, plain)):
            message = f"{plain!r} may be {meant}, or {plain.upper()}, which is {known}"
            return Problem("name-ambiguous", message, f"{plain.upper()} or {known}; empty for {meant}")
        if known is None:
            known = new[fold(plain)] = plain
            meet(kind, plain)
        return known

    return read


def _resolved(vocabulary: Vocabulary, given: str) -> str | None:
    """Give the endpoint of this name, or of the name without the time it holds.

    Mortality up to a number of days or weeks is early mortality; up to a longer time it may be many things.
    """
    known = vocabulary.endpoint(given)
    if known is not None:
        return known
    days, rest = horizon(given)
    if days is None:
        return None
    early = fold(rest) in ("mortality", "death") and days <= _EARLY
    return vocabulary.endpoint(rest) or (vocabulary.endpoint(_EARLY_DEATH) if early else None)


_EARLY_DEATH = "early mortality"
#: Days up to which death within a time is early.
_EARLY = 183.0


def _endpoint(vocabulary: Vocabulary) -> Read:
    def read(given: str) -> str | Problem:
        key = _resolved(vocabulary, given)
        if key is not None:
            return key
        near = next(iter(vocabulary.nearest("endpoint", given[:200])), None)
        if near == _EARLY_DEATH and (horizon(given)[0] or 0.0) > _EARLY:
            near = None
        message = f"{given[:80]!r} is not a known endpoint" + (f" (is it {near!r}?)" if near else "")
        known = ", ".join(vocabulary.names("endpoint"))
        return Problem("endpoint-unknown", message, f"one of {known}, or a new one a curator adds to the vocabulary")

    return read


def _horizon(vocabulary: Vocabulary) -> Read:
    def read(given: str) -> float | None:
        return horizon(given)[0] if _resolved(vocabulary, given) is not None else None

    return read


def _said(resolve: Callable[[str], str | None]) -> Read:
    """Read the words of a name that the registry calls otherwise; None where they are its own."""

    def read(given: str) -> str | None:
        plain = NAME(given)
        if isinstance(plain, Problem):
            return None
        key = resolve(plain)
        return plain if key is not None and fold(key) != fold(plain) else None

    return read


def _covariates(vocabulary: Vocabulary) -> Read:
    def read(given: str) -> str | Problem | None:
        plain = words.text(given)
        if isinstance(plain, Problem):
            return plain
        return "; ".join(vocabulary.covariates(plain)) or None

    return read


def _covariates_said(vocabulary: Vocabulary) -> Read:
    def read(given: str) -> str | None:
        plain = words.text(given)
        if isinstance(plain, Problem):
            return None
        codes = vocabulary.covariates(plain)
        # also where only the separators differ: keys of estimates stored before hold the list as it was read then
        return plain if say_more(plain, codes) or vocabulary.covariates_formerly(plain) != codes else None

    return read
