"""Match studies and their cohorts by key."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.models import Cohort, Disease, Study
from registry.terms import AttributeLevel
from registry.writing.bulk import select_in
from registry.writing.projection import attribute_values
from registry.writing.reports import OWN
from registry.writing.things import Merger, Thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registry.record import Record

FIELDS = (
    "country",
    "design",
    "treatment",
    "recruited_from",
    "recruited_to",
    "centres",
    "followup_median_months",
)
#: What a row says of the population; a disease by its key.
SAID = ("disease", *FIELDS)
_said = itemgetter(*SAID, *OWN)


class Population:
    """The studies and cohorts that the rows of one chunk name."""

    def __init__(self, merger: Merger, levels: Mapping[str, str]) -> None:
        self._merger = merger
        self._levels = levels
        self.studies: dict[str, Thing] = {}
        self.cohorts: dict[tuple[str, str], Thing] = {}

    def load(self, studies: Iterable[str]) -> None:
        """Read these studies and all their cohorts."""
        connection = self._merger.transaction.connection
        for row in select_in(connection, sa.select(Study.__table__), Study.key, set(studies)):
            self.studies[row.key] = Thing("study", row.id, row.key, {"report_id": row.report_id}, stored=True)
        by_id = {study.id: study for study in self.studies.values()}
        statement = sa.select(Cohort.__table__, Disease.key.label("disease")).outerjoin(Disease)
        for row in select_in(connection, statement, Cohort.study_id, by_id):
            study = by_id[row.study_id].key
            fields = {name: getattr(row, name) for name in SAID}
            self.cohorts[study, row.key] = Thing("cohort", row.id, f"{study}/{row.key}", fields, stored=True)
        self._load_attributes()

    def _load_attributes(self) -> None:
        connection = self._merger.transaction.connection
        for owner, things in (("study_id", self.studies.values()), ("cohort_id", self.cohorts.values())):
            by_id = {thing.id: thing for thing in things}
            for (_, number), values in attribute_values(connection, owner, by_id).items():
                by_id[number].attributes.update(values)

    def study(self, key: str) -> Thing:
        """Give the study of this key, made if it is new."""
        study = self.studies.get(key)
        if study is None:
            number = self._merger.transaction.next_id("study")
            study = self.studies[key] = Thing("study", number, key, {"report_id": None}, stored=False)
        return study

    def cohort(self, study: Thing, values: Mapping[str, Any], record: Record) -> tuple[Thing, bool]:
        """Give the cohort of a row, made or completed from it, and whether the row says anything not met before."""
        place = (study.key, values["cohort"])
        cohort = self.cohorts.get(place)
        if cohort is None:
            number = self._merger.transaction.next_id("cohort")
            cohort = self.cohorts[place] = Thing("cohort", number, "/".join(place), {}, stored=False)
        if record.attributes:
            self._characterise(study, cohort, record)
        said = _said(values)
        if said in cohort.met:
            return cohort, False
        cohort.met.add(said)
        self._merger.merge(cohort, {name: values[name] for name in SAID}, record)
        return cohort, True

    def _characterise(self, study: Thing, cohort: Thing, record: Record) -> None:
        for name, value in record.attributes.items():
            level = self._levels[name]
            if level is not AttributeLevel.ESTIMATE:
                thing = study if level is AttributeLevel.STUDY else cohort
                if thing.attributes.get(name) != value:
                    self._merger.characterise(thing, {name: value}, record)
