"""A small review to report on: eight studies with characteristics, of which texts without a number are two more."""

from __future__ import annotations

from typing import Any

from registry.handle import Registry
from registry.record import Record
from registry.store import Store
from registry.writing import write_estimates

WHERE = 'factor == "NLR" and endpoint == "OS"'

_TYPICAL: dict[str, Any] = {
    "factor": "NLR",
    "disease": "multiple myeloma",
    "endpoint": "OS",
    "ci_level": 95.0,
    "measure": "hr",
    "contrast": "above_vs_below",
}
#: Study → ratio with its interval, year, patients, whether adjusted.
STUDIES: dict[str, tuple[float, float, float, int, int, str]] = {
    "ada2010": (1.40, 1.01, 1.94, 2010, 210, "yes"),
    "bose2012": (2.10, 1.20, 3.68, 2012, 90, "yes"),
    "curie2013": (1.75, 1.10, 2.78, 2013, 130, "yes"),
    "darwin2014": (1.20, 0.80, 1.80, 2014, 155, "yes"),
    "euler2015": (2.60, 1.40, 4.83, 2015, 75, "yes"),
    "franklin2016": (1.55, 1.02, 2.36, 2016, 160, "yes"),
    "gauss2017": (1.90, 1.25, 2.89, 2017, 140, "yes"),
    "hopper2018": (1.10, 0.70, 1.73, 2018, 145, "yes"),
}


def enter(store: Store) -> None:
    """Enter the studies, and two texts that state a direction only."""
    with store.transaction("Ada", "import rows.csv") as transaction:
        write_estimates(transaction, [*map(_record, enumerate(STUDIES, 2)), *_directions()])


def _record(place: tuple[int, str]) -> Record:
    line, study = place
    est, low, high, year, n, adjusted = STUDIES[study]
    numbers = {"est": est, "ci_low": low, "ci_high": high, "est_text": f"{est:.2f}"}
    about = {
        "study": study,
        "year": year,
        "n": n,
        "adjusted": adjusted,
        "covariates": "age; sex" if line % 2 else "age",
    }
    report = {"doi": f"10.1/{study}", "title": f"On {study}", "first_author": study.rstrip("0123456789").capitalize()}
    cutoff = {"cutoff_value": 2.0 + line % 3, "cutoff_unit": "1", "cutoff_operator": ">"}
    place_of = {"locator": f"Table {line}", "quote": f"HR {est:.2f}"}
    return Record({**_TYPICAL, **numbers, **about, **report, **cutoff, **place_of}, {}, "rows.csv", line)


def _directions() -> list[Record]:
    said = {"iris2019": ("worse", 88), "jung2020": ("none", 61)}
    return [
        Record(
            {
                **_TYPICAL,
                "study": study,
                "effect_direction": direction,
                "n": n,
                "quote": f"text of {study}",
                "title": f"On {study}",
                "year": 2020,
            },
            {},
            "rows.csv",
            line,
        )
        for line, (study, (direction, n)) in enumerate(said.items(), 20)
    ]


def saved(store: Store, **more: Any) -> Registry:
    """Open the registry with the evidence and a saved query `nlr-os`."""
    enter(store)
    registry = Registry(store, curator="Ada")
    registry.save_query("nlr-os", WHERE, **more)
    return registry
