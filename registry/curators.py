"""Who answers for a change: a name given, `$EVIREG_CURATOR`, the configuration file of the user, or the login name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from registry.errors import UsageError


@dataclass(frozen=True, slots=True)
class CuratorName:
    """A curator's name and where it came from; `assumed` when nobody said it and the login name was taken."""

    name: str
    source: str

    @property
    def assumed(self) -> bool:
        """Whether the user should be told which name was taken."""
        return self.source == "login name"


def curator(given: str | None = None) -> CuratorName:
    """Find the curator's name. Raises `UsageError` for an empty name, or when there is none to be found."""
    if given is not None:
        return _named(given, "the name given")
    if "EVIREG_CURATOR" in os.environ:
        return _named(os.environ["EVIREG_CURATOR"], "$EVIREG_CURATOR")
    configured = _configured()
    if configured is not None:
        return _named(configured, str(configuration_file()))
    return _named(_login(), "login name")


def configuration_file() -> Path:
    """Give the place of the user's configuration file; it need not exist."""
    import platformdirs

    return platformdirs.user_config_path("evireg") / "config.toml"


def _named(name: str, source: str) -> CuratorName:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise UsageError(f"the curator's name from {source} is empty", "give one with --as NAME")
    return CuratorName(cleaned, source)


def _configured() -> str | None:
    from registry.toml import TOMLFault, read_toml

    path = configuration_file()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "mend or remove it, or give --as NAME") from error
    try:
        settings = read_toml(text)
    except TOMLFault as error:
        raise UsageError(f"{path} is not TOML: {error}", 'expected a line such as curator = "Ada Lovelace"') from error
    name = settings.get("curator")
    if name is not None and not isinstance(name, str):
        raise UsageError(f"curator in {path} is {name!r}, not a text", 'expected curator = "Ada Lovelace"')
    return name


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise UsageError("no curator's name was found", "give one with --as NAME or $EVIREG_CURATOR") from error
