"""What curators judged of the certainty of evidence; it refers to saved queries, so that it is restored after them."""

from __future__ import annotations

import sqlalchemy as sa

from registry.archive.table import Refers, Table, own, table
from registry.models import Curator, Rating

RATINGS: tuple[Table, ...] = (
    table(
        "ratings",
        "Judgements of the certainty of evidence, one for each domain of GRADE and saved query",
        sa.select(
            Rating.query,
            Rating.version,
            Rating.domain,
            Rating.judgement,
            Rating.reason,
            Curator.name.label("curator"),
            Rating.changeset,
            Rating.evidence,
        )
        .select_from(Rating)
        .join(Curator, Rating.curator_id == Curator.id),
        of=own(Rating),
        key=("query", "domain"),
        refers=(Refers("curator_id", "curator", ("curator",)),),
        meanings={
            "query": "name of the saved query",
            "version": "version of it that was judged",
            "domain": "domain of GRADE",
            "judgement": "what was judged",
            "reason": "why, in the curator's words",
            "curator": "who judged",
            "changeset": "the changeset that recorded it",
            "evidence": "SHA-256 of what was judged",
        },
    ),
)
