"""What a query is to be after an edit: only what is named changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.queries.analyses import changed
from registry.queries.definition import define
from registry.vocabulary import Vocabulary

if TYPE_CHECKING:
    import sqlalchemy as sa

    from registry.queries.saved import Saved


def edited(connection: sa.Connection, last: Saved, changes: Mapping[str, Any]) -> Saved:
    """Give a query as it is to be: `where`, `one_per`, `allow`, `description`, `prespecified`, and options of the pool.

    `analyses` are changed kind by kind. A protocol goes with what it says: when the definition is another, it is gone
    unless given again. Raises UsageError when nothing is named, and as `define`.
    """
    if not changes:
        raise UsageError(f"nothing says what to change of query {last.name!r}", "give the options that are to be new")
    asked = last.definition
    before = {"where": asked.where, "one_per": asked.one_per, "allow": asked.allow, **asked.options}
    named = {name: value for name, value in changes.items() if name not in ("description", "prespecified")}
    if "analyses" in named:
        named["analyses"] = changed(asked.analyses, named["analyses"])
    definition = define(Vocabulary.load(connection), **{**before, "analyses": asked.analyses, **named})
    kept = last.prespecified if definition == asked else None
    return replace(
        last,
        definition=definition,
        description=changes.get("description", last.description),
        prespecified=changes.get("prespecified", kept),
    )
