"""What a user of the package may rely on."""

from __future__ import annotations

import inspect

import pytest

import registry
from cli.app import COMMANDS, module


@pytest.mark.parametrize("name", registry.__all__)
def test_public_name_is_documented(name: str) -> None:
    """Every public name exists and says what it is for."""
    assert inspect.getdoc(getattr(registry, name))


def test_public_methods_of_a_registry_are_documented() -> None:
    """So does every method of the handle."""
    methods = [member for name, member in inspect.getmembers(registry.Registry) if not name.startswith("_")]
    assert all(inspect.getdoc(method) for method in methods)


def test_package_docstring_is_a_map_of_the_house() -> None:
    """Whoever asks for help on the package meets every public verb."""
    assert all(name in (registry.__doc__ or "") for name in ("registry.open", "registry.pool", "registry.init"))


def test_unknown_public_name_is_an_attribute_error() -> None:
    """Names load lazily, and a wrong one fails as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'pol'"):
        _ = registry.pol


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_and_an_example(name: str) -> None:
    """The help of a command ends with an example to start from."""
    found = module(name)
    assert inspect.getdoc(found.command)
    assert f"evireg {name}" in found.EXAMPLE
