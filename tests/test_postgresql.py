"""The tests' own PostgreSQL starts wherever root's PATH ends, or says once why not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.postgresql import NoServer, start_server, wheel


def _refuse(*_: object, **__: object) -> None:
    raise FileNotFoundError(2, "No such file or directory", "useradd")


def test_system_commands_are_found_with_the_path_of_a_bare_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel calls useradd by name; a PATH without /usr/sbin is given it."""
    if shutil.which("useradd", path="/usr/sbin:/sbin") is None:
        pytest.skip("this machine has no useradd")
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin")
    monkeypatch.setattr(wheel(), "get_server", lambda *_, **__: shutil.which("useradd"))
    assert start_server(tmp_path) is not None
    assert os.environ["PATH"].startswith("/usr/local/bin:/usr/bin:/bin:")


def test_server_that_cannot_start_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message names the command, the package it comes from, and the way to test without a server."""
    monkeypatch.setattr(wheel(), "get_server", _refuse)
    with pytest.raises(NoServer, match=r"useradd[\s\S]*passwd[\s\S]*EVIREG_TEST_SQLITE_ONLY=1"):
        start_server(tmp_path)
