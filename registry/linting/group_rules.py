"""Rules that compare estimates: each sees every row once, keeps small keys, and tells at the end what it found.

Rows outside the condition are seen too (`asked` is false): a doubt about an asked row may rest on another one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from registry.linting.finding import Found
from registry.meaning.doubts import against_siblings, clear_side
from registry.terms import Origin
from registry.vocabulary import fold

Values = Mapping[str, Any]

#: How many others a finding names.
NAMED = 5
#: Definitions of one endpoint that are compared.
_DEFINITIONS = 20


class GroupRule(Protocol):
    """A rule over many rows."""

    def see(self, row: Values, *, asked: bool) -> None:
        """Keep what the rule needs of a row."""

    def found(self) -> Iterator[Found]:
        """Tell what is wrong, once all rows were seen."""


def _named(keys: list[str], own: str) -> tuple[str, ...]:
    return tuple(sorted({key for key in keys if key != own})[:NAMED])


class SameNumbers:
    """The same ratio and interval of one factor and endpoint twice: in two studies, or in one cohort."""

    def __init__(self, decided: set[tuple[str, str]]) -> None:
        self._decided = decided
        self._held: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)

    def see(self, row: Values, *, asked: bool) -> None:
        """Keep key and cohort by what is printed."""
        if row["est"] is not None and row["ci_low"] is not None and row["ci_high"] is not None:
            printed = (row["factor"], row["endpoint"], row["est"], row["ci_low"], row["ci_high"])
            self._held[hash(printed)].append((row["key"], f"{row['study']}/{row['cohort']}", asked))

    def found(self) -> Iterator[Found]:
        """Give each asked estimate whose numbers another has; not of cohorts on which a curator has decided."""
        for rows in self._held.values():
            if len(rows) < 2:
                continue
            for key, cohort, asked in rows:
                if not asked:
                    continue
                within = [other for other, place, _ in rows if place == cohort]
                beyond = [
                    other
                    for other, place, _ in rows
                    if place.rpartition("/")[0] != cohort.rpartition("/")[0]
                    and (min(place, cohort), max(place, cohort)) not in self._decided
                ]
                if len(within) > 1:
                    yield Found("same-numbers-in-cohort", key, _as("the same cohort has", within, key), "est")
                if beyond:
                    others = _named(beyond, key)
                    yield Found("same-numbers", key, _as("same ratio and CI as", beyond, key), "est", others)


def _as(words: str, keys: list[str], own: str) -> str:
    others = _named(keys, own)
    more = len({*keys} - {own}) - len(others)
    return f"{words} {', '.join(others)}{f' and {more} more' if more else ''}"


class OppositeDirection:
    """An estimate that clearly stands on the other side than most of its siblings in other studies."""

    _COLUMNS = ("key", "study", "factor", "disease", "endpoint", "yi", "vi", "contrast")

    def __init__(self) -> None:
        self._held: list[tuple[dict[str, Any], bool]] = []

    def see(self, row: Values, *, asked: bool) -> None:
        """Keep the rows whose side is clear."""
        if clear_side(row) is not None:
            self._held.append(({name: row[name] for name in self._COLUMNS}, asked))

    def found(self) -> Iterator[Found]:
        """Give each asked estimate that stands against its siblings."""
        for place, message in against_siblings([row for row, _ in self._held]):
            row, asked = self._held[place]
            if asked:
                yield Found("direction-opposite", row["key"], message, "est")


class CohortFacts:
    """Facts of cohorts: follow-up that was not read, and a part of a study larger than the whole."""

    def __init__(self) -> None:
        self._without: dict[str, None] = {}
        self._largest: dict[tuple[str, str], tuple[int, str, bool]] = {}

    def see(self, row: Values, *, asked: bool) -> None:
        """Keep cohorts without follow-up, and the largest n of each."""
        place = (row["study"], row["cohort"])
        if asked and row["followup_median_months"] is None:
            self._without["/".join(place)] = None
        n = row["n"]
        if n is not None and n > self._largest.get(place, (0, "", False))[0]:
            self._largest[place] = (n, row["key"], asked)

    def found(self) -> Iterator[Found]:
        """Give cohorts without follow-up, and estimates of more patients than their study has."""
        for cohort in self._without:
            yield Found("followup-missing", cohort, "the median follow-up was not read", "followup_median_months")
        for (study, cohort), (n, key, asked) in self._largest.items():
            whole = self._largest.get((study, "all"))
            if cohort != "all" and whole is not None and n > whole[0] and (asked or whole[2]):
                message = f"{n} patients in cohort {cohort}, {whole[0]} in the whole study"
                yield Found("n-over-cohort", key, message, "n", (whole[1],))


class Definitions:
    """Endpoints, and the start of the clock, defined differently by reports that one pool would take."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, ...], dict[str, tuple[str, str]]] = defaultdict(dict)
        self._asked: dict[tuple[str, ...], None] = {}

    def see(self, row: Values, *, asked: bool) -> None:
        """Keep the texts of each factor, disease and endpoint, with the first estimate that has each."""
        for column in ("endpoint_definition", "time_origin"):
            text = row[column]
            if text:
                pool = (column, row["factor"], row["disease"] or "", row["endpoint"])
                texts = self._texts[pool]
                if len(texts) < _DEFINITIONS:
                    texts.setdefault(fold(text).rstrip("."), (text, row["key"]))
                if asked:
                    self._asked[pool] = None

    def found(self) -> Iterator[Found]:
        """Give each pool whose reports differ, with up to three texts."""
        for pool in self._asked:
            texts = sorted(self._texts[pool].values(), key=lambda entry: entry[1])
            if len(texts) > 1:
                column, factor, disease, endpoint = pool
                shown = "; ".join(f"“{text[:80]}”" for text, _ in texts[:3])
                more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
                key = ", ".join(filter(None, (factor, disease, endpoint)))
                yield Found("definitions-differ", key, f"{shown}{more}", column, tuple(key for _, key in texts[:NAMED]))


class SimulatedAmongReal:
    """Invented estimates in a registry that holds real ones."""

    def __init__(self) -> None:
        self._simulated: Counter[str] = Counter()
        self._real = False

    def see(self, row: Values, *, asked: bool) -> None:
        """Count simulated estimates by study."""
        if row["origin"] != Origin.SIMULATED:
            self._real = True
        elif asked:
            self._simulated[row["study"]] += 1

    def found(self) -> Iterator[Found]:
        """Give each study of simulated estimates, if there is a real one anywhere."""
        for study, count in self._simulated.items() if self._real else ():
            yield Found("simulated-among-real", study, f"{count} simulated among real estimates", "origin")


class NearNames:
    """Factors and diseases whose names are nearly the same."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, bool]] = {"factor": {}, "disease": {}}

    def see(self, row: Values, *, asked: bool) -> None:
        """Keep the names in use."""
        for kind, names in self._names.items():
            if row[kind]:
                names[row[kind]] = asked or names.get(row[kind], False)

    def found(self) -> Iterator[Found]:
        """Give each pair of names that are one but for a letter or two."""
        from rapidfuzz import fuzz, process

        for kind, names in self._names.items():
            folded = {name: fold(name) for name in sorted(names)}
            for name, text in folded.items():
                close = process.extract(text, folded, scorer=fuzz.ratio, score_cutoff=88, limit=NAMED + 1)
                for _, _, other in close:
                    if name < other and (names[name] or names[other]):
                        yield Found("name-near", name, f"the {kind} {name!r} is close to {other!r}", kind, (other,))
