"""Cuts a delimited file into blocks of whole lines, and sets aside lines that are no rows or would swallow others.

A slip is one line. A quotation mark that is never closed would make one row of all lines up to the next mark, so such a
line is broken by itself. Blank lines are no rows. A line ends as Unix, Windows or an old Macintosh ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

_LONGEST_LINE = 64 << 20
_IN_CACHE = 1 << 20
_LINE_FEED = ord("\n")
_CARRIAGE_RETURN = ord("\r")

Bytes: TypeAlias = bytes | bytearray


class LineTooLongError(ValueError):
    """A line is longer than any slip can be."""


@dataclass(frozen=True)
class Marks:
    """Where separators and line feeds stand, in their order, and how many of them are line feeds."""

    places: npt.NDArray[np.int32]
    lines: int


@dataclass(frozen=True)
class Block:
    """Whole lines of a file.

    Args:
        content: their bytes, each line ended by a line feed or by a carriage return and a line feed.
        lines: how many lines of the file it was cut from.
        rows: numbers among those lines, from 1, of the ones that may be rows, in their order; None: all of them.
        open_quotes: numbers of the lines left out because of a quotation mark that is not closed.
        marks: where lines and columns end, if there is no quotation mark; None: it was not asked, or there is one.
    """

    content: Bytes
    lines: int
    rows: npt.NDArray[np.int64] | None = None
    open_quotes: tuple[int, ...] = ()
    marks: Marks | None = None

    @property
    def numbers(self) -> npt.NDArray[np.int64]:
        """Numbers of the lines that may be rows."""
        return np.arange(1, self.lines + 1, dtype=np.int64) if self.rows is None else self.rows


def whole_lines(stream: BinaryIO, block_bytes: int, used: SimpleQueue[bytearray]) -> Iterator[bytearray]:
    """Cut a stream at ends of lines, about so many bytes a piece.

    Args:
        stream: text in UTF-8 or in an encoding of one byte a character, at the start of a line.
        block_bytes: a piece holds at least one line, however long it is.
        used: pieces that nobody looks at any more, whose memory is taken for the next ones. New memory is cleared
            first, and no other thread comes to its turn meanwhile.

    Raises:
        LineTooLongError: there is no end of a line for 64 MiB.
    """
    rest = bytearray()
    while taken := _filled(content := _room(len(rest) + block_bytes, used), rest, stream):
        del content[len(rest) + taken :]
        end = _end_of_last_line(content)
        rest = content[end:]
        if end:
            del content[end:]
            yield content
        if len(rest) > _LONGEST_LINE:
            raise LineTooLongError
    if rest:
        yield rest if rest.endswith((b"\r", b"\n")) else rest + b"\n"


def _room(size: int, used: SimpleQueue[bytearray]) -> bytearray:
    try:
        room = used.get_nowait()
        del room[size:]
        room.extend(bytes(size - len(room)))
    except (Empty, BufferError):
        # There is none, or somebody does still look at it.
        return bytearray(size)
    return room


def _filled(content: bytearray, rest: bytearray, stream: BinaryIO) -> int:
    """Fill what is to be the next piece in place, so that it is copied once; how many bytes came after the rest."""
    content[: len(rest)] = rest
    # Both views are released by name: a profiler may keep the frames that know them, and what is seen cannot be cut.
    with memoryview(content) as whole, whole[len(rest) :] as room:
        taken: int = stream.readinto(room)  # type: ignore[attr-defined]  # any buffered stream has it
    return taken


def _end_of_last_line(content: Bytes) -> int:
    """A carriage return at the very end may be half of a line's end, so it ends none yet."""
    feed = content.rfind(b"\n")
    return max(feed, content.rfind(b"\r", feed + 1, len(content) - 1)) + 1


