"""What the registry knows that a curator may mean: study keys, cohorts of a study, names of the vocabularies."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.models import Cohort, Report, Study
from registry.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.forms import Field

#: How many are suggested at once.
MOST = 5


@dataclass(frozen=True, slots=True)
class Known:
    """The vocabulary, studies with what is said of their reports, and the cohorts of each study."""

    vocabulary: Vocabulary
    studies: Mapping[str, str]
    cohorts: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, connection: sa.Connection) -> Known:
        """Read it from the database."""
        rows = connection.execute(
            sa.select(Study.key, Report.authors, Report.year, Report.title).outerjoin(Report).order_by(Study.key)
        )
        studies = {row.key: " ".join(str(part) for part in row[1:] if part is not None) for row in rows}
        cohorts: dict[str, tuple[str, ...]] = {}
        for study, cohort in connection.execute(sa.select(Study.key, Cohort.key).join(Study).order_by(Cohort.id)):
            cohorts[study] = (*cohorts.get(study, ()), cohort)
        return cls(Vocabulary.load(connection), studies, cohorts)

    def suggest(self, field: Field, given: str, study: str = "") -> dict[str, str]:
        """Give keys a text may mean, best first, each with what tells it apart; nothing when it is a key itself."""
        if field.column == "study":
            return {} if given in self.studies else self._studies(given)
        if field.column == "cohort":
            known = self.cohorts.get(study, ())
            return {} if given in known else dict.fromkeys(known[:MOST], "")
        if field.vocabulary and field.column != "key":
            return {key: self._also(field.vocabulary, key) for key in self._names(field.vocabulary, given)}
        return {}

    def meant(self, field: Field, given: str) -> str | None:
        """Give the key that a name of a vocabulary stands for; None when the registry does not know it."""
        names = self.vocabulary.matched.get(field.vocabulary, {})
        return names.get(" ".join(given.split()).casefold())

    def _also(self, kind: str, key: str) -> str:
        """Name the other names of a key."""
        names = [name for name, each in self.vocabulary.matched[kind].items() if each == key]
        return ", ".join(name for name in names if name != key.casefold())

    def _studies(self, given: str) -> dict[str, str]:
        folded = {key.casefold(): key for key in self.studies}
        begin = [key for name, key in folded.items() if name.startswith(given.casefold())]
        close = [folded[name] for name in get_close_matches(given.casefold(), folded, n=MOST, cutoff=0.6)]
        return {key: self.studies[key] for key in list(dict.fromkeys([*begin, *close]))[:MOST]}

    def _names(self, kind: str, given: str) -> list[str]:
        """Give keys one of whose names begins like the text, holds it as a word, or looks like it."""
        wanted = given.casefold().strip()
        names = self.vocabulary.matched[kind]
        if wanted in names:
            return []
        begin = [key for name, key in names.items() if wanted and name.startswith(wanted)]
        within = [key for name, key in names.items() if wanted and f" {wanted}" in name]
        return list(dict.fromkeys([*begin, *within, *self.vocabulary.nearest(kind, given)]))[:MOST]
