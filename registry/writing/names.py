"""Factors, diseases, endpoints and contrasts on their way in: found by key or synonym, created on first use."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import InputRefused
from registry.models import Base, Contrast, Cutoff
from registry.vocabulary import Vocabulary, fold, matching
from registry.writing.bulk import select_in
from registry.writing.keys import CONTRAST, CUTOFF, contrast_key, cutoff_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registry.ledger import Transaction

#: What makes a contrast; read from a row at once.
_contrast_of = itemgetter("factor", *CONTRAST)


class Names:
    """What the registry calls things, kept for a whole transaction; new rows wait in `waiting`, by table."""

    def __init__(self, transaction: Transaction, waiting: dict[str, list[dict[str, Any]]]) -> None:
        self._transaction = transaction
        self._waiting = waiting
        self.vocabulary = Vocabulary.load(transaction.connection)
        self._matched = {kind: dict(names) for kind, names in self.vocabulary.matched.items()}
        self._ids = {kind: self._read_ids(kind) for kind in ("factor", "disease", "endpoint")}
        self._contrasts: dict[tuple[int, str], int] = {}
        self._met: dict[tuple[Any, ...], int] = {}
        self._keys: dict[tuple[Any, ...], tuple[str, str]] = {}
        self._cutoffs: dict[tuple[int, str], int] = {}

    def _read_ids(self, kind: str) -> dict[str, int]:
        table = Base.metadata.tables[kind]
        return dict(self._transaction.connection.execute(sa.select(table.c.key, table.c.id)).all())

    def canonical(self, kind: str, name: str) -> str:
        """Give the key of a factor or disease, new or known; InputRefused for an endpoint that is not there."""
        if name in self._ids[kind]:
            return name
        folded = fold(name)
        key = matching(self._matched[kind], name)
        if key is not None:
            return key
        if kind == "endpoint":
            raise InputRefused(f"{name!r} is not a known endpoint", hint="add it to the vocabulary first")
        return self._create(kind, " ".join(name.split()), folded)

    def _create(self, kind: str, key: str, folded: str) -> str:
        number = self._ids[kind][key] = self._transaction.next_id(kind)
        self._matched[kind][folded] = key
        row = {"id": number, "key": key}
        if kind == "factor":
            row |= {"label": key, "dimensionless": False}
        self._waiting[kind].append(row)
        self._waiting["synonym"].append({"vocabulary": kind, "folded": folded, "name": key, "key": key})
        return key

    def id(self, kind: str, key: str) -> int:
        """Give the integer id of a canonical key."""
        return self._ids[kind][key]

    def ids(self, kind: str) -> dict[str, int]:
        """Give the integer ids of all canonical keys of a kind."""
        return self._ids[kind]

    def load_contrasts(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Read the contrasts and cutoffs these rows need and that were not met before."""
        wanted: dict[int, tuple[set[str], set[str]]] = {}
        for met, row in {_contrast_of(row): row for row in rows}.items():
            if met in self._met:
                continue
            contrasts, cutoffs = wanted.setdefault(self.id("factor", row["factor"]), (set(), set()))
            contrast, cutoff = self._keys[met] = contrast_key(row), cutoff_key(row)
            contrasts.add(contrast)
            cutoffs.add(cutoff)
        for factor, keys in wanted.items():
            for model, known, names in ((Contrast, self._contrasts, keys[0]), (Cutoff, self._cutoffs, keys[1])):
                missing = [name for name in names if name and (factor, name) not in known]
                statement = sa.select(model.key, model.id).where(model.factor_id == factor)
                for key, number in select_in(self._transaction.connection, statement, model.key, missing):
                    known[factor, key] = number

    def contrast(self, row: Mapping[str, Any]) -> int:
        """Give the integer id of the contrast of a row that was loaded."""
        met = _contrast_of(row)
        number = self._met.get(met)
        if number is None:
            number = self._met[met] = self._contrast(row, *self._keys.pop(met))
        return number

    def _contrast(self, row: Mapping[str, Any], key: str, cutoff: str) -> int:
        factor = self.id("factor", row["factor"])
        place = (factor, key)
        number = self._contrasts.get(place)
        if number is None:
            number = self._contrasts[place] = self._transaction.next_id("contrast")
            self._waiting["contrast"].append(
                {
                    "id": number,
                    "factor_id": factor,
                    "key": key,
                    "kind": row["contrast"],
                    "cutoff_id": self.cutoff(factor, cutoff, row) if cutoff else None,
                    "timepoint": row.get("timepoint"),
                    **{name: row.get(name) for name in ("index_group", "reference_group", "scale")},
                }
            )
        return number

    def cutoff(self, factor: int, key: str, row: Mapping[str, Any]) -> int:
        """Give the integer id of the cutoff of a row that was loaded, made if it is new."""
        number = self._cutoffs.get((factor, key))
        if number is None:
            number = self._cutoffs[factor, key] = self._transaction.next_id("cutoff")
            fields = {name.removeprefix("cutoff_"): row.get(name) for name in CUTOFF}
            self._waiting["cutoff"].append({"id": number, "factor_id": factor, "key": key, **fields})
        return number
