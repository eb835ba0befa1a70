"""What charts of analyses show is what the results hold: points, lines, areas, marks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from registry.errors import UsageError
from registry.figures.baujat import figure as baujat
from registry.figures.bubble import figure as bubble
from registry.figures.cutoffs import figure as cutoffs_figure
from registry.figures.funnel import figure as funnel
from registry.figures.gosh import figure as gosh
from registry.figures.influence import figure as influence_figure
from registry.figures.specification import choices, rows
from registry.figures.specification import figure as specification
from registry.pooling.bias import bias
from registry.pooling.cutoffs import cutoffs
from registry.pooling.influence import influence
from registry.pooling.multiverse import multiverse
from tests.figures import analyses
from tests.pooling.rows import myeloma, plain, simulated


def artist(figure: Figure, gid: str) -> Any:
    """Find what was drawn under a name."""
    found = [each for each in artists(figure) if each.get_gid() == gid]
    assert len(found) == 1, [each.get_gid() for each in artists(figure) if each.get_gid()]
    return found[0]


def artists(figure: Figure) -> list[Artist]:
    """Give lines and collections of every panel."""
    return [each for axes in figure.axes for each in (*axes.lines, *axes.collections)]


def words(figure: Figure) -> str:
    """Give all texts of a figure."""
    return " ".join(text.get_text() for axes in figure.axes for text in axes.texts)


def areas(figure: Figure, gid: str = "estimates") -> list[float]:
    """Give the areas of circles, points²."""
    return [float(each) for each in artist(figure, gid).get_sizes()]


def test_funnel_shows_estimates_and_what_was_filled_in() -> None:
    """Log ratio against standard error, the points of trim and fill apart."""
    result = analyses.asymmetric()
    assert result.trim_fill is not None
    assert result.trim_fill.k0 > 0
    made = funnel(result)
    dots, filled = artist(made, "estimates"), artist(made, "filled")
    assert list(zip(*dots.get_data(), strict=True)) == [(each.yi, each.sei) for each in result.estimates]
    assert list(filled.get_xdata()) == [each["yi"] for each in result.trim_fill.filled]
    assert list(filled.get_ydata()) == [math.sqrt(each["vi"]) for each in result.trim_fill.filled]
    assert f"{result.trim_fill.k0} filled in on the left" in words(made)


def test_funnel_without_trim_and_fill_says_nothing_of_it() -> None:
    """Below ten estimates no test runs unasked, and none is drawn."""
    made = funnel(analyses.small())
    assert "rim and fill" not in words(made)
    assert not [each for each in artists(made) if each.get_gid() == "filled"]


def test_funnel_narrows_to_nothing_at_the_top() -> None:
    """The largest study is at the top: standard errors grow downwards, and all axes hold every point."""
    made = funnel(analyses.asymmetric())
    axes = artist(made, "estimates").axes
    low, high = axes.get_ylim()
    assert low > high == 0.0
    assert all(axes.get_xlim()[0] < x < axes.get_xlim()[1] for x in artist(made, "estimates").get_xdata())


def test_contours_lie_where_an_estimate_is_just_significant() -> None:
    """At every depth the first shade begins 1.645 standard errors from no effect."""
    made = funnel(analyses.asymmetric())
    axes = artist(made, "estimates").axes
    edges = set()
    for patch in axes.patches:
        for x, y in patch.get_xy():
            if y > 0.0 and x not in axes.get_xlim():
                edges.add(round(abs(x) / y, 4))
    assert {1.6449, 1.96, 2.5758} <= edges


def test_names_are_those_furthest_out() -> None:
    """As many as asked for, the most distant from the pool in standard errors."""
    result = analyses.small()
    mu = result.pool.mu or 0.0
    furthest = max(result.estimates, key=lambda each: abs(each.yi - mu) / each.sei)
    assert furthest.label in words(funnel(result, labels=1))
    assert all(each.label not in words(funnel(result)) for each in result.estimates)


def test_baujat_shows_its_coordinates_and_marks_the_influential() -> None:
    """The one influential estimate of myeloma is a mark of its own, with its name."""
    result = analyses.moved()
    made = baujat(result)
    dots, marked = artist(made, "estimates"), artist(made, "influential")
    plain_rows = [(each.baujat_x, each.baujat_y) for each in result.estimates if not each.influential]
    assert list(zip(*dots.get_data(), strict=True)) == plain_rows
    [only] = [each for each in result.estimates if each.influential]
    assert list(zip(*marked.get_data(), strict=True)) == [(only.baujat_x, only.baujat_y)]
    assert only.label in words(made)
    assert only.label not in words(baujat(result, labels=0))


def test_baujat_of_two_estimates_is_refused_with_the_reason() -> None:
    """Without one of two tau² is undefined, and so is the plot."""
    with pytest.raises(UsageError, match="two estimates"):
        baujat(influence(plain(2)))


def test_influence_shows_every_diagnostic_of_every_estimate() -> None:
    """Eight panels hold the numbers of the result, influential estimates under a mark of their own."""
    result = analyses.moved()
    made = influence_figure(result)
    for name in ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "qe_del", "hat", "weight"):
        shown = artist(made, name).get_xdata(), artist(made, f"{name}-influential").get_xdata()
        for marked, values in enumerate(shown):
            expected = [getattr(each, name) for each in result.estimates if each.influential == bool(marked)]
            assert list(values) == expected


def test_influence_of_two_estimates_has_dashes() -> None:
    """What is undefined is a dash, not a point."""
    made = influence_figure(influence(plain(2)))
    assert "–" in words(made).split()
    assert not [each for each in artists(made) if each.get_gid() == "tau2_del"]


def test_influence_of_the_most_influential_keeps_their_order() -> None:
    """With `most` the largest Cook's distances stay, in the order of the result, and the figure says so."""
    result = analyses.moved(40)
    made = influence_figure(result, most=5)
    largest = sorted(result.estimates, key=lambda each: each.cook_d or 0.0)[-5:]
    expected = [each.label for each in result.estimates if each in largest]
    shown = [text.get_text() for text in made.axes[0].texts if text.get_text() in {each.label for each in largest}]
    assert shown[:5] == expected
    assert "The 5 of 40 estimates with the largest Cook's distances." in words(made)


