"""`evireg doctor`: whether a registry and all it rests on is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from registry.keeping.doctor import Check, Examined
    from registry.keeping.texts import Cleaned

EXAMPLE = "evireg doctor"

#: Findings told of one question; --json has all.
_TOLD = 5


def command(
    *,
    mend: Annotated[
        bool, typer.Option("--mend", help="Make missing indexes and triggers anew first; no evidence is touched.")
    ] = False,
    clean_texts: Annotated[
        bool,
        typer.Option(
            "--clean-texts",
            help="Take control characters and invisible marks out of texts first, in a changeset of its own.",
        ),
    ] = False,
    curator: As = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> int:
    """Examine the registry: schema, pages, references, ledger, digests, evidence, snapshots, runs, attachments.

    Each finding comes with what to do. The exit code is 7 when there is one, for scheduled jobs.
    """
    from dataclasses import asdict

    from cli import output
    from registry.errors import VerificationFailed
    from registry.keeping.doctor import examine

    cleaned = _clean(db, curator) if clean_texts else None
    found = examine(db, mend=mend)
    if cleaned is not None and not as_json:
        output.say(_said(cleaned))
    if as_json:
        checks = [{**asdict(check), "findings": list(check.findings)} for check in found.checks]
        output.show_json({"target": found.target, "sound": found.sound, "checks": checks, "facts": found.facts})
    else:
        _tell(found)
    return 0 if found.sound else VerificationFailed.exit_code


def _clean(db: str, curator: str | None) -> Cleaned:
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    with open_registry(db, curator=find_curator(curator).name) as reg:
        return reg.clean_texts()


def _said(cleaned: Cleaned) -> str:
    if cleaned.changeset is None:
        return "No text in use holds control characters: nothing was changed.\n"
    return f"Characters that no text may hold taken out of {cleaned.texts} texts (changeset {cleaned.changeset}).\n"


def _tell(found: Examined) -> None:
    from cli import output

    heads = ("Check", 9), ("Result", 8), ("What must hold", 7)
    columns = [output.Column(head, keep=keep, whole=keep > 7) for head, keep in heads]
    rows = [(check.name, _verdict(check), check.question) for check in found.checks]
    output.show_table(f"Examination of {found.target}", columns, rows)
    for check in found.checks:
        for finding in check.findings[:_TOLD]:
            output.say(f"– {finding}")
        if len(check.findings) > _TOLD:
            output.say(f"– and {len(check.findings) - _TOLD} more: --json has all")
        if check.findings:
            output.say(f"  To do: {check.advice}\n")
    output.say("Sound in every respect." if found.sound else "Not sound: see above.")
    output.say("; ".join(f"{name.replace('_', ' ')} {value}" for name, value in found.facts.items() if value != []))


def _verdict(check: Check) -> str:
    if not check.examined:
        return "not examined"
    return f"{len(check.findings)} found" if check.findings else "ok"
