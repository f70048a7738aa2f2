"""Cuts a delimited file into blocks of whole lines, and sets aside lines that are no rows or would swallow others.

A slip is one line. A quotation mark that is never closed would make one row of all lines up to the next mark, so such a
line is broken by itself. Blank lines are no rows. A line ends as Unix, Windows or an old Macintosh ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

_LONGEST_LINE = 64 << 20


class LineTooLongError(ValueError):
    """A line is longer than any slip can be."""


@dataclass(frozen=True)
class Block:
    """Whole lines of a file.

    Args:
        content: their bytes, each line ended by a line feed or by a carriage return and a line feed.
        lines: numbers in the file, from 1, of the lines that may be rows, in their order.
        open_quotes: numbers of the lines left out because of a quotation mark that is not closed.
    """

    content: bytes
    lines: npt.NDArray[np.int64]
    open_quotes: tuple[int, ...] = ()


def blocks_of_lines(
    stream: BinaryIO, *, after: int, block_bytes: int, separator: bytes, quote: bytes
) -> Iterator[Block]:
    """Cut a stream into blocks.

    Args:
        stream: UTF-8 text, at the start of a line.
        after: number of the line before it.
        block_bytes: about so many bytes make a block.
        separator: between columns.
        quote: around a column that holds the separator; may be empty.

    Raises:
        LineTooLongError: there is no end of a line for 64 MiB.
    """
    sound = _sound_line(separator, quote) if quote else None
    for content in _whole_lines(stream, block_bytes):
        lines = content.count(b"\n")
        yield _block(content, after, lines, quote, sound)
        after += lines


def _whole_lines(stream: BinaryIO, block_bytes: int) -> Iterator[bytes]:
    rest = b""
    while piece := stream.read(block_bytes):
        content = rest + piece
        end = _end_of_last_line(content)
        if end:
            yield _with_line_feeds(content[:end])
        rest = content[end:]
        if len(rest) > _LONGEST_LINE:
            raise LineTooLongError
    if rest:
        yield _with_line_feeds(rest if rest.endswith((b"\r", b"\n")) else rest + b"\n")


def _end_of_last_line(content: bytes) -> int:
    """A carriage return at the very end may be half of a line's end, so it ends none yet."""
    return max(content.rfind(b"\n"), content.rfind(b"\r", 0, len(content) - 1)) + 1


def _with_line_feeds(content: bytes) -> bytes:
    if content.count(b"\r") == content.count(b"\r\n"):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _block(content: bytes, after: int, lines: int, quote: bytes, sound: re.Pattern[bytes] | None) -> Block:
    """The block without blank lines and open quotation marks; a block that has neither is searched, not cut."""
    numbers = np.arange(after + 1, after + 1 + lines, dtype=np.int64)
    blank = content[:1] in b"\r\n" or b"\n\n" in content or b"\n\r\n" in content
    if not blank and not (quote and quote in content):
        return Block(content, numbers)
    kept, places, open_quotes = [], [], []
    for place, line in enumerate(content.split(b"\n")[:-1]):
        bare = line.rstrip(b"\r")
        if bare and sound and quote in bare and not sound.fullmatch(bare):
            open_quotes.append(after + 1 + place)
        elif bare:
            kept.append(bare)
            places.append(place)
    return Block(b"\n".join([*kept, b""]), numbers[places], tuple(open_quotes))


def _sound_line(separator: bytes, quote: bytes) -> re.Pattern[bytes]:
    """Fields of which every one that opens with a quotation mark closes it; a doubled mark stands for itself."""
    s, q = re.escape(separator), re.escape(quote)
    field = rb"(?:%b(?>(?:[^%b]|%b%b)*)%b[^%b]*|[^%b%b][^%b]*|)" % (q, q, q, q, q, s, q, s, s)
    return re.compile(rb"%b(?:%b%b)*" % (field, s, field), re.DOTALL)
