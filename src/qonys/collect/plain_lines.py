"""Cuts plain lines into columns without a parser: a piece of a file is taken for an array of its texts, as it stands.

A line is plain where it holds as many separators as the heading, and its piece no quotation mark. Columns side by side
that say few different things together are a *run*: they are taken as one text, and only its distinct texts are cut.

Laws: a piece with a line that is not plain is not cut at all, so that a parser tells what is wrong with it. Identifiers are
in no run and in no dictionary. Places among texts are made here with the texts, so that Arrow need not check them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.csv_lines import Bytes, Marks, marks_of

_SAMPLE = 4096
"""Lines from which the runs are chosen."""
_ROWS_A_TEXT = 4
"""A run grows while its sample has so many rows a distinct text: what is nearly always new is cut as often as it is read."""

_LINE_FEED, _CARRIAGE_RETURN = ord("\n"), ord("\r")

Numbers: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Run:
    """Columns side by side that are taken as one text: place of the first one, and of the last one."""

    first: int
    last: int


@dataclass(frozen=True)
class _Lines:
    """Plain lines.

    Args:
        content: their bytes.
        ends: where the separator after each column stands, or the line feed; shape (lines, columns).
        end_bytes: how many bytes end a line, one or two.
    """

    content: Bytes
    ends: Numbers
    end_bytes: int

    @property
    def last(self) -> int:
        """The last column."""
        return int(self.ends.shape[1]) - 1

    def bytes_after(self, column: int) -> int:
        """How many bytes stand between a column and the next one."""
        return self.end_bytes if column == self.last else 1


class PlainLines:
    """Cuts plain lines; several threads may ask it at once.

    Args:
        separator: between columns, one byte.
        columns: how many the heading has.
        coded: places of the columns that are given as dictionaries.
        whole: places of the columns that are given as they stand: identifiers.
        text: type of a text, string or binary.
        sample: the beginning of the file, from which the runs are chosen.
    """

    def __init__(
        self,
        separator: bytes,
        columns: int,
        coded: Collection[int],
        whole: Collection[int],
        text: pa.DataType,
        sample: Bytes,
    ) -> None:
        self._separator, self._columns, self._whole, self._text = separator, columns, sorted(whole), text
        self._runs = [_Run(place, place) for place in sorted(coded)]
        lines = b"".join(sample[: sample.rfind(b"\n") + 1].splitlines(keepends=True)[:_SAMPLE])
        if len(separator) == 1 and (plain := self._lines(lines, marks_of(separator, lines))):
            self._runs = self._chosen(plain)

    def columns(self, content: Bytes, marks: Marks) -> dict[int, pa.Array[Any]] | None:
        """The columns that are asked for, by their places; None where a line is not plain.

        Args:
            content: whole lines without a quotation mark.
            marks: where lines and columns end.
        """
        lines = self._lines(content, marks)
        if lines is None:
            return None
        cells = _Cells(lines, self._runs, self._whole)
        found = {place: cells.whole(place).view(self._text) for place in self._whole}
        for run in self._runs:
            found.update(zip(range(run.first, run.last + 1), self._cut(run, *cells.run(run)), strict=True))
        return found

    def _lines(self, content: Bytes, marks: Marks) -> _Lines | None:
        """The lines, if all of them are plain."""
        if not marks.lines or self._columns == 1:
            return None  # in a line of one column, nothing tells a blank one from a row
        returns = content.count(b"\r") if b"\r" in content else 0
        if len(marks.places) != marks.lines * self._columns or returns not in (0, marks.lines):
            return None
        ends = marks.places.reshape(marks.lines, self._columns)
        text, last = np.frombuffer(content, np.uint8), ends[:, -1]
        # There are as many line feeds as lines, so if all of them end a line, a line has no other.
        if (text[last] != _LINE_FEED).any() or (returns and (text[last - 1] != _CARRIAGE_RETURN).any()):
            return None
        return _Lines(content, ends, 2 if returns else 1)

    def _chosen(self, lines: _Lines) -> list[_Run]:
        """Runs that grow from left to right while they seldom say anything new."""
        cells = _Cells(lines, self._runs, self._whole)
        chosen: list[_Run] = []
        said = np.empty(0, np.int64)
        for run in self._runs:
            own = cells.run(run)[1].astype(np.int64)
            follows = bool(chosen) and chosen[-1].last == run.first - 1
            distinct, together = np.unique(said * len(own) + own, return_inverse=True) if follows else (own, own)
            if follows and len(distinct) * _ROWS_A_TEXT <= len(own):
                chosen[-1], said = _Run(chosen[-1].first, run.last), together
            else:
                chosen.append(run)
                said = own
        return chosen

    def _cut(self, run: _Run, texts: pa.Array[Any], places: Numbers) -> Iterator[pa.Array[Any]]:
        """The columns of a run, as dictionaries: each of its distinct texts is cut once."""
        rows: Any = pa.array(places)
        columns = run.last - run.first + 1
        if columns == 1:
            yield pa.DictionaryArray.from_arrays(rows, texts.view(self._text), safe=False)
            return
        parts: Any = pc.split_pattern(texts, pattern=self._separator.decode()).flatten()
        for at in range(columns):
            own: Any = parts.take(np.arange(at, len(parts), columns)).dictionary_encode()
            of_rows: Any = pc.take(own.indices, rows, boundscheck=False)
            yield pa.DictionaryArray.from_arrays(of_rows, own.dictionary.view(self._text), safe=False)


@dataclass(frozen=True)
class _Cell:
    """What stands in a line up to a column.

    Args:
        last: the column.
        ended: what follows the column belongs to the cell.
        coded: it is one of a run, and is encoded.
    """

    last: int
    ended: bool
    coded: bool


class _Cells:
    """Lines as one array of texts, without a copy; those of the runs are encoded together."""

    def __init__(self, lines: _Lines, runs: list[_Run], whole: list[int]) -> None:
        self._lines, self._cells = lines, list(_cells(runs, whole, lines.last))
        self._buffers = [self._coded(), self._offsets(), pa.py_buffer(lines.content)]
        encoded: Any = self._array().dictionary_encode()
        self._texts = encoded.dictionary
        self._places = np.frombuffer(encoded.indices.buffers()[1], np.int32, self._count).reshape(-1, len(self._cells))

    @property
    def _count(self) -> int:
        return len(self._lines.ends) * len(self._cells)

    def _array(self, *, coded: bool = True) -> pa.Array[Any]:
        """All cells; those that are of no run are null unless all of them are asked for."""
        buffers = self._buffers if coded else [None, *self._buffers[1:]]
        cells: pa.Array[Any] = pa.Array.from_buffers(pa.binary(), self._count, buffers)
        return cells

    def _coded(self) -> pa.Buffer | None:
        """Which cells are no null, as bits; None: all of them."""
        flags = [cell.coded for cell in self._cells]
        if all(flags):
            return None
        bits: Any = np.packbits(np.tile(flags, len(self._lines.ends)), bitorder="little")
        return pa.py_buffer(bits)

    def _offsets(self) -> pa.Buffer:
        """Where each cell begins, and where the last one ends."""
        offsets: Any = np.zeros(self._count + 1, np.int32)
        table = offsets[1:].reshape(-1, len(self._cells))
        for at, cell in enumerate(self._cells):
            to_end = 1 if cell.ended else 1 - self._lines.bytes_after(cell.last)
            np.add(self._lines.ends[:, cell.last], to_end, out=table[:, at])
        return pa.py_buffer(offsets)

    def run(self, run: _Run) -> tuple[pa.Array[Any], Numbers]:
        """The distinct texts of a run, and the place of each line's text among them."""
        # Of 64 bits: otherwise numpy would convert them for each use.
        own = self._places[:, self._cells.index(_Cell(run.last, ended=True, coded=True))].astype(np.int64)
        occurs = np.zeros(len(self._texts), np.bool_)
        occurs[own] = True
        new = np.cumsum(occurs, dtype=np.int32) - 1
        flags: Any = pa.array(occurs)
        texts: Any = self._texts.filter(flags)
        return pc.binary_slice(texts, 0, -self._lines.bytes_after(run.last)), new.take(own)

    def whole(self, column: int) -> pa.Array[Any]:
        """The texts of a column as they stand."""
        at = self._cells.index(_Cell(column, ended=False, coded=False))
        texts: pa.Array[Any] = self._array(coded=False).take(np.arange(at, self._count, len(self._cells)))
        return texts


def _cells(runs: list[_Run], whole: list[int], last: int) -> Iterator[_Cell]:
    """The cells of a line from left to right; columns that nobody asks for are one of no run."""
    first = 0
    for part in sorted([*runs, *(_Run(place, place) for place in whole)], key=lambda part: part.first):
        if part.first > first:
            yield _Cell(part.first - 1, ended=True, coded=False)
        if part.first in whole:
            yield _Cell(part.first, ended=False, coded=False)
        yield _Cell(part.last, ended=True, coded=part.first not in whole)
        first = part.last + 1
    if first <= last:
        yield _Cell(last, ended=True, coded=False)
