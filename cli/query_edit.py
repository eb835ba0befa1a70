"""`evireg query edit`: a new version of a saved query."""

from __future__ import annotations

from cli.asking import Asked, Describe, Prespecified, QueryName, asking_more
from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg query edit nlr-myeloma-os --method PM --test hk"


@asking_more
def command(
    asked: Asked,
    name: QueryName,
    *,
    describe: Describe = None,
    prespecified: Prespecified = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Change a saved query: a new version with the options given, all others as they were.

    An empty text takes away what was there: --one-per '', --also-subgroup ''. Runs name the version they are of, and
    stay. A protocol is of one definition: when that changes, also by an analysis more, the new version names
    none unless --prespecified is given again.
    """
    from cli import output
    from cli.querying import tell_saved
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    told = {"description": describe, "prespecified": prespecified}
    changes = {**asked.given, **{field: text for field, text in told.items() if text is not None}}
    with open_registry(db, curator=who.name) as reg:
        last = reg.query(name)
        saved = reg.edit_query(name, **changes)
        new = saved.version != last.version
        said = f"{name} is version {saved.version} now." if new else f"{name} is as it was: version {saved.version}."
        tell_saved(reg, saved, who, as_json=as_json, said=said)
    if last.prespecified and not saved.prespecified:
        output.remark(
            f"Version {saved.version} names no protocol: it asks something else than {last.prespecified} did."
            " If the protocol says so too, give --prespecified again."
        )
