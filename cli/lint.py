"""`evireg lint`: every rule over what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database, Where

if TYPE_CHECKING:
    from registry.linting.finding import Linted

EXAMPLE = "evireg lint --where 'factor == \"ferritin\"'"

#: How many findings of one rule are shown unless asked for more.
SHOWN = 5

#: Exit code when an error was found, or with --strict a warning: the one of a failed verification.
FOUND = 7


def command(
    *,
    context: typer.Context,
    where: Where = None,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="CODE", help="Try this rule only (repeatable).")
    ] = None,
    most: Annotated[
        int | None, typer.Option("--most", metavar="N", help="Show up to N findings of each rule; 0 for all.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with exit code 7 for warnings, too.")] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> int:
    """Try every rule on what is stored, and say what is doubtful, where, and what to do.

    An error cannot be so; a warning is most likely a slip; a note is worth knowing before a pool. docs/lint.md explains
    each rule with an example. With a condition only what has to do with a matching estimate is shown. Ends with exit
    code 7 if there is an error (with --strict: or a warning), else 0.
    """
    if context.invoked_subcommand:
        return 0
    from cli import output
    from registry.errors import UsageError
    from registry.handle import open as open_registry
    from registry.linting.finding import Severity

    if most is not None and most < 0:
        raise UsageError(f"--most {most} is no number of findings", "0 for all, or how many of each rule")
    shown = (None if as_json else SHOWN) if most is None else most or None
    with open_registry(db) as reg:
        linted = reg.lint(where, rules=rule or (), most=shown)
    if as_json:
        output.show_json({"where": where, **_as_object(linted)})
    else:
        _tell(linted)
    grave = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return FOUND if linted.worst in grave else 0


def _as_object(linted: Linted) -> dict[str, Any]:
    from dataclasses import asdict

    from registry.linting.catalogue import CATALOGUE
    from registry.meaning.doubts import BEARING

    return {
        "estimates": linted.estimates,
        "rules": {
            code: {
                "count": sum(counts.values()),
                "meaning": CATALOGUE[code].meaning,
                "remedy": CATALOGUE[code].remedy,
                "bears_on_pools": code in BEARING,
                "blind": BEARING.get(code),
            }
            for code, counts in linted.counts.items()
        },
        "findings": [asdict(each) | {"others": list(each.others)} for each in linted.findings],
    }


def _tell(linted: Linted) -> None:
    from cli import output
    from registry.linting.catalogue import CATALOGUE
    from registry.linting.finding import Severity
    from registry.meaning.doubts import BEARING
    from registry.report.prose import count

    looked = f"{count(linted.estimates, 'estimate')} looked at"
    if not linted.findings:
        output.say(f"Nothing doubtful: {looked}.")
        return
    totals = {
        severity: sum(counts.get(severity.value, 0) for counts in linted.counts.values()) for severity in Severity
    }
    output.say(f"{looked}: {', '.join(count(total, severity.label) for severity, total in totals.items() if total)}.")
    groups = dict.fromkeys((each.severity, each.code) for each in linted.findings)
    for severity, code in groups:
        found = [each for each in linted.findings if (each.severity, each.code) == (severity, code)]
        output.say(f"\n{severity} {code}: {CATALOGUE[code].meaning}.")
        columns = [output.Column("About", keep=9, whole=True), output.Column("What is doubtful", keep=8)]
        rest = linted.counts[code][severity.value] - len(found)
        more = f"And {rest} more: --rule {code} --most 0.\n" if rest else ""
        rows = [(each.key, each.message) for each in found]
        stop = "" if CATALOGUE[code].remedy.endswith("?") else "."
        settle = f"\nIf it stands: evireg lint settle KEY {code} --reason TEXT" if code in BEARING else ""
        output.show_table("", columns, rows, note=f"{more}To do: {CATALOGUE[code].remedy}{stop}{settle}")