class LineCutter:
    """Makes blocks of whole lines.

    Args:
        separator: between columns.
        quote: around a column that holds the separator; may be empty.
    """

    def __init__(self, separator: bytes, quote: bytes) -> None:
        self._separator, self._quote = separator, quote
        self._sound = _sound_line(separator, quote) if quote else None

    def block(self, piece: Bytes) -> Block:
        """The lines of a piece; cut only where it has quotation marks, so that blank lines may be among them."""
        content = _with_line_feeds(piece)
        if self._quote and self._quote in content:
            return Block(content, _line_feeds(content)) if self._is_plainly_quoted(content) else self.cut(content)
        if len(self._separator) != 1:
            return Block(content, _line_feeds(content))
        marks = marks_of(self._separator, content)
        return Block(content, marks.lines, marks=marks)

    def _is_plainly_quoted(self, content: Bytes) -> bool:
        """Every second quotation mark opens a column, the next one closes it on the same line, and there are no others."""
        if len(self._quote) != 1 or len(self._separator) != 1:
            return False
        text = np.frombuffer(b"".join((b"\n", content, b"\n")), np.uint8)
        marks = np.flatnonzero(text == self._quote[0])
        opening, closing = marks[0::2], marks[1::2]
        if len(opening) != len(closing):
            return False
        separator, ends = self._separator[0], (self._separator[0], _LINE_FEED, _CARRIAGE_RETURN)
        before, after = text[opening - 1], text[closing + 1]
        opens = (before == separator) | (before == _LINE_FEED)
        if not (opens.all() and np.isin(after, ends).all()):
            return False
        marks_before_line = np.searchsorted(marks, np.flatnonzero(text == _LINE_FEED))
        return not (marks_before_line % 2).any()

    def cut(self, content: Bytes) -> Block:
        """The lines of a piece without blank ones and open quotation marks."""
        kept, numbers, open_quotes = [], [], []
        lines = bytes(content).split(b"\n")[:-1]
        for number, line in enumerate(lines, start=1):
            bare = line.rstrip(b"\r")
            if bare and self._sound and self._quote in bare and not self._sound.fullmatch(bare):
                open_quotes.append(number)
            elif bare:
                kept.append(bare)
                numbers.append(number)
        rows = np.array(numbers, dtype=np.int64)
        return Block(b"\n".join([*kept, b""]) if kept else b"", len(lines), rows, tuple(open_quotes))


def _with_line_feeds(content: Bytes) -> Bytes:
    """The content with every line ended by a line feed."""
    if b"\r" not in content or content.count(b"\r") == content.count(b"\r\n"):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def marks_of(separator: bytes, content: Bytes) -> Marks:
    """Looked for piece by piece, since memory that is new costs more than the comparison; the separator is one byte."""
    text, lines = np.frombuffer(content, np.uint8), 0
    found = [np.empty(0, np.int32)]
    for start in range(0, len(text), _IN_CACHE):
        piece = text[start : start + _IN_CACHE]
        feeds = piece == _LINE_FEED
        lines += int(np.count_nonzero(feeds))
        places = np.flatnonzero(feeds | (piece == ord(separator)))
        found.append(np.add(places, start, dtype=np.int32, casting="unsafe"))
    return Marks(np.concatenate(found), lines)


def _line_feeds(content: Bytes) -> int:
    """How many there are, looked for in the same way."""
    text = np.frombuffer(content, np.uint8)
    pieces = range(0, len(text), _IN_CACHE)
    return sum(int(np.count_nonzero(text[start : start + _IN_CACHE] == _LINE_FEED)) for start in pieces)


def _sound_line(separator: bytes, quote: bytes) -> re.Pattern[bytes]:
    """Fields of which every one that opens with a quotation mark closes it; a doubled mark stands for itself."""
    s, q = re.escape(separator), re.escape(quote)
    field = rb"(?:%b(?>(?:[^%b]|%b%b)*)%b[^%b]*|[^%b%b][^%b]*|)" % (q, q, q, q, q, s, q, s, s)
    return re.compile(rb"%b(?:%b%b)*" % (field, s, field), re.DOTALL)
