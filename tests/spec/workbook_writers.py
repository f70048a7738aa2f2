"""Writes workbooks as other programs do: XLSX with titles above the heading, XLS (BIFF8 in a compound file), XLSB,
ODS.

A cell is a text, a number, a day (a serial number with a date format), an error, or nothing.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape

import xlsxwriter


@dataclass(frozen=True)
class Wrong:
    """A cell that holds an error: one of Excel's, or in ODS any text; ``formula`` where a formula made it."""

    error: str
    formula: bool = True


Cell: TypeAlias = "str | float | date | Wrong | None"
Rows: TypeAlias = Sequence[Sequence[Cell]]

_SECTOR = 512
_NO_DATE, _DATE = 0, 1
_CODES = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}
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
                elif isinstance(cell, Wrong):
                    page.write_formula(at, place, "=NA()", None, cell.error)
                elif cell is not None:
                    page.write_number(at, place, cell)


def write_ods(path: Path, rows: Rows) -> None:
    """OpenDocument 1.3: the three members without which it is none. Errors as LibreOffice writes them."""
    table = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    names += 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    names += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    names += 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.3"'
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
        case Wrong():
            kept = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
            kept = f'table:formula="of:=NA()" {kept}' if cell.formula else kept
            return f"<table:table-cell {kept}><text:p>{escape(cell.error)}</text:p></table:table-cell>"
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
        case Wrong(formula=False):
            return _record(0x205, struct.pack("<HHHBB", row, column, _NO_DATE, _CODES[cell.error], 1))
        case Wrong():
            # The value, flags, a cache that is left aside, and the formula: one token, a missing argument.
            value = struct.pack("<BBBBBBH", 2, 0, _CODES[cell.error], 0, 0, 0, 0xFFFF)
            head = struct.pack("<HHH", row, column, _NO_DATE)
            return _record(0x06, head + value + struct.pack("<HIH", 0, 0, 1) + b"\x16")
        case _:
            return _record(0x203, struct.pack("<HHHd", row, column, _NO_DATE, cell))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def write_xlsb(path: Path, rows: Rows) -> None:
    """XLSB: one sheet, its texts inside the cells ([MS-XLSB])."""
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    lines = "".join(f'<Relationship Id="rId{at}" Type="{kind}" Target="worksheets/sheet{at}.bin"/>' for at in (1, 2))
    listed = b"".join(
        _long_record(156, struct.pack("<II", 0, at) + _wide(f"rId{at}") + _wide(name))
        for at, name in ((1, "S"), (2, "T"))
    )
    book = _long_record(131, b"") + _long_record(143, b"") + listed + _long_record(144, b"") + _long_record(132, b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{relations}">{lines}</Relationships>')
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", _long_sheet(rows))
        archive.writestr("xl/worksheets/sheet2.bin", _long_sheet([("another sheet", Wrong("#NUM!"))]))


def _long_sheet(rows: Rows) -> bytes:
    width = max(map(len, rows))
    sheet = _long_record(129, b"") + _long_record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1))
    sheet += _long_record(145, b"")
    for at, row in enumerate(rows):
        sheet += _long_record(0, struct.pack("<IIHBBB", at, 0, 0, 0, 0, 0))
        sheet += b"".join(_long_cell(place, cell) for place, cell in enumerate(row))
    return sheet + _long_record(146, b"") + _long_record(130, b"")


def _long_cell(column: int, cell: Cell) -> bytes:
    head = struct.pack("<II", column, 0)
    match cell:
        case None:
            return b""
        case str():
            return _long_record(6, head + _wide(cell))
        case Wrong():
            code = struct.pack("<B", _CODES[cell.error])
            return (
                _long_record(11, head + code + struct.pack("<HI", 0, 0))
                if cell.formula
                else _long_record(3, head + code)
            )
        case date():
            raise NotImplementedError
        case _:
            return _long_record(5, head + struct.pack("<d", cell))


def _long_record(kind: int, content: bytes) -> bytes:
    return _seven_bits(kind) + _seven_bits(len(content)) + content


def _seven_bits(number: int) -> bytes:
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _seven_bits(high) if high else bytes([low])


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


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
