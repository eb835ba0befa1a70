"""What is looked at after the site is built: its own links lead somewhere, and nothing is fetched from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Attributes by which a page makes a browser fetch something unasked.
FETCHING = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("audio", "src")}
#: Kinds of `link` that fetch nothing.
SILENT = {"canonical", "next", "prev", "alternate", "author", "license"}


@dataclass
class Page(HTMLParser):
    """A page's anchors, its links, and what it fetches."""

    path: Path
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the names and addresses of one element."""
        given = {name: value for name, value in attrs if value}
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and not {*given.get("rel", "").split()} & SILENT:
            self.fetched.append(given.get("href", ""))
        self.fetched += [given[name] for kind, name in FETCHING if kind == tag and name in given]


def faults(site: Path) -> list[str]:
    """List the links that lead nowhere, and what would be fetched from elsewhere."""
    pages = {path.resolve(): Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    found = [f"{page.path.relative_to(site)}: {told}" for page in pages.values() for told in _of(page, pages)]
    sheets = [path for path in site.rglob("*.css") if "url(http" in path.read_text(encoding="utf-8")]
    return found + [f"{path.relative_to(site)}: fetches from elsewhere" for path in sheets]


def _of(page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    for address in page.fetched:
        if urlsplit(address).scheme in ("http", "https") or address.startswith("//"):
            yield f"fetches {address}"
        elif not urlsplit(address).scheme and not _target(page, address).exists():
            yield f"{address} is not there"
    for address in page.links:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = _target(page, address)
        if not target.exists():
            yield f"links to {address}, which is not there"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
            yield f"links to {address}, where there is no such anchor"


def _target(page: Page, address: str) -> Path:
    place = unquote(urlsplit(address).path)
    return (page.path.parent / place).resolve() if place else page.path.resolve()
