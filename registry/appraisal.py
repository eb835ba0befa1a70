"""Tools for appraising risk of bias, as data: the shipped ones and those a team brings in a TOML file of the same form.

A tool is a list of domains, each a study characteristic of the estimate with its levels and guidance. Nothing here sums
domains into a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.columns import BY_INPUT, BY_NAME
from registry.errors import EviregError, InputRefused
from registry.resources import resource
from registry.terms import AttributeLevel, AttributeType
from registry.toml import TOMLFault, read_toml
from registry.vocabulary import AttributeDeclaration, fold

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLE = '[[tool]] with name and title, and under each [[tool.domain]] with name, label, levels = ["low", "high"]'


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: `name` for short, `title` in full, `source` to cite, and its domains in the order they are judged."""

    name: str
    title: str
    source: str | None
    domains: tuple[AttributeDeclaration, ...]


@cache
def shipped() -> tuple[Tool, ...]:
    """Give the tools that travel with evireg."""
    return read_tools(resource("seeds") / "vocabulary" / "appraisal.toml")


def shipped_with(domain: str) -> Tool | None:
    """Give the shipped tool that has a domain of this name; None when there is none."""
    wanted = fold(domain)
    return next((tool for tool in shipped() if any(fold(each.name) == wanted for each in tool.domains)), None)


def read_tools(path: Path) -> tuple[Tool, ...]:
    """Read the tools of a TOML file. InputRefused says which table lacks what."""
    try:
        content = read_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputRefused(f"cannot read {path}: {error.strerror}", hint="give the path of a TOML file") from error
    except (TOMLFault, UnicodeDecodeError) as error:
        raise InputRefused(f"{path} is not TOML: {error}", hint=f"expected {EXAMPLE}") from error
    tables = content.get("tool")
    if not isinstance(tables, list) or not tables:
        raise InputRefused(f"{path} declares no tool", hint=f"expected {EXAMPLE}")
    return tuple(_tool(path, table) for table in tables)


def _tool(path: Path, table: Any) -> Tool:
    name, title = _text(path, table, "name", "a tool"), _text(path, table, "title", "a tool")
    domains = table.get("domain")
    if not isinstance(domains, list) or not domains:
        raise InputRefused(f"{path}: the tool {name} has no domain", hint=f"expected {EXAMPLE}")
    declared = tuple(_domain(path, name, each) for each in domains)
    names = [fold(each.name) for each in declared]
    repeated = next((each.name for each in declared if names.count(fold(each.name)) > 1), None)
    if repeated is not None:
        raise InputRefused(f"{path}: the tool {name} has the domain {repeated} twice", hint="give each its own name")
    return Tool(name, title, table.get("source"), declared)


def _domain(path: Path, tool: str, table: Any) -> AttributeDeclaration:
    what = f"a domain of {tool}"
    name = _text(path, table, "name", what)
    if name in BY_NAME or name in BY_INPUT:
        raise InputRefused(f"{path}: {name} is a column of evireg", hint=f"such as {fold(tool)}_{name}")
    levels = table.get("levels")
    if not isinstance(levels, list) or len(levels) < 2 or not all(isinstance(each, str) and each for each in levels):
        raise InputRefused(f"{path}: the domain {name} has no levels", hint='such as levels = ["low", "high"]')
    try:
        return AttributeDeclaration(
            name,
            _text(path, table, "label", what),
            AttributeType.CATEGORY,
            None,
            tuple(levels),
            AttributeLevel.ESTIMATE,
            tool,
            " ".join(str(table.get("guidance", "")).split()) or None,
        )
    except EviregError as error:
        raise InputRefused(f"{path}: {error.message}", hint=error.hint) from error


def _text(path: Path, table: Any, key: str, what: str) -> str:
    value: Mapping[str, Any] = table if isinstance(table, dict) else {}
    text = value.get(key)
    if not isinstance(text, str) or not text.strip():
        raise InputRefused(f"{path}: {what} has no {key}", hint=f"expected {EXAMPLE}")
    return " ".join(text.split())
