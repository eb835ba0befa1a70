"""Make the old databases of this folder: run with the evireg of the revision that is to be kept.

    python -m tests.migrations.assets.make

writes `NNNN.db`, a SQLite registry with two topics, an overlap, a retraction, and one of everything else curators and
analysts leave behind, and `NNNN.json`, what an upgrade must keep. Ids and digests do not depend on the database, so
that a PostgreSQL of the same revision is made in the tests by migrating an empty one to it and copying the rows.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import sqlalchemy as sa

import registry
from registry.models import REVISION
from registry.writing import declare_overlap, retract

HERE = Path(__file__).parent
CURATOR = "Ada Lovelace"
POOL = 'factor == "NLR" and disease == "multiple myeloma" and endpoint == "OS"'


def fill(target: str) -> dict[str, object]:
    """Fill a fresh registry and say what is in it."""
    registry.init(target)
    with registry.open(target, curator=CURATOR) as reg:
        reg.seed("nlr_myeloma", "ferritin")
        with reg.store.transaction(CURATOR, "two series of one centre") as transaction:
            cohorts = sorted({f"{row['study']}/{row['cohort']}" for row in reg.listing("cohorts")})
            declare_overlap(transaction, cohorts[0], cohorts[1], "suspected", "same centre and years")
        with reg.store.transaction(CURATOR, "retraction notice") as transaction:
            key = transaction.connection.execute(sa.text("SELECT min(key) FROM report WHERE key LIKE 'doi:%'")).scalar()
            retract(transaction, str(key), "retracted by the journal")
        curate(reg)
        fit = reg.pool(
            POOL, method="DL", test="z", allow=["mixed-adjustment"], one_per="cohort:adjusted,largest_n"
        ).as_dict()
        with reg.store.read() as connection:
            tables = sa.inspect(connection).get_table_names()
            count = sa.select(sa.func.count())
            counts = {name: connection.scalar(count.select_from(sa.table(name))) for name in sorted(tables)}
            digests = connection.execute(sa.text("SELECT digest FROM evidence ORDER BY id")).scalars().all()
    return {"counts": counts, "digests": list(digests), "where": POOL, "pool": fit["pool"]}


def curate(reg: registry.Registry) -> None:
    """Leave behind what the schema keeps beside evidence: one of each."""
    key = min(row["key"] for row in reg.listing("estimates"))
    reg.amend(key, {"notes": "read again"}, reason="second look", curator="Grace Hopper")
    reg.review(key, status="checked", curator="Emmy Noether")
    reg.appraise(key, judgements={"quips_outcome": "low"})
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page3.pdf")
        page.write_bytes(b"%PDF-1.7\n")
        reg.attach(page, key)
    reg.snapshot("first")
    reg.save_query("nlr", POOL, allow=["mixed-adjustment"], one_per="cohort:adjusted,largest_n")
    reg.run("nlr", at="first")
    reg.grade("nlr", "inconsistency", "serious", reason="the intervals hardly overlap")


def main() -> None:
    """Write the two files."""
    path = HERE / f"{REVISION}.db"
    path.unlink(missing_ok=True)
    kept = fill(str(path))
    (HERE / f"{REVISION}.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
