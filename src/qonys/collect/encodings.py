"""In which character encoding a text came: as its layout says, or, where the bytes prove it, in another, which is reported.

A byte order mark proves an encoding, and so do headings that can only be read in it. A code page gives every byte some
letter, so it is taken only where letters beyond ASCII make words that the layout knows; that a guess is likely is no
proof. Where nothing is proven, the layout stands and the bytes that are not of its encoding are told.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from qonys.collect.file_kinds import reads_as_text
from qonys.concepts.layout import SourceLayout

_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_GUESSED_FROM = 1 << 16


@dataclass(frozen=True)
class Encoding:
    """An encoding, the bytes of its mark before the first character, and what is to be told of it."""

    name: str
    mark: int = 0
    note: str = ""


def encoding_of(head: bytes, layout: SourceLayout) -> Encoding:
    """The encoding of a text that begins with these bytes."""
    wanted = _canonical(layout.encoding)
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return _marked(
                head, mark, name, "" if name.startswith(wanted) else _told(name, "its byte order mark", layout)
            )
    if _fits(head, wanted, layout):
        return Encoding(wanted)
    for name in _others(head):
        if name != wanted and _is_proven(head, name, layout):
            same = name.startswith(wanted)
            return Encoding(name, 0, "" if same else _told(name, "the words that the layout knows", layout))
    return Encoding("utf-16-le" if wanted == "utf-16" else wanted)


def likely_encoding(piece: bytes, layout: SourceLayout) -> str:
    """Another encoding in which bytes could be read, as a hint; nothing where there is none."""
    wanted = _canonical(layout.encoding)
    read = ((name, _decoded(piece, name)) for name in _others(piece) if name != wanted)
    return next((name for name, text in read if text is not None and reads_as_text(text)), "")


def _canonical(encoding: str) -> str:
    return codecs.lookup(encoding).name.replace("_", "-").removesuffix("-sig")


def _marked(head: bytes, mark: bytes, name: str, note: str) -> Encoding:
    """By a byte order mark; a program that adds one without looking writes it again, and says nothing by that."""
    count = 1
    while head.startswith(mark, count * len(mark)):
        count += 1
    again = f"The file begins with {count} byte order marks, where one is enough; all of them were left out."
    return Encoding(name, count * len(mark), " ".join(filter(None, (note, again if count > 1 else ""))))


def _told(name: str, why: str, layout: SourceLayout) -> str:
    return f"The file is in the encoding {name}, by {why}; the layout {layout.id} says {layout.encoding}."


def _fits(head: bytes, wanted: str, layout: SourceLayout) -> bool:
    text = _decoded(head, wanted) if wanted != "utf-16" else None
    if text is None or not _holds_headings(text, layout):
        return False
    is_code_page = not wanted.startswith("utf-")
    return not (is_code_page and _holds_letters_of_utf_8(head) and not _holds_known_letters(text, layout))


def _is_proven(head: bytes, name: str, layout: SourceLayout) -> bool:
    text = _decoded(head, name)
    if text is None or not _holds_headings(text, layout):
        return False
    match name:
        case "utf-8":
            return _holds_letters_of_utf_8(head)
        case "utf-16-le" | "utf-16-be":
            return "\0" not in text and ("\n" in text or _holds_known_letters(text, layout))
        case _:
            return _holds_known_letters(text, layout)


def _others(head: bytes) -> Iterator[str]:
    """Encodings to try, the ones that prove themselves first."""
    yield from ("utf-8", *(("utf-16-le", "utf-16-be") if b"\0" in head else ()), "cp1251")
    from charset_normalizer import from_bytes

    for guess in from_bytes(head[:_GUESSED_FROM], threshold=1):
        yield _canonical(guess.encoding)


def _decoded(head: bytes, encoding: str) -> str | None:
    """The text, of which the last character may be cut off; nothing where a byte is not of the encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None


def _holds_headings(text: str, layout: SourceLayout) -> bool:
    headed = layout.format == "json_lines" or (layout.format == "delimited" and layout.header)
    return not headed or all(column.name in text for column in layout.columns)


def _holds_known_letters(text: str, layout: SourceLayout) -> bool:
    """Whether a word occurs that the layout knows and that is not of ASCII alone."""
    known = [column.name for column in layout.columns]
    known += [word for source in layout.variables.values() for word in source.recode]
    return any(word in text for word in known if not word.isascii())


def _holds_letters_of_utf_8(head: bytes) -> bool:
    return not head.isascii() and _decoded(head, "utf-8") is not None
