"""All rows of a release's files that say something of a cell, whatever the format.

A row is what a reader can read off as one observation: in CSV and JSON the codes of all dimensions, on the page and in the
workbook the heads beside and above a number. So a number is only met where it stands for the cell itself, in whichever file,
and never by coincidence in the row of another one.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from itertools import combinations
from typing import NamedTuple

import openpyxl

from qonys.concepts.table_design import TableDesign
from qonys.datasets.explanation import Explanation
from spec.printed_rows import drawn_cells, printed_tables


class Row(NamedTuple):
    """A number in a file: its table, what stands beside it and above it (codes or labels), and how it is written."""

    file: str
    table: str
    beside: tuple[str, ...]
    above: tuple[str, ...]
    value: str


def rows_of(bundle: Mapping[str, bytes], designs: Mapping[str, TableDesign]) -> Iterator[Row]:
    """Every row of every file of a release."""
    for name, content in unpacked(bundle):
        design = next((designs[t] for t in sorted(designs, key=len, reverse=True) if f"-{t}-" in name), None)
        if name.endswith(".csv") and design:
            yield from _of_csv(name, design, content)
        elif name.endswith(".json"):
            yield from _of_json(name, design, json.loads(content))
        elif name.endswith(".html"):
            yield from _of_html(name, content.decode())
        elif name.endswith(".xlsx"):
            yield from _of_workbook(name, content, designs)
        elif name.endswith(".pdf"):
            yield from _of_bulletin(name, content, designs)
        elif name.endswith(".svg") and design:
            yield from (Row(name, design.id, codes[:1], codes[1:], _plain(n)) for codes, n in drawn_cells(content))


def unpacked(bundle: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The files, and those in archives, whose name goes before theirs."""
    for name, content in bundle.items():
        yield name, content
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                yield from ((f"{name}/{inner}", packed.read(inner)) for inner in packed.namelist())


def stands_at(row: Row, beside: tuple[str, ...], above: tuple[str, ...]) -> bool:
    """A row is that of a cell: what stands beside is the same; what is above may leave out what is said once."""
    heads = (" ".join(some) for count in range(len(above) + 1) for some in combinations(above, count))
    return row.beside == beside and " ".join(row.above) in heads


def places(
    told: Explanation, design: TableDesign, names: list[dict[str, dict[str, str]]]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What stands beside and above a cell: its codes, and its names in each language."""
    every = [{name: {code: code for code in labels} for name, labels in names[0].items()}, *names]
    return [
        (tuple(one[d][told.at[d]] for d in design.rows), tuple(one[d][told.at[d]] for d in design.columns))
        for one in every
    ]


def _of_csv(name: str, design: TableDesign, content: bytes) -> Iterator[Row]:
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        beside, above = (tuple(row[d] for d in dimensions) for dimensions in (design.rows, design.columns))
        for head in ("value", "before", "after", "difference"):
            if row.get(head):
                yield Row(name, design.id, beside, above, row[head])


def _of_json(name: str, design: TableDesign | None, content: object) -> Iterator[Row]:
    """Every object with a number and the codes of a table in it, at any depth."""
    if isinstance(content, dict):
        if design and {*design.rows, *design.columns} <= set(content):
            beside, above = (tuple(content[d] for d in dimensions) for dimensions in (design.rows, design.columns))
            numbers = [v for v in content.values() if isinstance(v, int | float) and not isinstance(v, bool)]
            yield from (Row(name, design.id, beside, above, _plain(str(number))) for number in numbers)
        yield from (row for value in content.values() for row in _of_json(name, design, value))
    elif isinstance(content, list):
        yield from (row for value in content for row in _of_json(name, design, value))


class _Tables(HTMLParser):
    """The cells of all tables: id of the section, heads of the row, heads of the column, text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...], tuple[str, ...], str]] = []
        self._section, self._in, self._text = "", "", ""
        self._hidden: list[bool] = []
        self._columns: list[list[str]] = []
        self._heads: list[str] = []
        self._cells: list[str] = []
        self._span, self._in_head = 1, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        if tag == "section" and told.get("id", "").startswith("table-"):
            self._section = told["id"].removeprefix("table-")
        elif tag == "thead":
            self._in_head, self._columns = True, []
        elif tag == "tr":
            self._heads, self._cells = [], []
            if self._in_head:
                self._columns.append([])
        elif tag in ("th", "td"):
            self._in, self._text, self._span = tag, "", int(told.get("colspan", 1))
            self._is_corner = "rowspan" in told and self._in_head
        elif tag in ("sup", "span"):
            self._hidden.append(tag == "sup" or "vh" in told.get("class", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._in_head = False
        elif tag in ("th", "td") and self._in:
            if self._in_head and not self._is_corner:
                self._columns[-1] += [self._text.strip()] * self._span
            elif tag == "th":
                self._heads.append(self._text.strip())
            else:
                self._cells.append(self._text.strip())
            self._in = ""
        elif tag in ("sup", "span"):
            self._hidden.pop()
        elif tag == "tr" and not self._in_head:
            for place, text in enumerate(self._cells):
                above = tuple(line[place] for line in self._columns if place < len(line))
                self.found.append((self._section, tuple(self._heads), above, text))

    def handle_data(self, data: str) -> None:
        if self._in and not any(self._hidden):
            self._text += data


def _of_html(name: str, text: str) -> Iterator[Row]:
    tables = _Tables()
    tables.feed(text)
    for table, heads, above, written in tables.found:
        yield Row(name, table, heads, above, _plain(written))


def _of_workbook(name: str, content: bytes, designs: Mapping[str, TableDesign]) -> Iterator[Row]:
    """The rows of every sheet whose first cell is the title of a table."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    for sheet in book.worksheets:
        lines = list(sheet.iter_rows(values_only=True))
        design = max(designs.values(), key=lambda design: _likeness(str(lines[0][0]), design))
        heads: tuple[object, ...] = ()
        for line in lines if _likeness(str(lines[0][0]), design) else ():
            numbers = [(place, value) for place, value in enumerate(line) if isinstance(value, int | float)]
            heads = line if sum(isinstance(value, str) for value in line) > 1 and not numbers else heads
            for place, value in numbers:
                beside = tuple(str(text) for text in line[: len(design.rows)])
                yield Row(name, design.id, beside, (str(heads[place]),), _plain(str(value)))


def _of_bulletin(name: str, content: bytes, designs: Mapping[str, TableDesign]) -> Iterator[Row]:
    """The rows of every table whose heading is the title of a design; it begins with the number of the table."""
    for table in printed_tables(content):
        title = table.title.partition(". ")[2]
        design = max(designs.values(), key=lambda design: _likeness(title, design))
        for beside, above, written in table.numbers(len(design.rows)) if _likeness(title, design) else ():
            yield Row(name, design.id, beside, above, _plain(written))


def _likeness(text: str, design: TableDesign) -> int:
    """How long the title of a design is with which a text begins."""
    titles = [title.replace("{period}", "").strip(" ,") for title in design.title.values()]
    return max((len(title) for title in titles if text.startswith(title)), default=0)


def _plain(written: str) -> str:
    """A number without what separates its thousands: ``−1 234`` is ``-1234``, ``3.0`` is ``3``."""
    text = re.sub(r"(?<=\d)[\s\u00a0\u202f,.](?=\d{3}(\D|$))", "", written.replace("−", "-").replace("+", ""))
    return text.removesuffix(".0")
