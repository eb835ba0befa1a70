"""Every saved query of every seed, and the worked example, repeated by metafor; exported rows pooled by R."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from registry import seeding
from registry.errors import NothingSelected
from registry.formats.r_run import run as run_script
from registry.handle import Registry
from tests.formats import r

pytestmark = pytest.mark.r

DOCS = Path(__file__).parents[2] / "docs" / "formats.md"
QUERIES = sorted(result.query for topic in seeding.topics() if topic.by_default for result in topic.results)
WORKED = sorted(result.query for result in seeding.topic("worked_example").results)


def _repeated(reg: Registry, query: str) -> str:
    r.need()
    log = run_script(reg.second_opinion(query))
    print(f"\n{log.text}")  # noqa: T201 - make test-r shows every log
    assert log.agrees, log.text
    return log.text


@pytest.mark.parametrize("query", QUERIES)
def test_saved_query_of_a_seed_is_repeated(query: str, evidence: Registry) -> None:
    """R's metafor gives every number of a saved query of the seeds; one without a poolable row has no script."""
    try:
        evidence.analysed(query)
    except NothingSelected:
        with pytest.raises(NothingSelected, match="nothing to pool"):
            evidence.second_opinion(query)
        return
    assert "Leave one out" in _repeated(evidence, query)


def test_there_are_queries_to_repeat(evidence: Registry) -> None:
    """The list above is that of the registry."""
    assert [each.name for each in evidence.queries()] == QUERIES


@pytest.mark.parametrize("query", WORKED)
def test_worked_example_is_repeated(query: str, worked_example: Registry) -> None:
    """The simulated worked example is repeated with its three subgroup analyses, and marked."""
    log = _repeated(worked_example, query)
    assert log.startswith("SIMULATED DATA")
    assert log.count("between groups") == 3


def _snippet(name: str) -> str:
    """Give the R block of the manual below the heading of a form."""
    found = re.search(rf"^## .*`{name}`.*?```r\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found, f"no R block below the heading of {name}"
    return found[1]


@pytest.mark.parametrize("form", ["metafor", "meta", "revman"])
def test_exported_rows_pool_to_the_same_in_r(form: str, evidence: Registry, tmp_path: Path) -> None:
    """The lines of the manual read the exported file in R and print the pooled ratio of the result."""
    r.need()
    if form == "meta" and not r.has("meta"):
        pytest.skip("R has no package meta")
    found = evidence.export_result("nlr-dlbcl-os", tmp_path / f"nlr-{form}.csv", kind=form)
    pool = found.result.pool
    code, said = r.run(_snippet(form) + '\ncat("mu:", format(coef(fit)[[1]], digits = 15), "\\n")\n', tmp_path)
    if form == "meta":
        code, said = r.run(_snippet(form) + '\ncat("mu:", format(fit$TE.random, digits = 15), "\\n")\n', tmp_path)
    assert code == 0, said
    printed = re.search(r"^mu: ([-\d.]+)", said, re.MULTILINE)
    assert printed, said
    assert pool.mu is not None
    assert math.isclose(float(printed[1]), pool.mu, rel_tol=1e-9)
