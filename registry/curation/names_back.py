"""Put back what a changeset did to the vocabulary: names taken away unless in use, fields as they were."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded import net
from registry.models import (
    AppraisalTool,
    Attribute,
    Base,
    Cohort,
    Contrast,
    Estimate,
    Factor,
    Synonym,
    evidence,
)
from registry.terms import AttributeLevel, AttributeType
from registry.vocabulary import AttributeDeclaration, fold
from registry.writing.vocabulary import Entry, add_vocabulary, declare_attributes

if TYPE_CHECKING:
    from registry.curation.reversal import Changes, Reversal


def name(back: Reversal, kind: str, key: str, recorded: Changes) -> None:
    """Put back one factor, disease, endpoint or covariate: its synonyms, fields, and whether it is there."""
    synonyms = [each for each in recorded if each.field == "synonym"]
    changes = net(each for each in recorded if each.field != "synonym")
    added = "key" in changes and changes["key"][0] is None
    if added and _in_use(back, kind, key):
        return
    for each in synonyms:
        if each.before is None:
            _take_away(back, kind, key, str(each.after))
    fields = {field: values for field, values in changes.items() if field != "key"}
    if added:
        _remove(back, kind, key, changes)
    elif "key" in changes:
        said = {field: _value(before) for field, (before, _) in fields.items() if before is not None}
        names = tuple(each.before for each in synonyms if each.before is not None)
        add_vocabulary(back.desk.transaction, [Entry(kind, key, names, said)])
    else:
        add_vocabulary(
            back.desk.transaction,
            [Entry(kind, key, tuple(each.before for each in synonyms if each.before is not None))],
        )
        _put_fields(back, kind, key, fields)


def _value(text: str | None) -> Any:
    """Give a recorded field as the value it was: a number or a truth, else the text."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _put_fields(back: Reversal, kind: str, key: str, fields: Any) -> None:
    if not fields:
        return
    table = Base.metadata.tables[kind]
    row = back.desk.connection.execute(sa.select(table).where(table.c.key == key)).one()._asdict()
    wanted = {}
    for field, (before, after) in fields.items():
        if back.still(kind, key, field, row[field], _typed(table, field, after)):
            wanted[field] = _typed(table, field, before)
            back.desk.transaction.change(kind, key, field, row[field], wanted[field])
    if wanted:
        back.desk.connection.execute(sa.update(table).where(table.c.key == key).values(**wanted))


def _typed(table: sa.Table, field: str, text: str | None) -> Any:
    if isinstance(table.c[field].type, sa.JSON):
        return None if text is None else json.loads(text)
    return text if isinstance(table.c[field].type, sa.String) else _value(text)


def _take_away(back: Reversal, kind: str, key: str, synonym: str) -> None:
    place = (Synonym.vocabulary == kind, Synonym.folded == fold(synonym), Synonym.key == key)
    if back.desk.connection.execute(sa.select(Synonym.name).where(*place)).first():
        back.desk.connection.execute(sa.delete(Synonym).where(*place))
        back.desk.transaction.change(kind, key, "synonym", synonym, None)


def _remove(back: Reversal, kind: str, key: str, changes: Any) -> None:
    connection = back.desk.connection
    if kind == "factor":
        number = sa.select(Base.metadata.tables["factor"].c.id).where(Base.metadata.tables["factor"].c.key == key)
        for made in ("contrast", "cutoff"):
            table = Base.metadata.tables[made]
            connection.execute(sa.delete(table).where(table.c.factor_id == number.scalar_subquery()))
    connection.execute(sa.delete(Synonym).where(Synonym.vocabulary == kind, Synonym.key == key))
    if kind in Base.metadata.tables:
        table = Base.metadata.tables[kind]
        connection.execute(sa.delete(table).where(table.c.key == key))
    for field, (before, after) in changes.items():
        back.desk.transaction.change(kind, key, field, after, before)


