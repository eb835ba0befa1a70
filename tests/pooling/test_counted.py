"""Whether estimates are adjusted is said of the rows, plainly, and both kinds only where both are there."""

from __future__ import annotations

import pytest

from registry.pooling.counted import adjustment


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["yes"] * 65, "all 65 estimates are adjusted"),
        (["no"] * 3, "all 3 estimates are unadjusted"),
        (["unclear", None], "whether all 2 estimates are adjusted is unclear"),
        (["yes"], "1 estimate is adjusted"),
        (["yes", "yes", "unclear"], "2 adjusted, 1 unclear"),
        (["yes", "no", "yes"], "adjusted and unadjusted estimates are pooled together: 2 adjusted, 1 unadjusted"),
    ],
)
def test_adjustment_is_told_as_it_is(values: list[str | None], said: str) -> None:
    """All of one kind, a kind and what is unclear, or both."""
    assert adjustment(values) == said
