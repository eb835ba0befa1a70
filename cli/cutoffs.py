"""`evireg cutoffs`: how the ratio depends on where the cutoff is."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cli.selecting import Level, Method, Selected, numbers, selecting

EXAMPLE = (
    'evireg cutoffs --factor ferritin --endpoint OS --where \'measure == "hr" and contrast == "above_vs_below"\''
    " --bounds 1000 --one-per cohort:largest_n"
)


@partial(selecting, but=("per",))  # cutoffs are of groups above and below: no ratio here is per step
def command(
    selected: Selected,
    *,
    bounds: Annotated[
        str | None,
        typer.Option("--bounds", metavar="NUMBERS", help="Classes of cutoffs between these, with commas: 400,800."),
    ] = None,
    log: Annotated[
        bool, typer.Option("--log", help="A line in the logarithm of the cutoff: ratio per doubling.")
    ] = False,
    predict: Annotated[
        str | None,
        typer.Option("--predict", metavar="NUMBERS", help="Expected ratio at these cutoffs, inside those observed."),
    ] = None,
    subgroup_tau2: Annotated[
        str, typer.Option("--subgroup-tau2", metavar="WHICH", help="tau² of the classes: common or separate.")
    ] = "common",
    method: Method = "REML",
    test: Annotated[
        str, typer.Option("--test", metavar="NAME", help="Tests and intervals: hk, z, t, hk-adhoc or hk-plain.")
    ] = "hk",
    level: Level = 95.0,
) -> None:
    """Pool within classes of cutoffs, and fit the ratio as a line in the cutoff.

    Where a cohort has several cutoffs, one model takes all of them, correlated as the shares of patients above each
    imply (n_index and n_reference are needed). Everything is done again without data-driven cutoffs.
    """
    from cli.telling import tell
    from registry.report import cutoffs as report

    result = selected.analyse(
        "cutoffs",
        bounds=numbers("--bounds", bounds),
        log=log,
        predict=numbers("--predict", predict),
        subgroup_tau2=subgroup_tau2,
        method=method,
        test=test,
        level=level,
    )
    tell(result, report, as_json=selected.as_json)
