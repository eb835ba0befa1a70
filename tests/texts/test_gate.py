"""No text with a character that no text may hold is ever stored, whatever door it comes by."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from registry.errors import EviregError
from registry.handle import Registry
from registry.keeping.texts import text_faults, texts_of_history
from registry.literature.door import Literature
from registry.store import Store
from registry.texts import FORBIDDEN, forbidden, named
from registry.writing import write_estimates
from tests.conftest import MakeRecord
from tests.texts.verbs import DOORS, SIGNED, WHERE, Door, last

#: One of each kind: NUL, C0, DEL, C1, each sort of bidi control, a lone surrogate, a noncharacter.
CHARACTERS = ("\0", "\x07", "\x1b", "\x7f", "\x9b", "\u200e", "\u202e", "\u2066", "\ud800", "\ufffe")
#: Readers of references leave out what cannot be seen, as databases of literature put it there.
LEAVES_OUT = {"import_files"}
STORED = "stored something"


@pytest.fixture
def reg(store: Store, record: MakeRecord) -> Registry:
    """Open a registry with two estimates, a saved query and a reference, on SQLite and on PostgreSQL."""
    with store.transaction("Grace", "add") as transaction:
        write_estimates(transaction, [record(doi="10.1000/1"), record(study="lee2017", line=3)])
    registry = Registry(store, curator="Ada")
    registry.add_appraisal_tools("quips")
    registry.save_query("nlr-os", WHERE)
    return registry


def test_every_writing_verb_is_walked() -> None:
    """A verb that stores something has its doors listed, so that a new one cannot be forgotten."""
    verbs = {
        name
        for door in (Registry, Literature)
        for name, verb in inspect.getmembers(door, inspect.isfunction)
        if not name.startswith("_") and "curator" in inspect.signature(verb).parameters
    }
    assert verbs - {"log", "extract_template"} == DOORS.keys()


@pytest.mark.parametrize("character", CHARACTERS, ids=[f"U+{ord(each):04X}" for each in CHARACTERS])
def test_nothing_is_stored(reg: Registry, character: str, tmp_path: Path) -> None:
    """Each text of each verb with the character in it: refused as input, by its name, or stored without it."""
    bad, before = f"a{character}b", last(reg)
    wrong = [
        f"{verb} {number}: {said}"
        for verb, doors in DOORS.items()
        for number, door in enumerate(doors)
        if (said := _wrong(reg, door, bad, tmp_path)) and not (said == STORED and verb in LEAVES_OUT)
    ]
    assert not wrong, "\n".join(wrong)
    for sign in SIGNED.values():
        with pytest.raises(EviregError, match=r"U\+") as refused:
            sign(reg, f"Ada{character}L")
        assert refused.value.exit_code == 3
    with reg.store.read() as connection:
        assert not text_faults(connection)
        assert not texts_of_history(connection)
    made = {each.message.partition(" ")[0] for each in reg.log(limit=None) if each.changeset > before}
    assert made <= {"snapshot", "references"}, "a refused text left a changeset"  # those the doors need, or leave out


def _wrong(reg: Registry, door: Door, bad: str, folder: Path) -> str:
    """Say what is wrong with the way a door refuses a text; nothing when it names the character."""
    try:
        door(reg, bad, folder)
    except EviregError as error:
        told = f"{error} {getattr(error, 'issues', '')}"
        names = f"U+{ord(bad[1]):04X}", repr(bad[1])[1:-1], "nul-byte", "encoding", "Unicode scalar"
        fine = error.exit_code in (2, 3) and any(name in told for name in names)
        return "" if fine else f"exit code {error.exit_code}: {told}"
    except ValueError as error:  # no system takes such a name of a file
        return "" if "null byte" in str(error) or "surrogates" in str(error) else repr(error)
    return STORED


def test_free_text_keeps_its_lines(reg: Registry) -> None:
    """Line breaks and tabs are part of a text, and no other character of any script is refused."""
    text = "first line\n\tsecond, \u00e9\u4e2d\u05d0\u0627\u200d\U0001f9ea"
    reg.amend("kim2016/all", {"treatment": text}, reason="x")
    assert reg.listing("cohorts")[0]["treatment"] == text


@pytest.mark.parametrize("character", CHARACTERS)
def test_one_definition(character: str) -> None:
    """What the gate refuses is what an import refuses, and each has a name that can be read."""
    from registry.ingest.issues import Problem
    from registry.ingest.words import text

    assert forbidden(f"a{character}b") == character
    read = text(f"a{character}b")
    assert isinstance(read, Problem)
    assert named(character) in read.message
    assert not FORBIDDEN.search(named(character))
