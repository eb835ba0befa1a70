"""Install R with metafor where it is missing, on Debian and Ubuntu: `python -m tests.formats.install_r`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("r-base-core", "r-cran-metafor")
_ASKED = 'quit(status = !requireNamespace("metafor", quietly = TRUE))'


def there() -> bool:
    """Whether Rscript runs and has metafor."""
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "--vanilla", "-e", _ASKED], check=False, capture_output=True).returncode == 0


def as_root() -> list[str] | None:
    """Give what makes a command run as root without a question; None where nothing does."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def main() -> int:
    """Install what is missing; 0 when R and metafor are there in the end, else 1 with what to do."""
    if there():
        return 0
    root = as_root() if shutil.which("apt-get") else None
    if root is not None:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        kept = [*root, "env", "DEBIAN_FRONTEND=noninteractive"] if root else []
        for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]):
            if subprocess.run([*kept, *command], check=False, env=environment).returncode:
                break
        if there():
            return 0
    why = "apt-get could not install them" if root is not None else "installing them needs root and apt-get"
    print(f"R with metafor is not there, and {why}.", file=sys.stderr)  # noqa: T201
    print(f"Debian and Ubuntu: sudo apt-get install {' '.join(PACKAGES)}", file=sys.stderr)  # noqa: T201
    print('Elsewhere: R from https://cran.r-project.org, then install.packages("metafor")', file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
