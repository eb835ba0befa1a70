"""Charts as a whole: nothing overlaps, what is asked for is honoured, files are the same every time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from registry.figures.catalogue import KINDS, draw, kind
from registry.figures.theme import DARK, LIGHT
from registry.figures.widths import COLUMNS, MM_PER_INCH
from registry.report.prose import SIMULATED
from tests.figures import analyses

RESULTS = {
    "funnel": [analyses.asymmetric, analyses.small],
    "baujat": [analyses.moved, lambda: analyses.moved(90), analyses.long_named],
    "influence": [analyses.moved, analyses.long_named, lambda: analyses.moved(30)],
    "gosh": [analyses.moved, lambda: analyses.moved(30)],
    "bubble": [lambda: analyses.regressed("country", count=120), lambda: analyses.regressed("year", count=120)],
    "cutoffs": [analyses.by_cutoff, lambda: analyses.by_cutoff(log=True), analyses.one_cutoff_each],
    "specification": [analyses.every_way, lambda: analyses.every_way(*analyses.WAYS)],
}
#: Each result in one column, where letters are nearest to each other, and the first of each kind at every width.
CASES = [
    (name, place, wide)
    for name, makers in RESULTS.items()
    for place in range(len(makers))
    for wide in (COLUMNS.values() if place == 0 else [min(COLUMNS.values())])
]


def texts(figure: Figure) -> Iterator[Text]:
    """Give every text of a figure but the stamp."""
    for axes in figure.axes:
        yield from (text for text in axes.texts if text.get_gid() != "stamp")


@pytest.mark.parametrize(("name", "place", "millimetres"), CASES)
def test_no_text_overlaps_another_or_leaves_the_sheet(name: str, place: int, millimetres: float) -> None:
    """At every width of a journal, with few and many estimates, and as many names as fit."""
    own = {"labels": 12} if "labels" in kind(name).own else {}
    made = kind(name).figure(RESULTS[name][place](), width=millimetres / MM_PER_INCH, **own)
    assert abs(made.get_figwidth() - millimetres / MM_PER_INCH) < 1e-9
    made.set_dpi(300)  # letters are fitted to pixels: the fewer, the further from their true width
    renderer = FigureCanvasAgg(made).get_renderer()
    boxes = [(text.get_window_extent(renderer), text.get_text()) for text in texts(made)]
    for box, text in boxes:
        assert made.bbox.x0 - 0.5 <= box.x0, text
        assert box.x1 <= made.bbox.x1 + 0.5, text
        assert made.bbox.y0 <= box.y0, text
        assert box.y1 <= made.bbox.y1, text
    inner = [(box.shrunk(0.97, 0.9).extents, text) for box, text in boxes]
    for (one, text), (other, beside) in itertools.combinations(inner, 2):
        assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1], (text, beside)


@pytest.mark.parametrize("name", RESULTS)
def test_same_result_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    """No date, no random id: a figure can be compared and cached."""
    one, other = (draw(name, RESULTS[name][0](), tmp_path / f"{place}.svg") for place in "ab")
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", RESULTS)
def test_theme_is_the_ground_and_the_ink(name: str) -> None:
    """Light and dark differ in every colour that is drawn by default."""
    result = RESULTS[name][0]()
    for theme in (LIGHT, DARK):
        made = kind(name).figure(result, theme=theme)
        assert made.get_facecolor() == pytest.approx(
            [*(int(theme.ground[at : at + 2], 16) / 255 for at in (1, 3, 5)), 1]
        )
        assert {text.get_color() for text in texts(made)} <= {theme.ink, theme.muted, theme.stamp}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("baujat", analyses.invented),
        ("influence", analyses.invented),
        ("gosh", analyses.invented),
        ("bubble", lambda: analyses.regressed("followup_median_months")),
        ("cutoffs", analyses.one_cutoff_each),
        ("specification", analyses.every_way),
    ],
)
def test_invented_evidence_is_marked(name: str, make, tmp_path: Path) -> None:
    """In words above the picture, across it, and in the file."""
    made = kind(name).figure(make(), width=85 / MM_PER_INCH)
    assert SIMULATED in " ".join(text.get_text() for text in texts(made))
    assert any(text.get_gid() == "stamp" for axes in made.axes for text in axes.texts)
    assert SIMULATED.encode() in draw(name, make(), tmp_path / "a.svg").read_bytes()


@pytest.mark.parametrize("name", RESULTS)
def test_kind_is_in_the_catalogue_and_names_the_question(name: str) -> None:
    """Each says what it shows, and gives a file the question as far as all estimates share it."""
    assert KINDS[name].says.endswith(".")
    assert KINDS[name].module.title(RESULTS[name][0]()).startswith(("NLR, OS", "ferritin, PFS"))
