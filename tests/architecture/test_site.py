"""The built site is checked: links inside it lead somewhere, and it fetches nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.checking import faults

WHOLE = '<h1 id="top">Whole</h1><a href="other.html#part">there</a><a href="https://example.org">out</a>'
OTHER = '<link rel="stylesheet" href="site.css"><p id="part"><a href="#part">here</a><img src="picture.svg"></p>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Make a site of two pages without a fault."""
    for name, text in {"index.html": WHOLE, "other.html": OTHER, "site.css": "", "picture.svg": ""}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_whole_site_has_no_faults(site: Path) -> None:
    """Links to pages, anchors and other sites, and own style sheets and pictures, are no faults."""
    assert faults(site) == []


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('<a href="gone.html">x</a>', "links to gone.html, which is not there"),
        ('<a href="other.html#gone">x</a>', "links to other.html#gone, where there is no such anchor"),
        ('<a href="#gone">x</a>', "links to #gone, where there is no such anchor"),
        ('<img src="gone.svg">', "gone.svg is not there"),
        ('<script src="https://example.org/a.js"></script>', "fetches https://example.org/a.js"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "fetches //example.org/a.css"),
        ('<link rel="preconnect" href="https://example.org">', "fetches https://example.org"),
    ],
)
def test_fault_of_a_page_is_told(site: Path, added: str, told: str) -> None:
    """Each kind of fault is found where it is, once."""
    (site / "index.html").write_text(WHOLE + added, encoding="utf-8")
    assert faults(site) == [f"index.html: {told}"]


def test_style_sheet_that_fetches_is_told(site: Path) -> None:
    """A font or picture of another server in a style sheet is a fault."""
    (site / "site.css").write_text("@font-face { src: url(https://example.org/a.woff2); }", encoding="utf-8")
    assert faults(site) == ["site.css: fetches from elsewhere"]
