"""What a curator says once of a file: values for its empty cells, and how its ratios are to be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from registry.errors import UsageError
from registry.ingest.header import contract_column, input_name
from registry.ingest.words import word
from registry.issues import Issue
from registry.meaning.direction import TWO_GROUPS
from registry.terms import ContrastKind, Measure, ReadAs


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What rows of a file do not say: `column` is contrast or measure, `rows` how many, `first` the first line."""

    file: str
    column: str
    rows: int
    first: int


#: Asks a curator what rows do not say: a direction (`ReadAs`) or a measure; None where nobody knows.
Ask = Callable[[Unsaid], str | None]

#: Column → code of the remark that nobody says it, and what is left unsaid.
UNSAID = {
    "contrast": ("direction-unclear", "what is compared with what"),
    "measure": ("measure-unclear", "which ratio it is"),
}
_MEASURES = ", ".join(each.value for each in Measure if each is not Measure.UNCLEAR)


@dataclass(slots=True)
class Said:
    """What was said of the files of one import; `ask` is told what they leave unsaid, once per file.

    `fixed` maps contract columns to texts.
    """

    fixed: Mapping[str, str] = field(default_factory=dict)
    read_as: ReadAs | None = None
    ask: Ask | None = None
    _answers: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def fixed_of(self, file: str) -> dict[str, str]:
        """Give the texts for empty cells of a file."""
        measure = self._answers.get((file, "measure"))
        return {**({"measure": measure} if measure else {}), **self.fixed}

    def read_as_of(self, file: str) -> ReadAs | None:
        """Give how the ratios of a file are read where its rows do not say it."""
        answer = self._answers.get((file, "contrast"))
        return ReadAs(answer) if answer else self.read_as

    def asks(self, unsaid: Collection[Unsaid]) -> bool:
        """Ask what was not asked yet, and say whether there was an answer: the files are to be read again with it."""
        if self.ask is None:
            return False
        answered = False
        for each in unsaid:
            if (each.file, each.column) not in self._answers:
                answer = self._answers[each.file, each.column] = self.ask(each)
                answered |= answer is not None
        return answered


def said(fixed: Mapping[str, str] | None, read_as: str | None, ask: Ask | None = None) -> Said:
    """Take what was said. UsageError for a column that no file has, and for a direction that is none."""
    if read_as is not None and read_as not in set(ReadAs):
        raise UsageError(f"{read_as!r} is no direction", "high-vs-low or low-vs-high")
    found: dict[str, str] = {}
    for name, text in (fixed or {}).items():
        column = contract_column(name)
        if column is None:
            raise UsageError(f"the import layout has no column {name!r} to set", "`evireg columns` lists them")
        if not text.strip():
            raise UsageError(f"--set {name}= gives no value", "COLUMN=VALUE, such as measure=or")
        if column == "contrast" and word(ContrastKind)(text) in TWO_GROUPS:
            raise UsageError(
                f"--set contrast={text} would say of every row what nobody read there",
                "--read-as high-vs-low or low-vs-high says it of rows that do not say it themselves",
            )
        found[column] = text.strip()
    return Said(found, None if read_as is None else ReadAs(read_as), ask)


def remark(unsaid: Unsaid) -> Issue:
    """Say once per file what its rows do not say, and what settles it."""
    rows = "one row does" if unsaid.rows == 1 else f"{unsaid.rows:,} rows do"
    code, what = UNSAID[unsaid.column]
    if unsaid.column == "contrast":
        expected = "--read-as high-vs-low or --read-as low-vs-high says it once for the file"
    else:
        expected = f"--set measure=hr says it once for the file (or another of {_MEASURES})"
    message = f"{rows} not say {what}: stored as unclear; {expected}"
    return Issue(code, message, "flag", unsaid.file, unsaid.first, input_name(unsaid.column), "", expected)
