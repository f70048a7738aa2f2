"""Which lines of a delimited file are no rows, so that every line that is one keeps its number and none swallows another.

A quotation mark that is never closed would make one row of all lines up to the next mark. A slip is one line, so such a
line is broken by itself; the CSV reader is shown a blank line in its stead. Blank lines are no rows.
"""

from __future__ import annotations

import io
import mmap
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class UnreadLines:
    """Line numbers (from 1) that the CSV reader does not count as rows, in ascending order."""

    blank: tuple[int, ...] = ()
    open_quotes: tuple[int, ...] = ()

    def line_numbers(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The lines on which the rows of these numbers (from 1, as the CSV reader counts) stand."""
        unread = np.array(sorted((*self.blank, *self.open_quotes)), dtype=np.int64)
        return rows + np.searchsorted(unread - np.arange(len(unread)), rows, side="right")


def unread_lines(path: Path, *, encoding: str, separator: str, quote: str) -> UnreadLines:
    """Find the lines that are no rows; a file without quotation marks and blank lines is searched, not cut.

    Raises:
        LookupError: there is no such encoding.
    """
    if "\n".encode(encoding) != b"\n" or not _is_worth_cutting(path, quote.encode(encoding)):
        return UnreadLines()
    mark, sound = quote.encode(encoding), _sound_line(separator.encode(encoding), quote.encode(encoding))
    blank, open_quotes = [], []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            bare = line.rstrip(b"\r\n")
            if not bare:
                blank.append(number)
            elif mark and mark in bare and not sound.fullmatch(bare):
                open_quotes.append(number)
    return UnreadLines(tuple(blank), tuple(open_quotes))


def without_lines(path: Path, numbers: Collection[int]) -> io.BufferedReader:
    """The bytes of a file, these lines being blank."""
    return io.BufferedReader(_Blanked(path, frozenset(numbers)))


def _is_worth_cutting(path: Path, mark: bytes) -> bool:
    searched = [b"\n\n", b"\n\r\n", *([mark] if mark else [])]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content[:1] in b"\r\n" or any(content.find(text) >= 0 for text in searched)


def _sound_line(separator: bytes, quote: bytes) -> re.Pattern[bytes]:
    """Fields of which every one that opens with a quotation mark closes it; a doubled mark stands for itself."""
    s, q = re.escape(separator), re.escape(quote)
    field = rb"(?:%b(?>(?:[^%b]|%b%b)*)%b[^%b]*|[^%b%b][^%b]*|)" % (q, q, q, q, q, s, q, s, s)
    return re.compile(rb"%b(?:%b%b)*" % (field, s, field), re.DOTALL)


class _Blanked(io.RawIOBase):
    def __init__(self, path: Path, numbers: frozenset[int]) -> None:
        self._lines = _lines(path, numbers)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            line = next(self._lines, None)
            if line is None:
                return 0
            self._rest = line
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def _lines(path: Path, numbers: frozenset[int]) -> Iterator[bytes]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            yield b"\n" if number in numbers else line