def test_gosh_tells_subsets_with_an_estimate_from_those_without() -> None:
    """Of the 255 subsets of eight those with an I² are drawn, by default told by the largest Cook's distance."""
    result = analyses.moved()
    assert result.gosh is not None
    made = gosh(result)
    place = max(range(8), key=lambda row: result.estimates[row].cook_d or 0.0)
    inside, known = result.gosh.pools.includes(place), np.isfinite(result.gosh.pools.i2)
    assert artist(made, "with").get_xdata().tolist() == result.gosh.pools.mu[inside & known].tolist()
    assert artist(made, "without").get_ydata().tolist() == result.gosh.pools.i2[~inside & known].tolist()
    assert f"With {result.estimates[place].label} (127)" in words(made)


def test_gosh_by_a_named_estimate() -> None:
    """By its label or key; another name is refused with the nearest."""
    result = analyses.moved()
    assert "With Kim 2016" in words(gosh(result, estimate="Kim 2016"))
    assert "With Kim 2016" in words(gosh(result, estimate="Kim 2016/OS"))
    with pytest.raises(UsageError, match="did you mean 'Kim 2016'"):
        gosh(result, estimate="Kim 2015")


def test_gosh_needs_subsets() -> None:
    """A result without them is refused, and how to ask is said."""
    with pytest.raises(UsageError, match="no subsets"):
        gosh(influence(myeloma()))


def test_many_subsets_are_hexagons_of_mixed_colour() -> None:
    """Each hexagon has the share of its subsets that hold the estimate as its colour, their number as density."""
    made = gosh(analyses.moved(40))
    hexagons = artist(made, "subsets")
    colours = hexagons.get_facecolor()
    assert 100 < len(colours) < 4000
    assert colours[:, 3].max() == pytest.approx(1.0)
    assert len({tuple(row) for row in colours[:, :3].round(3).tolist()}) > 10


def test_bubbles_have_areas_by_weight_on_the_line_of_the_result() -> None:
    """Where they lie is moderator and log ratio; area over weight is the same for all but the very smallest."""
    result = analyses.regressed("year", count=60)
    made = bubble(result)
    order = sorted(result.estimates, key=lambda each: -each.weight)
    places = artist(made, "estimates").get_offsets()
    assert places[:, 1].tolist() == [each.yi for each in order]
    assert places[:, 0].tolist() == pytest.approx([float(each.at["year"]) for each in order])
    shares = [area / each.weight for area, each in zip(areas(made), order, strict=True)]
    assert shares == pytest.approx([shares[0]] * len(shares))
    line = artist(made, "line")
    assert list(line.get_ydata()) == [each.mu for each in result.curves["year"]]
    assert "per unit of year" in words(made)


