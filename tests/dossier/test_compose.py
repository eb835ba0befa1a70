"""The document of a report: every section there, every number from a result, nothing left out silently."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from registry.dossier.document import (
    Bullets,
    CodeBlock,
    Document,
    FigureBlock,
    Notice,
    Paragraph,
    Subheading,
    TableBlock,
    citations,
    plain,
)
from registry.report import prose
from registry.report.headline import headline
from registry.store import Store, open_store
from tests.dossier.evidence import saved

PLAN = {"subgroups": ["cutoff_value:3"], "moderators": ["year"]}
SECTIONS = (
    "summary",
    "question",
    "search",
    "studies",
    "adjustment",
    "risk-of-bias",
    "selection",
    "pool",
    "sensitivity",
    "subgroups",
    "regression",
    "small-study",
    "cutoffs",
    "absolute",
    "findings",
    "moved",
    "methods",
    "provenance",
    "second-opinion",
    "reproduce",
)


def words(document: Document, *sections: str) -> str:
    """Give the text of some sections, or of all: paragraphs, lists, tables, captions; not the code."""
    said = []
    for section in document.sections:
        if sections and section.id not in sections:
            continue
        said.append(section.title)
        for block in section.blocks:
            match block:
                case Paragraph(text) | Notice(text):
                    said.append(plain(text))
                case Bullets(items):
                    said += [plain(item) for item in items]
                case TableBlock(table, caption):
                    said += [caption, table.note, *(cell for row in table.rows for cell in row)]
                    said += [column.header for column in table.columns]
                case FigureBlock(caption=caption, alt=alt):
                    said += [caption, alt]
                case Subheading(text):
                    said.append(text)
                case CodeBlock():
                    pass
    return "\n".join(said)


@pytest.fixture(scope="module")
def plain_report(initialised_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Document:
    """Give the report of a query that plans nothing beside its pool, in a registry without literature."""
    path = tmp_path_factory.mktemp("plain") / "evidence.db"
    shutil.copy(initialised_file, path)
    with open_store(path) as store:
        return saved(store).report("nlr-os").document


def test_report_has_every_section_in_its_order(plain_report: Document) -> None:
    """A panel finds what the standard of reporting asks for, each section once, none of them empty."""
    document = plain_report
    assert tuple(section.id for section in document.sections) == SECTIONS
    assert all(section.blocks for section in document.sections)


def test_every_citation_is_in_the_references(sqlite_store: Store) -> None:
    """Nothing is cited that is not listed, and nothing is listed that is not cited."""
    document = saved(sqlite_store, analyses=PLAN).report("nlr-os").document
    cited = {key for cite in citations(document) for key in cite.keys}
    assert cited == {item["id"] for item in document.references}
    assert {f"doi:10.1/{study}" for study in ("ada2010", "hopper2018")} <= cited
    assert "method:viechtbauer-2005" in cited


def test_text_advises_nothing_to_type(sqlite_store: Store) -> None:
    """A reader of a report has no command line: options and commands stand in the code blocks only."""
    registry = saved(sqlite_store, analyses=PLAN)
    document = registry.report("nlr-os").document
    found = re.findall(r"--[a-z][\w-]*|\bevireg [a-z]+ ", words(document).replace("with --db after", ""))
    assert found == []


def test_numbers_of_the_text_come_from_the_result(sqlite_store: Store) -> None:
    """The summary says the headline; with other evidence it says the other one."""
    registry = saved(sqlite_store)
    before = registry.report("nlr-os")
    assert headline(before.materials[0].pool) in words(before.document, "summary")
    key = registry.frame('study == "euler2015"')["key"].tolist()[0]
    registry.amend(key, {"hr": "1.60", "ci_low": "1.20", "ci_high": "2.13"}, reason="misprint")
    after = registry.report("nlr-os")
    said = headline(after.materials[0].pool)
    assert said != headline(before.materials[0].pool)
    assert said in words(after.document, "summary")
    assert prose.in_short(before.materials[0].pool) in words(before.document, "pool")
    assert prose.in_short(before.materials[0].pool) not in words(after.document, "summary", "pool", "methods")


def test_known_evidence_without_a_number_is_told_with_its_direction(plain_report: Document) -> None:
    """Texts that state a direction only are counted, listed and quoted."""
    said = words(plain_report, "summary", "selection")
    assert "1 states that high NLR fares worse and 1 states that there is no association" in said
    assert "“text of iris2019”" in said
    assert "2 cohorts (149 patients) have no estimate in the pool" in said


def test_what_is_not_there_is_told_with_its_reason(plain_report: Document) -> None:
    """No search, no appraisal, no plan, no baseline, no earlier run: each is said where it would stand."""
    document = plain_report
    assert "No search is recorded in this registry" in words(document, "search")
    assert "Risk of bias was judged for no estimate in use" in words(document, "risk-of-bias")
    assert "cannot be rated on this domain" in words(document, "risk-of-bias")
    assert "plans no subgroup analysis" in words(document, "subgroups")
    assert "plans no meta-regression" in words(document, "regression")
    assert "small-study effects are not testable" in words(document, "small-study")
    assert "Selective reporting cannot be excluded." in words(document, "small-study")
    assert "No baseline is named" in words(document, "absolute")
    assert "First report" in words(document, "moved")


def test_report_of_a_refusal_lists_what_is_known(sqlite_store: Store) -> None:
    """Where nothing can be pooled the report says why, and what it therefore lacks."""
    registry = saved(sqlite_store)
    registry.save_query("none", 'factor == "NLR" and endpoint == "OS" and year == 2020', analyses=PLAN)
    document = registry.report("none").document
    assert "Nothing could be pooled. 2 matched, none of them usable: 2 direction only." in words(document, "pool")
    assert "subgroups by cutoff:3, a meta-regression on year" in words(document, "pool")
    assert "“text of jung2020”" in words(document, "selection")
    assert "none: nothing could be pooled" in words(document, "reproduce")
    blocks = [block for section in document.sections for block in section.blocks]
    assert all(plain(block.words) for block in blocks if isinstance(block, Paragraph))


def test_bundle_of_a_refusal_says_what_it_holds(sqlite_store: Store, tmp_path: Path) -> None:
    """No figures, rows or script are promised where there are none; the reason is in the folder of the query."""
    registry = saved(sqlite_store)
    registry.save_query("none", 'factor == "NLR" and endpoint == "OS" and year == 2020')
    registry.report("none", bundle=tmp_path / "bundle")
    told = (tmp_path / "bundle" / "reproduce.txt").read_text(encoding="utf-8")
    assert "none/\n                    why nothing was pooled" in told
    assert "figures/" not in told
    assert "second_opinion.R" not in told
    assert "none of them usable" in (tmp_path / "bundle" / "none" / "nothing-pooled.txt").read_text(encoding="utf-8")


def test_columns_have_their_titles(sqlite_store: Store) -> None:
    """An analysis that cannot be done names its column in words, in its section and among the methods."""
    registry = saved(sqlite_store)
    asked = {"moderators": ["followup_median_months"], "subgroups": ["endpoint_definition"]}
    said = words(registry.report("nlr-os", analyses=asked).document, "subgroups", "regression", "methods")
    assert "Not done: median follow-up was read for no estimate." in said
    assert "Not done: endpoint definition was read for no estimate." in said
    assert "regression on median follow-up\npost hoc" in said
    assert "_" not in said


def test_standing_of_each_analysis_is_told(sqlite_store: Store) -> None:
    """Prespecified is what the query with its protocol plans, the rest is post hoc; the ledger's proof is quoted."""
    registry = saved(sqlite_store, analyses=PLAN, prespecified="CRD42024512345")
    said = words(registry.report("nlr-os", analyses={"subgroups": ["year:2014"]}).document, "methods", "subgroups")
    assert "the pool\nprespecified (CRD42024512345)" in said
    assert "subgroups by cutoff:3\nprespecified (CRD42024512345)" in said
    assert "subgroups by year:2014\npost hoc: asked for with this report" in said
    assert "that it is older rests on the protocol alone" in said
    assert "; prespecified in CRD42024512345." in said
    assert "leave-one-out\npart of every report, not planned in the saved query" in said


