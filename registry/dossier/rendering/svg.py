"""A drawing of matplotlib made part of a page: names of its own, no page-wide style, nothing that is not drawn."""

from __future__ import annotations

import re
from typing import Any

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_XLINK = "{http://www.w3.org/1999/xlink}"
_SVG = "{http://www.w3.org/2000/svg}"
_POINT = 4 / 3  # CSS pixels


def inlined(made: bytes, name: str, alt: str) -> str:
    """Give an SVG file as an element of a page, named `name`: every id begins with it, references and styles follow."""
    from lxml import etree

    root = etree.fromstring(made, etree.XMLParser(remove_comments=True, no_network=True, huge_tree=True))
    for each in list(root.iter(f"{_SVG}metadata")):
        each.getparent().remove(each)
    for each in root.iter():
        _rename(each, name)
        if each.tag == f"{_SVG}style" and each.text:
            each.text = re.sub(r"(^|\})\s*([^{}@]+)\{", rf"\1#{name} \2{{", each.text)
    width = root.get("width", "").removesuffix("pt")
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    if width:
        root.set("style", f"max-width: {float(width) * _POINT:.0f}px")
    root.set("id", name)
    root.set("role", "img")
    root.set("aria-label", alt)
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _rename(element: Any, name: str) -> None:
    for attribute, value in element.attrib.items():
        if attribute == "id":
            element.set("id", f"{name}-{value}")
        elif attribute in ("href", f"{_XLINK}href") and value.startswith("#"):
            del element.attrib[attribute]
            element.set("href", f"#{name}-{value[1:]}")
        elif "url(#" in value:
            element.set(attribute, _REFERENCE.sub(rf"url(#{name}-\1)", value))
