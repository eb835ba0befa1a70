"""Text that a spreadsheet would take for a formula when it opens a CSV or TSV file, made safe and brought back.

A text that begins with = + - @, a tab or a carriage return gets an apostrophe before it, and so does one that begins
with apostrophes before such a sign: whatever was escaped reads back the same, whatever was not stays as it is. Numbers
and the cells of workbooks need none of it: a workbook says of each cell that it is text.
"""

from __future__ import annotations

import re

#: What spreadsheets begin a formula with; OWASP's list for CSV.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


def escaped(text: str) -> str:
    """Give the text as it may stand in a CSV file that a spreadsheet opens."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Give the text that `escaped` was given."""
    return text[1:] if _ESCAPED.match(text) else text
