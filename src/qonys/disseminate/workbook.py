"""The workbook of a release: every table on a sheet of its own, by the UK guidance on accessible spreadsheets.

Laws: sheets are cover, contents, notes, symbols, then the tables; A1 says what a sheet is; each table is a marked-up one
with a text of its own, exactly one row of heads, no merged and no blank cells, and nothing below it; numbers are numbers
and a symbol stands only where there is none; no pane is frozen, no filter set, nothing told by colour; the same input gives
the same bytes.

Source: Analysis Function, "Releasing statistics in spreadsheets" (UK Government).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import wrap
from typing import Any, TypeAlias

import xlsxwriter

from qonys.concepts.status import DataStatus
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.disseminate.numbers import long_date
from qonys.disseminate.shown_cells import SYMBOLS
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.words import Words

_IN_PLACE = "N"
"""The mark that stands in place of its number, for a number that reads 0 would be taken for none."""
_WIDEST_COLUMN = 90
_NARROWEST_COLUMN = 12
_MARGIN = 3
_LINE = 15
"""Height of a line in points; widths are in signs"""
_A4 = 9
_LONGEST_TEXT = 500
"""Signs of the text that is read out of a table; it names the columns"""


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    decimals: int


_Entry: TypeAlias = str | _Number


@dataclass(frozen=True, slots=True)
class WorkbookText:
    """What a workbook says besides its tables, in one language."""

    title: str
    notice: str
    published: str
    next: str
    citation: str
    office: str = ""
    cut_offs: tuple[tuple[str, str], ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
    use: str = ""


def workbook_file(layouts: Sequence[TableLayout], words: Words, facts: ReleaseFacts, text: WorkbookText) -> bytes:
    """All tables of a release in one language as XLSX.

    Args:
        layouts: the tables in their order in the release.
        words: words of the language.
        facts: vintage, dates and data cut-offs.
        text: title, notice and dates as the page says them.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    _set_properties(book, words, facts, text)
    writer = _Writer(book, words, facts, text)
    names = [words("sheet.table", n=str(n)) for n in range(1, len(layouts) + 1)]
    writer.cover()
    writer.contents(layouts, names)
    writer.notes([layout.table for layout in layouts], names)
    writer.symbols([layout.table for layout in layouts])
    for layout, name in zip(layouts, names, strict=True):
        writer.table(layout, name)
    book.close()
    return buffer.getvalue()


def _set_properties(book: Any, words: Words, facts: ReleaseFacts, text: WorkbookText) -> None:  # noqa: ANN401
    """What the file says of itself; its only date is that of publication."""
    created = datetime.fromisoformat(facts.published)
    author = text.office or "Qonys"
    about = {"title": text.title, "subject": words["bulletin.kind"], "author": author, "comments": text.notice}
    book.set_properties({**about, "keywords": f"{facts.profile} {facts.period} {facts.vintage}", "created": created})
    book.set_custom_property("Language", words.language, "text")


