"""Pictures of analyses that are compared with baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matplotlib.figure import Figure

from tests.figures import analyses
from tests.figures.pictures import drawn

PICTURES: Mapping[str, Callable[[], Figure]] = {
    "funnel": drawn("funnel", analyses.asymmetric(), labels=4),
    "funnel-small": drawn("funnel", analyses.small(), theme="dark", wide="single"),
    "baujat": drawn("baujat", analyses.moved(40), wide="single"),
    "baujat-small": drawn("baujat", analyses.moved(), theme="dark"),
    "influence": drawn("influence", analyses.moved()),
    "influence-narrow": drawn("influence", analyses.moved(40), theme="dark", wide="onehalf", most=9),
    "influence-long-names": drawn("influence", analyses.long_named(), wide="single"),
    "gosh": drawn("gosh", analyses.moved()),
    "gosh-many": drawn("gosh", analyses.moved(40), theme="dark", wide="single"),
    "gosh-simulated": drawn("gosh", analyses.invented(), wide="single"),
    "bubble": drawn("bubble", analyses.regressed("year", count=60), labels=3),
    "bubble-category": drawn("bubble", analyses.regressed("country", count=60), theme="dark", wide="single"),
    "bubble-two": drawn("bubble", analyses.regressed("followup_median_months", "product_source"), wide="single"),
    "cutoffs": drawn("cutoffs", analyses.by_cutoff(log=True), labels=3),
    "cutoffs-line": drawn("cutoffs", analyses.one_cutoff_each(), theme="dark", wide="single"),
    "specification": drawn("specification", analyses.every_way(*analyses.WAYS)),
    "specification-narrow": drawn("specification", analyses.every_way(), theme="dark", wide="single"),
}
