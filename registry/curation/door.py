"""What the Python door says to reviewers: methods of `Registry`, each one transaction and one verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from registry.curation.adjudicate import Adjudicated
    from registry.curation.agreement import Agreement
    from registry.curation.appraise import Appraised, Listed
    from registry.curation.attachments import Attached
    from registry.curation.extraction import Compared, Extracted
    from registry.curation.review import Reviewed, Work
    from registry.store import Store


class Reviewing:
    """Review, second extractions, risk of bias and attachments; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def review(
        self,
        *keys: str,
        status: str,
        reason: str | None = None,
        where: str | None = None,
        curator: str | None = None,
    ) -> Reviewed:
        """Give estimates a status: checked, accepted, disputed, excluded, extracted; see `registry.curation.review`."""
        from registry.curation.review import review

        message = reason or f"review: {status}"
        with self.store.transaction(self._answerable(curator), message) as transaction:
            return review(transaction, keys, status, reason, where=where)

    def review_work(self, where: str | None = None, *, most: int = 50) -> Work:
        """Tell what waits for a check, and how many estimates have each status."""
        from registry.curation.review import work

        with self.store.read() as connection:
            return work(connection, where, most=most)

    def extract(self, readings: Mapping[str, Mapping[str, str]], *, curator: str | None = None) -> Extracted:
        """Keep second readings, key → field → text, beside the stored ones, and compare; nothing stored changes."""
        from registry.curation.extraction import extract

        with self.store.transaction(self._answerable(curator), "second extraction") as transaction:
            return extract(transaction, readings)

    def extract_file(self, path: str | Path, *, curator: str | None = None) -> Extracted:
        """Keep the second readings of a filled-in template; see `registry.curation.templates`."""
        from registry.curation.extraction import extract
        from registry.curation.templates import read_template

        with self.store.transaction(self._answerable(curator), "second extraction") as transaction:
            return extract(transaction, read_template(transaction.connection, path))

    def extract_template(self, where: str | None = None, *, curator: str | None = None) -> tuple[str, int]:
        """Give a CSV of what a curator is to read blind, by identity alone, and how many estimates it has."""
        from registry.curation.templates import template

        with self.store.read() as connection:
            return template(connection, where, self._answerable(curator))

    def disagreements(self, key: str | None = None) -> tuple[Compared, ...]:
        """Give the readings that differ and are not settled, of one estimate or all."""
        from registry.curation.adjudicate import disagreements

        with self.store.read() as connection:
            return disagreements(connection, key)

    def adjudicate(
        self,
        key: str,
        values: Mapping[str, str] | None = None,
        *,
        take: str | None = None,
        reason: str,
        curator: str | None = None,
    ) -> Adjudicated:
        """Settle what two readings say otherwise; see `registry.curation.adjudicate`."""
        from registry.curation.adjudicate import adjudicate

        with self.store.transaction(self._answerable(curator), reason) as transaction:
            return adjudicate(transaction, key, take, values)

    def agreement(self, where: str | None = None) -> Agreement:
        """Tell how far first and second curators agree, field by field, kappa for categories."""
        from registry.curation.agreement import agreement

        with self.store.read() as connection:
            return agreement(connection, where)

    def appraise(
        self,
        *keys: str,
        judgements: Mapping[str, str | None],
        support: Mapping[str, str] | None = None,
        where: str | None = None,
        reason: str | None = None,
        curator: str | None = None,
    ) -> Appraised:
        """Judge the risk of bias of estimates by domain and level; see `registry.curation.appraise`."""
        from registry.curation.appraise import appraise

        with self.store.transaction(self._answerable(curator), reason or "appraisal") as transaction:
            return appraise(transaction, keys, judgements, support, where=where)

    def appraisal_tools(self) -> tuple[Listed, ...]:
        """Give the appraisal tools there are, and which of them the registry uses."""
        from registry.curation.appraise import tools

        with self.store.read() as connection:
            return tools(connection)

    def add_appraisal_tools(self, path_or_name: str | Path, *, curator: str | None = None) -> dict[str, bool]:
        """Take up a shipped tool by name, or every tool of a TOML file; name → whether it is new here."""
        from registry.curation.appraise import brought, take_up

        found = brought(path_or_name)
        message = f"appraisal tool {', '.join(each.name for each in found)}"
        with self.store.transaction(self._answerable(curator), message) as transaction:
            return {each.name: take_up(transaction, each) for each in found}

    def attach(self, path: str | Path, to: str, *, curator: str | None = None) -> Attached:
        """Attach a PDF or image to an estimate or a report; see `registry.curation.attachments`."""
        from registry.curation.attachments import attach, read_attachment

        name, content = read_attachment(path)
        with self.store.transaction(self._answerable(curator), f"attach {name}") as transaction:
            return attach(transaction, name, content, to)

    def attachments(self, key: str | None = None) -> list[dict[str, Any]]:
        """List the attachments of an estimate, study or report, or all."""
        from registry.curation.attachments import attachments

        with self.store.read() as connection:
            return attachments(connection, key)

    def attachment(self, wanted: str) -> tuple[dict[str, Any], bytes]:
        """Give one attachment and its bytes, by SHA-256 or by what alone has it; the hash is compared."""
        from registry.curation.attachments import attachment

        with self.store.read() as connection:
            return attachment(connection, wanted)
