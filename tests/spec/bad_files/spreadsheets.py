"""Spreadsheets as people make them: dates as numbers, titles above the heading, errors of formulas, the wrong sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from io import BytesIO

import xlsxwriter

from spec.bad_files.bad_file import MARK, BadFile, csv_bytes

HEADING = [
    "Slip",
    "Person",
    "Day",
    "Sex",
    "Born",
    "Group",
    "School",
    "Reason",
    "Left",
    "Left kind",
    "Country",
    "Children",
]
Cell = str | int | float | bool | date | None
Sheet = xlsxwriter.worksheet.Worksheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a file of Office before 2007 begins, and a workbook with a password."""


def row(number: int, **said: Cell) -> list[Cell]:
    """A plain departure, in the layout ``departures`` of mini."""
    plain: dict[str, Cell] = {
        "Slip": f"{MARK}{number:04}", "Person": f"{MARK}{number:03}", "Day": f"2024-05-{number:02}", "Sex": "man",
        "Born": "1990-01-01", "Group": "ard", "School": "1", "Reason": "work", "Left": "Harbour", "Left_kind": "town",
        "Country": "Borland", "Children": "",
    }  # fmt: skip
    return list({**plain, **said}.values())


def workbook(
    *rows: list[Cell],
    write: Callable[[xlsxwriter.Workbook, Sheet], None] = lambda book, sheet: None,
    name: str | None = None,
) -> bytes:
    """A workbook of one sheet; ``write`` adds what rows cannot say."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet(name)
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, ["" if cell is None else cell for cell in cells])
        write(book, sheet)
    return buffer.getvalue()


def bad_files() -> Iterator[BadFile]:
    for fault, said, reason in _partly():
        yield BadFile(
            fault,
            "departures_x.xlsx",
            workbook(HEADING, row(1), row(2, **said), row(3)),
            taken=2,
            quarantined={3: reason},
        )
    for fault, content, what in _refused():
        yield BadFile(fault, "departures_x.xlsx", content, refused=what)
    for fault, content, notes in _taken():
        yield BadFile(fault, "departures_x.xlsx", content, taken=2, notes=notes)
    yield BadFile(
        "a total row below the rows of a sheet",
        "departures_x.xlsx",
        workbook(HEADING, row(1), row(2), ["Total", 2]),
        taken=2,
        quarantined={4: "needed, but not stated"},
    )
    yield BadFile(
        "a note below the rows of a sheet",
        "departures_x.xlsx",
        workbook(HEADING, row(1), row(2), ["", "", "Source: police"]),
        taken=2,
        quarantined={4: "no date of the form"},
    )
    yield BadFile(
        "the heading again in a sheet",
        "departures_x.xlsx",
        workbook(HEADING, row(1), HEADING, row(2)),
        taken=2,
        quarantined={3: "no date of the form"},
    )
    for fault, rows, formula in _errors():
        content = workbook(HEADING, *map(row, range(1, rows + 1)), write=_formula(*formula))
        yield BadFile(fault, "departures_x.xlsx", content, taken=2, quarantined={4: "an error of the spreadsheet"})
    yield BadFile(
        "columns of a row moved to the right",
        "departures_x.xlsx",
        workbook(HEADING, row(1), row(2), ["", *row(3)][:12]),
        taken=2,
        quarantined={4: "identifier"},
    )


def _partly() -> Iterator[tuple[str, dict[str, Cell], str]]:
    day = "no date of the form %Y-%m-%d"
    yield "a date as text in another order", {"Day": "05.05.2024"}, day
    yield "a word in a cell of dates", {"Day": "May"}, day
    yield "a truth value in a cell of dates", {"Day": True}, day
    yield "an empty cell of dates", {"Day": None}, "needed, but not stated"
    yield "an unknown country in a sheet", {"Country": "Borlandia"}, "no area or country that the profile knows"
    yield "a code with a trailing word", {"Sex": "man?"}, "no code of sex"
    yield "a code as a fraction", {"School": 1.5}, "no code of education"
    yield "a negative number in a cell of dates", {"Day": -3}, day
    yield "a number beyond all dates in a cell of dates", {"Day": 99_999_999}, day


def _errors() -> Iterator[tuple[str, int, tuple[str, str, str]]]:
    """Rows besides the heading, and a formula of the fourth row: its cell, what it says, and what it shows."""
    yield "a formula error in a date", 3, ("C4", "=NA()", "#N/A")
    yield "a formula error in an identifier", 3, ("B4", "=NA()", "#N/A")
    yield "a formula error in an area", 3, ("I4", "=1/0", "#DIV/0!")
    yield "a formula error in what need not be stated", 3, ("H4", "=Reasons!A1", "#REF!")
    yield "a row of nothing but a formula error", 2, ("C4", "=NA()", "#N/A")


def _taken() -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    yield (
        "dates as cells with a date format",
        workbook(HEADING, row(1, Day=date(2024, 5, 1)), row(2, Day=datetime.combine(date(2024, 5, 2), time()))),
        (),
    )
    yield "serial dates without a date format", workbook(HEADING, row(1, Day=45413), row(2, Day=45414)), ()
    yield "numbers stored as text", workbook(HEADING, row(1), row(2, School="1")), ()
    yield "identifiers stored as numbers", workbook(HEADING, row(1, Person=int(f"{MARK}001")), row(2)), ()
    yield "codes stored as numbers", workbook(HEADING, row(1, School=1), row(2, School=1.0)), ()
    yield "a merged title above the heading", workbook([], [], HEADING, row(1), row(2), write=_merged), ()
    yield "blank rows above the heading", workbook([], [], HEADING, row(1), row(2)), ()
    yield "blank rows between rows of a sheet", workbook(HEADING, row(1), [], [], row(2)), ()
    yield (
        "formatted cells far below",
        workbook(
            HEADING,
            row(1),
            row(2),
            write=lambda book, sheet: sheet.write_blank(5000, 3, None, book.add_format({"bold": True})),
        ),
        (),
    )
    yield "hidden rows and columns", workbook(HEADING, row(1), row(2), write=_hidden), ()
    yield (
        "a second sheet",
        workbook(HEADING, row(1), row(2), write=lambda book, _: book.add_worksheet("Notes").write(0, 0, "a note")),
        (),
    )
    yield (
        "a column of a sheet that the layout does not know",
        workbook([*HEADING, "Colour"], [*row(1), "red"], [*row(2), "blue"]),
        ("left aside: Colour",),
    )
    yield "columns of a sheet in another order", workbook(HEADING[::-1], row(1)[::-1], row(2)[::-1]), ()
    yield (
        "comments and colours",
        workbook(HEADING, row(1), row(2), write=lambda _, sheet: sheet.write_comment("A2", "seen")),
        (),
    )
    yield "blanks around the headings of a sheet", workbook([f" {name} " for name in HEADING], row(1), row(2)), ()


def _refused() -> Iterator[tuple[str, bytes, str]]:
    whole = workbook(HEADING, row(1), row(2))
    yield "a workbook cut off", whole[: len(whole) // 2], "broken or cut off"
    yield "a workbook without its last byte", whole[:-1], "broken or cut off"
    yield "a CSV file named like a workbook", csv_bytes(), "cannot be read"
    yield (
        "a page named like a workbook",
        b"<html><body><table><tr><td>Slip</td></tr></table></body></html>",
        "cannot be read",
    )
    yield "a workbook of zeros", bytes(4096), "cannot be read"
    yield "an archive of another kind named like a workbook", OLE + bytes(2048), "cannot be read"
    yield "a workbook with an empty sheet", workbook(), "none of them was found"
    yield "a workbook with only a heading", workbook(HEADING), "holds no rows"
    yield "a workbook without a heading", workbook(row(1), row(2)), "none of them was found"
    yield (
        "a workbook of another form",
        workbook(["Slip", "Person", "Date"], ["1", f"{MARK}001", "2024"]),
        "the columns Day",
    )
    yield (
        "a workbook whose first sheet is another",
        workbook(["Notes"], ["of the office"], write=_second),
        "its first sheet holds none of its columns",
    )
    yield "a sheet that names a column twice", workbook([*HEADING, "Day"], [*row(1), "x"]), "more than once"


def _formula(cell: str, formula: str, shown: str) -> Callable[[xlsxwriter.Workbook, Sheet], None]:
    return lambda book, sheet: sheet.write_formula(cell, formula, None, shown)


def _merged(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    sheet.merge_range("A1:L1", "Departures of May 2024", book.add_format({"bold": True}))
    sheet.merge_range("A2:L2", "Harbour police")


def _hidden(_: xlsxwriter.Workbook, sheet: Sheet) -> None:
    sheet.set_row(1, None, None, {"hidden": True})
    sheet.set_column(3, 4, None, None, {"hidden": True})


def _second(book: xlsxwriter.Workbook, _: Sheet) -> None:
    other = book.add_worksheet("Departures")
    for number, cells in enumerate([HEADING, row(1)]):
        other.write_row(number, 0, cells)
