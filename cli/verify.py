"""`evireg verify`: whether the registry is what it says."""

from __future__ import annotations

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg verify"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Check that nothing was changed behind the back of the registry.

    Every changeset must have the hash of its content and follow the one before, every version of an estimate the digest
    of its values, the live estimates must be what the tables give, and snapshots and attachments what they were. The
    exit code is 7 when anything differs, and all that differs is named.
    """
    from dataclasses import asdict

    from cli import output
    from registry.handle import open as open_registry
    from registry.report.prose import count

    with open_registry(db) as reg:
        found = reg.verify()
    if as_json:
        output.show_json(asdict(found))
        return
    output.say(f"All is as it was written: {count(found.changesets, 'changeset')} in one chain.")
    output.say(f"{count(found.versions, 'version')} of estimates have their digests.")
    output.say(f"{count(found.live, 'live estimate')} are what the tables give.")
    if found.snapshots:
        output.say(f"{count(found.snapshots, 'snapshot')} as they were taken.")
    if found.attachments:
        output.say(f"{count(found.attachments, 'attachment')} as they were attached.")
