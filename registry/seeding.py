"""Seeds: curated evidence shipped with evireg, one folder per topic with a `topic.toml` and its CSV files."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from registry.errors import NotFound
from registry.ingest.load import load
from registry.resources import resource
from registry.writing import OverlapDeclared, declare_overlaps

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from registry.ingest.loaded import Loaded
    from registry.store import Store


@dataclass(frozen=True, slots=True)
class Published:
    """A pooled result as printed (`hr`, `ci_low`, `ci_high`, `i2` in percent; digits kept; empty where not printed).

    `tolerance` is how far a pool of the rows may be from it on the scale of the ratio, and still be the same result.
    """

    hr: str
    source: str
    tolerance: float
    ci_low: str = ""
    ci_high: str = ""
    i2: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A pool worth looking at: condition, options of `pool`, `k` estimates expected, and what was published.

    `query` is the name it is saved under where the topic is imported. Without `published`, `why_not` says why there is
    nothing to compare with. `analyses` are those the query asks for beside its pool (`registry.queries.analyses`).
    """

    name: str
    query: str
    where: str
    options: Mapping[str, Any] = field(default_factory=dict)
    k: int | None = None
    published: Published | None = None
    why_not: str = ""
    analyses: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Topic:
    """What `topic.toml` says: files and declared overlaps by name in `folder`, and the results to compare with.

    `by_default` topics are imported by a plain `evireg seed`; `simulated` ones are invented and never are.
    """

    name: str
    folder: Path
    title: str
    description: str
    citation: str
    curator: str
    files: tuple[str, ...]
    results: tuple[Result, ...]
    overlaps: str = ""
    by_default: bool = True
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Seeded:
    """What importing one topic gave: one `Loaded` per file, how many overlaps it declares, and its saved queries."""

    topic: str
    title: str
    loaded: tuple[Loaded, ...]
    overlaps: int
    queries: tuple[str, ...] = ()

    @property
    def created(self) -> int:
        """Count the estimates that are new."""
        return sum(each.created for each in self.loaded)

    @property
    def unchanged(self) -> int:
        """Count the estimates that were there already."""
        return sum(each.unchanged for each in self.loaded)

    @property
    def flagged(self) -> int:
        """Count the flags that travel with the estimates."""
        return sum(len(each.flags) for each in self.loaded)

    @property
    def not_poolable(self) -> int:
        """Count the estimates that are stored and cannot be pooled."""
        return sum(sum(each.not_poolable.values()) for each in self.loaded)


def topics() -> tuple[Topic, ...]:
    """Give every topic shipped, by name."""
    return tuple(_read(path.parent) for path in sorted(resource("seeds").glob("*/topic.toml")))


def topic(name: str) -> Topic:
    """Give the topic of this name. Raises `NotFound` with the nearest names."""
    folder = resource("seeds") / name
    if name and (folder / "topic.toml").is_file():
        return _read(folder)
    names = [each.name for each in topics()]
    nearest = get_close_matches(name, names, n=3) or names
    raise NotFound(f"there is no topic {name!r} among the seeds", f"there is: {', '.join(nearest)}")


def seed(store: Store, chosen: Topic, *, curator: str | None = None) -> Seeded:
    """Import a topic's files, each in one changeset, declare its overlaps, and save its results as queries.

    What is there already stays as it is, a query that was edited or taken out of use too.

    `curator` defaults to the one the topic names.
    """
    who = curator or chosen.curator
    message = f"seed {chosen.name}"
    loaded = tuple(
        load(store, chosen.folder / file, curator=who, message=f"{message}: {file}", attributes=True)
        for file in chosen.files
    )
    overlaps = _declare_overlaps(store, chosen, who, message)
    return Seeded(chosen.name, chosen.title, loaded, overlaps, _save_queries(store, chosen, who, message))


def _declare_overlaps(store: Store, chosen: Topic, curator: str, message: str) -> int:
    if not chosen.overlaps:
        return 0
    with (chosen.folder / chosen.overlaps).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with store.transaction(curator, f"{message}: {chosen.overlaps}") as transaction:
        declare_overlaps(transaction, [OverlapDeclared(**row) for row in rows])
    return len(rows)


def _save_queries(store: Store, chosen: Topic, curator: str, message: str) -> tuple[str, ...]:
    from registry.queries.definition import define
    from registry.queries.saved import latest, save
    from registry.vocabulary import Vocabulary

    with store.transaction(curator, f"{message}: queries") as transaction:
        names = Vocabulary.load(transaction.connection)
        for each in chosen.results:
            if latest(transaction.connection, each.query) is None:
                definition = define(names, each.where, analyses=each.analyses, **each.options)
                save(transaction, each.query, definition, description=f"{chosen.title}: {each.name}")
    return tuple(each.query for each in chosen.results)


def _read(folder: Path) -> Topic:
    content = tomllib.loads((folder / "topic.toml").read_text(encoding="utf-8"))
    return Topic(
        name=folder.name,
        folder=folder,
        title=content["title"],
        description=_prose(content["description"]),
        citation=content["citation"],
        curator=content["curator"],
        files=tuple(content["files"]),
        results=tuple(_result(each) for each in content.get("result", ())),
        overlaps=content.get("overlaps", ""),
        by_default=content.get("by_default", True),
        simulated=content.get("simulated", False),
    )


def _result(content: Mapping[str, Any]) -> Result:
    from registry.queries.analyses import KINDS

    published = content.get("published")
    return Result(
        name=content["name"],
        query=content["query"],
        where=_prose(content["where"]),
        options=content.get("options", {}),
        k=content.get("k"),
        published=Published(**published) if published else None,
        why_not=_prose(content.get("why_not", "")),
        analyses={kind: content[kind] for kind in KINDS if kind in content},
    )


def _prose(text: str) -> str:
    return " ".join(text.split())
