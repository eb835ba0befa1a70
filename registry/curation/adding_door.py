"""What the Python door says to curators who enter evidence: methods of `Registry`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registry.curation.adding import Added
    from registry.curation.drafts import Draft
    from registry.curation.reading_text import Proposal
    from registry.curation.suggestions import Known
    from registry.store import Store


class _Undo(Exception):  # noqa: N818 - no error: how a dry run leaves its transaction
    """Leave a transaction without keeping it."""


class Adding:
    """Add one thing, draft it, read text for it; `Registry` gives the store and the curator."""

    store: Store

    def _answerable(self, given: str | None) -> str:
        raise NotImplementedError

    def add(
        self,
        kind: str,
        fields: Mapping[str, str] | None = None,
        /,
        *,
        dry_run: bool = False,
        message: str | None = None,
        curator: str | None = None,
        **more: str | float | Iterable[str] | None,
    ) -> Added:
        """Add a study, report, cohort, cutoff, estimate, factor, endpoint, disease or attribute; see `registry.forms`.

        `reg.add("estimate", study="kim2016", factor="NLR", endpoint="OS", hr="1.56", ci="1.08-2.27")`. Texts keep the
        digits as printed ("1.50"); `fields` is the same as a mapping. `dry_run` stores nothing. Raises `UsageError`,
        `InputRefused`, `Conflict`.
        """
        from registry.curation.adding import add

        texts = {**(fields or {}), **_texts(more)}
        name = next((texts[each] for each in ("study", "key", "name", "factor") if each in texts), "")
        said = message or f"add {kind} {name}".rstrip()
        with suppress(_Undo), self.store.transaction(self._answerable(curator), said) as transaction:
            added = add(transaction, kind, texts)
            if dry_run:
                added = replace(added, changeset=None, dry_run=True)
                raise _Undo
        return added

    def draft(self, kind: str, fields: Mapping[str, str], /) -> Draft:
        """Type and check what would be added, without storing: problems, remarks, and what a pool would take."""
        from registry.curation.drafts import draft

        return draft(kind, fields, self.known().vocabulary)

    def known(self) -> Known:
        """Give what the registry knows that a curator may mean."""
        from registry.curation.suggestions import Known

        with self.store.read() as connection:
            return Known.load(connection)

    def read_text(self, text: str) -> tuple[Proposal, ...]:
        """Propose an estimate for each ratio a pasted text prints; nothing is stored."""
        from registry.curation.reading_text import read_text

        matched = self.known().vocabulary.matched
        return read_text(text, matched["factor"], matched["endpoint"])


def _texts(fields: Mapping[str, str | float | Iterable[str] | None]) -> dict[str, str]:
    """Give every field as a text; several values with `;` between them, what is None left out."""
    texts = {}
    for name, value in fields.items():
        if isinstance(value, bool):
            texts[name] = "yes" if value else "no"
        elif isinstance(value, str | int | float):
            texts[name] = value if isinstance(value, str) else f"{value:.15g}"
        elif value is not None:
            texts[name] = "; ".join(value)
    return texts
