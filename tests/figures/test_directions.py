"""Every figure says which way round its ratios are, for each contrast and read either way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from matplotlib.figure import Figure

from registry.explaining.explanation import Effect, Evidence, Explanation, State
from registry.figures.catalogue import kind
from registry.frame import Frame
from registry.pooling import pool
from registry.pooling.bias import bias
from registry.pooling.cutoffs import cutoffs
from registry.pooling.influence import influence
from registry.pooling.multiverse import multiverse
from registry.pooling.regress import regress
from tests.pooling.rows import plain

#: What rows say of themselves, how they are read, and the direction a figure names.
WAYS = {
    "two groups": ({"contrast": "above_vs_below"}, "high-vs-low", "high LDH vs low"),
    "two groups, low against high": ({"contrast": "above_vs_below"}, "low-vs-high", "low LDH vs high"),
    "per step": (
        {"contrast": "per_unit", "cutoff_value": 100.0, "cutoff_unit": "U/L"},
        "high-vs-low",
        "per 100 U/L more LDH",
    ),
    "per SD": ({"contrast": "per_sd", "scale": "ln"}, "low-vs-high", "per SD of ln LDH less"),
    "categories": (
        {"contrast": "category", "index_group": "III", "reference_group": "I"},
        "high-vs-low",
        "LDH III vs I",
    ),
    "extreme groups": (
        {"contrast": "extremes", "cutoff_text": "T3 vs T1"},
        "low-vs-high",
        "bottom vs top group of LDH",
    ),
    "unclear": ({"contrast": "unclear"}, "high-vs-low", "direction not stated"),
}
MAKERS: dict[str, Callable[[Frame, str], Any]] = {
    "forest": lambda frame, way: pool(frame, read_as=way),
    "cumulative": lambda frame, way: pool(frame, cumulative="year", read_as=way),
    "leave-one-out": lambda frame, way: pool(frame, leave_one_out=True, read_as=way),
    "funnel": lambda frame, way: bias(frame, read_as=way),
    "baujat": lambda frame, way: influence(frame, read_as=way),
    "influence": lambda frame, way: influence(frame, read_as=way),
    "gosh": lambda frame, way: influence(frame, gosh=True, read_as=way),
    "bubble": lambda frame, way: regress(frame, "year", read_as=way),
    "specification": lambda frame, way: multiverse(frame, read_as=way),
    "waterfall": lambda frame, way: moved(pool(frame, read_as=way)),
}
#: What forests say on both sides of 1 names what goes with a ratio above 1.
SIDES = {
    "two groups": "with high LDH",
    "two groups, low against high": "with low LDH",
    "per step": "with each 100 U/L more LDH",
    "per SD": "with each SD of ln LDH less",
    "categories": "with LDH III",
    "extreme groups": "in the bottom group of LDH",
    "unclear": "direction not stated",
}


def moved(result: Any) -> Explanation:
    """Explain a pool that did not move."""
    state = State("now", 1, None, None, None, "evireg", dict(result.pool.as_dict()), "")
    return Explanation(
        query=None,
        condition=None,
        start=state,
        end=state,
        total=Effect.of([0.0, 0.0, 0.0]),
        steps=(),
        evidence=Evidence("shapley", None, ()),
        without_effect=(),
        notes=(),
        measure="hr",
        about=result.about,
        simulated=False,
    )


def rows(said: dict[str, Any]) -> Frame:
    """Give five rows that say this of themselves."""
    more = {name: [value] * 5 for name, value in said.items()}
    return plain(5, factor=["LDH"] * 5, year=[2010.0, 2011.0, 2012.0, 2013.0, 2014.0], **more)


def written(figure: Figure) -> str:
    """Give all a figure writes, as one line."""
    return " ".join(" ".join(text.get_text() for axes in figure.axes for text in axes.texts).split())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MAKERS)
def test_axis_words_name_the_direction(name: str, way: str) -> None:
    """Forests say it on both sides of 1, the others on the axis or beside the pool; unclear is neither high nor low."""
    said, read_as, direction = WAYS[way]
    text = written(kind(name).figure(MAKERS[name](rows(said), read_as)))
    expected = SIDES[way] if name in ("forest", "cumulative", "leave-one-out") else direction
    assert expected in text
    if way == "unclear":
        assert "high LDH" not in text
        assert "low LDH" not in text


@pytest.mark.parametrize(
    ("read_as", "direction"), [("high-vs-low", "high NLR vs low"), ("low-vs-high", "low NLR vs high")]
)
def test_curve_of_cutoffs_names_the_direction(read_as: str, direction: str) -> None:
    """The ratio beside a cutoff is one of the groups above and below it."""
    frame = plain(5, cutoff_value=[2.0, 2.5, 3.0, 4.0, 5.0], cutoff_unit=["1"] * 5)
    assert direction in written(kind("cutoffs").figure(cutoffs(frame, read_as=read_as)))
