"""The names a registry knows: factors, diseases, endpoints, covariates and declared study characteristics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from registry.errors import UsageError
from registry.meaning import covariates
from registry.meaning.names import abbreviated, spells
from registry.meaning.words import plain
from registry.models import Attribute, Factor, Synonym
from registry.terms import AttributeLevel, AttributeType

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The kinds of names; covariates are open and only coded, endpoints are closed, the others grow on first use.
KINDS = ("factor", "disease", "endpoint", "covariate")


def fold(text: str) -> str:
    """Give the form in which names are matched: case-folded, runs of spaces as one, none at the ends.

    Compatible letters count as the usual ones (full width, superscripts), every hyphen and dash as one.
    """
    return " ".join(text.split()).casefold() if text.isascii() else plain(text).casefold()


#: What separated the entries of a list before commas and "and" did: a semicolon, but not one within brackets.
_BETWEEN = re.compile(r";(?![^()]*\))")


def matching(known: Mapping[str, str], name: str) -> str | None:
    """Give what a name stands for in folded name → key, also when its own short name is behind it in brackets.

    `non-small-cell lung cancer (NSCLC)` is NSCLC, where that is known and the words before it are its name or spell it.
    """
    key = known.get(fold(name))
    if key is not None or not name.rstrip().endswith((")", "]")):
        return key
    parts = abbreviated(name)
    if parts is None:
        return None
    long, short = known.get(fold(parts[0])), known.get(fold(parts[1]))
    if long is not None and (short == long or (short is None and spells(*parts))):
        return long
    return short if short is not None and long is None and spells(*parts) else None


@dataclass(frozen=True, slots=True)
class AttributeDeclaration:
    """A study characteristic: `name` in conditions, `label` on the screen, what it holds and what it belongs to.

    `levels` are the allowed values of a category, None for any. A domain of risk of bias names its `tool` and how that
    wants it judged (`guidance`). UsageError when the declaration makes no sense.
    """

    name: str
    label: str = ""
    type: AttributeType = AttributeType.TEXT
    unit: str | None = None
    levels: tuple[str, ...] | None = None
    level: AttributeLevel = AttributeLevel.ESTIMATE
    tool: str | None = None
    guidance: str | None = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise UsageError(f"{self.name!r} cannot name a study characteristic", "use letters, digits and _")
        if self.levels is not None and self.type is not AttributeType.CATEGORY:
            raise UsageError(f"study characteristic {self.name!r} has levels", "declare its type as category")


class FactorFacts(NamedTuple):
    """What a registry knows of a factor: unit of its cutoffs, the way people read it, the names of its groups.

    `levels` are given of a factor that is no number, the higher or positive group first.
    """

    dimensionless: bool = False
    unit: str | None = None
    read_as: str | None = None
    levels: tuple[tuple[str, ...], ...] | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is in the registry at one moment, matched case-folded by key or synonym.

    `factors` maps a key to what is known of it, `attributes` a name to its declaration; `matched` maps
    each kind to folded name → key.
    """

    matched: Mapping[str, Mapping[str, str]]
    factors: Mapping[str, FactorFacts]
    attributes: Mapping[str, AttributeDeclaration]
    _keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: sa.Connection) -> Vocabulary:
        """Read it from the database."""
        matched: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        for kind, folded, key in connection.execute(
            sa.select(Synonym.vocabulary, Synonym.folded, Synonym.key).order_by(Synonym.vocabulary, Synonym.folded)
        ):
            matched[kind].setdefault(fold(folded), key)  # what was folded by an earlier rule is folded by this one
        columns = (Factor.key, Factor.dimensionless, Factor.canonical_unit, Factor.read_as, Factor.levels, Factor.label)
        factors = {
            key: FactorFacts(bare, unit, read_as, None if levels is None else tuple(map(tuple, levels)), label)
            for key, bare, unit, read_as, levels, label in connection.execute(sa.select(*columns))
        }
        return cls(matched, factors, _declarations(connection))

    def factor(self, name: str) -> str | None:
        """Give the key of the factor of this name, None when there is none."""
        return self.find("factor", name)

    def disease(self, name: str) -> str | None:
        """Give the key of the disease of this name, None when there is none."""
        return self.find("disease", name)

    def endpoint(self, name: str) -> str | None:
        """Give the key of the endpoint of this name, None when there is none."""
        return self.find("endpoint", name)

    def find(self, kind: str, name: str) -> str | None:
        """Give the key of this name: one of the registry, or one with its own short name in brackets behind it."""
        return matching(self.matched[kind], name)

    def covariate(self, name: str) -> str:
        """Give the code of a covariate: of `age (continuous)` that of age. What is not coded stands for itself."""
        known = self.matched["covariate"]
        codes = (known.get(fold(each)) for each in covariates.names(name))
        return next((code for code in codes if code), None) or covariates.bare(name)

    def covariates(self, text: str) -> list[str]:
        """Give the codes of a list of covariates as it is printed, each once, in the order of codes."""
        known = self.matched["covariate"]
        found = map(self.covariate, covariates.entries(text, lambda name: fold(name) in known))
        named = {fold(code): code for code in found}
        return [named[folded] for folded in sorted(named)]

    def covariates_formerly(self, text: str) -> list[str]:
        """Give the codes of a list as it was read while only semicolons separated: keys of estimates hold these."""
        known = self.matched["covariate"]
        found = (re.sub(r"\s*;\s*", ";", each.strip()) for each in _BETWEEN.split(text))
        named = {
            fold(code): code for each in found if each for code in (known.get(fold(each)) or " ".join(each.split()),)
        }
        return [named[folded] for folded in sorted(named)]

    def names_of(self, kind: str, key: str) -> tuple[str, ...]:
        """Give every name, folded, that stands for a key, the key's own among them."""
        return tuple(sorted({fold(key), *(name for name, held in self.matched[kind].items() if held == key)}))

    def names(self, kind: str) -> tuple[str, ...]:
        """Give the keys of one kind, sorted."""
        if kind not in self._keys:
            self._keys[kind] = tuple(sorted(set(self.matched[kind].values()), key=fold))
        return self._keys[kind]

    def nearest(self, kind: str, name: str) -> tuple[str, ...]:
        """Give up to three keys whose names or synonyms look most like this one, best first."""
        import difflib

        known = self.matched[kind]
        close = difflib.get_close_matches(fold(name), known, n=6, cutoff=0.6)
        return tuple(dict.fromkeys(known[folded] for folded in close))[:3]


def _declarations(connection: sa.Connection) -> dict[str, AttributeDeclaration]:
    rows = connection.execute(sa.select(Attribute.__table__).order_by(Attribute.name))
    return {
        row.name: AttributeDeclaration(
            row.name,
            row.label,
            AttributeType(row.type),
            row.unit,
            None if row.levels is None else tuple(row.levels),
            AttributeLevel(row.level),
            row.tool,
            row.guidance,
        )
        for row in rows
    }
