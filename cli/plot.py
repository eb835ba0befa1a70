"""`evireg plot`: figures of what the registry holds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.asking import Asked, asking
from cli.options import DEFAULT_DATABASE, AsJson, At, Database
from registry.figures.catalogue import KINDS

EXAMPLE = "evireg plot forest nlr-myeloma-os -o forest.svg"

#: Options that take several, with commas between them.
_LISTS = ("columns", "tests", "on", "by")

_Kind = Annotated[
    str | None, typer.Argument(metavar="KIND", help="One of the kinds above; without it they are listed.")
]
_Query = Annotated[str | None, typer.Argument(metavar="QUERY", help="A name of `evireg query list`.")]


def _option(name: str, metavar: str, said: str) -> Any:
    return typer.Option(name, metavar=metavar, help=said)


@asking
def command(
    asked: Asked,
    kind: _Kind = None,
    query: _Query = None,
    *,
    out: Annotated[
        str | None, _option("-o", "FILE", "Where to: .svg, .pdf or .png; a file there is written over.")
    ] = None,
    theme: Annotated[str, _option("--theme", "NAME", "light or dark.")] = "light",
    width: Annotated[
        str | None,
        _option("--width", "WIDTH", "single (85 mm), onehalf (114 mm), double (174 mm), or millimetres: 120mm."),
    ] = None,
    columns: Annotated[
        str | None,
        _option(
            "--columns",
            "NAMES",
            "Forest: n,hr,weight, events, cutoff, followup, risk_of_bias, any of `evireg columns` or characteristic.",
        ),
    ] = None,
    sort: Annotated[str | None, _option("--sort", "COLUMN[:desc]", "Forest: the order of the estimates.")] = None,
    tool: Annotated[str | None, _option("--tool", "NAME", "Traffic light: the tool of risk of bias.")] = None,
    on: Annotated[str | None, _option("--on", "COLUMN", "Bubble: the moderator.")] = None,
    first: Annotated[
        str | None, _option("--from", "MOMENT", "Waterfall: a changeset, snapshot or run:ID; by default the last run.")
    ] = None,
    more: Annotated[
        list[str] | None,
        _option("--set", "NAME=VALUE", "Any other option of the figure or its analysis, as in Python (repeatable)."),
    ] = None,
    at: At = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Draw a figure of a saved query into a file."""
    from cli import output

    if kind is None:
        _list(as_json=as_json)
        return
    from registry.figures.letters import missing
    from registry.handle import open as open_registry

    own = {"columns": columns, "sort": sort, "tool": tool, "on": on, "first": first}
    options = {name: value for name, value in own.items() if value is not None} | _set(more or ())
    for name in _LISTS:
        if isinstance(options.get(name), str):
            options[name] = [each.strip() for each in options[name].split(",") if each.strip()]
    how = {"at": at, "theme": theme, "width": width, **options}
    path = _path(kind, query, out, asked)
    with open_registry(db) as reg:
        figure = reg.plot(kind, query, path=path, **asked.given, **how)
    if boxes := missing(figure):
        output.remark(f"The font of figures lacks these letters, which are drawn as boxes: {boxes}")
    size = [round(25.4 * float(each), 1) for each in figure.get_size_inches()]
    if as_json:
        drawn = {"kind": kind, "query": query, "figure": path, "theme": theme}
        output.show_json({**drawn, "width_mm": size[0], "height_mm": size[1]})
        return
    output.say(f"{kind} ({size[0]:.0f} × {size[1]:.0f} mm): {path}")


def _path(kind: str, query: str | None, out: str | None, asked: Asked) -> str:
    """Give where the figure goes; what is wrong with the arguments is said before the registry is opened."""
    from registry.errors import UsageError
    from registry.figures.catalogue import kind as kind_named
    from registry.figures.saving import format_of

    wanted = kind_named(kind)
    if out is None:
        raise UsageError("nothing says where the figure goes", "-o FILE, ending in .svg, .pdf or .png")
    format_of(out)
    if query is None and "where" not in asked.given and wanted.of_a_selection:
        raise UsageError(
            f"nothing says what to draw {kind} of",
            "name a saved query (`evireg query list`), or estimates by --factor, --disease and --endpoint or --where",
        )
    return out


def _list(*, as_json: bool) -> None:
    from cli import output
    from registry.report.table import Table, text

    if as_json:
        output.show_json({"kinds": {each.name: each.says for each in KINDS.values()}})
        return
    columns = (text("Kind", keep=9), text("What it shows", keep=5))
    output.show_tables([Table("Figures", columns, tuple((each.name, each.says) for each in KINDS.values()))])


def _set(more: Any) -> dict[str, Any]:
    """Read NAME=VALUE: numbers, true and false as such, all else as text."""
    from registry.errors import UsageError

    found: dict[str, Any] = {}
    for each in more:
        name, equals, value = each.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f"--set {each!r} is not NAME=VALUE", "for instance --set labels=5")
        found[name.strip()] = _value(value.strip())
    return found


def _value(text: str) -> Any:
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


#: The kinds stand in the help of the command, one a line.
command.__doc__ = "\n\n".join(
    (
        "Draw a figure of a saved query, or of estimates selected as by `evireg pool`, into a file.",
        "\b\nKinds:\n" + "\n".join(f"  {each.name:<14} {each.says}" for each in KINDS.values()),
        "A saved query brings its own options; those of `evireg pool` given here go before them.",
    )
)
