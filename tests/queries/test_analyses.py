"""What a query asks beside its pool is read when it is saved, and is of that version alone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from registry.errors import UsageError
from registry.handle import Registry
from registry.models import Run, drop_triggers
from registry.pooling import PoolResult
from registry.queries.analyses import KINDS
from registry.queries.definition import Definition
from registry.queries.running import Ran
from registry.queries.watching import State
from registry.report.queries import query as table
from registry.store import Store
from tests.queries.evidence import WHERE, enter

ALL: dict[str, Any] = {
    "subgroups": ["adjusted", "year:2012,2015", "product_source"],
    "moderators": ["year:2015", "adjusted:no", "product_source"],
    "small_study": [],
    "cutoffs": True,
    "sensitivity": ["leave-one-out", "multiverse"],
    "baselines": [{"survival": 0.5, "prevalence": 0.4, "at": "24 months", "source": "Smith 2020"}],
}


@pytest.fixture
def reg(sqlite_store: Store) -> Registry:
    """Give an empty registry that Ada writes into."""
    return Registry(sqlite_store, curator="Ada")


def test_analyses_are_stored_shown_and_read_back(reg: Registry) -> None:
    """Every kind survives the database, the table names it, and a query without any has the JSON it always had."""
    assert set(ALL) == set(KINDS)
    reg.save_query("os", WHERE, analyses=ALL)
    saved = reg.query("os")
    assert saved.definition.analyses == ALL
    assert Definition.of(saved.definition.as_dict()) == saved.definition
    shown = dict(table(saved).rows)
    assert shown["Also by subgroups of"] == "adjusted; year:2012,2015; product_source"
    assert shown["Small-study tests"] == "by default"
    assert shown["Absolute risk where"] == "survival is 0.5 at 24 months, 0.4 have the high value (Smith 2020)"
    assert "analyses" not in reg.save_query("bare", WHERE, analyses={"cutoffs": False}).definition.as_dict()


@pytest.mark.parametrize(
    ("analyses", "said"),
    [
        ({"subgroup": ["adjusted"]}, "did you mean 'subgroups'"),
        ({"subgroups": ["adjustd"]}, "did you mean 'adjusted'"),
        ({"subgroups": ["year"]}, "year is a number and needs a threshold"),
        ({"subgroups": ["year:soon"]}, "'soon' is not a threshold"),
        ({"subgroups": ["adjusted", "adjusted "]}, "'adjusted' is named twice"),
        ({"subgroups": 3}, "subgroups is 3"),
        ({"subgroups": [""]}, "takes a list of names"),
        ({"moderators": ["yeer"]}, "did you mean 'year'"),
        ({"moderators": ["year:soon"]}, "'soon' is none"),
        ({"small_study": ["eger"]}, "did you mean 'egger'"),
        ({"cutoffs": "yes"}, "cutoffs is 'yes'"),
        ({"sensitivity": ["influense"]}, "did you mean 'influence'"),
        ({"baselines": [0.5]}, "list of tables"),
        ({"baselines": {"survival": 0.5}}, "does not say its prevalence"),
        ({"baselines": {"survival": 50, "prevalence": 0.4}}, "survival is 50"),
        ({"baselines": {"survival": 0.5, "prevalence": True}}, "prevalence is True"),
        ({"baselines": {"survival": 0.5, "prevalence": 0.4, "sorce": "x"}}, "did you mean 'source'"),
        ({"baselines": {"survival": 0.5, "prevalence": 0.4}}, "does not say the time(.|\n)*at=24 months"),
        ({"baselines": {"survival": 0.5, "prevalence": 0.4, "at": " "}}, "does not say the time"),
        ({"baselines": {"survival": 0.5, "prevalence": 0.4, "at": 24}}, "at of a baseline is 24"),
    ],
)
def test_analysis_that_cannot_be_made_is_refused(reg: Registry, analyses: dict[str, Any], said: str) -> None:
    """Nobody learns of a mistyped column when the report is due; nothing is stored."""
    with pytest.raises(UsageError, match=said):
        reg.save_query("os", WHERE, analyses=analyses)
    assert reg.queries() == []


def test_an_analysis_added_later_is_not_prespecified(reg: Registry) -> None:
    """The protocol is of the version that names the analyses; taking one away is another version too."""
    reg.save_query("os", WHERE, analyses={"subgroups": ["adjusted"]}, prespecified="CRD1")
    more = reg.edit_query("os", analyses={"moderators": ["year"]})
    assert more.definition.analyses == {"subgroups": ["adjusted"], "moderators": ["year"]}
    assert (more.version, more.prespecified) == (2, None)
    same = reg.edit_query("os", analyses={"moderators": "year"})
    assert same.version == 2
    less = reg.edit_query("os", analyses={"subgroups": None}, prespecified="CRD1")
    assert (less.definition.analyses, less.prespecified) == ({"moderators": ["year"]}, "CRD1")
    assert reg.edit_query("os", analyses=None).definition.analyses == {}


def test_analyses_alone_change_no_pool(reg: Registry) -> None:
    """Neither watch nor explain takes an edit of them for another question to the pool."""
    enter(reg.store, ["lee2017", "kim2016", "shi2016"])
    reg.save_query("os", WHERE)
    ran = reg.run("os")
    reg.edit_query("os", analyses={"moderators": ["year"]})
    [watched] = reg.watch()
    assert (watched.state, watched.changed) == (State.SAME, False)
    explained = reg.explain("os", first=f"run:{ran.id}")
    assert [step for step in explained.steps if step.kind == "query"] == []


def test_a_run_that_still_says_it_is_quoted(reg: Registry) -> None:
    """A report written twice stores one run, whatever else was written; another state or version is another run."""
    keys = enter(reg.store, ["lee2017", "kim2016", "shi2016"])
    reg.save_query("os", WHERE)
    first = reg.current_run("os")
    assert (first.id, pooled(first).as_dict()["pool"]) == (1, first.found["pool"])
    reg.save_query("other", WHERE)
    again = reg.current_run("os")
    assert (again.id, again.at_changeset) == (1, first.at_changeset)
    assert pooled(again).provenance["changeset"] == first.at_changeset + 1
    assert reg.current_run("os", at=first.at_changeset).id == 1
    reg.amend(keys["kim2016"], {"hr": "1.7"}, reason="typo")
    assert reg.current_run("os").id == 2
    assert reg.current_run("os", at=first.at_changeset).id == 1
    reg.edit_query("os", analyses={"moderators": ["year"]})
    assert [reg.current_run("os").id, reg.current_run("os").id] == [3, 3]


def test_a_run_changed_behind_the_back_is_not_quoted(reg: Registry) -> None:
    """A report never rests on numbers whose digest does not hold."""
    enter(reg.store, ["lee2017", "kim2016", "shi2016"])
    reg.save_query("os", WHERE)
    reg.current_run("os")
    with reg.store.writing() as connection:
        drop_triggers(connection)
        connection.execute(sa.update(Run).values(digest="0" * 64))
    assert reg.current_run("os").id == 2


def pooled(ran: Ran) -> PoolResult:
    assert ran.pooled is not None
    return ran.pooled
