"""`evireg query save`: a pool under a name, to be made again as the evidence grows."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import Asked, Describe, Prespecified, asking_more
from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = 'evireg query save my-nlr-os --factor NLR --disease "multiple myeloma" --endpoint OS --threshold 1.25'


@asking_more
def command(
    asked: Asked,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is to be called.")],
    *,
    describe: Describe = None,
    prespecified: Prespecified = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Save a pool under a name: its condition with resolved keys, and every option.

    Options are those of `evireg pool`. What a report analyses beside the pool (subgroups, meta-regressions, absolute
    risks) is saved with it, so that it is prespecified when the query is. A query that the present evidence does not
    let pool is saved all the same, and why is said. `evireg watch` tells when the ratio or an interval crosses
    --threshold.
    """
    from cli.querying import tell_saved
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        saved = reg.save_query(name, description=describe, prespecified=prespecified, **asked.whole)
        tell_saved(reg, saved, who, as_json=as_json, said=f"Saved as {saved.name}, version {saved.version}.")
