"""The room's front door."""

import subprocess
import sys

import pytest

import registry.stats


@pytest.mark.parametrize("name", registry.stats.__all__)
def test_public_names_exist(name: str) -> None:
    """Every public name loads and is documented."""
    assert getattr(registry.stats, name).__doc__


def test_unknown_names_are_attribute_errors() -> None:
    """A name the room does not have is an ordinary AttributeError."""
    with pytest.raises(AttributeError, match="no attribute 'pooled'"):
        registry.stats.pooled  # noqa: B018


def test_reading_numbers_does_not_load_scipy() -> None:
    """Ingest derives effects from reported numbers without waiting for scipy."""
    code = "import sys, registry.stats.effects, registry.stats.agreement; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_statistics_need_numpy_and_special_functions_only() -> None:
    """Pooling loads neither scipy.stats nor scipy.optimize, pandas or SQLAlchemy."""
    code = (
        "import sys; from registry.stats import fit, subgroups; fit([0.1, 0.2], [0.1, 0.1])\n"
        "print([name for name in ('scipy.stats', 'scipy.optimize', 'pandas', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
