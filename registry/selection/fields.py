"""What a condition may name, and what its literals mean: columns and characteristics, keys and words.

Every fault is a ConditionError with the caret under the name or the literal, and the nearest thing that exists.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from registry.columns import BY_INPUT, BY_NAME, Kind
from registry.errors import ConditionError
from registry.meaning.names import also_a_word
from registry.selection.nodes import Field, Value, literal
from registry.terms import AttributeType, Flag
from registry.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from registry.vocabulary import AttributeDeclaration, Vocabulary

#: How many names a hint lists.
_SHOWN = 8

#: Text columns that hold a list, `; ` between its entries.
LISTS = frozenset({"covariates", "flags"})

_KINDS = {AttributeType.NUMBER: Kind.NUMBER, AttributeType.TEXT: Kind.TEXT, AttributeType.CATEGORY: Kind.TEXT}

_HOLDS = {Kind.TEXT: "text", Kind.NUMBER: "numbers", Kind.INTEGER: "whole numbers", Kind.BOOLEAN: "True or False"}


class Fields:
    """The names a condition on one registry may use; `line` and positions place the faults."""

    def __init__(self, line: str, vocabulary: Vocabulary) -> None:
        self.line = line
        self.vocabulary = vocabulary

    def field(self, name: str, position: int) -> Field:
        """Find the column or study characteristic of this name; a column goes before a characteristic."""
        if name in BY_NAME:
            return Field(name, BY_NAME[name].kind, BY_NAME[name])
        if name in self.vocabulary.attributes:
            return characteristic(self.vocabulary.attributes[name])
        known = [*BY_NAME, *self.vocabulary.attributes]
        meant = BY_INPUT.get(name.casefold())
        near = [meant.name] if meant else _nearest(name, known)
        hint = _of_unused_tool(name) or _did_you_mean(near) or "see: evireg columns"
        raise self._fault(f"there is no column {name!r}", position, hint)

    def value(self, field: Field, given: Value, position: int) -> Value:
        """Give the literal as it is stored in this field: keys and words of vocabularies in their own spelling."""
        self._same_kind(field, given, position)
        if not isinstance(given, str):
            return given
        if not given.strip():
            raise self._fault(f"{field} is never empty text", position, f"for what was not read: {field} is None")
        if field.column is None:
            return self._level(field, given, position)
        if field.column.term is not None:
            words = [member.value for member in field.column.term]
            return self._word(field.name, given, words, position)
        if field.column.vocabulary:
            return self._key(field.column.vocabulary, given, position)
        return self._entries(given) if field.name == "covariates" else given

    def entry(self, field: Field, given: str, position: int) -> tuple[str, bool]:
        """Give the text to look for in this field, and whether it is a whole entry of a list rather than a piece.

        In `flags` it is always a flag. In `covariates` it is a whole entry where the registry codes a covariate of
        that name (`age` is then not found in `stage`), else a piece of the text.
        """
        if field.kind is not Kind.TEXT:
            raise self._fault(f"{field} holds {_HOLDS[field.kind]}; contains looks into text", position, "compare it")
        if not given.strip():
            raise self._fault("the text to look for is empty", position, f"for any text: {field} is not None")
        if field.name == "flags":
            return self._word("flag", given, [flag.value for flag in Flag], position), True
        if field.name == "covariates":
            key = self.vocabulary.covariate(given)
            return (key, True) if key in self.vocabulary.names("covariate") else (given, False)
        return given, False

    def covariate(self, given: str, position: int) -> str:
        """Give the code of a covariate; a name the registry does not code is a fault, with the nearest that it does."""
        code = self.vocabulary.matched["covariate"].get(fold(given))
        if code is None:
            near = _did_you_mean(self.vocabulary.nearest("covariate", given))
            piece = f"for a name that is not coded: contains(covariates, {literal(given)})"
            raise self._fault(
                f"the registry codes no covariate {given!r}", position, "; ".join(filter(None, (near, piece)))
            )
        return code

    def _same_kind(self, field: Field, given: Value, position: int) -> None:
        what = {str: "text", bool: "True or False", float: "a number"}[type(given)]
        wanted = {Kind.TEXT: str, Kind.BOOLEAN: bool}.get(field.kind, float)
        if type(given) is wanted:
            return
        hint = f"compare {field} with {_EXAMPLE[field.kind]}"
        if isinstance(given, float) and wanted is str:
            hint = f'put it in quotes: "{literal(given)}"'
        elif isinstance(given, str) and wanted is float and _is_number(given):
            hint = f"write it without quotes: {given.strip()}"
        raise self._fault(f"{field} holds {_HOLDS[field.kind]}, {literal(given)} is {what}", position, hint)

    def _key(self, kind: str, given: str, position: int) -> str:
        find: Callable[[str], str | None] = getattr(self.vocabulary, kind)
        key = find(given)
        if key is not None and (meant := also_a_word(kind, given)):
            hint = f'write "{given.upper()}" or "{key}"; for {meant}, leave the condition out'
            raise self._fault(f"{given!r} may be {meant} or {key}", position, hint)
        if key is None:
            near = self.vocabulary.nearest(kind, given)
            hint = _did_you_mean(near) or _known(self.vocabulary.names(kind))
            raise self._fault(f"there is no {kind} {given!r} in this registry", position, hint)
        return key

    def _word(self, name: str, given: str, words: Sequence[str], position: int) -> str:
        found = {fold(word): word for word in words}.get(fold(given))
        if found is None:
            near = _did_you_mean(_nearest(given, words))
            hint = "; ".join(part for part in (near, f"one of: {', '.join(words)}") if part)
            raise self._fault(f"{name} is never {given!r}", position, hint)
        return found

    def _level(self, field: Field, given: str, position: int) -> str:
        levels = self.vocabulary.attributes[field.name].levels
        return given if levels is None else self._word(field.name, given, levels, position)

    def _entries(self, given: str) -> str:
        """Spell a list of covariates as ingest does: coded, each once, in order."""
        return "; ".join(self.vocabulary.covariates(given))

    def _fault(self, message: str, position: int, hint: str = "") -> ConditionError:
        return ConditionError(message, self.line, position, hint)


def characteristic(declared: AttributeDeclaration) -> Field:
    """Give the field of a study characteristic."""
    return Field(declared.name, _KINDS[declared.type])


_EXAMPLE = {
    Kind.TEXT: 'text in quotes, as in "text"',
    Kind.NUMBER: "a number",
    Kind.INTEGER: "a number",
    Kind.BOOLEAN: "True or False",
}


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    """Give up to three names that look like this one, best first, whatever their case."""
    folded = {fold(each): each for each in known}
    close = get_close_matches(fold(name), folded, n=3, cutoff=0.6)
    longer = [each for each in folded if len(fold(name)) >= 3 and fold(name) in each]
    return [folded[each] for each in dict.fromkeys([*close, *longer])][:3]


def _of_unused_tool(name: str) -> str:
    """Say how to take up the shipped appraisal tool that has a domain of this name."""
    from registry.appraisal import shipped_with

    tool = shipped_with(name)
    return f"no estimate is appraised by {tool.name} yet: evireg appraisal add {tool.name}" if tool else ""


def _did_you_mean(near: Sequence[str]) -> str:
    return f"did you mean {' or '.join(near)}?" if near else ""


def _known(names: Sequence[str]) -> str:
    if not names:
        return "none is there yet"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"there are: {', '.join(names[:_SHOWN])}{more}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
