"""Questions and answers: field by field, each answer checked at once, nothing stored before it was confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.adding.answers import SPLIT, default, explain, numbered, typed
from cli.adding.preview import agreement
from cli.adding.questions import seldom, wanted
from cli.output import Column, say, show_table
from registry.curation.drafts import Draft, draft
from registry.errors import InputRefused, UsageError
from registry.forms import FORMS, Field
from registry.ingest.rules import MAY_BE_PRINTED
from registry.writing.keys import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from registry.curation.adding import Added
    from registry.curation.suggestions import Known
    from registry.ingest.issues import Problem

_NUMBERS = "Numbers as printed"
#: The answer that skips the rest of a part.
_REST = "."
#: What the next estimate of a study has in common with the one before.
_SHARED = (
    *("study", "first_author", "year", "title", "journal", "doi", "pmid", "cohort", "disease", "country", "design"),
    *("treatment", "recruited_from", "recruited_to", "centres", "followup_median_months", "factor", "timepoint"),
    *("cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method", "cutoff", "contrast"),
    *("source_kind", "source_url", "locator", "notes"),
)


class Dialogue:
    """One thing being asked for; `texts` holds what was said so far, field → text."""

    def __init__(self, known: Known, kind: str, texts: Mapping[str, str], left: Iterable[str] = ()) -> None:
        self._known, self._kind = known, kind
        self.texts = dict(texts)
        self._form = FORMS[kind]
        self._asked: list[Field] = []
        self._left = set(left)  # asked and left empty
        self._heading = ""
        self._shown = kind != "estimate"

    def begin(self) -> None:
        """Say how it works, and what is known from the start."""
        say(f"\nNew {self._kind}. Press Enter for what you did not read.")
        say("? explains a field, < goes back, . skips the rest of a part, Ctrl-C leaves.")
        say("Nothing is stored before you have seen it and said yes.")

    def ask(self) -> None:
        """Ask for every field that can matter."""
        while field := self._next():
            self._head(field)
            answer = self._answer(field)
            if answer is None:
                self._back()
                continue
            if answer == _REST:
                self._left |= {each.name for each in self._form if each.part == field.part and not each.required}
                continue
            self._asked.append(field)
            if answer:
                self.texts[field.name] = answer
            else:
                self._left.add(field.name)
        self._head(None)

    def confirmed(self) -> bool:
        """Show the whole, take corrections, and ask whether to store it."""
        while True:
            sketch = self._sketch()
            self._show(sketch)
            sound = not sketch.missing and not sketch.problems
            ask = f"Store this {self._kind}? y, n, or name=value to correct it"
            answer = self._decision(ask if sound else "name=value to correct it, n to leave it", sound=sound)
            if answer is not None:
                if not answer:
                    say("It was not stored.")
                return answer

    def _decision(self, ask: str, *, sound: bool) -> bool | None:
        """Give yes or no, or None after a correction."""
        while True:
            answer = typed(f"{ask}: ").strip()
            said = {"y": True, "yes": True, "n": False, "no": False}.get(answer.casefold())
            if said is False or (said and sound):
                return said
            if "=" in answer and self._correct(answer):
                return None
            if "=" not in answer:
                say("    Please answer y or n, or for example hr=1.65 (hr= empties it).")

    def conclude(self, add: Callable[[Mapping[str, str]], Added]) -> Added | None:
        """Store it when confirmed; what the registry refuses is told, and can be corrected. None when it was left."""
        while self.confirmed():
            try:
                return add(self.texts)
            except InputRefused as error:
                say(f"\n{error}")
        return None

    def goes_on(self) -> bool:
        """Ask whether there is another estimate of the same study."""
        return typed("\nAnother estimate of this study? y or n [n]: ").strip().casefold() in ("y", "yes")

    def following(self, texts: Mapping[str, str] | None = None) -> Dialogue:
        """Begin the next estimate of the same study: what the two have in common is taken over, asked or left empty."""
        said = self._as_answered()
        shared = {name: said[name] for name in _SHARED if name in said and name not in (texts or {})}
        return Dialogue(self._known, self._kind, {**shared, **(texts or {})}, left=self._left & {*_SHARED})

    def _as_answered(self) -> dict[str, str]:
        """Give the columns, a cutoff that was one answer as that answer: its operator was no answer of its own."""
        answer = {"cutoff": self.texts["cutoff"]} if "cutoff" in self.texts else {}
        return {name: text for name, text in self._columns().items() if not answer or name not in SPLIT} | answer

    def _columns(self) -> dict[str, str]:
        return dict(self._sketch().texts)

    def _sketch(self, **more: str) -> Draft:
        return draft(self._kind, {**self.texts, **more}, self._known.vocabulary)

    def _next(self) -> Field | None:
        said = self._columns()
        said = {**said, **{name: str(value) for name, value in self._sketch().values.items() if name in said}}
        return next(
            (
                each
                for each in self._form
                if each.name not in self._left and wanted(self._kind, each, said, self._known)
            ),
            None,
        )

    def _back(self) -> None:
        if not self._asked:
            say("    This is the first question.")
            return
        field = self._asked.pop()
        self._left.discard(field.name)
        self.texts.pop(field.name, None)
        self._heading = ""

    def _head(self, field: Field | None) -> None:
        """Print the heading of a new part; behind the numbers, say whether they agree."""
        part = field.part if field else ""
        if part == self._heading:
            return
        if self._heading == _NUMBERS:
            for line in agreement(self._sketch().values):
                say(f"    {line}")
        self._heading = part
        if part:
            say(f"\n{part}")

    def _answer(self, field: Field) -> str | None:
        """Give the answer to one field, an empty one for not read, None to go back."""
        self._tell(field)
        while True:
            given = typed(f"  {field.name}{default(field)}: ").strip()
            if given == "<":
                return None
            if given == _REST and not field.required:
                return given
            if given == "?":
                explain(field)
            elif not given:
                if not field.required:
                    return ""
                say(f"    {field.name} is needed: without it nothing can be stored.")
            elif (answer := self._accepted(field, self._chosen(field, given))) is not None:
                return answer

    def _tell(self, field: Field) -> None:
        unit = f" [{field.unit}]" if field.unit else ""
        several = "; several with ; between them" if field.several else ""
        say(f"  {field.meaning[0].upper()}{field.meaning[1:]}{unit}{several}")
        if field.term is not None:
            words = "   ".join(f"{place} {word.value}" for place, word in enumerate(field.term, 1))
            say(f"    {words}")
        if field.column == "contrast":
            say(f"    Empty, it is {self._sketch().values.get('contrast', 'unclear')}.")
        if field.column == "cohort" and (known := self._known.cohorts.get(self._columns().get("study", ""))):
            say(f"    known cohorts of this study: {', '.join(known[:8])}")

    def _chosen(self, field: Field, given: str) -> str:
        """Take a word by its number, or one of the names that may be meant."""
        if field.term is not None:
            return numbered([word.value for word in field.term], given)
        key = self._known.meant(field, given)
        if key is not None and field.column != "key":
            if key != given:
                say(f"    → {key}")
            return key
        near = self._known.suggest(field, given, self._columns().get("study", ""))
        return self._one_of(field, given, near) if near else given

    def _one_of(self, field: Field, given: str, near: Mapping[str, str]) -> str:
        """Offer known names by number; another text is an answer of its own."""
        say(f"    {given!r} is not known here. Did you mean:")
        for place, (name, about) in enumerate(near.items(), 1):
            say(f"    {place} {name}{f' ({about[:80]})' if about else ''}")
        keep = "or type it again" if field.column == "endpoint" else f"or Enter to keep {given!r} as new"
        while True:
            again = typed(f"    a number, {keep}: ").strip()
            if not again:
                return given
            chosen = numbered(list(near), again)
            if chosen != again:
                return chosen
            if not again.isdigit() and any(map(str.isalnum, again)):
                return self._chosen(field, again)
            say(f"    A number from 1 to {len(near)}, a name, or Enter.")

    def _accepted(self, field: Field, answer: str) -> str | None:
        """Check an answer with all before it; None when it has to be given again."""
        before = {(each.code, each.message) for each in self._sketch().problems}
        sketch = self._sketch(**{field.name: answer})
        faults = [each for each in sketch.problems if (each.code, each.message) not in before]
        if faults and self._unit_follows(field, faults):
            return answer
        for fault in faults:
            say(f"    {fault.message}" + (f"; expected {fault.expected}" if fault.expected else ""))
        stood = {each.message for each in self._sketch().remarks}
        for remark in sketch.remarks:
            if remark.message not in stood and not faults:
                say(f"    Note: {remark.message}.")
        if not faults:
            return answer
        if all(each.code in MAY_BE_PRINTED for each in faults) and "as_printed" not in self.texts:
            return self._as_printed(field, answer)
        return None

    def _unit_follows(self, field: Field, faults: Iterable[Problem]) -> bool:
        """Whether the only fault is a unit that is asked for next."""
        return field.name in ("cutoff", "cutoff_value") and {each.code for each in faults} == {"unit-missing"}

    def _as_printed(self, field: Field, answer: str) -> str | None:
        said = typed("    If the source prints it so, say what is printed (stored as disputed); Enter to correct it: ")
        if not said.strip() or self._sketch(**{field.name: answer, "as_printed": said.strip()}).problems:
            return None
        self.texts["as_printed"] = said.strip()
        return answer

    def _show(self, sketch: Draft) -> None:
        rows = [(each.name, shown, each.unit) for each in self._form if (shown := _shown(each, sketch))]
        rows += [(name, str(value), "") for name, value in sketch.attributes.items()]
        say()
        show_table(f"The {self._kind}", [Column("", keep=9, whole=True), Column("", keep=9), Column("")], rows)
        for line in agreement(sketch.values) if self._kind == "estimate" else ():
            say(line)
        for each in sketch.problems:
            say(f"Wrong: {each.message}" + (f"; expected {each.expected}" if each.expected else ""))
        for each in (*sketch.printed, *sketch.remarks):
            say(f"Note: {each.message}.")
        if sketch.printed:
            say("It breaks a hard rule as printed: it is stored as disputed and never pooled.")
        if sketch.missing:
            say(f"Missing: {', '.join(sketch.missing)}.")
        if rest := [] if self._shown else seldom(self._kind):
            say(f"Not asked, and possible: {', '.join(rest)}; and study characteristics by their name.")
        self._shown = True

    def _correct(self, answer: str) -> bool:
        """Take name=value; whether there is such a field."""
        name, _, value = (part.strip() for part in answer.partition("="))
        kept = dict(self.texts)
        field = next((each for each in self._form if name in each.names), None)
        holder = next((each for each in self._form if field and field.column in each.parts), None)
        if holder and holder.name in self.texts:
            self.texts |= _apart(self._kind, holder, kept, self._known)
            del self.texts[holder.name]
        for other in (*field.names, *field.parts) if field else (name,):
            self.texts.pop(other, None)
        self.texts[field.name if field else name] = value
        try:
            self._sketch()
        except UsageError as error:
            self.texts = kept
            say(f"    {error}")
            return False
        return True


def _apart(kind: str, holder: Field, texts: Mapping[str, str], known: Known) -> dict[str, str]:
    """Take a field of several columns apart, so that one of them can be corrected."""
    return dict(draft(kind, {holder.name: texts[holder.name]}, known.vocabulary).texts)


def _shown(field: Field, sketch: Draft) -> str:
    """Give a field as it is stored, numbers as typed; what stands where nothing was said is marked so."""
    if field.column in sketch.texts:
        value = sketch.values.get(field.column)
        return value if isinstance(value, str) else sketch.texts[field.column]
    assumed = sketch.values.get(field.column) if sketch.kind == "estimate" and field.column in DEFAULTS else None
    return f"{assumed} (unless you say otherwise)" if assumed else ""
