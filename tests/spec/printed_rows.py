"""The rows of a bulletin and of a drawn table: numbers with what stands beside and above them.

A bulletin is read by its tags, as a screen reader does; a drawing by the codes that its shapes carry.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

from pypdf import PageObject, PdfReader

HEADING = re.compile(r"/H\d?")
SVG = "{http://www.w3.org/2000/svg}"


Cell: TypeAlias = tuple[list[str], int]


@dataclass
class PrintedTable:
    """A table under its heading: rows of heads and of the body, each cell with its lines and with what it spans."""

    title: str
    head: list[list[Cell]] = field(default_factory=list)
    body: list[list[Cell]] = field(default_factory=list)

    def numbers(self, heads: int) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], str]]:
        """Each number with its ``heads`` heads beside it and those above it; a head that spans rows is said in each.

        Of a number only the first line counts: signs beside it are pieces of their own.
        """
        above = [[" ".join(lines) for lines, span in row for _ in range(span)] for row in self.head]
        above = [above[0][heads:], *above[1:]] if above else []
        beside, left = [""] * heads, [0] * heads
        for row in self.body:
            cells = iter(row)
            for place in range(heads):
                if left[place] == 0:
                    lines, left[place] = next(cells)
                    beside[place] = " ".join(lines)
                left[place] -= 1
            for column, (lines, _) in enumerate(cells):
                yield tuple(beside), tuple(line[column] for line in above if column < len(line)), "".join(lines[:1])


@cache
def printed_tables(content: bytes) -> tuple[PrintedTable, ...]:
    """The tables of a bulletin, in its order of reading."""
    return tuple(_tables(content))


def _tables(content: bytes) -> Iterator[PrintedTable]:
    reader = PdfReader(io.BytesIO(content))
    said = {page.indirect_reference.idnum: marked_text(page)[0] for page in reader.pages if page.indirect_reference}
    title, table, head = "", PrintedTable(""), False
    for kind, element, page in elements_below(reader.trailer["/Root"]["/StructTreeRoot"], 0):
        if HEADING.fullmatch(kind):
            title = " ".join(_lines(element, page, said))
        elif kind == "/Table":
            if table.body:
                yield table
            table = PrintedTable(title)
        elif kind in ("/THead", "/TBody"):
            head = kind == "/THead"
        elif kind == "/TR":
            (table.head if head else table.body).append([])
        elif kind in ("/TH", "/TD"):
            told = _of_table(element)
            row = (table.head if head else table.body)[-1]
            row.append((list(_lines(element, page, said)), told.get("/ColSpan" if head else "/RowSpan", 1)))
    if table.body:
        yield table


def drawn_cells(content: bytes) -> Iterator[tuple[tuple[str, ...], str]]:
    """The codes that a shape of a drawing carries, and the number that stands on it."""
    codes: tuple[str, ...] = ()
    for element in ET.fromstring(content).iter():  # noqa: S314 our own
        if element.tag == f"{SVG}rect":
            codes = tuple(element.get("data-of", "").split())
        elif element.tag == f"{SVG}text" and codes:
            yield codes, (element.text or "").strip()
            codes = ()


def elements_below(element: Any, page: int) -> Iterator[tuple[str, Any, int]]:  # noqa: ANN401 of pypdf
    """Every element of the structure, in its order: its kind, itself, its page."""
    element = element.get_object()
    if not isinstance(element, dict):
        return
    if "/Pg" in element:
        page = element.raw_get("/Pg").idnum
    if "/S" in element:
        yield str(element["/S"]), element, page
    for kid in _kids(element):
        yield from elements_below(kid, page)


def _kids(element: Any) -> list[Any]:  # noqa: ANN401
    kids = element.get("/K", [])
    return kids if isinstance(kids, list) else [kids]


def _of_table(element: Any) -> dict[str, int]:  # noqa: ANN401
    told = element.get("/A", [])
    return {
        key: value for one in (told if isinstance(told, list) else [told]) for key, value in one.get_object().items()
    }


def _lines(element: Any, page: int, said: dict[int, dict[int, str]]) -> Iterator[str]:  # noqa: ANN401
    """The pieces of text in an element: its lines, and signs that hang outside."""
    for kid in (kid.get_object() for kid in _kids(element)):
        if isinstance(kid, int):
            yield said[page].get(int(kid), "")
            continue
        own = kid.raw_get("/Pg").idnum if "/Pg" in kid else page
        if kid.get("/Type") == "/MCR":
            yield said[own].get(int(kid["/MCID"]), "")
        else:
            yield from _lines(kid, own, said)


def marked_text(page: PageObject) -> tuple[dict[int, str], str]:
    """Number of each piece of marked content of a page -> its text, in one line; and text that is marked in no way."""
    found: dict[int, str] = {}
    loose: list[str] = []
    open_marks: list[int | None] = []

    def watched(operator: bytes, operands: Any, *_: object) -> None:  # noqa: ANN401
        if operator in (b"BDC", b"BMC"):
            told = operands[1] if operator == b"BDC" else {}
            open_marks.append(told.get("/MCID") if isinstance(told, dict) else None)
        elif operator == b"EMC":
            open_marks.pop()

    def heard(text: str, *_: object) -> None:
        mark = next((mark for mark in reversed(open_marks) if mark is not None), None)
        if mark is not None:
            found[mark] = found.get(mark, "") + text
        elif not open_marks:
            loose.append(text)

    page.extract_text(visitor_operand_before=watched, visitor_text=heard)
    return {mark: " ".join(text.split()) for mark, text in found.items()}, "".join(loose)
