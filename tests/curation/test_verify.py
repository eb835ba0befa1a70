"""Verification finds what was changed behind the back of the registry, and names it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from registry.errors import VerificationFailed
from registry.handle import Registry
from registry.models import drop_triggers
from registry.store import Store
from tests.curation.estimates import enter


def test_what_is_right_is_counted(store: Store) -> None:
    """Changesets, versions and live estimates."""
    keys = enter(store, {"locator": "a"}, {"locator": "b"})
    reg = Registry(store, curator="Ada")
    reg.amend(keys[0], {"n": "99"}, reason="x")
    found = reg.verify()
    assert (found.changesets, found.versions, found.live) == (3, 3, 2)


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE estimate SET n = 7 WHERE locator = 'a'", "not what the tables give for kim2016/OS/"),
        ("UPDATE cohort SET country = 'Korea'", "not what the tables give for"),
        ("UPDATE evidence SET n = 7 WHERE locator = 'a'", "not what its digest says"),
        ("UPDATE changeset SET message = 'x' WHERE number = 2", "changeset 2 is not what its hash says"),
        ("DELETE FROM evidence WHERE locator = 'a'", "changeset 2 is not what its hash says"),
        ("DELETE FROM estimate WHERE locator = 'a'", "not what the tables give for kim2016/OS/"),
        ("UPDATE evidence SET valid_to = NULL WHERE valid_to = 3 AND locator = 'b'", "unique|UNIQUE|hash"),
    ],
)
def test_tampering_is_named(store: Store, tampering: str, said: str) -> None:
    """Whatever table is changed by hand."""
    keys = enter(store, {"locator": "a"}, {"locator": "b"})
    reg = Registry(store, curator="Ada")
    other = next(key for key in keys if reg.show(key)["locator"] == "b")
    reg.amend(other, {"n": "99"}, reason="x")
    with store.engine.begin() as connection:
        drop_triggers(connection)
        if tampering.startswith("UPDATE evidence SET valid_to"):
            connection.execute(sa.text("DELETE FROM evidence WHERE valid_from = 3"))
        connection.execute(sa.text(tampering))
    with pytest.raises(VerificationFailed, match=said):
        reg.verify()
