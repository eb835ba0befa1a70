"""What flows about permissions share: a process for which they count."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

import pytest


def without_privilege() -> None:
    """Give up root's right to pass over permissions (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH) from the next exec on."""
    for capability in (1, 2):
        if ctypes.CDLL(None).prctl(24, capability, 0, 0, 0):
            os._exit(98)


@pytest.fixture
def as_anyone() -> dict[str, Any]:
    """Give what makes permissions count for a child process even when root runs the tests."""
    if os.geteuid() != 0:
        return {}
    if not sys.platform.startswith("linux"):
        pytest.skip("root passes over permissions here")
    return {"preexec_fn": without_privilege}
