"""The only printer."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from cli import output
from cli.output import Column
from registry.errors import StoreError, UsageError

COLUMNS = [
    Column("Study", keep=9),
    Column("HR (95 % CI)", keep=9, whole=True, right=True),
    Column("Weight", keep=5, whole=True, right=True),
    Column("Flags", keep=2),
]
ROWS = [
    ("Kim 2016", "1.56 (1.08–2.27)", "15.2 %", "data-driven cutoff, CI level assumed"),
    ("Wongrakpanich 2016", "1.07 (1.03–1.12)", "20.1 %", ""),
]


@pytest.mark.parametrize("width", range(34, 140, 7))
def test_value_with_its_interval_is_never_wrapped_or_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """At any width a pooled value stands in one piece; what does not fit goes column by column, and is named."""
    monkeypatch.setenv("COLUMNS", str(width))
    output.show_table("Estimates", COLUMNS, ROWS)
    shown = capsys.readouterr().out
    assert "1.56 (1.08–2.27)" in shown
    assert "1.07 (1.03–1.12)" in shown
    assert all(len(line) <= width for line in shown.splitlines())
    assert "Flags" in shown


@pytest.mark.parametrize("width", range(40, 160, 3))
def test_column_of_whole_values_is_shown_whole_or_not_at_all(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """A table of many values keeps those of rank, each in one piece, and names the columns it left out."""
    monkeypatch.setenv("COLUMNS", str(width))
    names = ["Published", "Same method", "Default", "Fixed", "Bayes"]
    columns = [Column(name, keep=place, whole=True, right=True) for place, name in enumerate(names)]
    values = [f"{place}.859 (1.105–3.127)" for place in range(5)]
    output.show_table("Pools", columns, [values])
    shown = capsys.readouterr().out
    for name, value in zip(names, values, strict=True):
        assert (value in shown) is (name not in shown.partition("want of width: ")[2].replace("\n", " "))
    assert "4.859 (1.105–3.127)" in shown


def test_table_in_a_pipe_takes_the_width_it_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row is one line, for grep."""
    monkeypatch.delenv("COLUMNS", raising=False)
    output.show_table("Estimates", COLUMNS, ROWS)
    [line] = [line for line in capsys.readouterr().out.splitlines() if "Kim" in line]
    assert "CI level assumed" in line


def test_output_that_is_no_terminal_has_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences are for terminals."""
    output.show_table("Estimates", COLUMNS, ROWS)
    assert "\x1b" not in capsys.readouterr().out


def test_markup_in_data_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A study named [bold] is not a command to the printer."""
    output.show_table("[red]", [Column("Study")], [("[bold]x[/bold] :smile:",)])
    shown = capsys.readouterr().out
    assert "[bold]x[/bold] :smile:" in shown
    assert "[red]" in shown


def test_json_refuses_what_is_not_json() -> None:
    """NaN and infinity are no JSON: they would be a fault of ours, never an output."""
    with pytest.raises(ValueError, match="JSON compliant"):
        output.to_json({"x": math.nan})


def test_json_keeps_full_precision() -> None:
    """A double comes back as it was."""
    assert output.to_json(0.1 + 0.2) == "0.30000000000000004"


def test_prose_is_wrapped_with_values_in_one_piece(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrapping never parts a ratio from its interval."""
    monkeypatch.setenv("COLUMNS", "40")
    output.say("  – the pooled hazard ratio of all of them is 1.73 (1.23–2.44) here")
    shown = capsys.readouterr().out
    assert "1.73 (1.23–2.44)" in shown
    assert all(line.startswith("  ") and len(line) <= 40 for line in shown.splitlines())


def test_error_is_said_on_stderr_with_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    """Message, then what to do; the exit code is the error's."""
    assert output.fail(UsageError("no such thing", "try another"), as_json=False) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "evireg: no such thing\ntry another\n"


MANY = [(f"study{number}", f"1.{number} (1.00–2.00)", "1 %", "漢" if number % 2 else "") for number in range(2500)]


def test_long_table_in_a_pipe_has_every_row_in_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row by row, every one, columns under their headings; nobody is told that rows are missing."""
    monkeypatch.delenv("COLUMNS", raising=False)
    output.show_table("Estimates", COLUMNS, MANY, note="a note")
    title, heads, rule, *lines = capsys.readouterr().out.splitlines()
    assert (title, rule.strip("─")) == ("Estimates", "")
    assert [line.split()[0] for line in lines[:2500]] == [row[0] for row in MANY]
    ends = {line.index(")") for line in lines[:2500]}
    assert ends == {heads.index("CI)") + 2}
    assert lines[2500] == "a note"


def test_terminal_is_shown_the_beginning_and_told_how_to_get_the_rest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More rows than anybody reads rolling by are counted, not laid out."""
    monkeypatch.setattr(output, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    output.show_table("Estimates", COLUMNS, MANY)
    shown = capsys.readouterr().out
    assert sum(line.lstrip().startswith("study") for line in shown.splitlines()) == output.SCREENFUL
    assert "2,300 of 2,500 rows are not shown; see them all with --json" in " ".join(shown.split())


@pytest.mark.parametrize("rows", [[], [{"a": 1}], [{"a": [1, {"b": "x\u2028\ny"}]}, {}, 3]])
def test_list_printed_as_it_comes_is_what_is_printed_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, rows: list[object]
) -> None:
    """Byte for byte, in memory and by way of a file."""
    output.show_json({"kind": "x", "where": None, "rows": rows})
    whole = capsys.readouterr().out
    for held in (output.HELD, 1):
        monkeypatch.setattr(output, "HELD", held)
        output.show_json_list({"kind": "x", "where": None}, "rows", iter(rows))
        assert capsys.readouterr().out == whole


def test_list_that_breaks_off_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """An error at the first item or a later one leaves no half of a document."""

    def rows() -> Iterator[int]:
        yield from range(1000)
        raise StoreError("the connection was cut")

    with pytest.raises(StoreError):
        output.show_json_list({"kind": "x"}, "rows", rows())
    assert capsys.readouterr().out == ""
