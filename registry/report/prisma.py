"""The PRISMA 2020 flow: a table of its boxes, and the texts that stand in the boxes of the diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.report.table import Column, Table

if TYPE_CHECKING:
    from registry.prisma import Assessment, OtherMethods, Prisma

SOURCE = "PRISMA 2020: Page et al., BMJ 2021;372:n71."
DATABASES = "Identification of studies via databases and registers"
OTHER = "Identification of studies via other methods"
STAGES = ("Identification", "Screening", "Included")


@dataclass(frozen=True, slots=True)
class Row:
    """One level of the diagram: the boxes of both columns, each a tuple of lines; None where there is no box.

    `main` and `aside` belong to databases and registers, `other` and `other_aside` to other methods.
    """

    stage: int
    main: tuple[str, ...] | None
    aside: tuple[str, ...] | None
    other: tuple[str, ...] | None = None
    other_aside: tuple[str, ...] | None = None


def n(count: int | None) -> str:
    """Write a count as the diagram does."""
    return "(n = not known)" if count is None else f"(n = {count})"


def rows(flow: Prisma) -> list[Row]:
    """Give the boxes of the diagram from top to bottom."""
    other = flow.other
    here = list(_reports(flow.assessment))
    there = list(_reports(other.assessment)) if other else [(None, None)] * 2
    removed = [
        "Records removed before screening:",
        f"Duplicate records removed {n(flow.duplicates)}",
        f"Records marked as ineligible by automation tools {n(flow.automation)}",
        f"Records removed for other reasons {n(flow.removed_otherwise)}",
    ]
    screened = [f"Records screened {n(flow.screened)}", *_waiting("not screened yet", flow.awaiting_screening)]
    return [
        Row(0, tuple(_identified(flow)), tuple(removed), _other_identified(other)),
        Row(1, tuple(screened), (f"Records excluded {n(flow.excluded)}",)),
        Row(1, *here[0], *there[0]),
        Row(1, *here[1], *there[1]),
        Row(
            2,
            (f"Studies included in review {n(flow.studies)}", f"Reports of included studies {n(flow.reports)}"),
            None,
        ),
    ]


def _identified(flow: Prisma) -> Iterator[str]:
    yield "Records identified from:"
    for label, counts in (("Databases", flow.databases), ("Registers", flow.registers)):
        yield f"{label} {n(sum(counts.values()))}"
        if set(counts) - {label}:
            yield from (f"  {name} {n(count)}" for name, count in counts.items())


def _other_identified(other: OtherMethods | None) -> tuple[str, ...] | None:
    if other is None:
        return None
    lines = ["Records identified from:", *(f"{name} {n(count)}" for name, count in other.identified.items())]
    if other.not_pursued:
        lines.append(f"Found before, or excluded by title {n(other.not_pursued)}")
    return (*lines, *_waiting("not screened yet", other.awaiting_screening))


Boxes = tuple[tuple[str, ...] | None, tuple[str, ...] | None]


def _reports(found: Assessment) -> Iterator[Boxes]:
    yield (f"Reports sought for retrieval {n(found.sought)}",), (f"Reports not retrieved {n(found.not_retrieved)}",)
    assessed = f"Reports assessed for eligibility {n(found.assessed)}"
    yield (assessed, *_waiting("not assessed yet", found.awaiting_assessment)), tuple(_excluded(found.reports_excluded))


def _excluded(reasons: Mapping[str, int]) -> Iterator[str]:
    total = sum(reasons.values())
    if not reasons or list(reasons) == ["Reports excluded"]:
        yield f"Reports excluded {n(total)}"
        return
    yield f"Reports excluded {n(total)}:"
    yield from (f"  {reason} {n(count)}" for reason, count in reasons.items())


def _waiting(what: str, count: int) -> Iterator[str]:
    if count:
        yield f"{what} {n(count)}"


def headline(flow: Prisma) -> str:
    """Say the flow in one sentence."""
    found = flow.identified + (sum(flow.other.identified.values()) if flow.other else 0)
    studies = "" if flow.studies is None else f" of {flow.studies} {'study' if flow.studies == 1 else 'studies'}"
    records = f"{found} {'record' if found == 1 else 'records'} identified"
    reports = f"{flow.reports} {'report' if flow.reports == 1 else 'reports'}"
    return f"{records}, {reports}{studies} included" + ("; the review is in progress." if flow.in_progress else ".")


def tables(flow: Prisma) -> Iterator[Table]:
    """Lay the boxes out from top to bottom, one table per column of the diagram."""
    columns = (Column("", keep=9), Column("n", keep=8, whole=True, right=True))
    yield Table("Databases and registers", columns, tuple(_lines(flow)), "" if flow.other else SOURCE)
    if flow.other:
        yield Table("Other methods", columns, tuple(_other_lines(flow.other)), SOURCE)


def _lines(flow: Prisma) -> Iterator[tuple[str, str]]:
    yield "Records identified", f"{flow.identified}"
    for counts in (flow.databases, flow.registers):
        yield from ((f"  {name}", f"{count}") for name, count in counts.items())
    yield "Duplicate records removed", f"{flow.duplicates}"
    yield "Ineligible by automation tools", f"{flow.automation}"
    yield "Removed for other reasons", f"{flow.removed_otherwise}"
    yield "Records screened", f"{flow.screened}"
    if flow.awaiting_screening:
        yield "  not screened yet", f"{flow.awaiting_screening}"
    yield "Records excluded", f"{flow.excluded}"
    yield from _report_lines(flow.assessment)
    yield "Studies included in review", "not known" if flow.studies is None else f"{flow.studies}"
    yield "Reports of included studies", f"{flow.reports}"


def _other_lines(other: OtherMethods) -> Iterator[tuple[str, str]]:
    yield "Records identified", f"{sum(other.identified.values())}"
    yield from ((f"  {name}", f"{count}") for name, count in other.identified.items())
    yield "Found before, or excluded by title", f"{other.not_pursued}"
    if other.awaiting_screening:
        yield "  not screened yet", f"{other.awaiting_screening}"
    yield from _report_lines(other.assessment)


def _report_lines(found: Assessment) -> Iterator[tuple[str, str]]:
    yield "Reports sought for retrieval", f"{found.sought}"
    yield "Reports not retrieved", f"{found.not_retrieved}"
    yield "Reports assessed for eligibility", f"{found.assessed}"
    if found.awaiting_assessment:
        yield "  not assessed yet", f"{found.awaiting_assessment}"
    yield "Reports excluded", f"{sum(found.reports_excluded.values())}"
    yield from ((f"  {reason}", f"{count}") for reason, count in found.reports_excluded.items())
