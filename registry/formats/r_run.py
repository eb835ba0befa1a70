"""Run the R script of a second opinion, and keep what it prints."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from registry.errors import UsageError

INSTALL = "on Debian and Ubuntu: apt-get install r-base-core r-cran-metafor; elsewhere see https://cran.r-project.org"
_NO_METAFOR = "needs the R package metafor"


@dataclass(frozen=True, slots=True)
class Log:
    """What the script printed, and whether every number agreed."""

    text: str
    agrees: bool


def run(script: str) -> Log:
    """Run a script by Rscript, without any profile of the user.

    UsageError, with what to install, where there is no R or no metafor. A script that stops gives a log that does not
    agree, its last lines name every difference.
    """
    program = shutil.which("Rscript")
    if program is None:
        raise UsageError("there is no Rscript on this machine", INSTALL)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "second_opinion.R"
        place.write_text(script, encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - the script is ours, its texts are quoted
            [program, "--vanilla", "--encoding=UTF-8", str(place)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            check=False,
        )
    text = done.stdout.decode("utf-8", errors="replace")
    if _NO_METAFOR in text:
        raise UsageError("R on this machine has no package metafor", INSTALL)
    return Log(text, done.returncode == 0)
