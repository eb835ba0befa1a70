"""Meta-regression: how the ratio changes with study characteristics or any other column."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from registry import stats
from registry.errors import UsageError
from registry.pooling.analysis import basis, checked_settings
from registry.pooling.grouping import said_of_unit, spelled, title
from registry.pooling.moderators import complete, design, moderators
from registry.pooling.names import labels
from registry.pooling.prepared import prepare
from registry.pooling.regress_result import (
    Coefficient,
    ModeratorTest,
    Permutations,
    Prediction,
    RegressedEstimate,
    RegressResult,
)
from registry.pooling.values import number, ratio, ratios, taken

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Frame
    from registry.pooling.moderators import Asked
    from registry.stats.moderators import DesignMatrix, Moderator
    from registry.stats.permutation import PermutationTest
    from registry.stats.regression import JointTest, Predictions, Regression

#: Below this many estimates per coefficient a regression finds what is not there (Higgins & Thompson 2004).
ESTIMATES_PER_MODERATOR = 10
#: Predictions along a number, enough for a smooth line.
CURVE_POINTS = 61


def regress(
    frame: Frame | pd.DataFrame,
    on: str | Collection[str],
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    permutations: int | None = None,
    seed: int = 0,
    predict: Sequence[Mapping[str, str | float]] = (),
    one_per: str | None = None,
    per: str | float | None = None,
    allow: str | Collection[str] = (),
    read_as: str = "high-vs-low",
    doubtful: str = "keep",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> RegressResult:
    """Regress the log ratios of a frame on moderators.

    `on` names columns or study characteristics: numbers make a line, words a category. `column:reference` is the level
    the others are compared with (the first unless given), or the number that counts as 0. Estimates of which a
    moderator was not read are left out, and counted in the flow. `permutations` random arrangements give p-values that
    need no distribution (exact where there are few arrangements). `predict` are values of every moderator to predict
    at. Frame and other arguments as in `registry.pool`.

    Raises what `registry.pool` raises, UsageError for an unknown column, StatisticsError for moderators that cannot be
    told apart or are too many for the estimates.
    """
    from registry.stats.regression import regress as fit

    checked_settings(method, test, level)
    prepared = prepare(
        frame,
        one_per=one_per,
        per=per,
        allow=allow,
        read_as=read_as,
        doubtful=doubtful,
        flow=flow,
        provenance=provenance,
    )
    asked = moderators(prepared.frame, [on] if isinstance(on, str) else on, prepared.allowed)
    prepared = complete(prepared, asked)
    rows, matrix = prepared.frame, design(prepared.frame, asked)
    fitted = fit(rows["yi"], rows["vi"], matrix, method=method, test=test, level=level)
    tried = None
    if permutations is not None:
        tried = _permuted(rows, matrix, method=method, test=test, permutations=permutations, seed=seed)
    return taken(
        RegressResult,
        fitted,
        coefficients=tuple(_coefficients(fitted, tried)),
        tests=tuple(_test(each) for each in (fitted.omnibus, *fitted.joint)),
        df=number(fitted.df),
        ci_basis=fitted.basis,
        permutations=None if tried is None else _permutations(tried),
        predictions=tuple(_predictions(fitted, asked, predict)),
        estimates=tuple(_estimates(rows, fitted, asked)),
        reasons={},
        basis=basis(prepared, [*said_of_unit(rows, [each.column for each in asked]), *_notes(fitted, asked)]),
        curves={each.column: tuple(_curve(rows, fitted, each)) for each in asked},
    )


def _permuted(rows: Frame, design: DesignMatrix, **options: Any) -> PermutationTest:
    from registry.stats.permutation import permutation_test

    return permutation_test(rows["yi"], rows["vi"], design, **options)


def _permutations(tried: PermutationTest) -> Permutations:
    return Permutations(tried.exact, tried.arrangements, tried.seed, number(tried.omnibus_p))


def _coefficients(fitted: Regression, tried: PermutationTest | None) -> Iterator[Coefficient]:
    of = {column: one for one in fitted.design.moderators for column in one.columns}
    columns = {"b": fitted.b, "se": fitted.se, "stat": fitted.stat, "p": fitted.p}
    columns |= {"ci_low": fitted.ci_low, "ci_high": fitted.ci_high}
    for place, name in enumerate(fitted.design.names):
        values: dict[str, Any] = {key: number(array[place]) for key, array in columns.items()}
        owner = of.get(place)
        yield Coefficient(
            name=name,
            moderator=owner.name if owner else None,
            level=_level(owner, place),
            permutation_p=None if tried is None or owner is None else number(float(tried.p[place])),
            **values,
            **ratios(values["b"], values["ci_low"], values["ci_high"]),
        )


def _level(owner: Moderator | None, place: int) -> str | None:
    if owner is None or not owner.levels:
        return None
    shown = [level for level in owner.levels if level != owner.reference]
    return shown[owner.columns.index(place)]


def _test(found: JointTest) -> ModeratorTest:
    values = {name: number(getattr(found, name)) for name in ("chi2", "chi2_p", "f", "f_p")}
    return ModeratorTest(name=found.name, df1=found.df1, df2=found.df2, **values)


def _predictions(
    fitted: Regression, asked: Sequence[Asked], wanted: Sequence[Mapping[str, str | float]]
) -> Iterator[Prediction]:
    for at in wanted:
        centred = {each.column: _value(each, at, fitted.design) for each in asked if each.column in at}
        if unknown := set(at) - set(centred):
            raise UsageError(
                f"predict: {', '.join(sorted(unknown))} is no moderator of this regression",
                f"give a value for each of: {', '.join(each.column for each in asked)}",
            )
        found = fitted.predict(fitted.design.rows(centred))
        yield _prediction(at, found)


def _value(asked: Asked, at: Mapping[str, str | float], design: DesignMatrix) -> str | float:
    value, one = at[asked.column], next(each for each in design.moderators if each.name == asked.column)
    if one.levels:
        return str(value)
    try:
        return float(value) - asked.centre
    except ValueError:
        raise UsageError(f"predict {asked.column}={value}: {value!r} is not a number", "a number: year=2015") from None


def _estimates(rows: Frame, fitted: Regression, asked: Sequence[Asked]) -> Iterator[RegressedEstimate]:
    """Give the estimates with their moderators, and their weights beside the tau² that is left."""
    columns = [rows[name].tolist() for name in ("key", "study", "cohort", "yi", "vi")]
    names = labels(rows)
    columns_of = [
        rows[each.column].tolist() if _is_number(rows, each) else spelled(rows[each.column]) for each in asked
    ]
    weights = stats.weights(rows["vi"], fitted.tau2).tolist()
    for place, (key, study, cohort, yi, vi) in enumerate(zip(*columns, strict=True)):
        at: dict[str, Any] = {each.column: values[place] for each, values in zip(asked, columns_of, strict=True)}
        yield RegressedEstimate(
            key=key,
            study=study,
            cohort=cohort,
            label=names[place],
            yi=yi,
            vi=vi,
            hr=math.exp(yi),
            weight=weights[place],
            at=at,
        )


def _curve(rows: Frame, fitted: Regression, one: Asked) -> Iterator[Prediction]:
    """Predict along a number or at each level of a category; every other column of the design is at its mean."""
    own = next(each for each in fitted.design.moderators if each.name == one.column)
    values: list[Any] = list(own.levels)
    if not values:
        observed = rows[one.column]
        values = np.linspace(observed.min(), observed.max(), CURVE_POINTS).tolist()
    mean = fitted.design.matrix.mean(axis=0)
    for value in values:
        row = mean.copy()
        row[list(own.columns)] = own.coded(value if own.levels else value - one.centre)
        yield _prediction({one.column: value}, fitted.predict(row))


def _is_number(rows: Frame, one: Asked) -> bool:
    return rows[one.column].dtype.kind == "f"


def _prediction(at: Mapping[str, str | float], found: Predictions) -> Prediction:
    values = {name: number(float(getattr(found, name)[0])) for name in ("pred", "se", "ci_low", "ci_high")}
    new = [number(float(bound[0])) for bound in (found.pi_low, found.pi_high)]
    return Prediction(
        at=dict(at),
        mu=values["pred"],
        se=values["se"],
        **ratios(values["pred"], values["ci_low"], values["ci_high"]),
        hr_pi_low=ratio(new[0]),
        hr_pi_high=ratio(new[1]),
    )


def _notes(fitted: Regression, asked: Sequence[Asked]) -> Iterator[str]:
    for one in fitted.design.moderators:
        if one.levels:
            yield f"{title(one.name)}: compared with {one.reference}"
    centres = [f"{title(each.column)} {each.centre:g}" for each in asked if _is_centred(each, fitted)]
    if centres:
        yield f"the intercept is the log ratio at {', '.join(centres)}"
    slopes = len(fitted.b) - 1
    if fitted.k < ESTIMATES_PER_MODERATOR * slopes:
        yield (
            f"{fitted.k} estimates for {slopes} coefficient{'s' * (slopes > 1)}: fewer than"
            f" {ESTIMATES_PER_MODERATOR} for each, so chance findings are likely"
        )
    if "r2" in fitted.reasons and not math.isnan(fitted.r2):
        yield f"R²: {fitted.reasons['r2']}"
    if fitted.maxima > 1:
        yield f"the likelihood of tau² has {fitted.maxima} maxima; the highest was taken"


def _is_centred(asked: Asked, fitted: Regression) -> bool:
    one = next(each for each in fitted.design.moderators if each.name == asked.column)
    return not one.levels and asked.reference is not None
