"""Pages that are made while the site is built, and not kept: what the code or a file beside it says already."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from docs import gallery
from docs.generate import HERE, cell, chapters
from registry import errors

ROOT = HERE.parent
SCHEMAS = ROOT / "cli" / "schemas"


def architecture() -> str:
    """Give ARCHITECTURE.md with its links as seen from docs/."""
    return _moved("ARCHITECTURE.md")


def changelog() -> str:
    """Give CHANGELOG.md with its links as seen from docs/."""
    return _moved("CHANGELOG.md")


def agreement() -> str:
    """Give what is known of agreement with R, from beside the reference values."""
    text = (ROOT / "tests" / "stats" / "reference" / "README.md").read_text(encoding="utf-8")
    return text.replace("# Reference values from R metafor", "# Agreement with R", 1)


def _moved(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](").replace("[docs/", "[")


def exit_codes() -> str:
    """Write what commands end with, from the errors that carry the codes."""
    lines = ["# Exit codes", "", "What a command ends with tells a script how it went. 0 means done.", ""]
    lines += [
        "Errors go to the standard error stream, with `--json` as JSON (see [error](schemas.md#error)); nothing is"
    ]
    lines += ["stored by a command that ends with an error.", "", "| code | error | meaning |", "|---|---|---|"]
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    for each in sorted(found, key=lambda error: error.exit_code):
        lines += [f"| {each.exit_code} | `{each.__name__}` | {cell(_first(each.__doc__ or ''))} |"]
    lines += [f"| {errors.SOMETHING_CHANGED} | | `evireg watch --exit-code`: a query would give another result |"]
    lines += ["| 130 | | stopped with Ctrl-C; nothing is stored by halves |"]
    lines += ["| 141 | | the program that read the output has gone, as when a list is piped into `head` |"]
    return "\n".join(lines) + "\n"


def _first(text: str) -> str:
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def schemas() -> str:
    """Write the shape of every command's JSON, by its schema."""
    lines = ["# JSON of every command", "", "With `--json` a command prints one JSON document: full precision, `null`"]
    lines += ["where something is undefined, and the reason beside it. Each link is the complete JSON Schema (draft"]
    lines += ["2020-12), which every release is tested against. A key that is always there is in bold.", ""]
    for path in _ordered():
        schema = json.loads(path.read_text(encoding="utf-8"))
        lines += [f"## {path.stem}", "", f"`{schema['title']}` · [schema](schemas/{path.name})", "", *_keys(schema), ""]
    return "\n".join(lines)


def _ordered() -> Iterator[Path]:
    """Give the schemas in the order of the manual, those of no command last."""
    names = [name.replace(" ", "-") for found in chapters().values() for name in found]
    paths = {path.stem: path for path in sorted(SCHEMAS.glob("*.json"))}
    yield from (paths.pop(name) for name in names if name in paths)
    yield from paths.values()


def _keys(schema: dict[str, Any]) -> list[str]:
    properties = schema.get("properties", {})
    if not properties:
        return []
    needed = set(schema.get("required", []))
    lines = ["| key | type | meaning |", "|---|---|---|"]
    for name, entry in properties.items():
        shown = f"**`{name}`**" if name in needed else f"`{name}`"
        lines.append(f"| {shown} | {_type(entry)} | {cell(entry.get('description', ''))} |")
    return lines


def _type(entry: dict[str, Any]) -> str:
    if "$ref" in entry:
        return str(entry["$ref"]).rsplit("/", 1)[-1].replace("_", " ")
    if "anyOf" in entry or "oneOf" in entry:
        return " or ".join(_type(each) for each in entry.get("anyOf") or entry["oneOf"])
    if "enum" in entry:
        return ", ".join(f"`{json.dumps(each)}`" for each in entry["enum"])
    if "const" in entry:
        return f"`{json.dumps(entry['const'])}`"
    kinds = entry.get("type", "any")
    named = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    return f"{named} of {_type(entry['items'])}" if "items" in entry and kinds == "array" else named


#: Page → how it is made.
PAGES: dict[str, Callable[[], str]] = {
    "architecture.md": architecture,
    "agreement.md": agreement,
    "changelog.md": changelog,
    "gallery.md": gallery.page,
    "exit-codes.md": exit_codes,
    "schemas.md": schemas,
}


def assets() -> dict[str, bytes]:
    """Give the files that pages link to and that are kept elsewhere or drawn now: place in the site → content."""
    found = {f"schemas/{path.name}": path for path in SCHEMAS.glob("*.json")}
    with tempfile.TemporaryDirectory() as folder:
        found |= gallery.pictures(Path(folder))
        return {name: path.read_bytes() for name, path in found.items()}