def _in_use(back: Reversal, kind: str, key: str) -> bool:
    """Note the first estimate or cohort that uses a name, and synonyms it was given later."""
    connection = back.desk.connection
    table = Base.metadata.tables.get(kind)
    number = None if table is None else connection.execute(sa.select(table.c.id).where(table.c.key == key)).scalar()
    users: dict[str, sa.Select[Any]] = {
        "factor": sa.select(Estimate.key).join(Contrast).where(Contrast.factor_id == number),
        "endpoint": sa.select(Estimate.key).where(Estimate.endpoint_id == number),
        "disease": sa.select(Cohort.key).where(Cohort.disease_id == number),
        "covariate": sa.select(evidence.c.key).where(
            evidence.c.valid_to.is_(None),
            sa.literal("; ").concat(evidence.c.covariates).concat("; ").contains(f"; {key}; ", autoescape=True),
        ),
    }
    user = connection.execute(users[kind].limit(1)).scalar()
    if user is not None:
        back.obstacles.used(kind, key, f"{'cohort' if kind == 'disease' else 'estimate'} {user}")
    return user is not None


def attribute(back: Reversal, key: str, recorded: Changes) -> None:
    """Take a declaration of a study characteristic away again, unless it has values, or declare it anew.

    One that an import declared anew as belonging to estimates stays so: its values are with the estimates.
    """
    connection, changes = back.desk.connection, net(recorded)
    if "name" not in changes:
        if "level" in changes:
            back.remarks.append(f"{key} stays a characteristic of estimates")
        return
    before, _ = changes["name"]
    if before is not None:
        declare_attributes(back.desk.transaction, [_declaration(changes)])
        return
    values = Base.metadata.tables["attribute_value"]
    number = connection.execute(sa.select(Attribute.id).where(Attribute.name == key)).scalar()
    if connection.execute(sa.select(values.c.id).where(values.c.attribute_id == number).limit(1)).first():
        back.obstacles.used("study characteristic", key, "values that were given")
        return
    connection.execute(sa.delete(Base.metadata.tables["attribute"]).where(Attribute.id == number))
    for field, (was, now) in changes.items():
        back.desk.transaction.change("attribute", key, field, now, was)


def _declaration(changes: Any) -> AttributeDeclaration:
    said = {field: before for field, (before, _) in changes.items()}
    levels = said.get("levels")
    return AttributeDeclaration(
        said["name"],
        said.get("label") or "",
        AttributeType(said["type"]),
        said.get("unit"),
        None if levels is None else tuple(json.loads(levels)),
        AttributeLevel(said["level"]),
        said.get("tool"),
        said.get("guidance"),
    )


def appraisal_tool(back: Reversal, key: str, recorded: Changes) -> None:
    """Take an appraisal tool away again once none of its domains is declared, or put it back."""
    connection, changes = back.desk.connection, net(recorded)
    table = Base.metadata.tables[AppraisalTool.__tablename__]
    if changes["name"][0] is None:
        connection.execute(sa.delete(table).where(table.c.name == key))
    else:
        row = {field: before for field, (before, _) in changes.items()}
        connection.execute(sa.insert(table), row)
    for field, (was, now) in changes.items():
        back.desk.transaction.change("appraisal tool", key, field, now, was)


def cutoff(back: Reversal, key: str, recorded: Changes) -> None:
    """Take a cutoff that was added away again unless it is in use, or put it back; `key` begins with its factor."""
    connection, changes = back.desk.connection, net(recorded)
    table = Base.metadata.tables["cutoff"]
    before, after = changes["key"]
    name = str(before or after)
    factor = sa.select(Factor.id).where(Factor.key == key.removesuffix(name).rstrip())
    number = connection.execute(factor).scalar()
    place = (table.c.factor_id == number, table.c.key == name)
    held = connection.execute(sa.select(table.c.id).where(*place)).scalar()
    if before is not None and held is None:
        fields = {field: _typed(table, field, values[0]) for field, values in changes.items()}
        row = {"id": back.desk.transaction.next_id("cutoff"), "factor_id": number, **fields}
        connection.execute(sa.insert(table), row)
    elif before is None:
        if connection.execute(sa.select(Contrast.id).where(Contrast.cutoff_id == held).limit(1)).first():
            back.obstacles.used("cutoff", key, "an estimate")
            return
        connection.execute(sa.delete(table).where(*place))
    for field, (was, now) in changes.items():
        back.desk.transaction.change("cutoff", key, field, now, was)
