"""The README tells the truth: its commands are run in its order and print what it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```console\n\$ (evireg [^\n]*)\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def environment(folder: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("EVIREG")}
    return {**given, "COLUMNS": "100", "NO_COLOR": "1", "EVIREG_CURATOR": "Ana Curator", "HOME": str(folder)}


def run(arguments: list[str], folder: Path) -> str:
    done = subprocess.run(
        arguments, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr


def tidy(text: str) -> list[str]:
    """Give the lines without the blanks that tables end in."""
    return [line.rstrip() for line in text.strip().splitlines()]


def timeless(lines: list[str]) -> list[str]:
    """Take out when it was: the one thing that differs from run to run."""
    return [re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", line) for line in lines]


def test_readme_shows_what_the_commands_print(tmp_path: Path) -> None:
    """Each console block of the README holds what its command prints, run in order in an empty folder."""
    from tests.flows.pages import clean, printed

    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 5
    with clean(tmp_path, EVIREG_CURATOR="Ana Curator"):
        for command, shown in blocks:
            assert timeless(printed(command)) == timeless(tidy(shown)), command


def test_readme_python_runs(tmp_path: Path) -> None:
    """The Python example of the README runs against a seeded registry."""
    from tests.flows.pages import clean, printed

    (example,) = PYTHON.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    with clean(tmp_path):
        for command in ("evireg init", "evireg seed nlr_myeloma"):
            printed(command)
    checked = example + "\nassert own.pool.k == 8\nassert round(own.pool.hr, 2) == 1.73\n"
    done = subprocess.run(
        [sys.executable, "-c", checked], cwd=tmp_path, env=environment(tmp_path), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


if __name__ == "__main__":  # rewrite the README's blocks: python -m tests.flows.test_readme FOLDER
    folder = Path(sys.argv[1])
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    def renew(found: re.Match[str]) -> str:
        printed = run([sys.executable, "-m", "cli.app", *shlex.split(found[1])[1:]], folder)
        return "```console\n$ " + found[1] + "\n" + "\n".join(tidy(printed)) + "\n```"

    (ROOT / "README.md").write_text(re.sub(BLOCK, renew, readme), encoding="utf-8")
