"""`evireg version`: which evireg this is."""

from __future__ import annotations

import platform

from cli.options import AsJson

EXAMPLE = "evireg version"


def command(*, as_json: AsJson = False) -> None:
    """Show which evireg this is, and on which Python."""
    from cli import output
    from registry.version import VERSION

    facts = {"evireg": VERSION, "python": platform.python_version()}
    if as_json:
        output.show_json(facts)
    else:
        output.say(f"evireg {facts['evireg']} on Python {facts['python']}")
