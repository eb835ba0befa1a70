"""The guide to the analyses tells the truth: its commands print what it shows, `…` standing for what is left out."""

from __future__ import annotations

import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

from tests.flows.test_readme import BLOCK, PYTHON, ROOT, environment, run, tidy

GUIDE = ROOT / "docs" / "analyses.md"
LEFT_OUT = "…"


def seeded(folder: Path) -> Path:
    for command in (["init"], ["seed"]):
        run([sys.executable, "-m", "cli.app", *command], folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a seeded registry."""
    return seeded(tmp_path_factory.mktemp("guide"))


def printed(command: str, folder: Path) -> list[str]:
    """Run a command in this process, in the folder, with the environment of somebody who has set nothing."""
    from tests.flows import pages

    with pages.clean(folder):
        return pages.printed(command)


def parts(lines: list[str]) -> list[list[str]]:
    """Give what stands between the marks of what is left out."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line == LEFT_OUT:
            found.append([])
        else:
            found[-1].append(line)
    return [part for part in found if part]


@pytest.mark.parametrize(
    ("command", "shown"), BLOCK.findall(GUIDE.read_text(encoding="utf-8")), ids=lambda text: text[:40]
)
def test_guide_shows_what_the_command_prints(folder: Path, command: str, shown: str) -> None:
    """Each part of a block stands in the output as it is, in order; a block without marks is all of it."""
    output, given = printed(command, folder), tidy(shown)
    if LEFT_OUT not in given:
        assert output == given
    at = 0
    for part in parts(given):
        places = [place for place in range(at, len(output)) if output[place : place + len(part)] == part]
        assert places, "\n".join(["not printed:", *part])
        at = places[0] + len(part)


def test_guide_names_every_analysis() -> None:
    """Every command that selects estimates and analyses them is shown."""
    from cli.app import COMMANDS, module

    shown = {command.split()[1] for command, _ in BLOCK.findall(GUIDE.read_text(encoding="utf-8"))}
    analyses = {name for name in COMMANDS if "one_per" in signature(module(name).command).parameters}
    saved = {
        "query save",
        "query edit",
        "explain",
        "provenance",
        "plot",
    }  # they keep, take apart or draw what these give
    assert shown >= analyses - saved
    assert shown >= {"derive"}


def test_python_of_the_guide_runs(folder: Path) -> None:
    """The Python example runs against a seeded registry."""
    (example,) = PYTHON.findall(GUIDE.read_text(encoding="utf-8"))
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=folder, env=environment(folder), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def renewed(command: str, shown: list[str], folder: Path) -> list[str]:
    """Print a block anew: as many paragraphs of each part, found by the first line, of the first part from the top."""
    output = printed(command, folder)
    if LEFT_OUT not in shown:
        return output
    made: list[str] = []
    for place, part in enumerate(parts(shown)):
        start = 0 if place == 0 else output.index(part[0])
        ends = [line for line in range(start, len(output)) if not output[line]] + [len(output)]
        made += [*([LEFT_OUT] if place else []), *output[start : ends[part.count("")]]]
    return [*made, LEFT_OUT]


if __name__ == "__main__":  # rewrite the blocks of the guide: python -m tests.flows.test_analyses_guide FOLDER
    place = seeded(Path(sys.argv[1]))
    text = GUIDE.read_text(encoding="utf-8")
    for command, shown in BLOCK.findall(text):
        old = f"$ {command}\n{shown}```"
        text = text.replace(old, "\n".join([f"$ {command}", *renewed(command, tidy(shown), place), "```"]))
    GUIDE.write_text(text, encoding="utf-8")
