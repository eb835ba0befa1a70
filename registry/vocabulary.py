"""The names a registry knows: factors, diseases, endpoints, covariates and declared study characteristics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from registry.errors import UsageError
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


#: What separates the entries of a list: a semicolon, but not one within brackets, as in t(4;14).
_BETWEEN = re.compile(r";(?![^()]*\))")


def entries(text: str) -> list[str]:
    """Give the entries of a list with semicolons between them; t(4; 14) is one entry and spelled t(4;14)."""
    found = (re.sub(r"\s*;\s*", ";", each.strip()) for each in _BETWEEN.split(text))
    return [each for each in found if each]


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
        for kind, folded, key in connection.execute(sa.select(Synonym.vocabulary, Synonym.folded, Synonym.key)):
            matched[kind][folded] = key
        columns = (Factor.key, Factor.dimensionless, Factor.canonical_unit, Factor.read_as, Factor.levels)
        factors = {
            key: FactorFacts(bare, unit, read_as, None if levels is None else tuple(map(tuple, levels)))
            for key, bare, unit, read_as, levels in connection.execute(sa.select(*columns))
        }
        return cls(matched, factors, _declarations(connection))

    def factor(self, name: str) -> str | None:
        """Give the key of the factor of this name, None when there is none."""
        return self.matched["factor"].get(fold(name))

    def disease(self, name: str) -> str | None:
        """Give the key of the disease of this name, None when there is none."""
        return self.matched["disease"].get(fold(name))

    def endpoint(self, name: str) -> str | None:
        """Give the key of the endpoint of this name, None when there is none."""
        return self.matched["endpoint"].get(fold(name))

    def covariate(self, name: str) -> str:
        """Give the code of a covariate; a name that is not coded stands for itself."""
        return self.matched["covariate"].get(fold(name)) or " ".join(name.split())

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
