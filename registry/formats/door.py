"""What the Python door says of forms for other programs: methods of `Registry`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.formats.analysed import Analysed
    from registry.selection.view import At
    from registry.store import Store


class Sharing:
    """Results of saved queries for other programs; `Registry` gives the store."""

    store: Store

    def analysed(self, query: str, *, at: At = None) -> Analysed:
        """Give all that a saved query asks, computed. Raises NotFound for an unknown query, and what `pool` raises."""
        from registry.formats.analysed import analysed
        from registry.queries.saved import load

        with self.store.read() as connection:
            return analysed(connection, load(connection, query), at)

    def second_opinion(self, query: str, *, at: At = None) -> str:
        """Give an R script that repeats a saved query with metafor, and stops when a number is not the same.

        Without each estimate in turn too, whether or not the query asks for it. Raises as `analysed`.
        """
        from registry.formats.analysed import analysed
        from registry.formats.r_script import script
        from registry.queries.saved import load

        with self.store.read() as connection:
            saved = load(connection, query)
            options = saved.definition.options
            left_out = options["leave_one_out"] or options["dependence"] is None
            found = analysed(connection, saved, at, leave_one_out=left_out)
        return script(
            found.result,
            subgroups=found.subgroups,
            regressions=found.regressions,
            bias=found.bias,
            title=found.title,
        )

    def export_result(
        self, query: str, path: str | Path, *, kind: str | None = None, at: At = None, force: bool = False
    ) -> Analysed:
        """Write what a saved query gives to a file, in a form of `registry.formats.catalogue.FORMATS`.

        The ending of the file names the form unless `kind` does. Raises UsageError for an unknown form and a file that
        is there already, and as `analysed`.
        """
        from registry.formats.catalogue import format_of
        from registry.workbook.files import refuse_existing, replacing

        place, form = Path(path), format_of(path, kind)
        refuse_existing(place, force=force)
        found = self.analysed(query, at=at)
        with replacing(place) as temporary:
            temporary.write_bytes(form.write(found))
        return found
