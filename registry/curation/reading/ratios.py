"""Ratios with their intervals and p-values, in the forms in which reports print them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from registry.terms import Measure

#: A number as it stands in a text, point or comma; what it may not be part of.
_NUMBER = r"(?:[0-9]{1,3}(?:[.,][0-9]{1,4})?|\.[0-9]{1,4})"
_ALONE = rf"(?<![\w.,]){_NUMBER}(?![0-9]|[.,][0-9])"
_UNIT_AFTER = re.compile(
    r" ?(?:%|/ ?min|bpm|beats|mm|cm|kg|m?s\b|years?|months?|weeks?|days?|patients|events|[mnpµ]?g/|m?mol|I?U/|×|x ?10)"
)
_INTERVAL_WORD = (
    r"(?:C\.?I\.?(?!\w)s?|KI|IC|CrI|(?i:confidence (?:intervals?|limits?|range)|credible intervals?))"
    r"(?: ?[\[(](?:[0-9]{2} ?% ?)?(?:CI|KI|IC)s?[\])])?"
)
_PERCENT = r"[0-9]{2}(?:\.[0-9]{1,2})? ?% ?-? ?"
#: "95% CI", "CI 95%", "CI95%", "CI95", "95%-KI", "CI"
_NAMED = (
    rf"(?:(?P<level>{_PERCENT}){_INTERVAL_WORD}|{_INTERVAL_WORD} ?\(?(?P<after>{_PERCENT})\)?"
    rf"|(?:CI|IC)(?P<close>[0-9]{{2}})(?=\W)|{_INTERVAL_WORD})"
)
_TO = r" ?(?:-|,|;|/|\bto\b|\band\b|\bbis\b|\bà\b|\ba\b) ?"
_BOUNDS = rf"(?P<low>{_ALONE}){_TO}(?P<high>{_NUMBER}(?![0-9%]|[.,][0-9]))"
_INTERVAL = re.compile(
    rf"{_NAMED}(?: ?(?:=|:|,|;|\bof\b|\bwas\b|\branging\b|\bfrom\b|\bbetween\b))* ?[\[(]? ?{_BOUNDS}"
)
_BARE = re.compile(rf" ?[\[(] ?{_BOUNDS} ?(?=[\]);,])")
_UNBRACKETED = re.compile(rf"[,;] ?(?P<low>{_ALONE})(?:-| to )(?P<high>{_ALONE})(?= ?[;,)\].])")
_P = re.compile(
    r"(?:(?P<test>(?i:log-?rank|wald|likelihood[- ]ratio))(?: test)?[ ,:]*)?(?<!\w)[pP](?:[- ]?(?i:values?))?"
    r" ?(?:of|was|is)? ?(?P<operator><=|>=|=|<|>|≤|≥) ?"
    r"(?P<number>[01]?[.,][0-9]+(?:[eE]-?[0-9]+)?|[01](?![.,]?[0-9]))"
)

_ABBREVIATED = {
    Measure.SUBDISTRIBUTION_HR: r"s-?HRs?|SHRs?|SDHRs?",
    Measure.CAUSE_SPECIFIC_HR: r"cs-?HRs?|CSHRs?",
    Measure.HR: r"[aum]?HRs?(?:adj)?|adj(?:usted)?-?HRs?",
    Measure.OR: r"[aum]?ORs?(?:adj)?",
    Measure.RR: r"[aum]?RRs?",
}
_SPELLED = {
    Measure.SUBDISTRIBUTION_HR: r"sub-?distribution (?:hazards? ratios?|HRs?)",
    Measure.CAUSE_SPECIFIC_HR: r"cause-?specific (?:hazards? ratios?|HRs?)",
    Measure.HR: r"hazards? ratios?",
    Measure.OR: r"odds ratios?",
    Measure.RR: r"(?:relative risks?|risk ratios?)",
}
_MODELLED = (
    r"(?:(?P<model>adjusted|multi-?varia(?:ble|te)(?:[- ]adjusted)?|uni-?varia(?:ble|te)|unadjusted|crude)[ -]+)?"
)
_LABELS = "|".join(f"(?P<{measure}>(?i:{_SPELLED[measure]})|{_ABBREVIATED[measure]})" for measure in _SPELLED)
#: What the ratio is called, its abbreviation and that of its interval in brackets: "hazard ratio [HR]", "HR (95% CI)".
LABEL = re.compile(
    rf"(?<![\w+/-])(?i:{_MODELLED})(?:{_LABELS})(?![\w+]|-[A-Za-z])"
    rf"(?: ?[\[(][a-z]?(?:HR|OR|RR)s?[\])])?(?: ?[\[(] ?(?P<percent>{_PERCENT})?{_INTERVAL_WORD} ?[\])])?"
)
_IS = r"(?: ?(?:=|:|,|~|\bof\b|\bwas\b|\bwere\b|\bis\b|\bare\b|\bat\b))*"
_TIGHT = re.compile(rf"{_IS} ?(?P<number>{_ALONE})")
_LOOSE = re.compile(rf"(?P<gap> [^.;()\[\]0-9<>≤≥=]{{2,70}}?){_IS} ?[\[(]?(?P<number>{_ALONE})")
_NEXT = re.compile(
    rf"(?P<gap>[\s,;)\]]*(?:(?:for|in|on) [^.;()\[\]0-9<>≤≥=]{{2,60}}? )?,? ?(?:and |or )?)(?P<number>{_ALONE})"
)
_BETWEEN = re.compile(r"[\s,;:()\[\]]*(?:(?:and|with|an?|the|all|both|corresponding)\s+)*")
_CLOSING = re.compile(r"[)\]]?")
_WORDS_BETWEEN = re.compile(r"[^.;()\[\]0-9<>=]{1,60}?[\s,;(\[]+")
#: A ratio that was planned, not found.
_PLANNED = re.compile(r"\bpower\b|\bdetect|\bassum|\bhypothes|\bmargin\b|non-?inferior|sample size", re.IGNORECASE)
#: Other figures that are printed with an interval.
_OTHER = re.compile(
    r"\bmedian|\bmean\b|\bAUC|\bAUROC|C-?(?:index|statistic)|sensitivity|specificity|kappa|\brate\b|\bI2|I²|months|years"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A value as an import file spells it, and where it stands in the plain text."""

    column: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Ratio:
    """One ratio and what was printed with it; `start` to `end` is the whole of it, `gap` the words inside its label.

    `series` numbers the ratios of one label: "HRs were 1.8 (…) and 2.4 (…)".
    """

    start: int
    end: int
    number: Piece
    series: int
    gap: tuple[int, int]
    pieces: list[Piece] = field(default_factory=list)

    def has(self, column: str) -> bool:
        """Whether a value of this column was found."""
        return any(piece.column == column for piece in self.pieces)


