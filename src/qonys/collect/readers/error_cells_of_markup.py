"""Cells that hold an error in XLSX and ODS, which are archives of XML.

XLSX (ECMA-376, part 1): a cell of the type ``e``, its value being the error's name in English. ODS: LibreOffice marks a
cell with ``calcext:value-type="error"``; other programs keep a text or a nought, and show the error in the cell's text.
The text may be in the language of the program: a name that is not known is told as `#ERROR!`.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from xml.parsers import expat

from qonys.collect.readers.sheet_place import ErrorCells, SheetNotFoundError, SheetPlace
from qonys.collect.spreadsheet_errors import ANY_ERROR, is_error

_PIECE = 1 << 20
_OVERLAP = 64
_OF_XLSX = re.compile(rb"""\st\s*=\s*["']e["']""")
_OF_ODS = re.compile(rb"""value-type\s*=\s*["']error["']|>\s*(?:#|Err:)""")
_MOST_ROWS = 1 << 20
_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")

Attributes = dict[str, str]


def errors_of_xlsx(archive: zipfile.ZipFile, names: Mapping[str, str], sheet: SheetPlace) -> ErrorCells:
    """The errors of a sheet.

    Args:
        archive: the workbook.
        names: name of a member in small letters -> as it is written.
        sheet: which sheet.

    Raises:
        SheetNotFoundError: the workbook's relations name no such sheet.
    """
    member = names.get(_part_of(archive, names, sheet).lower())
    if member is None:
        raise SheetNotFoundError
    if not _occurs(archive, member, _OF_XLSX):
        return {}
    cells = _XlsxCells()
    _walk(archive, member, cells)
    return cells.found


def errors_of_ods(archive: zipfile.ZipFile, sheet: SheetPlace) -> ErrorCells:
    """The errors of a sheet.

    Raises:
        SheetNotFoundError: the content holds no such table.
    """
    if not _occurs(archive, "content.xml", _OF_ODS):
        return {}
    cells = _OdsCells(sheet.name)
    _walk(archive, "content.xml", cells)
    if not cells.is_found:
        raise SheetNotFoundError
    return cells.found


def part_of_relations(archive: zipfile.ZipFile, names: Mapping[str, str], of: str, relation: str) -> str:
    """The member to which a relation of a workbook's part leads; nothing where there is none.

    Args:
        archive: the workbook.
        names: name of a member in small letters -> as it is written.
        of: the file of relations, in small letters.
        relation: identifier of the relation.
    """
    found: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        if _local(name) == "Relationship" and attributes.get("Id") == relation:
            found.append(attributes.get("Target", ""))

    _parse(archive, names.get(of, ""), start)
    if not found:
        return ""
    return found[0].lstrip("/") if found[0].startswith("/") else posixpath.normpath(f"xl/{found[0]}")


def _part_of(archive: zipfile.ZipFile, names: Mapping[str, str], sheet: SheetPlace) -> str:
    relations: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        if _local(name) == "sheet" and attributes.get("name") == sheet.name:
            relations.extend(value for key, value in attributes.items() if key.endswith(":id"))

    _parse(archive, names["xl/workbook.xml"], start)
    if not relations:
        raise SheetNotFoundError
    return part_of_relations(archive, names, "xl/_rels/workbook.xml.rels", relations[0])


class _XlsxCells:
    """Follows the cells of a sheet. A row or a cell without a reference follows the one before it."""

    def __init__(self) -> None:
        self.found: ErrorCells = {}
        self._row, self._cell, self._is_error, self._is_value = 0, -1, False, False
        self._text = ""

    def start(self, name: str, attributes: Attributes) -> None:
        match _local(name):
            case "row":
                self._row, self._cell = int(attributes.get("r", self._row + 1)), -1
            case "c":
                self._cell = _column(attributes["r"]) if "r" in attributes else self._cell + 1
                self._is_error, self._text = attributes.get("t") == "e", ""
            case "v":
                self._is_value = self._is_error

    def text(self, piece: str) -> None:
        if self._is_value:
            self._text += piece

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "v":
            self._is_value = False
        elif local == "c" and self._is_error:
            self.found.setdefault(self._row, {})[self._cell] = _named(self._text)
            self._is_error = False


class _OdsCells:
    """Follows the cells of one table, in which rows and cells may be written once for many."""

    def __init__(self, table: str) -> None:
        self.found: ErrorCells = {}
        self.is_found = False
        self._table, self._inside, self._paragraph, self._note = table, 0, False, False
        self._row, self._rows, self._cell, self._cells = 0, 1, 0, 1
        self._is_marked, self._text = False, ""

    def start(self, name: str, attributes: Attributes) -> None:
        local = _local(name)
        if local == "table":
            self._inside = self._inside + 1 if self._inside else int(_of(attributes, "name") == self._table)
            self.is_found = self.is_found or bool(self._inside)
        elif self._inside == 1 and local == "table-row":
            self._rows, self._cell = int(_of(attributes, "number-rows-repeated") or 1), 0
        elif self._inside == 1 and local in ("table-cell", "covered-table-cell"):
            self._cells, self._text = int(_of(attributes, "number-columns-repeated") or 1), ""
            self._is_marked = any(key.endswith(":value-type") and is_a == "error" for key, is_a in attributes.items())
        elif self._inside == 1 and local in ("p", "annotation"):
            self._note = self._note or local == "annotation"
            self._paragraph = not self._note

    def text(self, piece: str) -> None:
        if self._paragraph:
            self._text += piece

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "table" and self._inside:
            self._inside -= 1
        elif self._inside == 1 and local == "table-row":
            self._row += self._rows
        elif self._inside == 1 and local in ("table-cell", "covered-table-cell"):
            if self._is_marked or is_error(self._text):
                self._keep(_named(self._text))
            self._cell += self._cells
        elif local in ("p", "annotation"):
            self._note, self._paragraph = self._note and local == "p", False

    def _keep(self, error: str) -> None:
        for row in range(self._row + 1, self._row + 1 + min(self._rows, _MOST_ROWS)):
            self.found.setdefault(row, {}).update(dict.fromkeys(range(self._cell, self._cell + self._cells), error))


def _named(text: str) -> str:
    return text.strip() if is_error(text) else ANY_ERROR


def _column(reference: str) -> int:
    """The place of a column, from 0, of a reference such as ``AB12``.

    Raises:
        SheetNotFoundError: it is no reference.
    """
    written = _REFERENCE.fullmatch(reference)
    if written is None:
        raise SheetNotFoundError
    place = 0
    for letter in written[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _of(attributes: Attributes, name: str) -> str:
    return next((value for key, value in attributes.items() if _local(key) == name), "")


def _occurs(archive: zipfile.ZipFile, member: str, pattern: re.Pattern[bytes]) -> bool:
    """Whether a member holds what an error must hold; looking through it costs far less than following its cells."""
    rest = b""
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            if pattern.search(rest + piece):
                return True
            rest = piece[-_OVERLAP:]
    return False


def _walk(archive: zipfile.ZipFile, member: str, cells: _XlsxCells | _OdsCells) -> None:
    _parse(archive, member, cells.start, cells.text, cells.end)


def _parse(
    archive: zipfile.ZipFile,
    member: str,
    start: Callable[[str, Attributes], None],
    text: Callable[[str], None] | None = None,
    end: Callable[[str], None] | None = None,
) -> None:
    """Follow the markup of a member.

    Raises:
        SheetNotFoundError: there is no such member, or it is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    try:
        with archive.open(member) as stream:
            parser.ParseFile(stream)
    except (KeyError, ValueError, expat.ExpatError) as error:
        raise SheetNotFoundError from error
