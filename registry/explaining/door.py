"""What the Python door says of why a number is what it is: methods of `Registry`, each one verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from registry.explaining.explanation import Explanation
    from registry.explaining.provenance import Chain
    from registry.selection.view import At
    from registry.store import Store


class Explaining:
    """Why a result moved, and where its numbers come from; `Registry` gives the store."""

    store: Store

    def explain(
        self,
        query: str | None = None,
        *,
        first: At = None,
        last: At = None,
        where: str | None = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        pairs: int | None = None,
        seed: int = 0,
        **options: Any,
    ) -> Explanation:
        """Say why a saved query, or the pool of `where`, is another at `last` than at `first`.

        Moments are changesets, names of snapshots, or `run:7`; without them the last run and now. `one_per`, `allow`
        and `options` are those of `pool`, and go with `where`. See `registry.explaining.explain`.
        """
        from registry.explaining.attribution import PAIRS
        from registry.explaining.explain import explain
        from registry.queries.definition import define
        from registry.vocabulary import Vocabulary

        how: dict[str, Any] = {"first": first, "last": last, "pairs": PAIRS if pairs is None else pairs, "seed": seed}
        with self.store.read() as connection:
            if where is None:
                return explain(connection, query, **how)
            names = Vocabulary.load(connection)
            asked = define(names, where, one_per=one_per, allow=allow, **options)
            return explain(connection, definition=asked, **how)

    def provenance(
        self,
        estimate: str,
        *,
        run: int | None = None,
        query: str | None = None,
        where: str | None = None,
        at: At = None,
        one_per: str | None = None,
        allow: Collection[str] = (),
        **options: Any,
    ) -> Chain:
        """Go from a pool down to the printed page, for one estimate of a stored run, a saved query, or of `where`.

        `one_per`, `allow` and `options` are those of `pool`, and go with `where`. See `registry.explaining.provenance`.
        """
        from registry.explaining.provenance import provenance
        from registry.queries.definition import define
        from registry.vocabulary import Vocabulary

        with self.store.read() as connection:
            if where is None:
                return provenance(connection, estimate, run=run, query=query, at=at)
            names = Vocabulary.load(connection)
            asked = define(names, where, one_per=one_per, allow=allow, **options)
            return provenance(connection, estimate, definition=asked, at=at)
