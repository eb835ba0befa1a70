"""Column maps: other people's headings read as columns of the layout, kept by name in the registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.chain import verify_ledger
from registry.errors import Conflict, InputRefused, NotFound, UsageError
from registry.ingest.load import load
from registry.ingest.maps import read_map, read_maps, remove_map, save_map
from registry.store import Store
from tests.ingest.conftest import Held

Write = Callable[..., Path]

FILE = "Study,Marker,Endpoint,Hazard\u00a0 Ratio,Lower,Upper\nkim,NLR,OS,2.1,1.4,3.2\n"
MAP = {"study_key": "study", "factor": "MARKER", "hr": " hazard ratio ", "ci_low": "Lower", "ci_high": "Upper"}


def test_headings_are_read_as_columns(store: Store, write: Write) -> None:
    """Case and spaces of a heading make no difference, and aliases of a column are as good as its name."""
    assert load(store, write(FILE), curator="ada", mapping=MAP).created == 1


def test_issues_name_the_heading_of_the_file(sqlite_store: Store, write: Write) -> None:
    """A curator finds the column under the heading it has."""
    with pytest.raises(InputRefused, match=r"rows.csv:2:Lower: number"):
        load(sqlite_store, write(FILE.replace("1.4", "low")), curator="ada", mapping=MAP)


def test_a_heading_that_is_not_there_is_named_with_the_nearest(sqlite_store: Store, write: Write) -> None:
    """A slip in a heading is found out, not read as an empty column."""
    with pytest.raises(InputRefused, match=r"no column 'Loewr' to read as ci_low \(is it 'Lower'\?\)"):
        load(sqlite_store, write(FILE), curator="ada", mapping=MAP | {"ci_low": "Loewr"})


def test_a_mapped_column_may_not_be_there_twice(sqlite_store: Store, write: Write) -> None:
    """A file with its own hr and a heading read as hr has two of one column."""
    path = write(FILE.replace("Upper", "hr"))
    with pytest.raises(InputRefused, match="'hr' is the same column as"):
        load(
            sqlite_store,
            path,
            curator="ada",
            mapping={key: MAP[key] for key in ("study_key", "factor", "hr", "ci_low")},
        )


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"hazzard": "x"}, "no column 'hazzard'"),
        ({"hr": "x", "est": "y"}, "mapped twice"),
        ({"hr": "x", "ci_low": "X "}, "one heading is mapped to hr and ci_low"),
        ({"hr": " "}, "hr and nothing"),
        ({"key": "x"}, "no column 'key'"),
    ],
)
def test_a_map_that_makes_no_sense_is_bad_usage(
    sqlite_store: Store, write: Write, mapping: dict[str, str], said: str
) -> None:
    """A column is one of the layout or a declared characteristic, and has one heading."""
    with pytest.raises(UsageError, match=said):
        load(sqlite_store, write(FILE), curator="ada", mapping=mapping)


def test_a_map_is_kept_with_the_import_and_used_again(store: Store, write: Write) -> None:
    """Saved in the changeset of the import and in the ledger, it reads the next file, completed where needed."""
    first = load(store, write(FILE), curator="ada", mapping=MAP, save_as="site")
    with store.read() as connection:
        assert read_map(connection, "site")["hr"] == "hazard ratio"
        assert verify_ledger(connection) == first.changeset
    again = load(store, write(FILE.replace("kim", "lee")), curator="ada", use_map="site")
    assert again.created == 1
    other = write(FILE.replace("kim", "wu").replace("Lower", "From"))
    assert load(store, other, curator="ada", use_map="site", mapping={"ci_low": "From"}).created == 1
    assert load(store, write(FILE), curator="ada", mapping=MAP, save_as="site").changeset is None


def test_a_refused_import_and_a_dry_run_keep_no_map(store: Store, write: Write, held: Held) -> None:
    """The map is part of the changeset: all or nothing."""
    before = held(store)
    with pytest.raises(InputRefused, match="number"):
        load(store, write(FILE.replace("2.1", "x")), curator="ada", mapping=MAP, save_as="site")
    load(store, write(FILE), curator="ada", mapping=MAP, save_as="site", dry_run=True)
    assert held(store) == before


def test_a_map_is_not_overwritten_and_not_guessed(store: Store) -> None:
    """Another map under a name that is taken is a conflict, an unknown name is named with the nearest."""
    with store.transaction("ada", "a map") as transaction:
        save_map(transaction, "site", {"hr": "HR"})
    with pytest.raises(Conflict, match="hr = 'HR', not hr = 'OR'"), store.transaction("ada", "x") as transaction:
        save_map(transaction, "site", {"hr": "OR"})
    with store.read() as connection, pytest.raises(NotFound, match="there is: site"):
        read_map(connection, "sites")
    with store.transaction("ada", "remove") as transaction:
        remove_map(transaction, "site")
    with store.read() as connection:
        assert read_maps(connection) == {}
        assert verify_ledger(connection) > 1
