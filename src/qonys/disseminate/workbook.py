"""The workbook of a release: every table on a sheet of its own, by the UK guidance on accessible spreadsheets.

Laws: sheets are cover, contents, notes, symbols, then the tables; each table is a marked-up one with exactly one row
of heads, no merged and no blank cells; numbers are numbers and a symbol stands only where there is none; the same
input gives the same bytes.

Source: Analysis Function, "Releasing statistics in spreadsheets" (UK Government).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import xlsxwriter

from qonys.concepts.status import DataStatus
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.disseminate.shown_cells import SYMBOLS
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.words import Words

_IN_PLACE = "N"
"""The mark that stands in place of its number, for a number that reads 0 would be taken for none."""
_WIDEST_COLUMN = 60


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


def workbook_file(tables: Sequence[OutputTable], words: Words, facts: ReleaseFacts, text: WorkbookText) -> bytes:
    """All tables of a release in one language as XLSX.

    Args:
        tables: in their order in the release.
        words: words of the language.
        facts: vintage, dates and data cut-offs.
        text: title, notice and dates as the page says them.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    created = datetime.fromisoformat(facts.published)
    book.set_properties({"title": text.title, "comments": text.notice, "author": "Qonys", "created": created})
    writer = _Writer(book, words, facts, text)
    names = [words("sheet.table", n=str(n)) for n in range(1, len(tables) + 1)]
    writer.cover()
    writer.contents(tables, names)
    writer.notes(tables, names)
    writer.symbols(tables)
    for table, name in zip(tables, names, strict=True):
        writer.table(table, name)
    book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, book: Any, words: Words, facts: ReleaseFacts, text: WorkbookText) -> None:  # noqa: ANN401
        self.book, self.words, self.facts, self.text = book, words, facts, text
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.numbers = {d: book.add_format({"num_format": "#,##0" + ("." + "0" * d if d else "")}) for d in range(4)}

    def cover(self) -> None:
        words, text, facts = self.words, self.text, self.facts
        sheet = self._sheet(words["sheet.cover"], text.title)
        lines = [
            text.notice,
            f"{words['page.published']}: {text.published}",
            f"{words['page.next']}: {text.next}",
            f"{words['page.vintage']}: {facts.vintage}",
            *(f"{words['page.cut_offs']}: {words[f'cut_off.{name}']}, {day}" for name, day in facts.cut_offs.items()),
            f"{words['page.profile']}: {facts.profile}, {facts.profile_hash}",
            f"{words['page.version']}: {facts.code_version}",
            f"{words['page.cite']}: {text.citation}",
        ]
        sheet.set_column(0, 0, 100)
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, line, self.wrapped)

    def contents(self, tables: Sequence[OutputTable], names: Sequence[str]) -> None:
        words = self.words
        sheet = self._sheet(words["sheet.contents"], words["sheet.contents"])
        heads = [words["sheet.sheet"], words["sheet.title"], words["sheet.unit"], words["sheet.data_status"]]
        rows: list[list[str]] = []
        for table, name in zip(tables, names, strict=True):
            layout = TableLayout(table, words)
            rows.append([name, layout.title, layout.unit, self._statuses(table)])
        self._table(sheet, 2, "contents", heads, rows)
        for offset, name in enumerate(names):
            sheet.write_url(3 + offset, 0, f"internal:'{name}'!A1", string=name)

    def notes(self, tables: Sequence[OutputTable], names: Sequence[str]) -> None:
        words = self.words
        sheet = self._sheet(words["sheet.notes"], words["sheet.notes"])
        rows: list[list[str]] = [
            [name, note[words.language]] for table, name in zip(tables, names, strict=True) for note in table.notes
        ]
        if rows:
            self._table(sheet, 2, "notes", [words["sheet.sheet"], words["sheet.note"]], rows)
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

    def table(self, table: OutputTable, name: str) -> None:
        words, layout = self.words, TableLayout(table, self.words)
        sheet = self._sheet(name, layout.title)
        notes, symbols = words["sheet.notes"], words["sheet.symbols"]
        above = [
            words["sheet.contains_one"],
            f"{words['sheet.unit']}: {layout.unit}. {words('page.from_cut_off', date=table.cut_off)}.",
            words("sheet.see_notes", notes=notes, symbols=symbols),
            self.text.notice,
        ]
        for row, line in enumerate(above, start=1):
            sheet.write_string(row, 0, line)
        marked = any(
            key != _IN_PLACE
            for codes in layout.row_codes
            for column in layout.column_codes
            for key in layout.shown(codes, column).marks
        )
        last = [words["sheet.marks"], words["sheet.data_status"]] if marked else [words["sheet.data_status"]]
        heads = _distinct([*layout.row_dimensions, *layout.flat_heads, *last])
        rows = [self._row(layout, codes, marked=marked) for codes in layout.row_codes]
        self._table(sheet, len(above) + 2, f"t_{_identifier(table.id)}", heads, rows)

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

    def _table(self, sheet: Any, top: int, name: str, heads: list[str], rows: Sequence[Sequence[_Entry]]) -> None:  # noqa: ANN401
        columns = [{"header": head, "header_format": self.head} for head in heads]
        last_row, last_column = top + max(len(rows), 1), len(heads) - 1
        sheet.add_table(top, 0, last_row, last_column, {"name": name, "columns": columns, "autofilter": False})
        for down, row in enumerate(rows, start=top + 1):
            for across, entry in enumerate(row):
                if isinstance(entry, _Number):
                    sheet.write_number(down, across, entry.value, self.numbers[entry.decimals])
                else:
                    sheet.write_string(down, across, entry, self.wrapped if across == 0 else None)
        for column, head in enumerate(heads):
            widths = [len(str(row[column])) for row in rows if isinstance(row[column], str)]
            longest_word = max(len(word) for word in head.split())
            sheet.set_column(column, column, min(_WIDEST_COLUMN, max([longest_word, 10, *widths]) + 2))

    def _sheet(self, name: str, title: str) -> Any:  # noqa: ANN401
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.title)
        return sheet

    def _statuses(self, table: OutputTable) -> str:
        return ", ".join(self.words[f"status.{status.value}"] for status in table.data_statuses)


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
