"""What each topic says about itself."""

from __future__ import annotations

import csv
import re

import pytest

from registry.errors import NotFound
from registry.seeding import Topic, topic, topics

TOPICS = topics()


@pytest.mark.parametrize("each", TOPICS, ids=lambda each: each.name)
def test_topic_has_all_its_files_and_a_result_to_look_at(each: Topic) -> None:
    """A topic names its files, and at least one pool with what was published or why there is nothing."""
    assert all((each.folder / file).is_file() for file in each.files)
    assert each.title
    assert each.description
    assert each.results
    assert all(result.published or result.why_not for result in each.results)


@pytest.mark.parametrize("each", TOPICS, ids=lambda each: each.name)
def test_real_topic_has_a_citation_and_a_simulated_one_has_none(each: Topic) -> None:
    """Evidence is cited; invented cohorts never stand under a citation."""
    assert bool(each.citation) is not each.simulated


def test_simulated_rows_carry_no_report_and_say_what_they_are() -> None:
    """No row of the worked example could pass for evidence."""
    each = topic("worked_example")
    with (each.folder / each.files[0]).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["origin"] for row in rows} == {"simulated"}
    assert not {"doi", "pmid", "title", "source_url", "quote"} & set(rows[0])
    assert all(row["study_key"].startswith("simulated") for row in rows)


def test_simulated_topic_is_never_a_default() -> None:
    """A plain `evireg seed` imports evidence."""
    assert not any(each.by_default and each.simulated for each in TOPICS)


def test_unknown_topic_names_the_nearest() -> None:
    """A slip of the pen is answered with what was probably meant."""
    with pytest.raises(NotFound, match="nlr_myeloma"):
        topic("nlr_mieloma")


@pytest.mark.parametrize("name", ["", ".", "..", "../seeds", "vocabulary"])
def test_folder_that_is_no_topic_is_refused(name: str) -> None:
    """Only the folders with a topic.toml are topics; a path is no name."""
    with pytest.raises(NotFound, match="no topic"):
        topic(name)


def surname(author: str) -> str:
    """Give the last word of three letters or more: `Forget P` and `Patrice Forget` are one author."""
    words = [word for word in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", author.casefold()) if len(word) > 2]
    return words[-1] if words else author.casefold().strip()


def test_declared_overlaps_of_nlr_cancer_follow_their_rule() -> None:
    """Cohorts of one first author and one number of patients in several meta-analyses are declared, and no others."""
    each = topic("nlr_cancer")
    groups: dict[tuple[str, str], set[tuple[str, str]]] = {}
    with (each.folder / each.files[0]).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["n_patients"]:
                cohort = f"{row['study_key']}/{row['cohort'] or 'all'}"
                groups.setdefault((surname(row["first_author"]), row["n_patients"]), set()).add(
                    (row["review_key"], cohort)
                )
    expected = set()
    for members in groups.values():
        if len({review for review, _ in members}) > 1:
            first, *others = sorted({cohort for _, cohort in members})
            expected |= {(first, other) for other in others}
    with (each.folder / each.overlaps).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {(row["cohort_a"], row["cohort_b"]) for row in rows if row["kind"] == "suspected"} == expected
    apart = [row for row in rows if row["kind"] == "dismissed"]
    assert all(row["cohort_b"] == row["cohort_a"].removesuffix("all") + "row 2" for row in apart)
    assert len(apart) + len(expected) == len(rows)
