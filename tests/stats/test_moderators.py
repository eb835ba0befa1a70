"""Moderators as named columns."""

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats.moderators import check_rank, design_matrix, given_matrix

STAGE = ["II", "I", "III", "I", "II"]
YEAR = [1990, 2000, 2010, 2005, 1995]


def test_numbers_are_columns_and_categories_are_dummies() -> None:
    """A number is its own column; a category has one column per level but the first in alphabetical order."""
    design = design_matrix({"year": YEAR, "stage": STAGE})
    assert design.names == ("intercept", "year", "stage: II", "stage: III")
    np.testing.assert_array_equal(design.matrix[0], [1, 1990, 1, 0])
    assert [(one.name, one.columns, one.reference) for one in design.moderators] == [
        ("year", (1,), None),
        ("stage", (2, 3), "I"),
    ]


def test_reference_level_is_named() -> None:
    """The reference can be chosen, and is the level without a column."""
    design = design_matrix({"stage": STAGE}, references={"stage": "III"})
    assert design.names == ("intercept", "stage: I", "stage: II")
    assert design.moderators[0].reference == "III"


def test_without_intercept_the_first_category_keeps_all_levels() -> None:
    """Coefficients are then group means; a second category still has a reference."""
    design = design_matrix({"stage": STAGE, "arm": [True, False, True, False, True]}, intercept=False)
    assert design.names == ("stage: I", "stage: II", "stage: III", "arm: True")
    assert not design.intercept


def test_rows_of_stated_values() -> None:
    """Stated values of every moderator make rows of the same columns."""
    design = design_matrix({"year": YEAR, "stage": STAGE})
    np.testing.assert_array_equal(
        design.rows({"year": 2001, "stage": ["I", "III"]}), [[1, 2001, 0, 0], [1, 2001, 0, 1]]
    )
    with pytest.raises(StatisticsError, match="no level 'IV': one of I, II, III"):
        design.rows({"year": 2001, "stage": "IV"})
    with pytest.raises(StatisticsError, match="a value for each of year, stage is needed"):
        design.rows({"year": 2001})


@pytest.mark.parametrize(
    ("moderators", "options", "message"),
    [
        ({"year": [1990, np.nan, 2000]}, {}, r"'year' has no value in 1 estimate \(row 1\)"),
        ({"stage": ["I", "", None]}, {}, r"'stage' has no value in 2 estimates \(row 1, 2\)"),
        ({"stage": ["I", "I"]}, {}, "one level 'I'"),
        ({"stage": ["I", "II"]}, {"references": {"stage": "IV"}}, "no level 'IV': one of I, II"),
        ({"year": [1, 2]}, {"references": {"year": "1"}}, "is a number and has no reference level"),
        ({"year": [1, 2]}, {"references": {"age": "1"}}, "given for age, which is no categorical"),
        ({"year": [1, 2], "age": [1, 2, 3]}, {}, "year has 2, age has 3"),
        ({"year": [[1], [2]]}, {}, "one value per estimate: got shape"),
    ],
)
def test_faults_are_named(moderators: dict, options: dict, message: str) -> None:
    """What is wrong with a moderator is said with its name."""
    with pytest.raises(StatisticsError, match=message):
        design_matrix(moderators, **options)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 3.0], [1, 3.0], [1, 3.0]], r"column 'x1' is the same for all estimates \(3\)"),
        ([[1, 1, 2], [1, 2, 4], [1, 3, 6], [1, 5, 10]], "column 'x2' is a combination of 'x1'"),
        ([[1, 1, 0], [1, 0, 1], [1, 0, 1], [1, 1, 0]], "column 'x2' is a combination of 'intercept', 'x1'"),
        ([[1, 1], [1, 2]], "2 estimates cannot support 2 coefficients"),
        ([[0, 1], [0, 2], [0, 5]], r"column 'x1' is the same for all estimates \(0\)"),
    ],
)
def test_singular_designs_name_the_columns(matrix: list[list[float]], message: str) -> None:
    """A column that cannot be told apart is named with those it depends on."""
    with pytest.raises(StatisticsError, match=message):
        check_rank(given_matrix(matrix))


def test_a_far_offset_is_no_singularity() -> None:
    """Calendar years one apart are a column of their own beside the intercept."""
    check_rank(given_matrix(np.column_stack([np.ones(4), [2001, 2002, 2001, 2003]])))


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        ([1.0, 2.0], None, r"has shape \(estimates, coefficients\)"),
        ([[1.0, np.inf]], None, "'x1' has no value"),
        ([[1.0, 2.0]], ["a", "a"], "2 columns need as many different names"),
    ],
)
def test_given_matrices_are_checked(matrix: list, names: list[str] | None, message: str) -> None:
    """A design matrix is two-dimensional, finite, and its names are different."""
    with pytest.raises(StatisticsError, match=message):
        given_matrix(matrix, names=names)
