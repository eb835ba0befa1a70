"""Curators as rows, the rules of a registry, and retraction."""

from __future__ import annotations

import pytest

from registry.curation.curators import check_digit, orcid_of
from registry.errors import Conflict, NotFound, UsageError
from registry.handle import Registry
from registry.store import Store, init
from tests.curation.estimates import enter, stored


@pytest.mark.parametrize("given", ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", "0000000218250097"])
def test_orcid_is_read_in_every_form(given: str) -> None:
    """With or without hyphens, and as an address."""
    assert orcid_of(given) == "0000-0002-1825-0097"


def test_check_digit_is_that_of_iso_7064() -> None:
    """Published iDs, one that ends in X among them (orcid.org, structure of the ORCID identifier)."""
    assert [check_digit(digits) for digits in ("000000021825009", "000000021694233", "000000015109370")] == [
        "7",
        "X",
        "0",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [("0000-0002-1825-0098", "its check digit would be 7"), ("0000-0002-1825", "is not an ORCID"), ("x", "expected")],
)
def test_wrong_orcid_is_refused(given: str, said: str) -> None:
    """A slip in one digit is found."""
    with pytest.raises(UsageError, match=said):
        orcid_of(given)


def test_curator_is_registered_once(store: Store) -> None:
    """Known by a change first, then by name, ORCID iD and interests; the same again changes nothing."""
    enter(store)
    reg = Registry(store, curator="Ada")
    (ada,) = reg.curators("ada")
    assert (ada.registered, ada.changesets) == (False, 1)
    assert reg.add_curator("Ada", orcid="0000-0002-1825-0097", competing_interests="none")
    assert not reg.add_curator("Ada", orcid="0000-0002-1825-0097")
    (ada,) = reg.curators("Ada")
    assert (ada.registered, ada.orcid, ada.competing_interests) == (True, "0000-0002-1825-0097", "none")
    with pytest.raises(Conflict, match="is that of Ada"):
        reg.add_curator("Bo", orcid="0000-0002-1825-0097")
    with pytest.raises(Conflict, match="has the ORCID iD 0000-0002-1825-0097 already"):
        reg.add_curator("Ada", orcid="0000-0002-1694-233X")
    with pytest.raises(NotFound, match="nearest: Ada"):
        reg.curators("Adda")


def test_registry_can_demand_registered_curators(store: Store) -> None:
    """Set by a registered one only; then everybody else is refused, the nearest named, until it is unset or undone."""
    (key,) = enter(store)
    ada, bo = Registry(store, curator="Ada"), Registry(store, curator="Adda")
    with pytest.raises(UsageError, match="would be locked out"):
        ada.configure("require-curator", "true")
    ada.add_curator("Ada")
    assert ada.configure("require-curator", "true")
    assert not ada.configure("require-curator", "true")
    with pytest.raises(UsageError, match=r"'Adda' is not a registered curator[\s\S]*is it Ada\?"):
        bo.amend(key, {"n": "99"}, reason="x")
    with pytest.raises(UsageError, match="is not a registered curator"):
        bo.add_curator("Adda")
    ada.amend(key, {"n": "99"}, reason="x")
    ada.add_curator("Adda")
    bo.amend(key, {"n": "98"}, reason="x")
    ada.undo(4, reason="open again")
    assert ada.setting("require-curator") == "false"
    Registry(store, curator="Eve").amend(key, {"n": "97"}, reason="x")
    ada.verify()


def test_upgrade_goes_on_where_curators_are_required(database_url: str) -> None:
    """The vocabulary that ships with evireg is not a curator's."""
    from registry.handle import open as open_registry

    with open_registry(database_url, curator="Ada") as reg:
        reg.add_curator("Ada")
        reg.configure("require-curator", "true")
    assert init(database_url).names == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("require-curators", "true", "there is require-curator"), ("require-curator", "maybe", "true or false")],
)
def test_setting_that_is_none_is_refused(store: Store, name: str, value: str, said: str) -> None:
    """The nearest is named, and the values it may have."""
    with pytest.raises((NotFound, UsageError), match=said):
        Registry(store, curator="Ada").configure(name, value)


def test_retraction_takes_estimates_out_of_selections_and_undo_brings_them_back(store: Store) -> None:
    """Rows stay; an earlier selection is what it was."""
    (key,) = enter(store, {"pmid": "77"})
    reg = Registry(store, curator="Ada")
    done = reg.retract("77", reason="notice of the journal")
    assert (done.changeset, done.estimates, done.report) == (3, 1, "pmid:77")
    assert stored(store, key)["retracted"] is True
    assert reg.retract("pmid:77", reason="again").changeset is None
    assert list(reg.estimates("not retracted", at=2)["key"]) == [key] or reg.estimates(at=2)["retracted"].sum() == 0
    reg.undo(3, reason="wrong report")
    assert stored(store, key)["retracted"] is False
    reg.verify()
