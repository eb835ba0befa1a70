"""What `evireg add KIND` does: store what the options say, ask for the rest on a terminal, or read pasted text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.curation.adding import Added
    from registry.curators import CuratorName
    from registry.handle import Registry


def run(
    kind: str,
    fields: Mapping[str, Any],
    *,
    more: Sequence[str] | None = None,
    from_text: str | None = None,
    dry_run: bool,
    message: str | None,
    db: str,
    curator: str | None,
    as_json: bool,
) -> None:
    """Add one thing of a kind. What is missing is asked for on a terminal; elsewhere it is an error that names it."""
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    texts = {**_said(fields), **_pairs(more or ())}
    who = find_curator(curator)
    keep: dict[str, Any] = {"dry_run": dry_run, "message": message}
    with open_registry(db, curator=who.name) as reg:
        if from_text is not None:
            _from_text(reg, texts, from_text, who, keep, as_json=as_json)
        elif not as_json and _on_terminal() and reg.draft(kind, texts).missing:
            _ask(reg, kind, texts, who, keep)
        else:
            _tell(reg.add(kind, texts, **keep), who, as_json=as_json)


def _said(fields: Mapping[str, Any]) -> dict[str, str]:
    said = {name: "; ".join(value) if isinstance(value, list | tuple) else value for name, value in fields.items()}
    return {name: "yes" if value is True else value for name, value in said.items() if value}


def _pairs(more: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for each in more:
        name, sign, value = each.partition("=")
        if not sign or not name.strip():
            raise UsageError(f"--set {each!r} names no field", "write --set NAME=VALUE")
        pairs[name.strip()] = value
    return pairs


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask(reg: Registry, kind: str, texts: dict[str, str], who: CuratorName, keep: dict[str, Any]) -> None:
    """Ask until one thing is confirmed; then, for estimates, as long as the curator has more of the study."""
    from cli.adding.dialogue import Dialogue

    dialogue = Dialogue(reg.known(), kind, texts)
    dialogue.begin()
    while True:
        dialogue.ask()
        added = dialogue.conclude(lambda texts: reg.add(kind, texts, **keep))
        if added:
            _tell(added, who, as_json=False)
        if kind != "estimate" or not dialogue.goes_on():
            return
        dialogue = dialogue.following()


def _from_text(
    reg: Registry, texts: dict[str, str], given: str, who: CuratorName, keep: dict[str, Any], *, as_json: bool
) -> None:
    from cli import output
    from cli.adding.pasted import read_given, through

    text = read_given(given)
    proposals = reg.read_text(text)
    if as_json or not _on_terminal():
        found = [{"texts": each.texts, "quote": each.quote, "start": each.start, "end": each.end} for each in proposals]
        output.show_json({"proposals": found})
        if not as_json:
            output.remark("Nothing was stored: each proposal is confirmed in a terminal.")
        return
    for added in through(reg, text, proposals, texts, keep):
        _tell(added, who, as_json=False)


def _tell(added: Added, who: CuratorName, *, as_json: bool) -> None:
    from cli import output
    from cli.answering import remark_assumed

    if as_json:
        output.show_json({**added.as_dict(), "curator": who.name})
        return
    what = f"{added.kind} {added.key}"
    if added.dry_run:
        output.say(f"Checked, nothing stored: {what}.")
    elif added.changeset is None:
        output.say(f"Nothing to do: {what} is there and says the same.")
    else:
        output.say(f"{'Added' if added.new else 'Completed'} {what}, in changeset {added.changeset}.")
    for line in _numbers(added):
        output.say(line)
    remark_assumed(who, added.changeset)


def _numbers(added: Added) -> list[str]:
    lines = []
    if added.derived is not None:
        from cli.adding.preview import pooled

        lines.append(pooled(added.derived))
    return lines + [f"  – {flag.column}: {flag.message}" for flag in added.flags]
