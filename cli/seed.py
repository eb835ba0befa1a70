"""`evireg seed`: import the evidence that is shipped with evireg."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.seeding import Seeded

EXAMPLE = "evireg seed nlr_myeloma ferritin"


def command(
    *,
    topics: Annotated[
        list[str] | None, typer.Argument(metavar="[TOPIC]...", help="Which topics; every default one unless given.")
    ] = None,
    show_topics: Annotated[bool, typer.Option("--topics", help="List the topics, and import nothing.")] = False,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Import the evidence shipped with evireg.

    Real reported ratios, each with its source. Importing a topic again changes nothing. The simulated cohorts of
    `evireg demo` are never among the defaults.
    """
    if show_topics:
        _list_topics(as_json=as_json)
        return
    from cli import output
    from registry.handle import open as open_registry

    _refuse_simulated(topics or ())
    with open_registry(db, curator=curator) as reg:
        seeded = reg.seed(*(topics or ()))
    if as_json:
        output.show_json({"topics": [_as_object(each) for each in seeded]})
    else:
        _tell(seeded)


def _refuse_simulated(names: Sequence[str]) -> None:
    """Keep invented cohorts out of a registry of evidence; `evireg demo` has a database of its own for them."""
    from registry.errors import UsageError
    from registry.seeding import topic

    for name in names:
        if topic(name).simulated:
            raise UsageError(
                f"{name} is simulated: it does not go into a registry of evidence",
                "`evireg demo` shows it in a database of its own",
            )


def _tell(seeded: Sequence[Seeded]) -> None:
    from cli import output

    columns = [
        output.Column("Topic", keep=9, whole=True),
        output.Column("New", keep=9, whole=True, right=True),
        output.Column("Known", keep=9, whole=True, right=True),
        output.Column("Not poolable", keep=5, whole=True, right=True),
        output.Column("Flagged", keep=4, whole=True, right=True),
        output.Column("What it is", keep=3),
    ]
    rows = [(each.topic, each.created, each.unchanged, each.not_poolable, each.flagged, each.title) for each in seeded]
    output.show_table("Estimates imported", columns, rows)
    output.say("`evireg list studies` shows what is there, `evireg pool --help` how to pool it.")


def _as_object(seeded: Seeded) -> dict[str, Any]:
    from cli.importing import as_object

    return {
        "topic": seeded.topic,
        "title": seeded.title,
        "overlaps": seeded.overlaps,
        "files": [as_object(each) for each in seeded.loaded],
    }


def _list_topics(*, as_json: bool) -> None:
    from cli import output
    from registry.seeding import topics

    known = topics()
    if as_json:
        fields = ("name", "title", "description", "citation", "by_default", "simulated")
        output.show_json({"topics": [{name: getattr(each, name) for name in fields} for each in known]})
        return
    columns = [
        output.Column("Topic", keep=9, whole=True),
        output.Column("Imported by default", keep=5, whole=True),
        output.Column("What it is", keep=3),
    ]
    output.show_table(
        "Topics shipped with evireg",
        columns,
        [(each.name, "yes" if each.by_default else "no", each.title) for each in known],
    )
