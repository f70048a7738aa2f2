"""Small-count rounding: inner cells behind small published counts become 0 or the base, and every margin is added up anew.

Laws: published counts are sums of the rounded inner cells, so parts add up in every table; no published count from 1 to
b - 1 is left; zero stays zero. Unlike `additive_rounding`, no margin stays exact: how near margins come is weighed against
how many cells hold to their own key, and so keep their value in the next vintage.

Source: Langsrud, Ø. and Heldal, J. (2018), An algorithm for small count rounding of tabular data, Privacy in Statistical
Databases, Valencia. Theirs are the choice of the inner cells, the rounding to 0 or b, and rounds until no small count is
left; start by key and the search are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from qonys.errors import StatisticianError
from qonys.methods.disclosure.additive_rounding import fail_if_unfit_for_rounding
from qonys.methods.disclosure.cell_key import cell_key_fractions
from qonys.methods.disclosure.margin_fit import Candidates, MarginFit

Counts: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Keys: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class SmallCountRounding:
    """Rounded counts and what they were made of.

    Args:
        original: inner counts before rounding, shape (cells,).
        keys: keys of the inner cells, shape (cells,).
        rounded: inner counts after rounding, shape (cells,).
        published: sums of the rounded inner counts, shape (margins,).
        candidates: inner cells that were rounded to 0 or the base, shape (cells,).
    """

    original: Counts
    keys: Keys
    rounded: Counts
    published: Counts
    candidates: Flags


@dataclass(frozen=True, slots=True)
class Moved:
    """How a rounding differs from an earlier one of the same cells.

    Args:
        unchanged: cells whose records are the same: equal key and equal count.
        moved: those of them that have another value, shape (moved,).
    """

    unchanged: int
    moved: Places

    @property
    def share(self) -> float:
        """Moved over unchanged cells; nan where every cell changed."""
        return len(self.moved) / self.unchanged if self.unchanged else float("nan")


def small_count_rounding(
    counts: Counts, membership: csr_array, keys: Keys, base: int = 3, *, keep: float = np.inf
) -> SmallCountRounding:
    """Inner cells that contribute to small published counts rounded to 0 or the base b, all margins added up anew.

    A candidate of count x starts at b where its key, as a fraction of 2⁶⁴, is below x / b, else at 0, so the start has no
    bias. Where ``keep`` is finite, changes and swaps then lower Σ (published - original)². A published count that has
    become small makes further inner cells candidates, until none is left.

    Args:
        counts: inner counts, shape (cells,).
        membership: which inner cells make up each published count, 0 or 1, shape (margins, cells).
        keys: keys of the inner cells, uniform on the 64-bit numbers, shape (cells,).
        base: b, at least 2.
        keep: how much a cell holds to its key against a better fit of the margins: to go against it costs
            keep · regret · b² for each margin that the cell is part of, the regret being the distance of the key, as a
            fraction, from x / b. With 0 margins fit best, as in the source; without bound no cell changes, so that
            vintages agree best.

    Raises:
        StatisticianError: shapes differ, a count is negative, the matrix is not of 0 and 1, the base is below 2, or the
            keep is negative.

    Example:
        Two rows of three cells and their sums:

        >>> rows = csr_array(np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]))
        >>> keys = np.array([1, 9, 5, 3, 7, 2], np.uint64) << np.uint64(60)
        >>> found = small_count_rounding(np.array([1, 1, 0, 4, 2, 9]), rows, keys)
        >>> found.rounded.tolist(), found.published.tolist()
        ([3, 0, 0, 4, 2, 9], [3, 15])
    """
    membership = membership.copy()
    membership.sum_duplicates()
    fail_if_unfit_for_rounding(counts, membership, keys, base)
    _fail_if_contradictory(membership, keep)
    table = _Table(counts, membership.astype(np.int64), keys, base, keep)
    rounded, candidates = counts, np.zeros(len(counts), bool)
    while (new := table.behind_small(rounded) & ~candidates).any():
        candidates = candidates | new
        rounded = table.rounded(np.where(new, table.by_key(), rounded), candidates)
    return SmallCountRounding(counts, keys, rounded, table.membership @ rounded, candidates)


def moved_between(earlier: SmallCountRounding, later: SmallCountRounding) -> Moved:
    """Which cells have another value although their records are the same.

    Args:
        earlier: rounding of one vintage.
        later: rounding of another one, of the same cells in the same order.

    Raises:
        StatisticianError: the roundings are of different numbers of cells.
    """
    if earlier.original.shape != later.original.shape:
        raise StatisticianError(
            f"Roundings of {len(earlier.original)} and of {len(later.original)} cells cannot be compared.",
            next_step="Give both vintages the same cells; a cell without records has count and key 0.",
        )
    same = (earlier.keys == later.keys) & (earlier.original == later.original)
    return Moved(int(np.count_nonzero(same)), np.flatnonzero(same & (earlier.rounded != later.rounded)))


@dataclass(frozen=True, slots=True)
class _Table:
    """What is given, and one round of rounding over it."""

    counts: Counts
    membership: csr_array
    keys: Keys
    base: int
    keep: float

    def by_key(self) -> Counts:
        """Each small count sent to 0 or the base by its key alone."""
        up = cell_key_fractions(self.keys) < self.counts / self.base
        return np.where(up, self.base, 0)

    def behind_small(self, rounded: Counts) -> Flags:
        """Small inner cells that contribute to a published count from 1 to b - 1."""
        published = self.membership @ rounded
        small = (published > 0) & (published < self.base)
        behind = self.membership.T @ small.astype(np.int64) > 0
        flags: Flags = behind & (rounded > 0) & (rounded < self.base)
        return flags

    def rounded(self, start: Counts, candidates: Flags) -> Counts:
        """The start with its candidates changed so that margins fit."""
        if not np.isfinite(self.keep):
            return start
        places = np.flatnonzero(candidates)
        places = places[np.argsort(self.keys[places], kind="stable")]
        rounded = start.copy()
        rounded[places] = self.base * MarginFit(self._candidates(places)).improved(start[places] > 0)
        return rounded

    def _candidates(self, places: Places) -> Candidates:
        membership, counts = csr_array(self.membership[:, places]), self.counts[places]
        regret = np.abs(cell_key_fractions(self.keys[places]) - counts / self.base)
        return Candidates(membership, membership @ counts, self.by_key()[places] > 0, regret, self.base, self.keep)


def _fail_if_contradictory(membership: csr_array, keep: float) -> None:
    if not np.isin(membership.data, (0, 1)).all():
        raise StatisticianError(
            "A cell is part of a margin once or not at all.", next_step="Give a matrix of 0 and 1, no entry twice."
        )
    if not keep >= 0:
        raise StatisticianError(f"A cell cannot hold to its key by {keep}.", next_step="Use 0 or more.")
