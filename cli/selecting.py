"""What every analysis of a selection asks for in the same words: which estimates, which rule, which registry."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from cli.options import DEFAULT_DATABASE, AsJson, At, Database, Where
from registry.errors import UsageError

P = ParamSpec("P")

#: Options every command has; they stand last in its help.
LAST = ("db", "as_json")

Factor = Annotated[str | None, typer.Option("--factor", metavar="NAME", help="The prognostic factor.")]
Disease = Annotated[str | None, typer.Option("--disease", metavar="NAME", help="The disease.")]
Endpoint = Annotated[str | None, typer.Option("--endpoint", metavar="NAME", help="The endpoint.")]
OnePer = Annotated[
    str | None,
    typer.Option(
        "--one-per",
        metavar="RULE",
        help="Keep one estimate per cohort, best first: cohort:adjusted,prespecified,largest_n,longest_followup.",
    ),
]
Per = Annotated[
    str | None,
    typer.Option(
        "--per",
        metavar="STEP",
        help="Bring ratios per step of the factor to one step: '100 U/L', '1 log2', or a number in the factor's unit.",
    ),
]
AllowWords = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="WORD",
        help="Use what is refused otherwise: mixed-adjustment, mixed-categories, p-derived, same-results,"
        " selection-on-results (repeatable, or with commas).",
    ),
]
ReadAs = Annotated[
    str,
    typer.Option(
        "--read-as",
        metavar="WAY",
        help="Which way round every ratio is given: high-vs-low, or low-vs-high, the reciprocal.",
    ),
]
Doubtful = Annotated[
    str,
    typer.Option(
        "--doubtful",
        metavar="[keep|exclude]",
        help="What becomes of doubtful estimates (evireg lint): kept with what they do to the result said, or left out"
        " by rules that do not look at the result. Rows with an impossible SE are often per unit: leaving them out"
        " tends to raise the ratio; read the source.",
    ),
]
Method = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="NAME",
        help="Estimator of tau²: REML, DL, PM, ML, HE, HS, SJ, EB, HSk or PMM; FE (alias CE) for a common effect.",
    ),
]
Level = Annotated[float, typer.Option("--level", metavar="PERCENT", help="Level of every interval.")]
Seed = Annotated[
    int, typer.Option("--seed", metavar="NUMBER", help="Start of the random numbers: same seed, same result.")
]


@dataclass(frozen=True, slots=True)
class Selected:
    """Which estimates of which registry, and whether the answer is JSON."""

    where: str | None
    factor: str | None
    disease: str | None
    endpoint: str | None
    allow: list[str] | None
    at: str | None
    db: str
    as_json: bool
    one_per: str | None = None
    per: str | None = None
    read_as: str = "high-vs-low"
    doubtful: str = "keep"

    def analyse(self, verb: str, *arguments: Any, **options: Any) -> Any:
        """Select, and run a verb of `registry.Registry` on what was selected."""
        from cli.conditions import condition
        from registry.handle import open as open_registry

        asked = condition(self.where, factor=self.factor, disease=self.disease, endpoint=self.endpoint)
        with open_registry(self.db) as reg:
            run = getattr(reg, verb)
            shared = {"at": self.at, "one_per": self.one_per, "allow": words(self.allow), "read_as": self.read_as}
            shared |= {"doubtful": self.doubtful}
            shared |= {} if self.per is None else {"per": self.per}
            return run(asked, *arguments, **{**shared, **options})


def selecting(command: Callable[Concatenate[Selected, P], None], *, but: Collection[str] = ()) -> Callable[..., None]:
    """Give a command the options of a selection, before and after its own, and hand it one `Selected`.

    An option that the command has itself (several one-per rules, say) takes the place of the shared one; options it has
    no use for are left out (`but`).
    """
    asked = inspect.signature(_options, eval_str=True).parameters
    [_, *own] = inspect.signature(command, eval_str=True).parameters.values()
    names = [name for name in asked if name not in {*but, *(each.name for each in own)}]
    run: Callable[..., None] = command
    before, after = ([asked[name] for name in names if (name in LAST) is last] for last in (False, True))

    @functools.wraps(command)
    def with_selection(*_: Any, **values: Any) -> None:
        run(Selected(**{name: values.pop(name) for name in names}), **values)

    with_selection.__signature__ = inspect.Signature([*before, *own, *after])  # type: ignore[attr-defined]
    with_selection.__annotations__ = {each.name: each.annotation for each in (*before, *own, *after)}
    return with_selection


def words(given: list[str] | tuple[str, ...] | None) -> list[str]:
    """Split repeated and comma-separated words."""
    return [word.strip() for each in given or () for word in each.split(",") if word.strip()]


def numbers(option: str, text: str | None) -> list[float]:
    """Read numbers with commas between them. Raises UsageError for anything else."""
    try:
        return [float(each) for each in (text or "").split(",") if each.strip()]
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a list of numbers", "for instance 400,800") from None


def _options(
    *,
    where: Where = None,
    factor: Factor = None,
    disease: Disease = None,
    endpoint: Endpoint = None,
    one_per: OnePer = None,
    per: Per = None,
    allow: AllowWords = None,
    read_as: ReadAs = "high-vs-low",
    doubtful: Doubtful = "keep",
    at: At = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Carry the options of a selection: their names, types, defaults and help."""
