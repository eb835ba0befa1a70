"""All normalised tables of an archive, in the order of restoring: what is referred to stands above."""

from __future__ import annotations

from registry.archive.curation_tables import CURATION
from registry.archive.rating_tables import RATINGS
from registry.archive.search_tables import SEARCHES
from registry.archive.study_tables import STUDIES
from registry.archive.table import Table
from registry.archive.vocabulary_tables import VOCABULARY

TABLES: tuple[Table, ...] = (*VOCABULARY, *STUDIES, *CURATION, *SEARCHES, *RATINGS)

#: What is no table of this list: history, snapshots and queries, which have files of their own.
NOT_HERE = {"changeset", "change", "evidence", "snapshot", "snapshot_bucket", "saved_query", "run"}
