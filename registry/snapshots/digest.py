"""The digests of a state of the evidence: one per bucket of keys, and the root over all of them.

The digest of a bucket is the SHA-256 of the UTF-8 lines `key TAB digest LF` of its live rows, keys in the order of
their code points; an empty bucket has that of nothing. The root is the SHA-256 of the JSON array (no spaces) of the
1,024 bucket digests in order. Both depend on the evidence alone: the same rows have the same root in every registry,
on every database, in whatever order they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from registry.database import canonical_json


class Bucket(NamedTuple):
    """How many estimates a bucket holds, and their digest."""

    estimates: int
    digest: str


def bucket_of(rows: Iterable[tuple[str, str]]) -> Bucket:
    """Give the bucket of these live rows, each its key and digest, in any order."""
    ordered = sorted(rows)
    lines = "".join([f"{key}\t{digest}\n" for key, digest in ordered])
    return Bucket(len(ordered), hashlib.sha256(lines.encode()).hexdigest())


#: A bucket without estimates.
EMPTY = bucket_of(())


def root_of(buckets: Sequence[Bucket]) -> str:
    """Give the root over all buckets, in their order: 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json([each.digest for each in buckets]).encode()).hexdigest()