def ratios(text: str, start: int, end: int) -> list[Ratio]:
    """Give the ratios of one sentence, in the order of the text."""
    found: list[Ratio] = []
    sentence = text[:end]
    position = start
    while label := LABEL.search(sentence, position):
        series = list(_series(sentence, label, start))
        found += series
        position = max(series[-1].end if series else label.end(), label.end())
    return found


def _series(text: str, label: re.Match[str], start: int) -> Iterator[Ratio]:
    first = _first(text, label, start)
    if first is None:
        return
    yield first
    number, last = 1, first
    while following := _following(text, label, last, number):
        yield following
        number, last = number + 1, following


def _first(text: str, label: re.Match[str], start: int) -> Ratio | None:
    for form in (_TIGHT, _LOOSE):
        match = form.match(text, label.end())
        if match and not _UNIT_AFTER.match(text, match.end()):
            gap = match.span("gap") if form is _LOOSE else (label.end(), label.end())
            if LABEL.search(text, *gap):
                return None
            ratio = _completed(text, label, match, gap, 0)
            _look_back(text, label, ratio, start)
            if _is_result(text[start:], ratio, start, tight=form is _TIGHT):
                return ratio
    return None


def _following(text: str, label: re.Match[str], before: Ratio, series: int) -> Ratio | None:
    """Give a further ratio under the same label, which has an interval, or a place in a list told respectively."""
    match = _NEXT.match(text, before.end)
    if match is None or _OTHER.search(match["gap"]) or _UNIT_AFTER.match(text, match.end()):
        return None
    ratio = _completed(text, label, match, match.span("gap"), series)
    ratio.start = match.start("number")
    listed = not before.has("ci_low") and "." in match["number"] and "respectively" in text[match.end() :]
    return ratio if ratio.has("ci_low") or listed else None


def _is_result(sentence: str, ratio: Ratio, offset: int, *, tight: bool) -> bool:
    if ratio.has("ci_low"):
        return not _UNIT_AFTER.match(sentence, _end(_CLOSING, sentence, ratio.end - offset))
    if _PLANNED.search(sentence) or not re.search("[.,]", ratio.number.text):
        return False
    return tight or ratio.has("p_value") or "respectively" in sentence


