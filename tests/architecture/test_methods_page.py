"""The page of statistical methods says what the code does: every method by its name, with its source."""

from __future__ import annotations

import re

from docs.generate import HERE
from registry.dossier.works import WORKS
from registry.pooling.bias import TESTS as SMALL_STUDY
from registry.stats.inference import TESTS
from registry.stats.prediction import PI_RULES
from registry.stats.routes import PREFERENCE
from registry.stats.tau2 import ESTIMATORS

PAGE = (HERE / "methods.md").read_text(encoding="utf-8")
#: Author and year, as in "Hartung & Knapp 2001".
CITED = re.compile(r"([A-ZÖ][\w–-]+)(?:,? [^;|()]*?)? ((?:19|20)\d\d)")


def test_every_method_is_on_the_page() -> None:
    """Each estimator, interval, prediction rule, small-study test and route is named as the options name it."""
    names = [*ESTIMATORS, *TESTS, *PI_RULES, *SMALL_STUDY, *PREFERENCE]
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_every_source_is_on_the_page_and_in_its_references() -> None:
    """What the code cites for a method, the page cites too, and its references hold."""
    text, references = PAGE.split("## References")
    sources = [entry.source for entry in (*ESTIMATORS.values(), *TESTS.values())] + list(PI_RULES.values())
    cited = {found for source in sources for found in CITED.findall(source)}
    assert len(cited) > 20
    for author, year in cited:
        assert re.search(rf"{author}\b[^|;()]*{year}", text), (author, year)
        assert re.search(rf"^- {author}\b.*\({year}[ab]?\)", references, re.MULTILINE), (author, year)


def test_every_reference_is_cited() -> None:
    """No reference stands on the page that its text does not cite."""
    text, references = PAGE.split("## References")
    for author, year in re.findall(r"^- ([^\s,]+)[^(]*\(((?:19|20)\d\d[ab]?)\)", references, re.MULTILINE):
        assert re.search(rf"{author}\b[^|;]*{year}", text), (author, year)


def test_every_work_the_page_names_is_among_the_works() -> None:
    """What is cited on the page is a work with a reference, by the name reports cite it by."""
    left = " ".join(PAGE.split("## References")[0].split())
    for name in WORKS:
        left = left.replace(name, "")
    assert CITED.findall(left) == []
