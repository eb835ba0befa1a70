"""Whether the pool stands: without each estimate, as it grew, by other methods, of other rows, of every subset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.dossier.document import Section, Subheading
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.ranges import range_of
from registry.dossier.wording import absent, columns, says, shown
from registry.report import influence, multiverse, prose, tables
from registry.report.sensitivity_tables import cumulative, leave_one_out, ratio_header
from registry.report.table import Table
from registry.stats.inference import TESTS
from registry.stats.tau2 import ESTIMATORS

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Found, Material, Sensitivity, Shared, Variant
    from registry.pooling.influence_result import InfluenceResult
    from registry.pooling.multiverse import MultiverseResult
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult

#: What the pools of other rows are called.
ROWS = {"adjusted": "adjusted estimates only", "not-data-driven": "without data-driven cutoffs"}


def section(material: Material, _shared: Shared) -> Section:
    """Show every sensitivity analysis, and say of those that cannot be had why."""
    whole, found = material.pool, material.sensitivity
    if isinstance(found, Absent) or isinstance(whole, Absent):
        reason = found if isinstance(found, Absent) else whole
        blocks: tuple[Block, ...] = (absent("no sensitivity analysis", reason),)  # type: ignore[arg-type]
    else:
        blocks = tuple(_blocks(whole, found))
    return Section("sensitivity", "Sensitivity", blocks)


def _blocks(whole: PoolResult, found: Sensitivity) -> Iterator[Block]:
    yield Subheading("Without each estimate")
    yield from _leaving_out(whole, found.leave_one_out)
    yield Subheading("Other methods and other rows")
    yield from shown(_others(whole, (*found.estimators, *found.rows)))
    yield from _not_done(found.rows)
    yield from _printed_digits(found.rounding)
    yield Subheading("As the evidence grew")
    yield from _growing(found.cumulative)
    yield Subheading("Influence")
    yield from _influence(found.influence)
    yield Subheading("Every defensible choice")
    yield from _choices(found.multiverse)


def _leaving_out(whole: PoolResult, found: Found[PoolResult]) -> Iterator[Block]:
    if isinstance(found, Absent):
        yield absent("not done", found)
        return
    pools = [each.pool for each in found.leave_one_out or ()]
    yield says(prose.sentence(range_of(whole, pools)))
    yield from picture("leave-one-out", found, "Leave-one-out", prose.sentence(range_of(whole, pools)))
    yield from shown(leave_one_out(found))


def _others(whole: PoolResult, variants: Sequence[Variant]) -> Table:
    cells = [(f"the pool above: {how(whole.pool.method, whole.pool.test)}", *_cells(whole.pool))]
    cells += [(_name(each), *_cells(each.found)) for each in variants if not isinstance(each.found, Absent)]
    heads = columns(
        "Pool", "k", ratio_header(whole), "tau²", "I²", "Prediction interval", "p",
        numbers=("k", ratio_header(whole), "tau²", "I²", "Prediction interval", "p"),
    )  # fmt: skip
    return Table("The pool by other methods, and of other rows", heads, tuple(cells))


def _name(variant: Variant) -> str:
    method, bar, test = variant.name.partition("|")
    return how(method, test) if bar else ROWS[variant.name]


def how(method: str, test: str) -> str:
    """Name an estimator with its interval: `DerSimonian–Laird, Wald`."""
    if method.upper() in ("FE", "CE"):
        return "common effect, Wald"
    label = {"REML": "REML"}.get(method, ESTIMATORS[method].label)
    return f"{label}, {TESTS[test].label}"


def _cells(pool: Pooled) -> tuple[str, ...]:
    prediction = prose.interval(pool.hr_pi_low, pool.hr_pi_high) if pool.k >= tables.SHOW_PREDICTION_FROM else ""
    shown_ratio = prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high)
    numbers = (prose.number(pool.tau2, 3), prose.percent(pool.i2), prediction, prose.p_value(pool.p))
    return (str(pool.k), shown_ratio, *numbers)


def _not_done(variants: Sequence[Variant]) -> Iterator[Block]:
    for each in variants:
        if isinstance(each.found, Absent):
            yield absent(ROWS[each.name], each.found)


def _printed_digits(found: Found[PoolResult]) -> Iterator[Block]:
    if isinstance(found, Absent):
        yield absent("the search over printed digits was not made", found)
    elif found.rounding is not None:
        name, change = prose.measure_label(found.measure), prose.number(found.rounding.largest_change)
        bounds = prose.interval(found.rounding.hr_low, found.rounding.hr_high, 3)
        yield says(
            f"Reports round: the digits they print let the pooled {name} lie anywhere in {bounds}, at most {change}"
            " from the value given (seeded search)."
        )


def _growing(found: Found[PoolResult]) -> Iterator[Block]:
    if isinstance(found, Absent):
        yield absent("no cumulative pool", found)
        return
    yield from picture(
        "cumulative", found, "Cumulative pool", "Forest plot of the pool as it grew, estimate by estimate"
    )
    yield from shown(cumulative(found))


def _influence(found: Found[InfluenceResult]) -> Iterator[Block]:
    if isinstance(found, Absent):
        yield absent("not done", found)
        return
    marked = [each.label for each in found.estimates if each.influential]
    yield says(f"Influential by deletion diagnostics: {', '.join(marked) or 'none'}. {influence.methods(found)}")
    yield from picture(
        "influence", found, "Deletion diagnostics", "Panel of deletion diagnostics, estimate by estimate"
    )
    yield from shown(influence.diagnostics(found))
    if any(each.baujat_y is not None for each in found.estimates):
        what = "Contribution of each estimate to heterogeneity against its influence on the pool"
        yield from picture("baujat", found, "Baujat plot", what)
    if found.gosh:
        yield from picture("gosh", found, "GOSH plot", "Pooled ratio and I² of the subsets of the estimates")
        yield from shown(influence.subsets(found))


def _choices(found: Found[MultiverseResult]) -> Iterator[Block]:
    if isinstance(found, Absent):
        yield absent("not done", found)
        return
    if len({each.digest for each in found.rows}) == 1:
        yield says(
            "No choice of rows – adjusted or not, how cutoffs were chosen, risk of bias – leaves another set of"
            " estimates that can be pooled: the pools by other methods above are all there are."
        )
        return
    yield says(f"{multiverse.headline(found)}. {multiverse.methods(found)}")
    yield from picture("specification", found, "Specification curve", multiverse.headline(found))
    yield from shown(multiverse.specifications(found))
    if any(each.refused for each in found.rows):
        yield from shown(multiverse.refused(found))
