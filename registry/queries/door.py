"""What the Python door says of saved queries: methods of `Registry`, each one transaction and one verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from registry.queries.exchange import Imported
    from registry.queries.running import Ran
    from registry.queries.saved import Saved
    from registry.queries.specified import Specified
    from registry.queries.verifying import Verified
    from registry.queries.watching import Watched
    from registry.selection.view import At
    from registry.store import Store


class Querying:
    """Saved queries and their runs; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def save_query(
        self,
        name: str,
        where: str | None,
        *,
        one_per: str | None = None,
        allow: Collection[str] = (),
        analyses: Mapping[str, Any] | None = None,
        description: str | None = None,
        prespecified: str | None = None,
        curator: str | None = None,
        **options: Any,
    ) -> Saved:
        """Save a pool to be made again: arguments as those of `pool`, `prespecified` a protocol such as CRD4202….

        `analyses` are asked for beside the pool, by kind: see `registry.queries.analyses`.

        Raises Conflict for a name in use, ConditionError and UsageError for what cannot be read. What the evidence at
        present does not let pool is saved all the same; `refusal` says why.
        """
        from registry.queries.definition import define
        from registry.queries.saved import save
        from registry.vocabulary import Vocabulary

        with self.store.transaction(self._answerable(curator), f"save query {name}") as transaction:
            names = Vocabulary.load(transaction.connection)
            asked = define(names, where, one_per=one_per, allow=allow, analyses=analyses, **options)
            return save(transaction, name, asked, description=description, prespecified=prespecified)

    def edit_query(self, name: str, *, curator: str | None = None, **changes: Any) -> Saved:
        """Make a new version of a query; only what is named changes: arguments as those of `save_query`.

        Of `analyses` only the kinds that are named change, None takes one away.

        A protocol is of one definition: a version that asks something else has none, unless `prespecified` is given
        again. Gives the version in use when nothing is different. Raises as `save_query`, and NotFound.
        """
        from registry.queries.editing import edited
        from registry.queries.saved import edit, load

        with self.store.transaction(self._answerable(curator), f"edit query {name}") as transaction:
            wanted = edited(transaction.connection, load(transaction.connection, name), changes)
            said = {"description": wanted.description, "prespecified": wanted.prespecified}
            return edit(transaction, name, wanted.definition, **said)

    def remove_query(self, name: str, *, reason: str, curator: str | None = None) -> Saved:
        """Take a query out of use; its versions and runs stay. Raises NotFound."""
        from registry.errors import UsageError
        from registry.queries.saved import remove

        if not reason.strip():
            raise UsageError("a removal has a reason", "say why with --reason")
        with self.store.transaction(self._answerable(curator), f"remove query {name}: {reason}") as transaction:
            return remove(transaction, name)

    def queries(self) -> list[Saved]:
        """Give the saved queries in use, by name."""
        from registry.queries.saved import queries

        with self.store.read() as connection:
            return queries(connection)

    def query(self, name: str, version: int | None = None) -> Saved:
        """Give a version of a saved query, by default the one in use. Raises NotFound."""
        from registry.queries.saved import load

        with self.store.read() as connection:
            return load(connection, name, version)

    def query_versions(self, name: str) -> list[Saved]:
        """Give every version of a name, oldest first, removals too."""
        from registry.queries.saved import versions

        with self.store.read() as connection:
            return versions(connection, name)

    def refusal(self, name: str) -> str | None:
        """Say why a query cannot be pooled on the evidence as it is; None when it can."""
        from registry.errors import NothingSelected, PoolRefused
        from registry.queries.running import pooled_rows_digest
        from registry.queries.saved import load

        with self.store.read() as connection:
            try:
                pooled_rows_digest(connection, load(connection, name).definition)
            except (PoolRefused, NothingSelected) as error:
                return str(error)
        return None

    def export_queries(self, path: str | Path, names: Collection[str] = ()) -> Path:
        """Write queries in use into a TOML file, those named or all. Raises NotFound, UsageError."""
        from registry.queries.exchange import export_queries, write_file

        with self.store.read() as connection:
            text = export_queries(connection, names)
        return write_file(path, text)

    def import_queries(self, path: str | Path, *, curator: str | None = None) -> Imported:
        """Save the queries of a TOML file, all or none; a new version only of what is different.

        Raises InputRefused.
        """
        from registry.queries.exchange import import_queries, read_file

        text = read_file(path)
        with self.store.transaction(self._answerable(curator), f"import queries: {path}") as transaction:
            return import_queries(transaction, text, source=str(path))

    def run(self, name: str, *, at: At = None, curator: str | None = None) -> Ran:
        """Execute a saved query on the evidence as it is, or was `at` a moment, and store what it gave.

        `Ran.pooled` is the result itself. Raises NotFound, and as `pool`; nothing is stored then.
        """
        from registry.queries.running import run

        return run(self.store, name, at, self._answerable(curator))

    def current_run(self, name: str, *, at: At = None, curator: str | None = None) -> Ran:
        """Give the stored run that says what a query gives now, or at a moment; as `run` where there is none.

        So a report written twice quotes one run. See `registry.queries.running.run_or_reuse`.
        """
        from registry.queries.running import run_or_reuse

        return run_or_reuse(self.store, name, at, self._answerable(curator))

    def runs(self, name: str | None = None) -> list[Ran]:
        """Give the stored runs, of one query or of all, oldest first."""
        from registry.queries.running import runs

        with self.store.read() as connection:
            return runs(connection, name)

    def stored_run(self, number: int) -> Ran:
        """Give a stored run. Raises NotFound."""
        from registry.queries.running import ran_of

        with self.store.read() as connection:
            return ran_of(connection, number)

    def verify_run(self, what: int | Mapping[str, Any], *, named: str = "result") -> Verified:
        """Make a stored run again, by number, or a result that was printed as JSON; say whether it is the same.

        Raises NotFound for a number, UsageError for JSON that does not say how it was made.
        """
        from registry.queries.verifying import verify_json, verify_run

        with self.store.read() as connection:
            return verify_run(connection, what) if isinstance(what, int) else verify_json(connection, what, named)

    def specified(self, ran: Ran) -> Specified:
        """Say whether the ledger proves that a run's query is older than the estimates it used."""
        from registry.queries.specified import specified

        with self.store.read() as connection:
            return specified(connection, ran.query, ran.keys)

    def watch(self, *names: str, crossing_one: bool = False) -> list[Watched]:
        """Say which queries, of all or those named, would give another result now than at their last run."""
        from registry.queries.watching import watch

        with self.store.read() as connection:
            return watch(connection, names, crossing_one=crossing_one)
