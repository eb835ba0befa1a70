"""Addresses of databases in which a password may stand, so that no message repeats one, however it was mistyped."""

from __future__ import annotations

import re

#: A name with a password: `me:secret@host`, in a URL or what was to be one.
_NAMED = re.compile(r":[^@]*@")
#: What libpq takes instead of a URL (`host=… password=…`), a parameter that is a password, a URL without its slashes.
_WORDED = re.compile(
    r"^\s*(?:host|hostaddr|port|dbname|user|service)\s*=(?!=)|\w*pass\w*\s*=(?!=)|\bpwd\s*=(?!=)|^\s*postgres\w*(?:\+\w+)?:",
    re.IGNORECASE,
)
#: What begins like a path of Windows.
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")

#: The same within a sentence: the password alone.
_IN_URL = re.compile(r"(\b\w[\w+.]*:/*[^\s:@/\"']*:)[^@\s\"]+(?=@)")
_AS_PARAMETER = re.compile(r"(\w*passw\w*\s*=(?!=)\s*)(?:'[^']*'|[^\s&;,'\"]+)", re.IGNORECASE)


def may_hold_password(text: str) -> bool:
    """Whether a text that was to name a database looks like an address with a password rather than like a path."""
    return bool(_WORDED.search(text) or (_NAMED.search(text) and not _DRIVE.match(text)))


def hidden(text: str) -> str:
    """Give a message without the passwords of addresses that it repeats."""
    return _AS_PARAMETER.sub(r"\1***", _IN_URL.sub(r"\1***", text))
