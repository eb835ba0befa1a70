"""`evireg agreement`: how far two curators agree."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cli.options import DEFAULT_DATABASE, AsJson, Database, Where

if TYPE_CHECKING:
    from registry.curation.agreement import FieldAgreement

EXAMPLE = "evireg agreement --where 'factor == \"NLR\"'"


def command(*, where: Where = None, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Tell how far first and second extractions agree, field by field.

    What both had read before anything was settled: percent of equal values; for categories Cohen's kappa with its 95 %
    interval; for numbers the 95 % limits of agreement: of the ratio second/first where the field is a ratio, else of
    the difference.
    """
    from cli import output
    from registry.handle import open as open_registry
    from registry.report.prose import count

    with open_registry(db) as reg:
        found = reg.agreement(where)
    if as_json:
        output.show_json(asdict(found))
        return
    if not found.extractions:
        output.say("No estimate was extracted a second time. See: evireg extract --help")
        return
    states = ", ".join(f"{number} {state}" for state, number in found.states.items())
    columns = [
        output.Column("Field", keep=9, whole=True),
        output.Column("Pairs", keep=7, whole=True, right=True),
        output.Column("Equal", keep=7, whole=True, right=True),
        output.Column("Percent", keep=8, whole=True, right=True),
        output.Column("Kappa (95 % CI)", keep=8, whole=True, right=True),
        output.Column("Limits of agreement", keep=5, whole=True, right=True),
        output.Column("Undefined because", keep=3),
    ]
    rows = [
        (each.field, each.n, each.agree, f"{each.percent:.0f}", _kappa(each), _limits(each), _why(each))
        for each in found.fields
    ]
    note = (
        "Kappa: Cohen 1960, interval of Fleiss, Cohen & Everitt 1969. Limits of agreement: Bland & Altman 1986; for "
        "hr, ci_low and ci_high of the ratio second/first, else of the difference second − first."
    )
    title = f"{count(found.extractions, 'estimate')} read twice ({states})"
    output.show_table(title, columns, rows, note=note)


def _kappa(each: FieldAgreement) -> str | None:
    if each.kappa is None:
        return None
    if each.kappa_ci_low is None:
        return f"{each.kappa:.2f}"
    return f"{each.kappa:.2f} ({each.kappa_ci_low:.2f} to {each.kappa_ci_high:.2f})"


def _limits(each: FieldAgreement) -> str | None:
    return None if each.limits_low is None else f"{each.limits_low:.3g} to {each.limits_high:.3g}"


def _why(each: FieldAgreement) -> str:
    return "; ".join(dict.fromkeys(each.reasons.values()))