def test_bubbles_of_a_category_stand_beside_each_other_over_its_level() -> None:
    """No further from the middle than the room of a level, and at their own ratio."""
    result = analyses.regressed("country", count=60)
    levels = [str(each.at["country"]) for each in result.curves["country"]]
    made = bubble(result)
    order = sorted(result.estimates, key=lambda each: -each.weight)
    places = artist(made, "estimates").get_offsets()
    for (x, y), each in zip(places.tolist(), order, strict=True):
        assert abs(x - levels.index(str(each.at["country"]))) <= 0.4
        assert y == each.yi
    assert "k = 15" in words(made)
    assert "against China" in words(made)


def test_bubble_of_another_moderator() -> None:
    """The first is drawn unless one is named; the others are said to be held; an unknown one is refused."""
    result = analyses.regressed("followup_median_months", "product_source")
    assert "Held at the mean: product source." in words(bubble(result))
    assert "Held at the mean: median follow-up." in words(bubble(result, moderator="product_source"))
    with pytest.raises(UsageError, match="no moderator"):
        bubble(result, moderator="year")


@pytest.mark.parametrize("log", [False, True])
def test_cutoffs_show_curve_and_hollow_data_driven_ones(log: bool) -> None:
    """The curve is that of the model of all cutoffs; cutoffs chosen on the outcome are drawn apart."""
    result = analyses.by_cutoff(log=log)
    made = cutoffs_figure(result)
    assert result.all.multi_cutoff is not None
    curve = result.all.multi_cutoff.fit.curve
    assert list(artist(made, "line").get_ydata()) == [each.mu for each in curve]
    across = [math.log(each.cutoff) if log else each.cutoff for each in curve]
    assert list(artist(made, "line").get_xdata()) == across
    driven = sorted(each.yi for each in result.estimates if each.data_driven)
    assert sorted(artist(made, "data-driven").get_offsets()[:, 1].tolist()) == driven
    assert artist(made, "without-data-driven") is not None


def test_curve_that_cannot_be_had_is_refused_with_the_reason() -> None:
    """A model that was not fitted says why; an unknown one which there are."""
    with pytest.raises(UsageError, match="no cohort has several cutoffs"):
        cutoffs_figure(analyses.one_cutoff_each(), model="multi_cutoff")
    with pytest.raises(UsageError, match="model is 'spline'"):
        cutoffs_figure(analyses.one_cutoff_each(), model="spline")
    same = plain(4, cutoff_value=[3.0] * 4, cutoff_unit=["1"] * 4)
    with pytest.raises(UsageError, match="there is no curve to draw"):
        cutoffs_figure(cutoffs(same))


def test_specifications_stand_in_order_and_the_main_one_is_marked() -> None:
    """From the lowest ratio to the highest; the main one is the first of every choice."""
    result = analyses.every_way("product_source")
    assert result.main is result.rows[0]
    made = specification(result)
    ratios = sorted(each.mu for each in result.rows if each.mu is not None)
    main = artist(made, "main")
    assert main.get_ydata()[0] == result.main.mu
    points = {each.get_gid(): each for each in artists(made) if (each.get_gid() or "").startswith("pool-")}
    shown = [*points.values(), main]
    assert [float(each.get_ydata()[0]) for each in sorted(shown, key=lambda each: each.get_xdata()[0])] == ratios


def test_every_choice_has_a_line_under_its_heading() -> None:
    """Words in the order in which they come, and what does not vary is left out."""
    result = analyses.every_way("product_source")
    chosen = [choices(result, each) for each in result.rows if each.hr is not None]
    found = rows(chosen)
    assert [row.word for row in found if row.choice == "product source"] == ["", "all", "academic", "commercial"]
    assert [row.word for row in found if row.choice == "Interval"] == ["", "Hartung–Knapp", "Wald"]
    assert "Adjusted" not in {row.choice for row in found}


def test_choices_that_must_not_be_pooled_are_counted() -> None:
    """They have no place on the curve, and the figure says so."""
    mixed = simulated().replace(adjusted=np.array(["yes"] * 7 + ["no"], dtype=object))
    made = specification(multiverse(mixed))
    assert "1 choice of estimates must not be pooled and is left out." in words(made)


def test_a_funnel_of_one_estimate_is_drawn() -> None:
    """Nothing is pooled, the estimate stands there."""
    made = funnel(bias(plain(1)))
    assert len(artist(made, "estimates").get_xdata()) == 1
    assert "nothing pooled" in words(made)
