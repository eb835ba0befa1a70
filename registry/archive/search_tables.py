"""References of searches and what reviewers decided about them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.archive.table import Refers, Table, own, table
from registry.models import (
    Curator,
    DoubtfulPair,
    Reference,
    Report,
    Screening,
)

_repeated = aliased(Reference)
_ref_a, _ref_b = aliased(Reference), aliased(Reference)

SEARCHES: tuple[Table, ...] = (
    table(
        "references",
        "Records of search results, as they came",
        sa.select(
            *(column for column in own(Reference).columns if column.name not in ("id", "duplicate_of", "report_id")),
            _repeated.key.label("duplicate_of"),
            Report.key.label("report"),
        )
        .select_from(Reference)
        .outerjoin(_repeated, Reference.duplicate_of == _repeated.id)
        .outerjoin(Report, Reference.report_id == Report.id),
        of=own(Reference),
        key=("key",),
        order=(Reference.id,),
        refers=(
            Refers("duplicate_of", "reference", ("duplicate_of",)),
            Refers("report_id", "report", ("report",)),
        ),
        meanings={
            "key": "key of the reference",
            "found_in": "what was searched",
            "found_by": "what that is",
            "accession": "its number there",
            "kind": "what the reference is",
            "doi": "DOI",
            "pmid": "PubMed id",
            "title": "title",
            "authors": "authors",
            "year": "year of publication",
            "journal": "journal",
            "volume": "volume",
            "pages": "pages",
            "url": "where it is",
            "abstract": "abstract",
            "digest": "SHA-256 of the record as it came",
            "duplicate_of": "key of the earlier reference it repeats",
            "duplicate_by": "the rule that said so",
            "report": "key of the report it turned out to be, where its identifiers do not tell",
        },
    ),
    table(
        "doubtful_pairs",
        "References that may be one",
        sa.select(_ref_a.key.label("first"), _ref_b.key.label("second"), DoubtfulPair.reason, DoubtfulPair.same)
        .select_from(DoubtfulPair)
        .join(_ref_a, DoubtfulPair.first == _ref_a.id)
        .join(_ref_b, DoubtfulPair.second == _ref_b.id),
        of=own(DoubtfulPair),
        key=("first", "second"),
        order=(DoubtfulPair.first, DoubtfulPair.second),
        refers=(Refers("first", "reference", ("first",)), Refers("second", "reference", ("second",))),
        meanings={
            "first": "key of the earlier reference",
            "second": "key of the later one",
            "reason": "why they may be one",
            "same": "what was decided; empty when nobody did",
        },
    ),
    table(
        "screenings",
        "Decisions of reviewers about references",
        sa.select(
            Reference.key.label("reference"),
            Screening.stage,
            Curator.name.label("reviewer"),
            Screening.decision,
            Screening.reason,
            Screening.settles,
        )
        .select_from(Screening)
        .join(Reference, Screening.reference_id == Reference.id)
        .join(Curator, Screening.reviewer_id == Curator.id),
        of=own(Screening),
        key=("reference", "stage", "reviewer", "settles"),
        order=(Screening.id,),
        refers=(Refers("reference_id", "reference", ("reference",)), Refers("reviewer_id", "curator", ("reviewer",))),
        meanings={
            "reference": "key of the reference",
            "stage": "title and abstract, or full text",
            "reviewer": "who decided",
            "decision": "include, exclude or not_retrieved",
            "reason": "why",
            "settles": "whether it settles a disagreement",
        },
    ),
)
