"""Flows to show: a small one and one with everything."""

from __future__ import annotations

from registry.prisma import Assessment, OtherMethods, Prisma

#: Made-up counts, here and below: examples of a flow, of no review.
SMALL = Prisma(
    databases={"PubMed": 120},
    registers={},
    duplicates=0,
    automation=0,
    removed_otherwise=0,
    screened=120,
    excluded=100,
    assessment=Assessment(20, 0, 20, {"no hazard ratio": 12}),
    reports=8,
    studies=8,
)
LONG = Prisma(
    databases={"PubMed": 12_000, "Embase (Elsevier) without the records of MEDLINE": 23_456, "W" * 70: 7},
    registers={"ClinicalTrials.gov and the International Clinical Trials Registry Platform": 12},
    duplicates=30_000,
    automation=5,
    removed_otherwise=1,
    screened=5_459,
    excluded=4_999,
    assessment=Assessment(460, 3, 450, {f"reason {'long ' * n}of number {n}": n for n in range(1, 12)}, 7),
    reports=388,
    studies=None,
    other=OtherMethods({"Websites": 3, "Citation searching": 20}, Assessment(20, 1, 19, {"x" * 90: 15}), 3),
    awaiting_screening=10,
    notes=("the number of studies is not known: " + "because " * 40,),
)
