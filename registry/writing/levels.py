"""Study characteristics that turn out to belong to the single estimate, though declared for studies or cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import NotFound
from registry.models import Attribute, AttributeValue, Cohort, Estimate, Study
from registry.terms import AttributeLevel, AttributeType
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from collections.abc import Collection

    from registry.ledger import Transaction


def values_by_cohort(
    connection: sa.Connection, name: str, studies: Collection[str]
) -> dict[tuple[str, str | None], Any]:
    """Give the stored values of a characteristic by (study, cohort) of these studies; cohort None for the study's."""
    found: dict[tuple[str, str | None], Any] = {}
    value = sa.select(Study.key, sa.null(), AttributeValue.value, Attribute.type)
    of_study = value.select_from(AttributeValue).join(Attribute).join(Study, AttributeValue.study_id == Study.id)
    value = sa.select(Study.key, Cohort.key, AttributeValue.value, Attribute.type)
    of_cohort = value.select_from(AttributeValue).join(Attribute).join(Cohort, AttributeValue.cohort_id == Cohort.id)
    for statement in (of_study, of_cohort.join(Study, Cohort.study_id == Study.id)):
        for study, cohort, text, kind in select_in(
            connection, statement.where(Attribute.name == name), Study.key, studies
        ):
            found[study, cohort] = float(text) if kind == AttributeType.NUMBER else text
    return found


def declare_per_estimate(transaction: Transaction, name: str) -> None:
    """Declare a characteristic anew, as one of the estimate: each estimate takes over the value of its cohort or study.

    No evidence row changes by it, for these hold the values of every level. NotFound when it is not declared.
    """
    connection = transaction.connection
    declared = connection.execute(sa.select(Attribute.id, Attribute.level).where(Attribute.name == name)).one_or_none()
    if declared is None:
        raise NotFound(f"study characteristic {name!r} is not declared")
    number, level = declared
    if level == AttributeLevel.ESTIMATE:
        return
    owner = AttributeValue.cohort_id if level == AttributeLevel.COHORT else AttributeValue.study_id
    of_owner = Estimate.cohort_id if level == AttributeLevel.COHORT else Cohort.study_id
    held = (
        sa.select(Estimate.id, AttributeValue.value)
        .select_from(Estimate)
        .join(Cohort, Estimate.cohort_id == Cohort.id)
        .join(AttributeValue, owner == of_owner)
        .where(AttributeValue.attribute_id == number)
        .order_by(Estimate.id)
    )
    rows = [
        {"id": transaction.next_id("attribute_value"), "attribute_id": number, "estimate_id": estimate, "value": value}
        for estimate, value in connection.execute(held).all()
    ]
    connection.execute(sa.delete(AttributeValue).where(AttributeValue.attribute_id == number))
    if rows:
        connection.execute(sa.insert(AttributeValue), rows)
    connection.execute(sa.update(Attribute).where(Attribute.id == number).values(level=AttributeLevel.ESTIMATE.value))
    transaction.change("attribute", name, "level", level, AttributeLevel.ESTIMATE.value)
