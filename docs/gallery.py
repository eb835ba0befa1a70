"""The gallery: every kind of figure, drawn by the commands that are shown, light and dark.

Nothing of it is kept: the pictures are made with the site. `python -m docs.gallery FOLDER` makes them alone.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.app import main
from registry.figures.catalogue import KINDS

THEMES = ("light", "dark")
REAL, SIMULATED = "evireg.db", "demo/simulated.db"
COHORTS = """--where 'factor == "ferritin" and endpoint == "OS" and origin == "simulated"'"""
FERRITIN = (
    """--where 'factor == "ferritin" and endpoint == "OS" and measure == "hr" and contrast == "above_vs_below"'"""
    " --one-per cohort:adjusted,largest_n"
)

INTRODUCTION = """
Every kind of figure, with the commands that made it while these pages were built, from the evidence that comes with
evireg. A figure is written as SVG, PDF or PNG by the ending of its file, light or dark (`--theme dark`; these pages
show the one that goes with yours), as wide as a journal's column (`--width single`, `onehalf`, `double`, or `120mm`).
In Python, `reg.plot(kind, query)` gives a matplotlib figure.
"""

#: A file that a command of the gallery reads.
SEARCH = [
    ("Abe", "Ferritin before CAR-T infusion predicts survival", 2021),
    ("Abe", "Ferritin before CAR-T infusion predicts survival", 2021),
    ("Brandt", "Ferritin and progression after CAR-T therapy in myeloma", 2022),
    ("Costa", "A review of biomarkers of CAR-T therapy", 2020),
    ("Dahl", "C-reactive protein before CAR-T infusion", 2023),
]


@dataclass(frozen=True, slots=True)
class Example:
    """A picture: its kind, what is asked for besides, what is worth seeing, what happened before, in which registry."""

    kind: str
    arguments: str
    shows: str
    before: tuple[str, ...] = ()
    registry: str = REAL


EXAMPLES = (
    Example("forest", "nlr-myeloma-os", "Eight cohorts of multiple myeloma. The diamond is the pool, the bar below it"
            " the prediction interval."),
    Example("forest", f"{COHORTS} --subgroup product_source", "Subgroups have diamonds of their own. Simulated cohorts"
            " are marked on the picture.", registry=SIMULATED),
    Example("cumulative", "nlr-myeloma-os", "The same cohorts as they were published, one more a line."),
    Example("leave-one-out", "nlr-dlbcl-os", "One study points the other way: without it the others agree more."),
    Example("funnel", "mycn-os", "Fifty-six estimates. Small studies should scatter to both sides alike."),
    Example("baujat", "nlr-dlbcl-os", "To the right what disagrees, on top what moves the pool."),
    Example("influence", "nlr-dlbcl-os", "Diagnostics of every estimate: a mark is a reason to look."),
    Example("gosh", "nlr-myeloma-os", "The pools of all 255 subsets of eight cohorts."),
    Example("bubble", "nlr-dlbcl-os --on year", "The ratio by year of publication; larger bubbles weigh more."),
    Example("cutoffs", FERRITIN, "Ferritin: the ratio at the cutoff each cohort used."),
    Example("specification", "nlr-dlbcl-os", "Every combination of choices, by its ratio."),
    Example("waterfall", "nlr-dlbcl-os", "Why a pool moved after one estimate was disputed.", before=(
        "query run nlr-dlbcl-os --as 'Ana Ruiz'",
        "review perisa2016/OS/3a694b38 disputed --reason 'HR not midway in its CI: to be read again' --as 'Ben Okafor'",
    )),
    Example("traffic-light", COHORTS, "Judgements made up for simulated cohorts; what was not judged stays empty.",
            registry=SIMULATED, before=tuple(
                f"appraise simulated-{letter}/all " + " ".join(f"quips_{domain}={level}" for domain, level in zip(
                    ("participation", "attrition", "factor", "outcome", "confounding"), levels.split(), strict=False))
                + " --as 'Ana Ruiz'"
                for letter, levels in zip("abcd", ("low low low low moderate", "moderate low low low high",
                                                   "low high moderate low moderate", "low low"), strict=True))),
    Example("prisma", "", "A search with five made-up records.", before=(
        "refs import search.ris --from PubMed --as 'Ana Ruiz'",
        "screen abe2021 brandt2022 dahl2023 include --as 'Ana Ruiz'",
        "screen costa2020 exclude --as 'Ana Ruiz'",
        "screen abe2021 brandt2022 include --stage full_text --as 'Ana Ruiz'",
        "screen dahl2023 exclude --stage full_text --reason 'another factor' --as 'Ana Ruiz'",
    )),
)  # fmt: skip


def pictures(folder: Path) -> dict[str, Path]:
    """Draw every example into a folder; give the place of each picture in the site and its file."""
    with _started(folder):
        return {
            f"gallery/{_name(number, theme)}": _drawn(folder, number, example, theme)
            for number, example in enumerate(EXAMPLES)
            for theme in THEMES
        }


def page() -> str:
    """Give the page that shows the pictures, each with its commands."""
    lines = ["# Gallery", "", *INTRODUCTION.strip().splitlines()]
    for number, example in enumerate(EXAMPLES):
        if number == 0 or EXAMPLES[number - 1].kind != example.kind:
            lines += ["", f"## {example.kind}", "", KINDS[example.kind].says]
        shown = [*example.before, _command(example, f"{example.kind}.svg", "light")]
        lines += ["", example.shows, "", "```", *(f"evireg {line}" for line in shown), "```", ""]
        lines += [f"![{example.shows}](gallery/{_name(number, theme)}#only-{theme})" for theme in THEMES]
    return "\n".join(lines) + "\n"


def _name(number: int, theme: str) -> str:
    return f"{number:02}-{EXAMPLES[number].kind}-{theme}.svg"


def _command(example: Example, file: str, theme: str) -> str:
    asked = " ".join(part for part in ("plot", example.kind, example.arguments, "-o", file) if part)
    return asked if theme == "light" else f"{asked} --theme {theme}"


def _drawn(folder: Path, number: int, example: Example, theme: str) -> Path:
    registry = folder / f"{number:02}.db"
    if not registry.exists():
        shutil.copy(folder / example.registry, registry)
        for line in example.before:
            _run(line, registry)
    _run(_command(example, _name(number, theme), theme), registry)
    return folder / _name(number, theme)


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[None]:
    """Work in the folder, with a registry that holds the shipped evidence and one with the simulated cohorts."""
    records = [f"TY  - JOUR\nAU  - {a}\nTI  - {t}\nPY  - {y}\nDO  - 10.5555/{a}.{y}\nER  -\n" for a, t, y in SEARCH]
    with contextlib.chdir(folder):
        Path("search.ris").write_text("\n".join(records), encoding="utf-8")
        for line in ("init", "seed", "demo"):
            _run(line, folder / REAL)
        yield


def _run(line: str, registry: Path) -> None:
    """Run a command line on a registry. Raises RuntimeError with what it says where it fails."""
    said = io.StringIO()
    before = os.environ.get("EVIREG_DB")
    os.environ["EVIREG_DB"] = str(registry)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(shlex.split(line))
    finally:
        os.environ.pop("EVIREG_DB")
        if before is not None:
            os.environ["EVIREG_DB"] = before
    if code:
        raise RuntimeError(f"evireg {line}\n{said.getvalue()}")


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    place.mkdir(parents=True, exist_ok=True)
    if any(place.iterdir()):
        sys.exit(f"{place} is not empty: name another folder")
    for made in pictures(place).values():
        sys.stdout.write(f"{made}\n")
