"""Pictures that are compared with baselines: every kind, in light and dark, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.figure import Figure

from registry.figures.catalogue import kind
from registry.figures.theme import THEMES
from registry.figures.widths import width
from registry.pooling import pool
from tests.figures.moved import explanation
from tests.figures.shapes import appraised, extreme, judged_pool
from tests.report.flows import LONG, SMALL
from tests.report.results import SHAPES


def drawn(name: str, result: Any, *, theme: str = "light", wide: str | None = None, **own: Any) -> Callable[[], Figure]:
    """Give what draws a result when it is called."""
    inches = None if wide is None else width(wide)
    return lambda: kind(name).figure(result, theme=THEMES[theme], width=inches, **own)


RISK = ("n", "hr", "weight", "risk_of_bias")
CHOSEN = ("n", "cutoff", "followup", "product_source", "hr", "weight")

PICTURES: Mapping[str, Callable[[], Figure]] = {
    "forest": drawn("forest", SHAPES["eight"]),
    "forest-one": drawn("forest", SHAPES["one"], wide="single"),
    "forest-two": drawn("forest", SHAPES["two"], theme="dark", wide="single"),
    "forest-subgroups": drawn("forest", SHAPES["subgroups"], theme="dark", wide="onehalf"),
    "forest-columns": drawn("forest", SHAPES["simulated"], wide="double", columns=CHOSEN, sort="n:desc"),
    "forest-risk": drawn("forest", judged_pool(20), wide="double", columns=RISK),
    "forest-extreme": drawn("forest", extreme(), wide="onehalf"),
    "forest-unusable": drawn("forest", SHAPES["unusable"], wide="single"),
    "forest-long-names": drawn("forest", SHAPES["long names"], theme="dark", wide="double"),
    "cumulative": drawn("cumulative", judged_pool(9), wide="double"),
    "leave-one-out": drawn("leave-one-out", judged_pool(9), theme="dark", wide="onehalf"),
    "traffic-light": drawn("traffic-light", judged_pool(9)),
    "traffic-light-narrow": drawn("traffic-light", pool(appraised(17)), theme="dark", wide="single"),
    "waterfall": drawn("waterfall", explanation(6), wide="onehalf"),
    "waterfall-narrow": drawn("waterfall", explanation(3), wide="single"),
    "waterfall-many": drawn("waterfall", explanation(20), theme="dark"),
    "prisma": drawn("prisma", SMALL, wide="single"),
    "prisma-other": drawn("prisma", LONG, theme="dark", wide="double"),
}
