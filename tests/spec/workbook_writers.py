"""Writes workbooks as other programs do: XLSX with titles above the heading, XLS (BIFF8 in a compound file), ODS.

A cell is a text, a number, a day (a serial number with a date format), or nothing.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape

import xlsxwriter

Cell: TypeAlias = "str | float | date | None"
Rows: TypeAlias = Sequence[Sequence[Cell]]

_SECTOR = 512
_NO_DATE, _DATE = 0, 1
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def write_xlsx(path: Path, rows: Rows, *, title: str = "", sheet: str = "Sheet1", since_1904: bool = False) -> None:
    """XLSX; a title is merged over the columns and followed by an empty row."""
    with xlsxwriter.Workbook(path, {"date_1904": since_1904}) as book:
        page = book.add_worksheet(sheet)
        dated = book.add_format({"num_format": "dd.mm.yyyy"})
        if title:
            page.merge_range(0, 0, 0, max(1, len(rows[0]) - 1), title)
        for at, row in enumerate(rows, start=2 if title else 0):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(at, place, cell, dated)
                elif isinstance(cell, str):
                    page.write_string(at, place, cell)
                elif cell is not None:
                    page.write_number(at, place, cell)


def write_ods(path: Path, rows: Rows) -> None:
    """OpenDocument 1.3: the three members without which it is none."""
    table = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    names += 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    names += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"'
    body = f'<office:body><office:spreadsheet><table:table table:name="S">{table}</table:table></office:spreadsheet></office:body>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entries = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    entries += '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{space}">{entries}</manifest:manifest>'
        )
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")


def _ods_cell(cell: Cell) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case date():
            return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
        case str():
            return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
        case _:
            return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'


def write_xls(path: Path, rows: Rows) -> None:
    """XLS as Excel 97 wrote it: one sheet, LABEL and NUMBER records, no shared strings ([MS-XLS], [MS-CFB])."""
    path.write_bytes(_compound_file(_workbook_stream(rows)))


def _workbook_stream(rows: Rows) -> bytes:
    name = b"S"
    formats = b"".join(_record(0xE0, struct.pack("<HHHBBBBIIH", 0, code, 0, 0, 0, 0, 0, 0, 0, 0)) for code in (0, 14))
    before = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0x42, struct.pack("<H", 1200))
    before += _record(0x22, struct.pack("<H", 0)) + formats
    sheet_at = len(before) + 4 + 8 + len(name) + 4
    listed = _record(0x85, struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 0) + name)
    return before + listed + _record(0x0A, b"") + _sheet(rows)


def _sheet(rows: Rows) -> bytes:
    width = max(map(len, rows))
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for at, row in enumerate(rows):
        sheet += b"".join(_xls_cell(at, place, cell) for place, cell in enumerate(row))
    return sheet + _record(0x0A, b"")


def _xls_cell(row: int, column: int, cell: Cell) -> bytes:
    match cell:
        case None:
            return b""
        case str():
            letters = cell.encode("utf-16-le")
            return _record(0x204, struct.pack("<HHHHB", row, column, _NO_DATE, len(letters) // 2, 1) + letters)
        case date():
            serial = (cell - date(1899, 12, 30)).days
            return _record(0x203, struct.pack("<HHHd", row, column, _DATE, serial))
        case _:
            return _record(0x203, struct.pack("<HHHd", row, column, _NO_DATE, cell))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound_file(stream: bytes) -> bytes:
    """A compound file of version 3 with one stream, which is made too long for the small-stream sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    fats = next(n for n in range(1, 110) if n * (_SECTOR // 4) >= sectors + n + 1)
    chain = [*range(1, sectors), _END, _END, *[_FAT] * fats]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(fats * _SECTOR, b"\xff")
    places = [*range(sectors + 1, sectors + 1 + fats)] + [_FREE] * (109 - fats)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, fats, sectors, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", *places)
    entries = _entry("Root Entry", 5, child=1, start=_END) + _entry("Workbook", 2, start=0, size=len(stream))
    entries += 2 * _entry("", 0, start=0)
    return head + stream + entries + fat


def _entry(name: str, kind: int, *, start: int, child: int = _FREE, size: int = 0) -> bytes:
    letters = (name + "\0").encode("utf-16-le") if name else b""
    links = struct.pack("<HBBIII", len(letters), kind, 1, _FREE, _FREE, child)
    return letters.ljust(64, b"\0") + links + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)


def zipped(content: bytes, *names: str) -> bytes:
    """An archive in which the content stands under each of the names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return packed.getvalue()
