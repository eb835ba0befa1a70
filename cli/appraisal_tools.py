"""`evireg appraisal tools`: which tools there are to judge risk of bias."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.options import DEFAULT_DATABASE, AsJson, Database

if TYPE_CHECKING:
    from registry.curation.appraise import Listed

EXAMPLE = "evireg appraisal tools"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List appraisal tools with their domains, levels and guidance.

    A shipped tool is taken up by the registry when it is first used; then its domains are columns of conditions.
    """
    from cli import output
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        found = reg.appraisal_tools()
    if as_json:
        output.show_json({"tools": [_as_object(each) for each in found]})
        return
    columns = [
        output.Column("Domain", keep=9, whole=True),
        output.Column("Judged", keep=8),
        output.Column("Levels", keep=7),
        output.Column("Guidance", keep=5),
    ]
    for each in found:
        tool = each.tool
        used = "used in this registry" if each.uses else "not used yet"
        rows = [(one.name, one.label, ", ".join(one.levels or ()), one.guidance) for one in tool.domains]
        output.show_table(f"{tool.name}: {tool.title} ({used})", columns, rows, note=tool.source or "")


def _as_object(listed: Listed) -> dict[str, Any]:
    tool = listed.tool
    domains = [
        {"name": each.name, "label": each.label, "levels": list(each.levels or ()), "guidance": each.guidance}
        for each in tool.domains
    ]
    return {"name": tool.name, "title": tool.title, "source": tool.source, "uses": listed.uses, "domains": domains}
