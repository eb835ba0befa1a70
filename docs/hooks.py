"""What MkDocs calls while it builds the site: pages made on the way, formulae as MathML."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from latex2mathml.converter import convert
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

from docs import built, checking
from docs.generate import CHAPTERS

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

#: A formula as pymdownx.arithmatex leaves it, in the line or on its own.
FORMULA = re.compile(
    r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>',
    re.DOTALL,
)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the chapters of the manual where the navigation says COMMANDS."""
    chapters = [{title: f"commands/{page}.md"} for page, (title, _) in CHAPTERS.items()]
    config.nav = _with(config.nav, "COMMANDS", ["commands.md", *chapters])
    return config


def _with(entry: object, name: str, pages: list[object]) -> object:
    if entry == name:
        return pages
    if isinstance(entry, list):
        return [_with(each, name, pages) for each in entry]
    if isinstance(entry, dict):
        return {title: _with(each, name, pages) for title, each in entry.items()}
    return entry


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and pictures that are made on the way."""
    for name, make in built.PAGES.items():
        files.append(File.generated(config, name, content=make()))
    for name, content in built.assets().items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_content(content: str, **_: object) -> str:
    """Turn formulae into MathML, which browsers set by themselves."""
    return FORMULA.sub(_mathml, content)


def _mathml(found: re.Match[str]) -> str:
    block = found[2] == "["
    made = convert(html.unescape(found[3]).strip(), display="block" if block else "inline")
    return f'<div class="formula">{made}</div>' if block else made


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a site with a link that leads nowhere, or that fetches something from elsewhere."""
    found = checking.faults(Path(config.site_dir))
    if found:
        raise PluginError("\n".join([f"{len(found)} faults in the site", *found]))
