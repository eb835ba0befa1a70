"""The only code that writes evidence: match by key, create, close and open versions, keep the projection true."""

from registry.writing.curating import OverlapDeclared, declare_overlap, declare_overlaps, retract
from registry.writing.digest import bucket, digest
from registry.writing.estimates import write_estimates
from registry.writing.keys import estimate_key
from registry.writing.projection import project, refresh
from registry.writing.tally import Written
from registry.writing.verify import verify_rows
from registry.writing.vocabulary import Entry, add_vocabulary, declare_attributes, read_vocabulary

__all__ = [
    "Entry",
    "OverlapDeclared",
    "Written",
    "add_vocabulary",
    "bucket",
    "declare_attributes",
    "declare_overlap",
    "declare_overlaps",
    "digest",
    "estimate_key",
    "project",
    "read_vocabulary",
    "refresh",
    "retract",
    "verify_rows",
    "write_estimates",
]
