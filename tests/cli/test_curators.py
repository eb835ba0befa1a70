"""Where the curator's name comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.curators import curator
from registry.errors import UsageError


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the place of a configuration file in a home of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("EVIREG_CURATOR", raising=False)
    (tmp_path / "evireg").mkdir()
    return tmp_path / "evireg" / "config.toml"


def test_login_name_is_the_last_resort_and_known_to_be_assumed(
    configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any word on it the login name is taken, and marked so that it can be said."""
    monkeypatch.setenv("LOGNAME", "grace")
    found = curator()
    assert (found.name, found.assumed) == ("grace", True)
    assert not configuration.exists()


@pytest.mark.parametrize(
    ("text", "said"), [("curator = ", "not TOML"), ("curator = 3", "not a text"), ('curator = " "', "is empty")]
)
def test_configuration_that_makes_no_sense_is_named(configuration: Path, text: str, said: str) -> None:
    """A broken file is said with its place, not passed over."""
    configuration.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        curator()


def test_configuration_without_a_curator_says_nothing_about_it(
    configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other settings may stand alone."""
    monkeypatch.setenv("LOGNAME", "grace")
    configuration.write_text("colour = true\n", encoding="utf-8")
    assert curator().name == "grace"