def test_what_is_planned_is_never_called_post_hoc(sqlite_store: Store) -> None:
    """Without a protocol that is all that is said: neither prespecified nor post hoc, in no section."""
    document = saved(sqlite_store, analyses=PLAN).report("nlr-os").document
    said = words(document, "methods", "subgroups")
    assert "the pool\nplanned in the saved query; no protocol is named" in said
    assert "No protocol is named; the query was saved in changeset " in said
    assert document.subtitle == "Evidence report; no protocol is named"
    assert "post hoc" not in said.casefold()


def test_two_queries_share_a_report(sqlite_store: Store) -> None:
    """Studies, methods and references stand once; each query has its results, told apart by its name."""
    registry = saved(sqlite_store)
    registry.save_query("nlr-os-dl", 'factor == "NLR" and endpoint == "OS"', method="DL", test="z")
    made = registry.report("nlr-os", "nlr-os-dl")
    ids = [section.id for section in made.document.sections]
    assert len(ids) == len(set(ids))
    assert {"nlr-os-pool", "nlr-os-dl-pool"} <= set(ids)
    assert ids.count("studies") == 1
    titles = [section.title for section in made.document.sections]
    assert "nlr-os-dl: Pooled result" in titles


def test_simulated_stands_on_the_whole_report(sqlite_store: Store) -> None:
    """The notice is the document's, which every page and section shows; figures carry their own."""
    registry = saved(sqlite_store)
    registry.seed("worked_example")
    made = registry.report("simulated-cart-pfs", "simulated-cart-os")
    assert made.document.notice == prose.SIMULATED
    assert [each.label for each in made.materials] == ["PFS", "OS"]
    assert {"pfs-pool", "os-pool"} <= {section.id for section in made.document.sections}
    assert registry.report("nlr-os").document.notice is None


def test_risk_of_bias_is_told_domain_by_domain(sqlite_store: Store) -> None:
    """Judgements stand in a table with the words they rest on, and no score is summed."""
    registry = saved(sqlite_store)
    key = registry.frame('study == "ada2010"')["key"].tolist()[0]
    registry.appraise(
        key, judgements={"quips_attrition": "high"}, support={"quips_attrition": "a third was lost to follow-up"}
    )
    said = words(registry.report("nlr-os").document, "risk-of-bias")
    assert "By QUIPS: 1 of 8 estimates judged" in said
    assert "a third was lost to follow-up" in said
    assert "no score is summed" in said


def test_studies_are_sorted_as_people_sort(sqlite_store: Store) -> None:
    """Tables of studies go by name, accents and case aside; the pool keeps its order."""
    registry = saved(sqlite_store)
    names = {"euler2015": "Éuler", "franklin2016": "van Franklin", "gauss2017": "Zz"}
    for study, name in names.items():
        registry.amend(study, {"first_author": name}, reason="as printed")
    made = registry.report("nlr-os")
    [section] = [each for each in made.document.sections if each.id == "studies"]
    tables = [block.table for block in section.blocks if isinstance(block, TableBlock)]
    for table in tables:
        shown = [str(row[0]).partition(" 2")[0] for row in table.rows]
        assert shown == ["Ada", "Bose", "Curie", "Darwin", "Éuler", "Hopper", "van Franklin", "Zz"]