class _Writer:
    def __init__(self, book: Any, words: Words, facts: ReleaseFacts, text: WorkbookText) -> None:  # noqa: ANN401
        self.book, self.words, self.facts, self.text = book, words, facts, text
        self.marks: dict[str, str] = {}
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.beside = book.add_format({"text_wrap": True, "valign": "top", "align": "left", "indent": 1})
        right = {"valign": "top", "align": "right", "indent": 1}
        self.in_place = book.add_format(right)
        head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        self.head, self.head_of_numbers = book.add_format(head), book.add_format({**head, **right})
        forms = {decimals: "#,##0" + ("." + "0" * decimals if decimals else "") for decimals in range(4)}
        self.numbers = {d: book.add_format({"num_format": form, **right}) for d, form in forms.items()}

    def cover(self) -> None:
        words, text, facts = self.words, self.text, self.facts
        sheet = self._sheet(words["sheet.cover"], text.title)
        lines = [
            text.notice,
            f"{words['page.published']}: {text.published}",
            f"{words['page.next']}: {text.next}",
            f"{words['page.vintage']}: {facts.vintage}",
            *(f"{words['page.cut_offs']}: {name}, {day}" for name, day in text.cut_offs),
            f"{words['page.profile']}: {facts.profile}, {facts.profile_hash}",
            f"{words['page.version']}: {facts.code_version}",
            f"{words['page.cite']}: {text.citation}",
            *([f"{words['page.licence']}: {text.use}"] if text.use else ()),
        ]
        sheet.set_column(0, 0, _WIDEST_COLUMN)
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, line, self.wrapped)
            self._set_height(sheet, row, [line], [_WIDEST_COLUMN])
        for row, (role, address) in enumerate(text.contacts, start=len(lines) + 1):
            sheet.write_url(row, 0, f"mailto:{address}", string=f"{role}: {address}")

    def contents(self, layouts: Sequence[TableLayout], names: Sequence[str]) -> None:
        words = self.words
        sheet = self._sheet(words["sheet.contents"], words["sheet.contents"])
        heads = [words["sheet.sheet"], words["sheet.title"], words["sheet.unit"], words["sheet.data_status"]]
        rows: list[list[str]] = []
        for layout, name in zip(layouts, names, strict=True):
            rows.append([name, layout.title, layout.unit, self._statuses(layout.table)])
        self._table(sheet, 2, "contents", heads, rows)
        for offset, name in enumerate(names):
            sheet.write_url(3 + offset, 0, f"internal:'{name}'!A1", string=name)

    def notes(self, tables: Sequence[OutputTable], names: Sequence[str]) -> None:
        words = self.words
        sheet = self._sheet(words["sheet.notes"], words["sheet.notes"])
        where: dict[str, list[str]] = {}
        for table, name in zip(tables, names, strict=True):
            for note in table.notes:
                where.setdefault(note[words.language], []).append(name)
        self.marks = {text: words("sheet.note_mark", n=str(n)) for n, text in enumerate(where, start=1)}
        rows: list[list[str]] = [[self.marks[text], text, ", ".join(found)] for text, found in where.items()]
        if rows:
            heads = [words["sheet.note"], words["sheet.note_text"], words["sheet.note_sheets"]]
            self._table(sheet, 2, "notes", heads, rows)
        else:
            sheet.write_string(1, 0, words["sheet.no_notes"])

    def symbols(self, tables: Sequence[OutputTable]) -> None:
        words = self.words
        sheet = self._sheet(words["sheet.symbols"], words["sheet.symbols"])
        rows: list[list[str]] = [[words[f"symbol.{k}.short"], words[f"symbol.{k}.meaning"]] for k in SYMBOLS]
        found = {status for table in tables for status in table.data_statuses}
        statuses = [status.value for status in DataStatus if status in found]
        rows += [[words[f"status.{status}"], words[f"status.{status}.meaning"]] for status in statuses]
        self._table(sheet, 2, "symbols", [words["sheet.symbol"], words["sheet.meaning"]], rows)

    def table(self, layout: TableLayout, name: str) -> None:
        words, table = self.words, layout.table
        sheet = self._sheet(name, layout.title)
        notes, symbols = words["sheet.notes"], words["sheet.symbols"]
        cut_off = long_date(date.fromisoformat(table.cut_off), words.language)
        marks = [self.marks[note[words.language]] for note in table.notes]
        above = [
            words["sheet.contains_one"],
            f"{words['sheet.unit']}: {layout.unit}. {words('page.from_cut_off', date=cut_off)}.",
            " ".join([words("sheet.see_notes", notes=notes, symbols=symbols), *marks]),
            self.text.notice,
        ]
        for row, line in enumerate(above, start=1):
            sheet.write_string(row, 0, line)
        sheet.write_url(len(above) + 1, 0, f"internal:'{words['sheet.contents']}'!A1", string=words["sheet.contents"])
        marked = any(
            key != _IN_PLACE
            for codes in layout.row_codes
            for column in layout.column_codes
            for key in layout.shown(codes, column).marks
        )
        last = [words["sheet.marks"], words["sheet.data_status"]] if marked else [words["sheet.data_status"]]
        heads = _distinct([*layout.row_dimensions, *layout.flat_heads, *last])
        rows = [self._row(layout, codes, marked=marked) for codes in layout.row_codes]
        self._table(sheet, len(above) + 3, f"t_{_identifier(table.id)}", heads, rows, layout.title)

    def _row(self, layout: TableLayout, codes: tuple[str, ...], *, marked: bool) -> list[_Entry]:
        row: list[_Entry] = [layout.label(d, c) for d, c in zip(layout.table.rows, codes, strict=True)]
        row += [self._entry(layout, codes, column) for column in layout.column_codes]
        found = {cell.data for column in layout.column_codes if (cell := layout.cell(codes, column))}
        statuses = [self.words[f"status.{s.value}"] for s in DataStatus if s in found]
        return [*row, *([self._marks(layout, codes)] if marked else []), ", ".join(statuses)]

    def _entry(self, layout: TableLayout, codes: tuple[str, ...], column: tuple[str, ...]) -> _Entry:
        """A cell's number, or the symbol in its place."""
        said = layout.shown(codes, column)
        if said.value is None or _IN_PLACE in said.marks:
            return self.words[f"symbol.{said.symbol or _IN_PLACE}.short"]
        return _Number(float(said.value), layout.decimals(codes, column))

    def _marks(self, layout: TableLayout, codes: tuple[str, ...]) -> str:
        """The marks of a row's numbers, each with the columns in which it holds; the symbol for none."""
        columns: dict[str, list[str]] = {}
        for column, head in zip(layout.column_codes, layout.flat_heads, strict=True):
            for key in layout.shown(codes, column).marks:
                if key != _IN_PLACE:
                    columns.setdefault(self.words[f"symbol.{key}.short"], []).append(head)
        told = [f"{mark} {', '.join(heads)}" for mark, heads in columns.items()]
        return "; ".join(told) or self.words["sheet.no_marks"]

    def _table(
        self,
        sheet: Any,  # noqa: ANN401
        top: int,
        name: str,
        heads: list[str],
        rows: Sequence[Sequence[_Entry]],
        title: str = "",
    ) -> None:
        counted = [any(isinstance(row[column], _Number) for row in rows) for column in range(len(heads))]
        columns = [
            {"header": head, "header_format": self.head_of_numbers if number else self.head}
            for head, number in zip(heads, counted, strict=True)
        ]
        last_row, last_column = top + max(len(rows), 1), len(heads) - 1
        spoken = {"title": title or sheet.get_name(), "description": ", ".join(heads)[:_LONGEST_TEXT]}
        form = {"name": name, "columns": columns, "autofilter": False, **spoken}
        sheet.add_table(top, 0, last_row, last_column, form)
        widths = [_width(head, [row[column] for row in rows]) for column, head in enumerate(heads)]
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self._set_height(sheet, top, heads, widths)
        for down, row in enumerate(rows, start=top + 1):
            self._set_height(sheet, down, row, widths)
            for across, entry in enumerate(row):
                if isinstance(entry, _Number):
                    sheet.write_number(down, across, entry.value, self.numbers[entry.decimals])
                else:
                    placed = self.in_place if counted[across] else self.beside if across else self.wrapped
                    sheet.write_string(down, across, entry, placed)

    def _set_height(self, sheet: Any, row: int, entries: Sequence[_Entry], widths: Sequence[int]) -> None:  # noqa: ANN401
        """Room for all lines of a row: not every program finds out by itself how high wrapped texts are."""
        pairs = zip(entries, widths, strict=True)
        lines = max(_lines(entry, width - _MARGIN) if isinstance(entry, str) else 1 for entry, width in pairs)
        if lines > 1:
            sheet.set_row(row, lines * _LINE)

    def _sheet(self, name: str, title: str) -> Any:  # noqa: ANN401
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.title)
        sheet.set_row(0, 2 * _LINE)
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _statuses(self, table: OutputTable) -> str:
        return ", ".join(self.words[f"status.{status.value}"] for status in table.data_statuses)


def _width(head: str, entries: Sequence[_Entry]) -> int:
    """The width of a column in signs: no word of its head is broken, and no text before it is very long."""
    said = (len(entry) for entry in entries if isinstance(entry, str))
    return min(_WIDEST_COLUMN, max(_NARROWEST_COLUMN, *(len(word) + _MARGIN for word in head.split()), *said) + _MARGIN)


def _lines(text: str, width: int) -> int:
    return 1 if len(text) <= width else len(wrap(text, width))


def _identifier(table: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in table)


def _distinct(heads: list[str]) -> list[str]:
    """Heads that a spreadsheet accepts in one table: a repeated one gets its number."""
    seen: dict[str, int] = {}
    result = []
    for head in heads:
        seen[head.casefold()] = seen.get(head.casefold(), 0) + 1
        count = seen[head.casefold()]
        result.append(head if count == 1 else f"{head} ({count})")
    return result
