"""Margins of many cells, such as areas by sex, kept after all others: what they lack is exchanged between twins.

Twins are cells that no fine margin, one of few cells, tells apart: a person more in one and less in the other leaves every fine margin as it is.
Sums over the fine margins are mostly whole at once, as those of rows and columns always are (Hoffman and Kruskal 1956); it
is the few coarse margins across them that make a linear programme come out in fractions. Kept apart, they are few rows over
many twins.

Laws: what is exchanged leaves every fine margin exact and every change within its room; the answer has all coarse margins, or there is none. What is
found is near the least cost, and no bound on the distance is known.

Source: Hoffman, A. J. and Kruskal, J. B. (1956), Integral boundary points of convex polyhedra, in Linear Inequalities and Related
Systems, Princeton. The exchange between twins is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, hstack, vstack

from qonys.methods.disclosure.whole_numbers import Programme, dived, least_whole_numbers, relaxed

Numbers: TypeAlias = NDArray[np.int64]
Amounts: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.intp]

_MANY_MARGINS = 500
"""Fewer margins are kept all at once, which is quick and nearest to the least cost."""
_COARSE = 4.0
"""A coarse margin has more cells than so many times the median one."""
_CHEAPEST = (10, 15, 20)
"""Cells of each coarse margin that exchange at first, and then: the fewer, the quicker."""
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Room:
    """How counts may change.

    Args:
        down: by how many persons at most each count goes down, shape (counts,).
        up: by how many it goes up, shape (counts,).
        cost: of a change of one person, shape (counts,).
    """

    down: Amounts
    up: Amounts
    cost: Amounts

    def programme(self, sums: csr_array, wanted: Numbers, of: Places) -> Programme:
        """Changes up, then down, of some counts, of least cost."""
        both = csr_array(hstack([sums, -sums], format="csr"))
        return Programme(np.tile(self.cost[of], 2), np.concatenate([self.up[of], self.down[of]]), both, wanted)


def are_many(margins: csr_array) -> bool:
    """Whether margins are so many that they are not kept all at once, and not by searches."""
    return bool(margins.shape[0] >= _MANY_MARGINS)


def coarse_margins(margins: csr_array) -> Flags:
    """Which margins are kept after the others: none where margins are few or of about the same size.

    Args:
        margins: which cells make up each margin, 0 or 1, shape (margins, cells).
    """
    sizes = np.diff(margins.indptr)
    if not are_many(margins):
        return np.zeros(len(sizes), bool)
    coarse: Flags = sizes > _COARSE * np.median(sizes)
    return coarse


def between_whole(room: Room, margins: csr_array, coarse: Flags, wanted: Numbers) -> Numbers | None:
    """Changes that have all fine margins, and are next to the least ones that have all margins but need not be whole.

    Args:
        room: of the counts.
        margins: which counts make up each margin, shape (margins, counts).
        coarse: which margins may be missed by a little, shape (margins,).
        wanted: what the changes must add up to, shape (margins,).

    Returns:
        Shape (counts,); None where there are none.
    """
    every = np.arange(len(room.cost))
    found = relaxed(room.programme(margins, wanted, every))
    if found is None:
        return None
    amounts = found.numbers[: len(every)] - found.numbers[len(every) :]
    below = np.floor(amounts + _EPSILON).astype(np.int64)
    open_ones = np.flatnonzero(amounts - below > _EPSILON)
    fine = csr_array(margins[np.flatnonzero(~coarse)])
    rounded_up = least_whole_numbers(
        Programme(
            1 - 2 * (amounts - below)[open_ones],
            np.ones(len(open_ones)),
            csr_array(fine[:, open_ones]),
            wanted[~coarse] - fine @ below,
        )
    )
    if rounded_up is None:
        return None
    below[open_ones] += rounded_up
    return below


def exchanged(
    changes: Numbers, room: Room, margins: csr_array, coarse: Flags, wanted: Numbers, programmes: int = 20
) -> Numbers | None:
    """Changes that have the coarse margins too, by exchange between twins.

    Args:
        changes: changes that have all fine margins, shape (counts,).
        room: of the counts.
        margins: which counts make up each margin, shape (margins, counts).
        coarse: which of them are coarse, shape (margins,).
        wanted: what the changes must add up to, shape (margins,).
        programmes: linear programmes of each dive, at most.

    Returns:
        Shape (counts,); None where twins do not suffice.
    """
    group = _groups_of_twins(csc_array(margins[np.flatnonzero(~coarse)]))
    broad = csr_array(margins[np.flatnonzero(coarse)])
    for cells in _exchanging(group, broad, room.cost):
        _, row = np.unique(group[cells], return_inverse=True)
        groups = csr_array((np.ones(len(cells), np.int64), (row, np.arange(len(cells)))))
        kept = changes.copy()
        kept[cells] = 0
        sums = csr_array(vstack([groups, broad[:, cells]], format="csr"))
        needed = np.concatenate([groups @ changes[cells], wanted[coarse] - broad @ kept])
        found = dived(room.programme(sums, needed, cells), programmes)
        if found is not None:
            kept[cells] = found[: len(cells)] - found[len(cells) :]
            return kept
    return None


def _groups_of_twins(fine: csc_array) -> Places:
    """The number of the group of each count: those of one group are in the same fine margins."""
    fine.sort_indices()
    numbers: dict[bytes, int] = {}
    starts = zip(fine.indptr[:-1], fine.indptr[1:], strict=True)
    return np.array([numbers.setdefault(fine.indices[a:b].tobytes(), len(numbers)) for a, b in starts], np.intp)


def _exchanging(group: Places, broad: csr_array, cost: Amounts) -> Iterator[Places]:
    """Counts that have twins: the cheapest of each coarse margin with their cheapest twins."""
    twins = np.flatnonzero(np.bincount(group)[group] > 1)
    order = np.lexsort((cost, group))
    is_cheap_twin = np.zeros(len(group), bool)
    is_cheap_twin[order[np.arange(len(order)) - np.searchsorted(group[order], group[order]) < 2]] = True
    seen = 0
    for cheapest in _CHEAPEST:
        chosen = np.zeros(len(group), bool)
        for start, end in zip(broad.indptr[:-1], broad.indptr[1:], strict=True):
            cells = np.intersect1d(broad.indices[start:end], twins)
            chosen[cells[np.argsort(cost[cells], kind="stable")[:cheapest]]] = True
        cells = np.flatnonzero(chosen | (is_cheap_twin & np.isin(group, group[chosen])))
        if len(cells) > seen:
            seen = len(cells)
            yield cells
