"""Names: matched case-folded by key or synonym."""

from __future__ import annotations

from registry.store import Store
from registry.vocabulary import Vocabulary


def test_a_fresh_registry_knows_the_shipped_vocabulary(store: Store) -> None:
    """Names match by key or synonym whatever their case and spaces; an unknown one is None, or itself as covariate."""
    with store.read() as connection:
        known = Vocabulary.load(connection)
    assert known.factor("Serum  FERRITIN ") == known.factor("ferritin") == "ferritin"
    assert known.endpoint("overall survival") == "OS"
    assert known.disease("rrmm") == "relapsed/refractory multiple myeloma"
    assert (known.factor("no such"), known.endpoint("no such"), known.disease("no such")) == (None, None, None)
    assert (known.covariate("Gender"), known.covariate(" bone  marrow plasma cells")) == (
        "sex",
        "bone marrow plasma cells",
    )
    assert known.factors["NLR"] == (True, "1")
    assert known.nearest("endpoint", "overal survival")[0] == "OS"
    assert known.attributes["product_source"].levels == ("commercial", "academic", "mixed")
