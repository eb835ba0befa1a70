"""TOML as evireg reads it: whatever a file holds, a fault of it is a fault of the file."""

from __future__ import annotations

import tomllib
from typing import Any


class TOMLFault(ValueError):  # noqa: N818 - what is wrong with a text
    """A text that is no TOML, or one nested more deeply than anything evireg asks for."""


def read_toml(text: str) -> dict[str, Any]:
    """Read a TOML text. Raises TOMLFault, which says where."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TOMLFault(str(error)) from error
    except RecursionError:
        raise TOMLFault("it is nested too deeply") from None
