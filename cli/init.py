"""`evireg init`: create a registry, or bring an older one up to date."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cli.options import DEFAULT_DATABASE, AsJson, Database

if TYPE_CHECKING:
    from registry.store import InitReport

EXAMPLE = "evireg init --db evireg.db"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Create a registry, or upgrade one made by an older evireg.

    A registry that is up to date stays as it is. Before an upgrade a copy of a SQLite file is made beside it. For
    PostgreSQL the database must exist; give its URL.
    """
    from cli import output
    from cli.telling import read_anew
    from registry.store import init

    report = init(db)
    if as_json:
        output.show_json({**asdict(report), "backup": None if report.backup is None else str(report.backup)})
    else:
        output.say(_told(report))
        if anew := read_anew(report.rederived, report.rederived_by):
            output.say(anew)


def _told(report: InitReport) -> str:
    if report.created:
        return f"Created the registry {report.target}.\nNext: `evireg seed` imports the evidence shipped with evireg."
    if report.upgraded_from is not None:
        backup = f" A copy of it as it was is in {report.backup}." if report.backup else ""
        return f"Upgraded the registry {report.target} to schema {report.revision}.{backup}"
    if report.names:
        return f"The registry {report.target} is up to date; {report.names} names were added to its vocabulary."
    return f"The registry {report.target} is up to date; nothing was changed."
