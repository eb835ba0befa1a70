"""A multiverse as a table and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

from registry.pooling.grouping import title as column_title
from registry.report import prose
from registry.report.flow_tables import flow
from registry.report.prose import NOTHING
from registry.report.table import Cells, Table, number, text, without_empty
from registry.report.tables import SHOW_PREDICTION_FROM

if TYPE_CHECKING:
    from registry.pooling.multiverse import MultiverseResult, Specification


def headline(result: MultiverseResult) -> str:
    """Say how far the pooled ratios of all specifications lie apart; never how many intervals exclude 1."""
    ratios = [each.hr for each in result.rows if each.role == "specification" and each.hr is not None]
    many, name = prose.count(len(ratios), "specification"), prose.measure_label(result.measure)
    if not ratios:
        return f"{many}: none can be pooled"
    spread = prose.interval(min(ratios), max(ratios))
    return f"{many}: {name} {spread}, median {prose.number(median(ratios))}"


def tables(result: MultiverseResult) -> Iterator[Table]:
    """Give one line per specification, those that must not be pooled, and the flow."""
    yield specifications(result)
    if any(each.refused for each in result.rows):
        yield refused(result)
    yield flow(result)


def specifications(result: MultiverseResult) -> Table:
    """List the pools with the choices that made them, and the lines to compare them with."""
    varied = varied_choices(result)
    columns = (
        *(text(title, keep=8) for title in varied),
        text("tau²", keep=9),
        text("Interval", keep=9),
        number("k", keep=8),
        number(f"{prose.measure_label(result.measure)} ({prose.level_text(result.level)} CI)", keep=9),
        number("tau²", keep=4),
        number("New study", keep=3),
        text("", keep=5),
    )
    rows = tuple(_row(each, varied) for each in result.rows if not each.refused)
    same = [f"{title.casefold()} {word}" for title, word in words(result.rows[0]).items() if title not in varied]
    same = [each for each in same if not each.endswith((" all", NOTHING))]
    note = f"In all of them: {', '.join(same)}. " if same else ""
    return without_empty(Table("Specifications", columns, rows, f"{note}Reference lines are what most reviews print."))


def refused(result: MultiverseResult) -> Table:
    """List the choices whose estimates must not be pooled together, and what settles it."""
    varied = varied_choices(result)
    found = {tuple(words(each)[title] for title in varied): each.refused or "" for each in result.rows if each.refused}
    columns = (*(text(title, keep=8) for title in varied), text("Why not", keep=9))
    return without_empty(Table("Not pooled", columns, tuple((*words, why) for words, why in found.items())))


def varied_choices(result: MultiverseResult) -> list[str]:
    """Name the choices of rows that differ between specifications."""
    found = [words(each) for each in result.rows]
    return [title for title in found[0] if len({each[title] for each in found}) > 1]


def words(each: Specification) -> dict[str, str]:
    """Give the choices of rows, each under its title."""
    found = {"Adjusted": each.adjusted, "Cutoffs": each.cutoffs}
    found |= {column_title(name.partition(":")[0]): word for name, word in each.by.items()}
    return found | {"One per": NOTHING if each.one_per is None else each.one_per}


def model_words(each: Specification) -> tuple[str, str]:
    """Name the estimator of tau² and what the interval rests on."""
    return "common effect" if each.method == "FE" else each.method, "Wald" if each.test == "z" else each.test


def _row(each: Specification, varied: Sequence[str]) -> Cells:
    chosen = words(each)
    return (
        *(chosen[title] for title in varied),
        *model_words(each),
        NOTHING if each.k is None else str(each.k),
        prose.value(each.hr, each.hr_ci_low, each.hr_ci_high),
        prose.number(each.tau2, 3),
        prose.interval(each.hr_pi_low, each.hr_pi_high) if (each.k or 0) >= SHOW_PREDICTION_FROM else NOTHING,
        "reference" if each.role == "reference" else "",
    )


def methods(_result: MultiverseResult) -> str:
    """Say what was done, with its source."""
    return "Multiverse analysis (Steegen et al. 2016): every combination of the choices above, pooled alike."
