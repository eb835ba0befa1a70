"""What a text says around its ratios: patients, events, follow-up, adjustment, and what is compared with what."""

from __future__ import annotations

import re

from registry.curation.reading.ratios import Piece, Ratio
from registry.meaning import words

_COUNT = r"(?P<count>[0-9]{1,3}(?:[ ,][0-9]{3})+|[0-9]{2,6})"
_WHO = r"(?:patients|subjects|individuals|participants|cases|adults|children|women|men)"
_N = (
    re.compile(rf"(?<!\w)[nN] ?= ?{_COUNT}(?![0-9%.])"),
    re.compile(rf"(?<![\w.,]){_COUNT} (?!years?|months?|days?)(?:[A-Za-z/-]+ ){{0,4}}?{_WHO}\b"),
)
_EVENTS = (
    re.compile(rf"(?<![\w.,]){_COUNT} (?:deaths|events|progressions|relapses|recurrences)\b"),
    re.compile(rf"(?<![\w.,]){_COUNT} of (?:the )?[0-9]+ (?:\w+ )?{_WHO} (?:had )?(?:died|relapsed|progressed)"),
)
_FOLLOW_UP = re.compile(
    r"median follow-?\s?up(?: \w+){0,4}?(?: ?(?:of|was|=|:|,))? ?(?P<time>[0-9]{1,3}(?:[.,][0-9]+)?)"
    r"(?: \([^)]*\))? ?-?(?P<unit>months?|mo\b|years?|yrs?\b)",
    re.IGNORECASE,
)
_ADJUSTED = re.compile(
    r"(?P<yes>multi-?varia\w+|adjust(?:ed|ing|ment) for|after adjustment|(?<!not an )independent(?:ly)?\b)"
    r"|(?P<no>uni-?varia\w+|unadjusted|\bcrude\b)",
    re.IGNORECASE,
)
_COVARIATES = re.compile(r"adjust(?:ed|ing|ment)(?: was made)? for (?P<list>[^.;()<>=≤≥]{2,200})", re.IGNORECASE)
_NO_COVARIATE = re.compile(
    r"(?:an?|the|high|low|elevated|patients|hr|we|both|each)\b|.*\b(?:was|were|remained|had)\b", re.I
)
#: In words that are too loose for a cell and plain beside a ratio.
_CONTRASTS = {
    "per_doubling": re.compile(
        r"\ba (?:two-?fold (?:increase|rise) in|doubling in) (?!(?:the |a )?(?:risk|hazard|odds|rate|mortality))", re.I
    ),
    "per_unit": re.compile(r"\b(?:1|one)[- ]unit (?:increase|increment|rise|change)", re.I),
    "below_vs_above": re.compile(r"\blow(?:er)? (?:vs\.?|versus|against|compared with) high", re.I),
    "above_vs_below": re.compile(r"\bhigh(?:er)? (?:vs\.?|versus|against|compared with) low", re.I),
}


def patients(text: str, start: int, end: int) -> Piece | None:
    """Give the one number of patients a sentence states, else the one the whole text states; None if it has several."""
    return _only("n_patients", text, start, end, _N) or _only("n_patients", text, 0, len(text), _N)


def events(text: str, start: int, end: int) -> Piece | None:
    """Give the one number of events a sentence states."""
    return _only("n_events", text, start, end, _EVENTS)


def _only(column: str, text: str, start: int, end: int, forms: tuple[re.Pattern[str], ...]) -> Piece | None:
    found = [match for form in forms for match in form.finditer(text, start, end)]
    values = {re.sub("[ ,]", "", match["count"]) for match in found}
    return Piece(column, values.pop(), *found[0].span("count")) if len(values) == 1 else None


def follow_up(text: str) -> Piece | None:
    """Give the median follow-up in months; one printed in years is multiplied by 12."""
    match = _FOLLOW_UP.search(text)
    if match is None:
        return None
    time = match["time"].replace(",", ".")
    if match["unit"].lower().startswith("y"):
        time = f"{float(time) * 12:g}"
    return Piece("followup_median_months", time, *match.span("time"))


def adjusted(text: str, start: int, end: int, ratio: Ratio, after: int) -> Piece | None:
    """Give whether a ratio is adjusted by the nearest words before it in the sentence, else by those right after it.

    Nothing when the nearest words name both kinds of analysis at once.
    """
    before = list(_ADJUSTED.finditer(text, start, ratio.start))
    if len(before) > 1 and before[-1].lastgroup != before[-2].lastgroup:
        between = text[before[-2].end() : before[-1].start()]
        if re.fullmatch(r",? ?(?:analys[ei]s )?(?:and|or|as well as) ?", between):
            return None
    match = before[-1] if before else _ADJUSTED.search(text, ratio.end, after) or _ADJUSTED.search(text, ratio.end, end)
    return Piece("adjusted", str(match.lastgroup), *match.span()) if match else None


def covariates(text: str, start: int, end: int) -> Piece | None:
    """Give what a sentence says it was adjusted for, in its words, `; ` between them."""
    match = _COVARIATES.search(text, start, end)
    if match is None:
        return None
    names, stop = [], match.start("list")
    for part in re.finditer(r"(?:, and |,? and |, )?((?:(?!,| and ).)+)", match["list"]):
        name = part[1].strip()
        if _NO_COVARIATE.match(name) or len(name.split()) > 4:
            break
        names.append(name)
        stop = match.start("list") + part.end()
    return Piece("covariates", "; ".join(names), match.start("list"), stop) if names else None


def contrast(text: str, start: int, end: int) -> list[Piece]:
    """Give what is compared with what, where the words say so: a step with its size, extreme groups, or a direction."""
    sentence = text[start:end]
    if (span := words.find_extremes(sentence)) is not None:
        return [Piece("contrast", "extremes", start + span[0], start + span[1])]
    if (found := words.find_step(sentence)) is not None:
        step, (first, last) = found
        if step.less:
            return []  # the ratio has to be turned first
        said = {"contrast": step.kind.value, **step.columns}
        if "cutoff_unit" not in said:
            said.pop("cutoff_value", None)  # how much one unit is, is not printed
        texts = {name: f"{value:g}" if isinstance(value, float) else value for name, value in said.items()}
        return [Piece(name, text, start + first, start + last) for name, text in texts.items()]
    for word, form in _CONTRASTS.items():
        if match := form.search(text, start, end):
            return [Piece("contrast", word, *match.span())]
    return []
