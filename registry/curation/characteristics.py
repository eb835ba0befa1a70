"""Study characteristics put in place: of a study, a cohort or an estimate, with the words a judgement rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from registry.models import Attribute, Base

if TYPE_CHECKING:
    from registry.curation.desk import Desk

_VALUES = Base.metadata.tables["attribute_value"]


class Owner(NamedTuple):
    """What a characteristic belongs to: its `kind` (study, cohort, estimate), integer `id` and key."""

    kind: str
    id: int
    key: str


def put_characteristic(desk: Desk, owner: Owner, name: str, value: float | str | None) -> bool:
    """Put a study characteristic in place, None to take it away.

    Gives whether it is another than before.
    """
    column = _VALUES.c[f"{owner.kind}_id"]
    attribute = desk.connection.execute(sa.select(Attribute.id).where(Attribute.name == name)).scalar_one()
    mine = sa.select(_VALUES).where(column == owner.id, _VALUES.c.attribute_id == attribute)
    held = desk.connection.execute(mine).one_or_none()
    text = repr(float(value) + 0.0) if isinstance(value, int | float) else value
    before = None if held is None else held.value
    if before == text:
        return False
    desk.transaction.change(owner.kind, owner.key, name, before, text)
    _put(desk, held, text, {"attribute_id": attribute, column.name: owner.id})
    if held is not None and text is None and held.support is not None:
        desk.transaction.change(owner.kind, owner.key, f"{name} support", held.support, None)
    desk.note(owner.kind, owner.id)
    return True


def _put(desk: Desk, held: Any, text: str | None, place: Mapping[str, int]) -> None:
    if held is None:
        row = {"id": desk.transaction.next_id("attribute_value"), **place, "value": text}
        desk.connection.execute(sa.insert(_VALUES), row)
    elif text is None:
        desk.connection.execute(sa.delete(_VALUES).where(_VALUES.c.id == held.id))
    else:
        desk.connection.execute(sa.update(_VALUES).where(_VALUES.c.id == held.id).values(value=text))


def put_support(desk: Desk, owner: Owner, name: str, words: str | None) -> None:
    """Put the words a judgement rests on in place, if there is a judgement."""
    declared = sa.select(Attribute.id).where(Attribute.name == name).scalar_subquery()
    place = (_VALUES.c[f"{owner.kind}_id"] == owner.id, _VALUES.c.attribute_id == declared)
    held = desk.connection.execute(sa.select(_VALUES.c.id, _VALUES.c.support).where(*place)).one_or_none()
    if held is not None and held.support != words:
        desk.transaction.change(owner.kind, owner.key, f"{name} support", held.support, words)
        desk.connection.execute(sa.update(_VALUES).where(_VALUES.c.id == held.id).values(support=words))
