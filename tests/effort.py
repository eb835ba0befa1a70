"""How much a run tries: every day a quarter of the examples of a law, others in each run; by `make torture` all.

`EVIREG_TEST_THOROUGH=1` asks for all of it.
"""

from __future__ import annotations

import os

THOROUGH = os.environ.get("EVIREG_TEST_THOROUGH") == "1"


def tries(thorough: int) -> int:
    """Give how many examples to draw of what a thorough run draws."""
    return thorough if THOROUGH else max(5, thorough // 4)
