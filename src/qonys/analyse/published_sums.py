"""Published counts as sums of the same unknown ones: what each cell of every table can be, given all that is published together.

Laws: an unknown count is that of a cell of some table, whether it is shown or not, or of the kinds of moves (`move_kinds`) that all
tables show together; nothing is read but what is published. A net ties the arrivals of its cell to the departures of it. A
cell is the sum of those of another table, of its own months, districts or members where these are its kinds exactly. A table
names every country, area and place in which somebody moved: whoever is not in it is nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from qonys.analyse.audit import SIDES, Published
from qonys.analyse.judged import Judged
from qonys.analyse.move_kinds import TERRITORIAL, MoveKinds
from qonys.analyse.published_cells import SIGNS
from qonys.concepts.text import TOTAL
from qonys.methods.disclosure.bounds import UNBOUNDED, CountBounds, propagated, searched

Key: TypeAlias = tuple[str, ...]
Bits: TypeAlias = NDArray[np.bool_]


class Shown(NamedTuple):
    """A number of a published table: what it is of, and from what to what it can be."""

    table: Published
    measure: str
    key: Key
    least: int
    most: int

    @property
    def written(self) -> str:
        return ", ".join((*self.key, self.measure))

    @property
    def is_known(self) -> bool:
        return self.most < UNBOUNDED


@dataclass(frozen=True)
class PublishedSums:
    """A system of published counts.

    Args:
        shown: the published numbers.
        terms: of each of them: which cells make it up, with their signs.
        cells: a number by which each cell is written, shape (cells,); one that is shown before one that is not.
        kinds: which kinds make up each cell, shape (cells, kinds).
        parts: cells that are the sum of others: the whole first, then its parts.
        unplaced: numbers of which nobody can say which moves they count.
    """

    shown: Sequence[Shown]
    terms: Sequence[Mapping[int, int]]
    cells: Sequence[Shown]
    kinds: Bits
    parts: Sequence[tuple[int, ...]]
    unplaced: int = 0

    @cached_property
    def shared(self) -> NDArray[np.int64]:
        """How many kinds two cells have in common, shape (cells, cells)."""
        kinds = csr_array(self.kinds.astype(np.int64))
        return np.asarray((kinds @ kinds.T).toarray())

    @cached_property
    def tables(self) -> dict[str, Published]:
        return {one.table.name: one.table for one in self.shown}

    def said(self, threshold: int) -> Bits:
        """Cells of which one number alone says that they are from 1 to k - 1, shape (cells,)."""
        found = np.zeros(len(self.cells), bool)
        for one, terms in self._of(None):
            if list(terms.values()) == [1] and 1 <= one.least <= one.most < threshold:
                found[list(terms)] = True
        return found

    def told(self, tables: Collection[str] | None = None) -> CountBounds:
        """What tables say of each cell by itself."""
        least, most = np.zeros(len(self.cells), np.int64), np.full(len(self.cells), UNBOUNDED)
        for one, terms in self._of(tables):
            if list(terms.values()) == [1]:
                (cell,) = terms
                least[cell], most[cell] = max(least[cell], one.least), min(most[cell], one.most)
        return CountBounds(least, most)

    def judged(
        self,
        threshold: int,
        *,
        thorough: bool,
        tables: Collection[str] | None = None,
        cells: Iterable[int] | None = None,
        work: int | None = None,
    ) -> tuple[CountBounds, Judged]:
        """The least and the most that each cell, then each kind, can be; and how many were judged how.

        Args:
            threshold: k, by which counts are chosen that may be small.
            thorough: over all whole numbers; else those that follow from each sum alone.
            tables: those that are read; all if not given.
            cells: cells that are asked for, all cells and kinds if not given.
            work: searches times terms of the sums that may be spent; of more, counts that may be smallest are searched,
                cells before kinds.

        Raises:
            StatisticianError: what is published contradicts itself.
        """
        sums, values = self._sums(tables)
        told, kinds = self.told(tables), self.kinds.shape[1]
        start = CountBounds(
            np.concatenate([told.least, np.zeros(kinds, np.int64)]),
            np.concatenate([told.most, np.full(kinds, UNBOUNDED)]),
        )
        bounds = propagated(sums, values, start)
        open_ones = np.flatnonzero((bounds.least < threshold) & (bounds.least < bounds.most))
        asked = open_ones if cells is None else np.intersect1d(open_ones, list(cells))
        is_kind = asked >= len(self.cells)
        of_all = None if work is None else max(1, work // sums.nnz)
        first = asked[np.lexsort((bounds.most[asked], is_kind))][: of_all if thorough else 0]
        found = searched(sums, values, bounds, first.tolist())
        shown = int((told.least == told.most).sum())
        by_sums = len(start.least) - shown - len(open_ones)
        left = len(open_ones) - len(first)
        return found.bounds, Judged(shown, by_sums, len(first), int(found.cut_short.sum()), left)

    def _of(self, tables: Collection[str] | None) -> Iterator[tuple[Shown, Mapping[int, int]]]:
        for one, terms in zip(self.shown, self.terms, strict=True):
            if one.is_known and (tables is None or one.table.name in tables):
                yield one, terms

    @cached_property
    def _structure(self) -> csr_array:
        """Cells as sums of their parts and of kinds: zero each."""
        first = len(self.cells)
        lines: list[Mapping[int, int]] = [{whole: -1, **dict.fromkeys(parts, 1)} for whole, *parts in self.parts]
        lines += [
            {cell: -1, **dict.fromkeys((first + np.flatnonzero(bits)).tolist(), 1)}
            for cell, bits in enumerate(self.kinds)
        ]
        return self._rows(lines)

    def _sums(self, tables: Collection[str] | None) -> tuple[csr_array, CountBounds]:
        """Cells as sums, and the numbers that are no count of one cell."""
        tied = [(one, terms) for one, terms in self._of(tables) if terms and list(terms.values()) != [1]]
        nothing = np.zeros(self._structure.shape[0], np.int64)
        sums = csr_array(vstack([self._structure, self._rows([terms for _, terms in tied])]))
        least = np.concatenate([nothing, np.array([one.least for one, _ in tied], np.int64)])
        most = np.concatenate([nothing, np.array([one.most for one, _ in tied], np.int64)])
        return sums, CountBounds(least, most)

    def _rows(self, lines: Sequence[Mapping[int, int]]) -> csr_array:
        row = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
        column = np.array([cell for line in lines for cell in line], np.int64)
        times = np.array([sign for line in lines for sign in line.values()], np.int64)
        return csr_array((times, (row, column)), shape=(len(lines), len(self.cells) + self.kinds.shape[1]))


def published_sums(shown: Sequence[Shown], kinds: MoveKinds) -> PublishedSums | None:
    """The system of numbers that are of the same persons; None where nobody knows which moves they count."""
    made = _Made(kinds)
    for one in sorted(shown, key=lambda one: (not one.is_known, one.measure not in SIDES)):
        made.add(one)
    for one, side, nobody in list(made.nobody()):
        made.add_nobody(one, side, nobody)
    return made.system() if made.masks else None


class _Made:
    """A system as it is put together.

    Args:
        kinds: the kinds of moves.
    """

    def __init__(self, kinds: MoveKinds) -> None:
        self.kinds = kinds
        self.masks: dict[bytes, Bits] = {}
        self._cells: dict[bytes, Shown] = {}
        self._layers: dict[tuple[object, ...], dict[bytes, None]] = {}
        self._shown: list[Shown] = []
        self._terms: list[dict[bytes, int]] = []
        self._unplaced = 0

    def add(self, one: Shown) -> None:
        """A number, and the cells of which it is; none where it cannot be said which moves they count."""
        sides = [side for side in SIDES if _is_in(side, one.measure)]
        of_sides = {side: self.kinds.of_cell(one.table.design, side, one.key) for side in sides}
        found: dict[bytes, int] = {}
        for side, mask in of_sides.items():
            if mask is None:
                self._unplaced += 1
                return
            if mask.any():
                mark = self._mark(one._replace(measure=side), mask)
                self._layers.setdefault(_layer(one, side, self.kinds), {})[mark] = None
                found[mark] = found.get(mark, 0) + SIGNS[one.measure][SIDES.index(side)]
        self._shown.append(one)
        self._terms.append({mark: sign for mark, sign in found.items() if sign})

    def add_nobody(self, one: Shown, side: str, mask: Bits) -> None:
        """Kinds that are no cell, and not there."""
        self._shown.append(one)
        self._terms.append({self._mark(one._replace(measure=side), mask): 1})

    def nobody(self) -> Iterator[tuple[Shown, str, Bits]]:
        """The kinds that a table would show if there were any."""
        named: dict[tuple[str, str, str], tuple[Shown, Bits]] = {}
        for one in self._shown:
            is_inner = one.table.is_whole and not any(_depth(one, self.kinds))
            for side in SIDES:
                is_told = is_inner and _is_in(side, one.measure)
                mask = self.kinds.of_cell(one.table.design, side, one.key) if is_told else None
                if mask is not None:
                    mark = (one.table.name, side, one.key[0])
                    named[mark] = (one, named[mark][1] | mask if mark in named else mask)
        for (_, side, period), (one, mask) in named.items():
            design = one.table.design
            whole = (period, *(TOTAL for _ in design.dimensions))
            counted = self.kinds.of_cell(design, side, whole)
            if counted is not None and (rest := counted & ~mask & ~self.kinds.divided(design)).any():
                yield Shown(one.table, one.measure, whole, 0, 0), side, rest

    def system(self) -> PublishedSums:
        together = _apart(np.array(list(self.masks.values())))
        place = {mark: number for number, mark in enumerate(self.masks)}
        terms = [{place[mark]: sign for mark, sign in some.items()} for some in self._terms]
        layers = [np.array([place[mark] for mark in layer]) for layer in self._layers.values()]
        made = PublishedSums(self._shown, terms, list(self._cells.values()), together, (), self._unplaced)
        return replace(made, parts=list(_parts(together, made.shared, layers)))

    def _mark(self, one: Shown, mask: Bits) -> bytes:
        mark = mask.tobytes()
        self.masks[mark] = mask
        self._cells.setdefault(mark, one)
        return mark


def _is_in(side: str, measure: str) -> bool:
    return SIGNS[measure][SIDES.index(side)] != 0


def _layer(one: Shown, side: str, kinds: MoveKinds) -> tuple[object, ...]:
    """Cells of a table that share no move: the same dimensions are at their totals, or at groups."""
    return (one.table.name, side, _depth(one, kinds))


def _depth(one: Shown, kinds: MoveKinds) -> tuple[str, ...]:
    """Of each dimension that tells where a move begins or ends: at its total, at a group, or, empty, at one of its own codes."""
    design = one.table.design
    told = zip(design.dimensions, one.key[1:], strict=True)
    return tuple(
        TOTAL if code == TOTAL else "group" if kinds.is_group(design, name, code) else ""
        for name, code in told
        if name in TERRITORIAL
    )


def _apart(masks: Bits) -> Bits:
    """The kinds that some cells count and others do not, each once, in the order of what counts them."""
    columns = np.ascontiguousarray(np.packbits(masks, axis=0).T)
    _, first = np.unique(columns.view(f"V{columns.shape[1]}").ravel(), return_index=True)
    kinds: Bits = masks[:, first]
    return kinds[:, kinds.any(axis=0)]


def _parts(kinds: Bits, shared: NDArray[np.int64], layers: Iterable[NDArray[np.int64]]) -> Iterator[tuple[int, ...]]:
    """Cells that are exactly the sum of some cells of a layer: the whole, then its parts."""
    size = kinds.sum(axis=1)
    seen: set[tuple[int, ...]] = set()
    for layer in layers:
        if (kinds[layer].sum(axis=0) > 1).any():
            continue
        contained = shared[:, layer] == size[layer]
        whole = (contained @ size[layer] == size) & (contained.sum(axis=1) > 1)
        for cell in np.flatnonzero(whole).tolist():
            parts = (cell, *layer[contained[cell]].tolist())
            if parts not in seen:
                seen.add(parts)
                yield parts
