"""The flow of a selection: each row is used or left out by the first step that applies, and the counts are honest."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from registry.flow import Flow, FlowStep, Unusable, patients, units
from registry.frame import Frame
from registry.selection.narrow import narrow


def row(key: str, **values: Any) -> dict[str, Any]:
    poolable = {"yi": 0.1, "vi": 0.2, "derivation": "ci", "status": "extracted", "origin": "reported"}
    return {"key": key, "study": key.upper(), "cohort": "all", "retracted": False, **poolable, **values}


def flow_of(*rows: dict[str, Any], **options: Any) -> Flow:
    return narrow(Frame.from_rows(rows), **options)[1]


@pytest.mark.parametrize(
    ("values", "reason", "label"),
    [
        ({"status": "excluded"}, "excluded", "excluded by a curator"),
        ({"status": "disputed", "not_poolable": "disputed", "yi": None, "vi": None}, "disputed", "disputed"),
        ({"retracted": True}, "retracted", "report retracted"),
        ({"origin": "simulated"}, "simulated", "simulated; the condition does not name origin"),
        ({"not_poolable": "direction-only", "yi": None, "vi": None}, "not-poolable", "direction only"),
        ({"not_poolable": "in words of its own", "yi": None, "vi": None}, "not-poolable", "in words of its own"),
        ({"yi": None}, "not-poolable", "no log ratio with a variance"),
        ({"vi": np.inf}, "not-poolable", "no log ratio with a variance"),
        ({"vi": 0.0}, "not-poolable", "the variance is not above 0"),
        ({"derivation": "p", "not_poolable": "p-derived"}, "p-derived", "SE from p only"),
        ({"derivation": "p"}, "p-derived", "SE from p only"),
    ],
)
def test_row_is_left_out_for_its_reason(values: dict[str, Any], reason: str, label: str) -> None:
    """What must not or cannot be pooled leaves with a stable reason and a label that says it."""
    frame, flow = narrow(Frame.from_rows([row("a", n=40), row("b", n=7, **values)]))
    assert list(frame["key"]) == ["a"]
    assert flow.steps == (FlowStep(reason, label, 1, ("b",), 7, 1),)
    assert (flow.matched, flow.used, flow.used_patients, flow.used_cohorts) == (2, 1, 40, 1)
    assert flow.left_out(reason) == 1


def test_first_step_that_applies_takes_the_row() -> None:
    """An excluded, retracted, simulated row without numbers is excluded, and counted once."""
    flow = flow_of(row("a", status="excluded", retracted=True, origin="simulated", yi=None, not_poolable="no-ratio"))
    assert [step.reason for step in flow.steps] == ["excluded"]
    assert flow.unusable == ()


def test_not_poolable_has_a_step_per_reason() -> None:
    """Reasons are told apart, the commonest first."""
    none = {"yi": None, "vi": None}
    flow = flow_of(
        row("a", not_poolable="one-bound", **none),
        row("b", not_poolable="no-interval", **none),
        row("c", not_poolable="direction-only", effect_direction="worse", **none),
        row("d", not_poolable="direction-only", effect_direction="none", **none),
    )
    assert [(step.label, step.left_out) for step in flow.steps] == [
        ("direction only", 2),
        ("no CI and no SE", 1),
        ("one bound only", 1),
    ]
    assert flow.used == 0


def test_simulated_rows_stay_when_asked_for() -> None:
    """Who names the origin gets what is named."""
    assert flow_of(row("a", origin="simulated"), simulated=True).used == 1


def test_p_derived_rows_stay_when_allowed() -> None:
    """Standard errors from p-values count only by the user's word."""
    rows = (row("a"), row("b", derivation="p", not_poolable="p-derived"))
    assert flow_of(*rows, allow=("p-derived",)).used == 2
    assert flow_of(*rows).left_out("p-derived") == 1


def test_unusable_evidence_is_listed_with_its_direction() -> None:
    """Known but unusable estimates say what their texts state; cohorts with a usable one are not lost."""
    none = {"yi": None, "vi": None, "not_poolable": "direction-only"}
    flow = flow_of(
        row("a", n=100),
        row("a2", study="A", n=90, effect_direction="worse", **none),
        row("b", n=30, effect_direction="worse", **none),
        row("c", effect_direction="better", **none),
        row("d", n=50, status="disputed", not_poolable="disputed"),
        row("e", n=60, status="excluded"),
    )
    assert flow.unusable == (
        Unusable("a2", "A", "all", 90, "direction only", "worse"),
        Unusable("b", "B", "all", 30, "direction only", "worse"),
        Unusable("c", "C", "all", None, "direction only", "better"),
        Unusable("d", "D", "all", 50, "disputed", None),
    )
    assert (flow.unusable_cohorts, flow.unusable_patients) == (3, 80)


def test_patients_are_counted_once() -> None:
    """Patients are the largest n of each cohort; cohorts that share patients are one; unknown stays unknown."""
    rows = [
        row("a", n=100),
        row("a2", study="A", n=120),
        row("b", overlap_group="g", n=50),
        row("c", overlap_group="g", n=70),
        row("d"),
    ]
    frame = Frame.from_rows(rows)
    assert patients(frame) == 190
    assert units(frame) == [("A", "all"), ("A", "all"), ("overlap", "g"), ("overlap", "g"), ("D", "all")]
    flow = flow_of(*rows)
    assert (flow.used_patients, flow.used_cohorts) == (190, 4)
    assert flow_of(row("d")).used_patients is None


def test_frame_may_lack_everything_but_numbers() -> None:
    """A plain table of yi and vi is all usable; rows are named by their place."""
    frame = Frame({"yi": np.array([0.1, 0.2, np.nan]), "vi": np.array([0.1, 0.2, 0.3])})
    out, flow = narrow(frame)
    assert list(out["yi"]) == [0.1, 0.2]
    assert flow.steps[0].keys == ("row 3",)
    assert flow.unusable[0] == Unusable("row 3", None, None, None, "no log ratio with a variance", None)


def test_no_rows_have_an_empty_flow() -> None:
    """Nothing matched is a flow too."""
    assert flow_of(one_per="cohort:adjusted") == Flow(0, (), 0)


def test_flow_is_plain_json() -> None:
    """The flow goes into JSON as it is: lists, numbers, null."""
    flow = flow_of(
        row("a", n=5), row("a2", study="A"), row("b", yi=None), one_per="cohort:largest_n", missing={"year": 2}
    )
    told = flow.as_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["missing"] == {"year": 2}
    assert told["choices"] == [{"kept": "a", "left": ["a2"], "by": ["largest_n"]}]
    assert told["unusable"][0]["n"] is None
    assert told["steps"][1]["keys"] == ["a2"]
