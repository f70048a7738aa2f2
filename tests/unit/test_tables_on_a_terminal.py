"""A table on the terminal: every number can be read, however narrow the terminal is."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from qonys.cli import show

HEADS = ["File", "No.", "Received", "Period", "Rows", "Registrations", "Quarantined", "Replaces"]
ROW = ["arrivals_2024-02.csv", 17, "2024-03-20", "2024-01…02", 76_543, 74_210, 2_333, 4]
SHOWN = ["arrivals_2024-02.csv", "17", "2024-03-20", "2024-01…02", "76,543", "74,210", "2,333", "4"]


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr(show, "prints", Console(width=width, force_terminal=True))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│").split("│")]


def the_row(told: pytest.CaptureFixture[str]) -> str:
    return next(line for line in told.readouterr().out.splitlines() if line.startswith("│"))


@pytest.mark.parametrize("width", [40, 60, 80, 90, 200])
def test_no_number_of_a_row_is_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    on_a_terminal(monkeypatch, width)
    show.show_table("Receipts", HEADS, [ROW])
    assert cells(the_row(capsys)) == SHOWN


def test_a_table_that_can_be_folded_is_no_wider_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_terminal(monkeypatch, 60)
    show.show_table("Rules", ["Rule", "Fails", "Message"], [["future", 40, "The move is dated after the slip. " * 4]])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) == 60
    assert " ".join(cells(line)[2] for line in lines if line.startswith("│")).count("slip.") == 4


def test_where_there_is_no_terminal_a_row_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(show, "prints", Console(width=80, file=io.StringIO()))
    message = "The move is dated after the slip was delivered. " * 4
    show.show_table("Rules", ["Rule", "Fails", "Message"], [["future", 40, message.strip()]])
    assert cells(the_row(capsys)) == ["future", "40", message.strip()]


def test_brackets_in_a_cell_are_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    on_a_terminal(monkeypatch, 80)
    show.show_table("Receipts", ["File", "Rows"], [["arrivals_[red].csv", 3]])
    assert cells(the_row(capsys)) == ["arrivals_[red].csv", "3"]