def _completed(text: str, label: re.Match[str], match: re.Match[str], gap: tuple[int, int], series: int) -> Ratio:
    number = _piece("hr", match, "number")
    measure = next(name for name in _SPELLED if label[name])
    pieces = [number, Piece("measure", measure.value, *label.span(measure.value))]
    ratio = Ratio(label.start(), number.end, number, series, gap, pieces)
    if model := label["model"]:
        said = "no" if model.lower().startswith(("un", "crude")) else "yes"
        pieces.append(Piece("adjusted", said, *label.span("model")))
    elif prefix := re.match(r"(?:([am])|(u))(?=HR|OR|RR)|(.*adj)", label[measure.value]):
        pieces.append(Piece("adjusted", "no" if prefix[2] else "yes", *label.span(measure.value)))
    _take_tail(text, ratio)
    if label["percent"] and ratio.has("ci_low") and not ratio.has("ci_level"):
        pieces.append(Piece("ci_level", label["percent"].rstrip("% -"), *label.span("percent")))
    return ratio


def _take_tail(text: str, ratio: Ratio) -> None:
    """Take the interval and p-value behind a ratio, in either order."""
    match = _BARE.match(text, ratio.end) or _UNBRACKETED.match(text, ratio.end)
    if match and _holds(match, ratio):
        _take_bounds(match, ratio)
    while True:
        begin = _end(_BETWEEN, text, ratio.end)
        match = _INTERVAL.match(text, begin) if not ratio.has("ci_low") else None
        if match:
            _take_bounds(match, ratio)
        elif not ratio.has("p_value") and (match := _P.match(text, begin)):
            _take_p(match, ratio)
        elif not (match := _after_words(text, ratio)):
            return
        ratio.end = match.end()


def _after_words(text: str, ratio: Ratio) -> re.Match[str] | None:
    """Take an interval that words part from its ratio: "1.5 for high versus low, 95% CI 1.1-2.0"."""
    words = None if ratio.has("ci_low") else _WORDS_BETWEEN.match(text, ratio.end)
    while words:
        match = _INTERVAL.match(text, words.end())
        if match and not LABEL.search(text, words.start(), words.end()) and not _OTHER.search(words.group()):
            _take_bounds(match, ratio)
            return match
        longer = re.compile(rf"[^.;()\[\]0-9<>=]{{{words.end() - words.start() + 1},60}}?[\s,;(\[]+")
        words = longer.match(text, ratio.end)
    return None


def _look_back(text: str, label: re.Match[str], ratio: Ratio, start: int) -> None:
    """Take a p-value or an interval printed right before the label: "(P = 0.012, HR = 1.84, …)"."""
    for form, column, take in ((_P, "p_value", _take_p), (_INTERVAL, "ci_low", _take_bounds)):
        if ratio.has(column):
            continue
        for match in form.finditer(text, max(start, label.start() - 60), label.start()):
            if re.fullmatch(r"\)?[,;] ?", text[match.end() : label.start()]) and "(" in text[: match.start()][-2:]:
                take(match, ratio)
                ratio.start = match.start()


def _holds(match: re.Match[str], ratio: Ratio) -> bool:
    low, number, high = (float(pointed(each)) for each in (match["low"], ratio.number.text, match["high"]))
    return low <= number <= high and low < high


def _take_bounds(match: re.Match[str], ratio: Ratio) -> None:
    ratio.pieces += [_piece("ci_low", match, "low"), _piece("ci_high", match, "high")]
    for name in ("level", "after", "close"):
        if match.groupdict().get(name):
            ratio.pieces.append(Piece("ci_level", match[name].rstrip("% -"), *match.span(name)))
    ratio.end = max(ratio.end, match.end())


def _take_p(match: re.Match[str], ratio: Ratio) -> None:
    operator = {"=": "", "≤": "<=", "≥": ">="}.get(match["operator"], match["operator"])
    ratio.pieces.append(Piece("p_value", operator + pointed(match["number"]), *match.span()))
    if match["test"]:
        test = {"l": "logrank", "w": "wald"}[match["test"][0].lower()]
        test = "lr" if match["test"].lower().startswith("lik") else test
        ratio.pieces.append(Piece("p_test", test, *match.span("test")))


def _piece(column: str, match: re.Match[str], group: str) -> Piece:
    return Piece(column, pointed(match[group]), *match.span(group))


def pointed(number: str) -> str:
    """Write a printed number with a decimal point."""
    return number.replace(",", ".")


def _end(form: re.Pattern[str], text: str, position: int) -> int:
    match = form.match(text, position)
    return match.end() if match else position
