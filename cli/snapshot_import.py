"""`evireg snapshot import`: an archive restored into an empty registry, or merged into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from registry.archive.importing import Imported

EXAMPLE = "evireg snapshot import evidence-2026-06.zip --db copy.db"


def command(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE.zip", help="The archive to read.")],
    message: Annotated[str | None, typer.Option("--message", "-m", metavar="TEXT", help="Why it is merged.")] = None,
    only_new: Annotated[
        bool, typer.Option("--only-new", help="Add what is not here; what is here and differs stays as it is.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and store nothing.")] = False,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Restore an archive into an empty registry, with its whole history, or merge its evidence into another.

    Everything is checked before anything is stored: checksums, every row, every digest. An empty registry (evireg init)
    becomes the one the archive was made of: same changesets, hashes, snapshots and results. In any other one, estimates
    that are not there are added in one changeset; values that differ are listed, both of them, and nothing is stored.
    """
    from dataclasses import asdict

    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.import_archive(file, message=message, only_new=only_new, dry_run=dry_run)
    if as_json:
        output.show_json(asdict(done))
        return
    _tell(done)
    if who.assumed and not done.restored and done.changeset is not None:
        output.remark(
            f"Recorded under your login name, {who.name}; --as NAME or $EVIREG_CURATOR names another curator."
        )


def _tell(done: Imported) -> None:
    from cli import output
    from cli.telling import read_anew
    from registry.report.prose import count

    start = "Checked, nothing stored" if done.dry_run else "Restored" if done.restored else "Merged"
    of = f"snapshot {done.snapshot}" if done.snapshot else "an archive"
    if done.restored:
        what = f"{count(done.created, 'estimate')}, {count(done.changesets, 'changeset')}, {count(done.runs, 'run')}"
        output.say(f"{start}: {of}, {what}; every hash and digest is as it was.")
    else:
        output.say(f"{start}: {of}, {count(done.created, 'new estimate')}, {done.unchanged} known already.")
    output.say(f"Root {done.root}")
    if anew := read_anew(done.rederived, None if done.dry_run else done.changesets + 1):
        output.say(f"The archive was made by an older evireg. {anew}")
    if done.conflicts:
        left = "differs here and stays as it is" if done.conflicts == 1 else "differ here and stay as they are"
        output.say(f"{count(done.conflicts, 'estimate')} {left}.")
    if done.left_out:
        output.say(f"Not taken over: {', '.join(f'{number} {what}' for what, number in done.left_out.items())}.")
