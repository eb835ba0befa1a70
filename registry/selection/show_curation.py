"""What `show` tells of how an estimate was got right: its review, second readings, risk of bias, attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from registry.models import (
    Attachment,
    AttachmentLink,
    Attribute,
    AttributeValue,
    Curator,
    Estimate,
    Extraction,
    Report,
)

Facts = dict[str, Any]


def standings(versions: Sequence[Mapping[str, Any]], history: Sequence[Facts]) -> list[Facts]:
    """Tell each status an estimate was given, in order: which, why, by whom, when; from its versions."""
    told: list[Facts] = []
    by_number = {each["changeset"]: each for each in history}
    for version in versions:
        now = {"status": version["status"], "reason": version["status_reason"]}
        if not told or now != {name: told[-1][name] for name in now}:
            made = by_number[version["valid_from"]]
            told.append({**now, **{name: made[name] for name in ("changeset", "at", "curator")}})
    return told


def judgements(connection: sa.Connection, key: str) -> list[Facts]:
    """Tell the risk of bias of an estimate: tool, domain, level, and the words it rests on."""
    query = (
        sa.select(
            Attribute.tool,
            Attribute.name.label("domain"),
            Attribute.label,
            AttributeValue.value.label("judgement"),
            AttributeValue.support,
        )
        .join(AttributeValue, AttributeValue.attribute_id == Attribute.id)
        .join(Estimate, AttributeValue.estimate_id == Estimate.id)
        .where(Estimate.key == key, Attribute.tool.is_not(None))
        .order_by(Attribute.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def second_readings(connection: sa.Connection, key: str) -> list[Facts]:
    """Tell who extracted an estimate a second time, and whether the readings agree."""
    query = (
        sa.select(Curator.name.label("curator"), Extraction.changeset, Extraction.state)
        .join(Curator, Extraction.curator_id == Curator.id)
        .join(Estimate, Extraction.estimate_id == Estimate.id)
        .where(Estimate.key == key)
        .order_by(Extraction.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def attached(connection: sa.Connection, *, estimate: str | None = None, reports: sa.Select[Any]) -> list[Facts]:
    """Tell the files attached to an estimate and to these reports (a query of their integer ids)."""
    owner = sa.func.coalesce(Estimate.key, Report.key).label("key")
    query = (
        sa.select(AttachmentLink.name, owner, Attachment.media_type, Attachment.size, Attachment.sha256)
        .join(Attachment, AttachmentLink.attachment_id == Attachment.id)
        .outerjoin(Estimate, AttachmentLink.estimate_id == Estimate.id)
        .outerjoin(Report, AttachmentLink.report_id == Report.id)
        .where(sa.or_(Estimate.key == estimate, AttachmentLink.report_id.in_(reports)))
    )
    rows = map(dict, connection.execute(query).mappings())
    return sorted(rows, key=lambda row: (row["key"], row["name"], row["sha256"]))
