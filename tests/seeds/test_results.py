"""The seeds import clean, and their rows give what was published."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.errors import PoolRefused
from registry.handle import Registry, init
from registry.handle import open as open_registry
from registry.seeding import Result, Topic, topic, topics

TOPICS = topics()
RESULTS = [(each, result) for each in TOPICS for result in each.results]
PUBLISHED = [(each, result) for each, result in RESULTS if result.published]


def named(value: object) -> str:
    return value.name if isinstance(value, (Topic, Result)) else str(value)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Give a SQLite registry that holds every topic, the simulated one too."""
    path = tmp_path_factory.mktemp("seeds") / "evidence.db"
    init(path)
    with open_registry(path, curator="test") as reg:
        reg.seed(*(each.name for each in TOPICS))
        yield reg


def test_every_topic_imports_and_a_second_time_changes_nothing(database_url: str) -> None:
    """Importing twice is importing once, on both databases."""
    with open_registry(database_url, curator="test") as reg:
        names = [each.name for each in TOPICS if each.name != "nlr_cancer"]
        first = reg.seed(*names)
        again = reg.seed(*names)
    assert all(each.created > 0 for each in first)
    assert [(each.created, each.unchanged) for each in again] == [(0, each.created) for each in first]


def test_plain_seed_imports_every_real_default_topic(sqlite_registry: Registry) -> None:
    """Nothing simulated comes with the evidence."""
    seeded = sqlite_registry.seed()
    assert {each.topic for each in seeded} == {"ferritin", "mycn_neuroblastoma", "nlr_dlbcl", "nlr_myeloma"}
    assert set(sqlite_registry.frame()["origin"].tolist()) == {"reported"}


@pytest.fixture
def sqlite_registry(tmp_path: Path) -> Iterator[Registry]:
    path = tmp_path / "evidence.db"
    init(path)
    with open_registry(path, curator="test") as reg:
        yield reg


@pytest.mark.parametrize(("each", "result"), PUBLISHED, ids=named)
def test_published_result_is_reproduced(everything: Registry, each: Topic, result: Result) -> None:
    """The rows pool to the printed ratio and interval, within the tolerance the topic states and explains."""
    pool = everything.pool(result.where, **result.options).pool
    published = result.published
    assert published is not None
    assert pool.k == result.k, each.name
    printed = {"hr": published.hr, "hr_ci_low": published.ci_low, "hr_ci_high": published.ci_high}
    for name, text in printed.items():
        if text:
            assert getattr(pool, name) == pytest.approx(float(text), abs=published.tolerance)
    if published.i2:
        assert f"{pool.i2:.0f}" == published.i2


@pytest.mark.parametrize(("endpoint", "k"), [("OS", 56), ("DFS", 42)])
def test_mycn_pools_every_estimate_of_its_data_set(everything: Registry, endpoint: str, k: int) -> None:
    """Both endpoints of the same cohorts are there, one estimate per study."""
    assert everything.pool(f'factor == "MYC-N" and endpoint == "{endpoint}"').pool.k == k


def reviews() -> list[dict[str, str]]:
    with (Path(__file__).parent / "nlr_cancer_pools.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


#: Reviews with two cohorts of one author and one number of patients among their own rows.
SHARED = {
    "Cupp089_WangY_HepatocellularResection_DFS",
    "Cupp202_JiangT_Immunotherapy_OS",
    "Cupp207_JiangT_Immunotherapy_PFS",
}

#: Reviews with a row whose ratio is outside its own interval: disputed here, and never pooled.
DISPUTED = {"Cupp010_XieX_Ipilimumuab_PFS", "Cupp103_ChenJ_BreastNoMet_DFS"}


@pytest.mark.parametrize("review", reviews(), ids=lambda review: review["review_key"])
def test_umbrella_pool_equals_metafor(everything: Registry, review: dict[str, str]) -> None:
    """Every meta-analysis of the umbrella review, pooled within its review_key, gives metafor's DL result."""
    key = review["review_key"]
    where = f'review_key == "{key}"'
    if key in SHARED:
        with pytest.raises(PoolRefused, match="share patients"):
            everything.pool(where, method="DL", test="z")
        return
    # The reviews pooled adjusted and unadjusted estimates together; evireg does so when told to.
    pool = everything.pool(where, method="DL", test="z", allow=["mixed-adjustment"]).pool
    if key in DISPUTED:
        assert pool.k == int(review["k_rows"]) - 1
        return
    assert pool.k == int(review["k_rows"])
    for name, column in (("hr", "hr_DL"), ("hr_ci_low", "ci_low"), ("hr_ci_high", "ci_high")):
        assert getattr(pool, name) == pytest.approx(float(review[f"recomputed_{column}"]), abs=0.0006)
    assert pool.i2_q == pytest.approx(float(review["recomputed_i2"]), abs=0.06)


def test_pool_across_meta_analyses_is_refused_until_told_what_to_do_with_shared_cohorts(everything: Registry) -> None:
    """One cohort stands in several meta-analyses under several names; nothing pools it twice in silence."""
    where = 'factor == "NLR" and endpoint == "OS" and review_key in ("Cupp047_ThamT_HeadandNeck_OS", "{}")'
    where = where.format("Cupp191_MascarellaM_HeadandNeck_OS")
    with pytest.raises(PoolRefused, match="share patients"):
        everything.pool(where, allow=["mixed-adjustment"])
    kept = everything.pool(where, allow=["mixed-adjustment"], one_per="cohort:largest_n")
    assert kept.flow.used < kept.flow.matched


def test_topics_of_one_factor_share_no_cohort(everything: Registry) -> None:
    """The meta-analyses that are topics of their own are not in nlr_cancer a second time."""
    frame = everything.frame('factor == "NLR"')
    locators = list(zip(frame["source_url"], frame["locator"], strict=True))
    assert len(locators) == len(set(locators))
    assert topic("nlr_cancer").by_default is False
