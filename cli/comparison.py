"""Results beside what was published: the same rows pooled as the review did, and under evireg's defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.report import prose
from registry.report.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.handle import Registry
    from registry.pooling import PoolResult
    from registry.seeding import Published, Result


@dataclass(frozen=True, slots=True)
class Compared:
    """One result of a topic: pooled with the options of the review (`as_published`) and with evireg's (`ours`)."""

    topic: str
    result: Result
    as_published: PoolResult
    ours: PoolResult

    @property
    def agrees(self) -> bool | None:
        """Whether the pool gives the printed numbers within the stated tolerance; None where nothing is printed."""
        published = self.result.published
        if published is None:
            return None
        pool = self.as_published.pool
        pairs = ((published.hr, pool.hr), (published.ci_low, pool.hr_ci_low), (published.ci_high, pool.hr_ci_high))
        near = (
            value is not None and abs(value - float(printed)) <= published.tolerance
            for printed, value in pairs
            if printed
        )
        return all(near) and (not published.i2 or f"{pool.i2:.0f}" == published.i2)

    def as_dict(self) -> dict[str, Any]:
        """Give the comparison as a JSON object."""
        published = self.result.published
        return {
            "topic": self.topic,
            "name": self.result.name,
            "condition": self.result.where,
            "published": None if published is None else as_object(published),
            "agrees": self.agrees,
            "as_published": self.as_published.as_dict()["pool"],
            "ours": self.ours.as_dict()["pool"],
        }


def compared(reg: Registry, topic: str, result: Result) -> Compared:
    """Pool a result as it was published, and under evireg's defaults."""
    return Compared(topic, result, reg.pool(result.where, **result.options), reg.pool(result.where))


def as_object(published: Published) -> dict[str, Any]:
    """Give a published result as a JSON object: the texts as printed, null where not printed."""
    fields = ("hr", "ci_low", "ci_high", "i2", "source")
    return {name: getattr(published, name) or None for name in fields} | {"tolerance": published.tolerance}


def table(title: str, compared: Sequence[Compared]) -> Table:
    """Lay the comparison out: what was published, the same pool here, and under evireg's defaults."""
    columns = (
        Column("Topic", keep=6, whole=True),
        Column("Endpoint", keep=9, whole=True),
        Column("k", keep=4, whole=True, right=True),
        Column("Published", keep=9, whole=True, right=True),
        Column("Here, same method", keep=9, whole=True, right=True),
        Column("Agrees", keep=8, whole=True),
        Column("Here, evireg's default", keep=9, whole=True, right=True),
    )
    rows = tuple(_row(each) for each in compared)
    if len({each.topic for each in compared}) == 1:
        return Table(title, columns[1:], tuple(row[1:] for row in rows))
    return Table(title, columns, rows)


def _row(each: Compared) -> tuple[str, ...]:
    verdict = {None: "", True: "yes", False: "NO"}[each.agrees]
    return (
        each.topic,
        each.result.name,
        str(each.as_published.pool.k),
        printed(each.result.published),
        pooled(each.as_published, each.result.published),
        verdict,
        pooled(each.ours, each.result.published),
    )


def printed(published: Published | None) -> str:
    """Write a published result as it was printed: `1.73 (1.23–2.44)`."""
    if published is None:
        return prose.NOTHING
    interval = f" ({published.ci_low}–{published.ci_high})" if published.ci_low else ""
    return f"{published.hr}{interval}{_i2(published.i2)}"


def pooled(result: PoolResult, like: Published | None) -> str:
    """Write a pool with as many decimals as the published result was printed with, and I² where it was printed."""
    pool = result.pool
    if like is None or pool.hr is None or pool.hr_ci_low is None or pool.hr_ci_high is None:
        return prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high)
    digits = len(like.hr.partition(".")[2])
    text = f"{pool.hr:.{digits}f} ({pool.hr_ci_low:.{digits}f}–{pool.hr_ci_high:.{digits}f})"
    return text + (_i2(f"{pool.i2:.0f}") if like.i2 else "")


def _i2(i2: str) -> str:
    return f", I² {i2} %" if i2 else ""
