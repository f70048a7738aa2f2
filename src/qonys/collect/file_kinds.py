"""What a file that cannot be read by its layout might be instead: by its first bytes, and by whether they are text at all.

It is asked only of files that are refused anyway: the first bytes promise something, but the layout is what was agreed.
The signatures are those that the formats' own descriptions give.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_MARKED = (
    ("utf-8-sig", b"\xef\xbb\xbf"),
    ("utf-32", b"\xff\xfe\x00\x00"),
    ("utf-16", b"\xff\xfe"),
    ("utf-16", b"\xfe\xff"),
)
_NO_TEXT = 0.01
"""Share of characters that no text holds, from which bytes are none: of bytes at random they are a tenth."""
_OTHER_LAYOUT = "Name a layout of the format {format} with --layout, or ask the supplier for the format of this layout."
_SAVED_ELSEWHERE = "Ask the supplier for the file as it was agreed; this is no table of slips."


@dataclass(frozen=True)
class FileKind:
    """A kind of file.

    Args:
        name: what a message calls it.
        next_step: what to do with such a file.
        format: of layouts that read it; nothing where none does.
    """

    name: str
    next_step: str
    format: str = ""


def _read_by(name: str, format: str) -> FileKind:  # noqa: A002 the word of the layouts
    return FileKind(name, _OTHER_LAYOUT.format(format=format), format)


def _packed(name: str) -> FileKind:
    return FileKind(name, "Unpack it, or ask for it plain or packed as .gz, .zip or .zst.")


_WORKBOOK = _read_by("a workbook (XLSX or ODS)", "spreadsheet")
_OLD_WORKBOOK = _read_by("a workbook of Excel before 2007 (XLS)", "spreadsheet")
_DOCUMENT = FileKind("a document (DOCX or ODT)", _SAVED_ELSEWHERE)
_PICTURE = FileKind("a picture", _SAVED_ELSEWHERE)
_DATABASE = FileKind("a database", "Ask for an export of its table, as text or as Parquet.")
_STATISTICAL = FileKind("a file of a statistical package", "Ask for an export of it, as text or as Parquet.")
_ENCRYPTED = FileKind("an encrypted message", "Decrypt it first, or ask the supplier who can.")
_TEXT = FileKind(
    "plain text", "Name a layout of a text format with --layout, or ask the supplier for the format of this layout."
)
_NOTHING_KNOWN = FileKind(
    "no text, and of no kind that is known",
    "It may be encrypted, broken, or of a program of the supplier's own: ask which program made it, and for its table as text.",
)
_BY_FIRST_BYTES: tuple[tuple[bytes, FileKind], ...] = (
    (b"PK\x03\x04", _WORKBOOK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_WORKBOOK),
    (b"PAR1", _read_by("a Parquet file", "parquet")),
    (b"ARROW1\x00\x00", FileKind("an Arrow file", "Ask for it as Parquet.")),
    (b"%PDF-", FileKind("a PDF document", _SAVED_ELSEWHERE)),
    (b"{\\rtf", FileKind("a document (RTF)", _SAVED_ELSEWHERE)),
    (b"\x89PNG\r\n\x1a\n", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"7z\xbc\xaf\x27\x1c", _packed("a 7z archive")),
    (b"Rar!\x1a\x07", _packed("a RAR archive")),
    (b"\xfd7zXZ\x00", _packed("packed by xz")),
    (b"SQLite format 3\x00", _DATABASE),
    (b"\x00\x01\x00\x00Standard ", _DATABASE),
    (b"$FL2", _STATISTICAL),
    (b"<stata_dta>", _STATISTICAL),
    (b"-----BEGIN PGP", _ENCRYPTED),
    (b"-----BEGIN CMS", _ENCRYPTED),
    (b"<?xml", FileKind("XML", _SAVED_ELSEWHERE)),
)
_WEB_PAGE = FileKind("a page of the web", "It may be a page to log in, or of an error: fetch the file again.")


def another_kind(head: bytes, format: str) -> FileKind | None:  # noqa: A002 the word of the layouts
    """The kind of a file that is not of a layout's format; nothing where the first bytes do not tell one.

    Args:
        head: the first bytes of the file, out of its compression.
        format: of the layout.
    """
    kind = _by_first_bytes(head)
    if kind is None and format in ("spreadsheet", "parquet"):
        kind = _TEXT if is_text(head) else None
    elif kind is None:
        kind = None if is_text(head) else _NOTHING_KNOWN
    return None if kind and kind.format == format else kind


def reads_as_text(text: str) -> bool:
    """Whether characters are such as texts hold: next to no control characters, and none that Unicode has not given out."""
    strange = [letter for letter in set(text) if unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs")]
    strange = [letter for letter in strange if not letter.isspace()]
    return sum(text.count(letter) for letter in strange) <= _NO_TEXT * len(text)


def is_text(head: bytes) -> bool:
    """Whether bytes are text of some encoding."""
    if marked := next((name for name, mark in _MARKED if head.startswith(mark)), None):
        return reads_as_text(head.decode(marked, "ignore"))
    if reads_as_text(head.decode("latin-1").translate(_NOT_BELOW_ASCII)):
        return True
    wide = ("utf-16-le", "utf-16-be") if b"\0" in head else ()
    return any(reads_as_text(head[: len(head) & ~1].decode(name, "replace")) for name in wide)


_NOT_BELOW_ASCII = dict.fromkeys(range(128, 160), "x")
"""Letters of code pages stand there, in Latin-1 control characters."""


def _by_first_bytes(head: bytes) -> FileKind | None:
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return _packed("packed by bzip2")
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return _WEB_PAGE
    kind = next((kind for mark, kind in _BY_FIRST_BYTES if head.startswith(mark)), None)
    return _DOCUMENT if kind is _WORKBOOK and (b"word/" in head or b"opendocument.text" in head) else kind
