"""Cells that hold an error in XLS and XLSB, which are sequences of binary records.

XLS ([MS-XLS]): a record BoolErr, or Formula with an error as its value, in the stream Workbook of a compound file
([MS-CFB]). XLSB ([MS-XLSB]): BrtCellError and BrtFmlaError in the sheet's part. The error is kept as a code.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping

from qonys.collect.readers.error_cells_of_markup import part_of_relations
from qonys.collect.readers.sheet_place import ErrorCells, SheetNotFoundError, SheetPlace
from qonys.collect.spreadsheet_errors import ANY_ERROR, ERROR_OF_CODE

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins."""
_STREAMS = ("Workbook", "Book")
_SMALL = 4096
"""A stream that is shorter stands in the sectors of the small ones."""
_LAST_SECTOR = 0xFFFFFFFA
_END_OF_SHEET, _FORMULA, _SHEET_OF_BOOK, _BOOLEAN_OR_ERROR, _BEGIN = 0x0A, 0x06, 0x85, 0x205, 0x809
_FORMULA_OF_ERROR = (2, 0xFFFF)
_ROW, _CELL_ERROR, _FORMULA_ERROR, _BUNDLE_SHEET = 0, 3, 11, 156


def errors_of_xls(content: bytes, sheet: SheetPlace) -> ErrorCells:
    """The errors of a sheet, of the bytes of a whole file.

    Raises:
        SheetNotFoundError: there is no stream of a workbook, or it names no such sheet.
    """
    try:
        stream = _workbook_stream(content)
        sheets = [struct.unpack_from("<I", record)[0] for kind, record in _records(stream, 0) if kind == _SHEET_OF_BOOK]
        found: ErrorCells = {}
        for kind, record in _records(stream, sheets[sheet.place]):
            if kind == _BOOLEAN_OR_ERROR and record[7]:
                _keep(found, struct.unpack_from("<HH", record), record[6])
            elif kind == _FORMULA and struct.unpack_from("<B5xH", record, 6) == _FORMULA_OF_ERROR:
                _keep(found, struct.unpack_from("<HH", record), record[8])
    except (struct.error, IndexError) as error:
        raise SheetNotFoundError from error
    return found


def errors_of_xlsb(archive: zipfile.ZipFile, names: Mapping[str, str], sheet: SheetPlace) -> ErrorCells:
    """The errors of a sheet; the arguments are those of `errors_of_xlsx`.

    Raises:
        SheetNotFoundError: the workbook's relations name no such sheet.
    """
    try:
        book = archive.read(names["xl/workbook.bin"])
        relations = [_wide_text(record, 8) for kind, record in _long_records(book) if kind == _BUNDLE_SHEET]
        relation = relations[sheet.place]
        part = names[part_of_relations(archive, names, "xl/_rels/workbook.bin.rels", relation).lower()]
        found: ErrorCells = {}
        row = 0
        for kind, record in _long_records(archive.read(part)):
            if kind == _ROW:
                row = struct.unpack_from("<I", record)[0]
            elif kind in (_CELL_ERROR, _FORMULA_ERROR):
                _keep(found, (row, *struct.unpack_from("<I", record)), record[8])
    except (struct.error, IndexError, KeyError) as error:
        raise SheetNotFoundError from error
    return found


def _keep(found: ErrorCells, place: tuple[int, ...], code: int) -> None:
    row, column = place
    found.setdefault(row + 1, {})[column] = ERROR_OF_CODE.get(code, ANY_ERROR)


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of a workbook: of its globals, or of a sheet; a chart that lies in it is passed over."""
    at, depth = start, 0
    while True:
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BEGIN) - (kind == _END_OF_SHEET)
        if depth == 0:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _long_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of XLSB: kind in one or two bytes of seven bits, size in one to four, the lowest first."""
    at = 0
    while at < len(stream):
        kind, at = _seven_bits(stream, at, most=2)
        size, at = _seven_bits(stream, at, most=4)
        yield kind, stream[at : at + size]
        at += size


def _seven_bits(stream: bytes, at: int, *, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = stream[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    return number, at + most


def _wide_text(record: bytes, at: int) -> str:
    letters = struct.unpack_from("<I", record, at)[0]
    return record[at + 4 : at + 4 + 2 * letters].decode("utf-16-le")


def _workbook_stream(content: bytes) -> bytes:
    """The stream of the workbook out of a compound file.

    Raises:
        SheetNotFoundError: there is none.
    """
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    first_entry, first_small = struct.unpack_from("<I8xI", content, 48)
    following = _following(content, shift)
    entries = _chain(content, first_entry, following, shift)
    root = entries[:128]
    for at in range(0, len(entries) - 127, 128):
        letters, kind, start, size = (
            *struct.unpack_from("<HB", entries, at + 64),
            *struct.unpack_from("<II", entries, at + 116),
        )
        if kind != 2 or entries[at : at + max(letters - 2, 0)].decode("utf-16-le") not in _STREAMS:
            continue
        if size >= _SMALL:
            return _chain(content, start, following, shift)[:size]
        smalls = _chain(content, struct.unpack_from("<I", root, 116)[0], following, shift)
        table = _chain(content, first_small, following, shift)
        following_small = struct.unpack(f"<{len(table) // 4}I", table)
        return _chain(smalls, start, following_small, small_shift, header=0)[:size]
    raise SheetNotFoundError


def _following(content: bytes, shift: int) -> tuple[int, ...]:
    """For each sector the one that follows it, out of the sectors that keep this."""
    first, count = struct.unpack_from("<II", content, 68)
    kept = list(struct.unpack_from("<109I", content, 76))
    for _ in range(count):
        listed = _sector(content, first, shift, 1 << shift)
        *more, first = struct.unpack(f"<{len(listed) // 4}I", listed)
        kept.extend(more)
    table = b"".join(_sector(content, one, shift, 1 << shift) for one in kept if one < _LAST_SECTOR)
    return struct.unpack(f"<{len(table) // 4}I", table)


def _chain(content: bytes, start: int, following: tuple[int, ...], shift: int, header: int | None = None) -> bytes:
    """The sectors of a stream, one after the other; a chain that never ends is as long as there are sectors."""
    pieces: list[bytes] = []
    at = start
    while at < _LAST_SECTOR and len(pieces) <= len(following):
        pieces.append(_sector(content, at, shift, 1 << shift if header is None else header))
        at = following[at]
    return b"".join(pieces)


def _sector(content: bytes, number: int, shift: int, header: int) -> bytes:
    at = header + (number << shift)
    return content[at : at + (1 << shift)]
