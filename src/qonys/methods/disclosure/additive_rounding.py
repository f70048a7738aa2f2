"""Rounding of small counts under which published margins stay exactly as they are.

Laws: a count from 1 to b - 1 becomes 0 or b; zero stays zero; any other count moves by at most b - 1 and stays at least b;
every margin that can be kept is kept exactly, and one that is not is named; where margins cross so much that the search ended before
it knew, that is said. Whether a small count goes up depends on its own
key alone unless a margin forces it: a cell whose records did not change keeps its value in the next vintage. The same cells in
the same order have the same answer on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, hstack

from qonys.errors import StatisticianError
from qonys.methods.disclosure.coarse_margins import Room, between_whole, coarse_margins, exchanged
from qonys.methods.disclosure.turned_counts import Means, least_choice
from qonys.methods.disclosure.whole_numbers import Programme, least_whole_numbers

Counts: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_FLIP = 100.0
"""What a flip of a small count costs beside a change of a large one by 1: it is taken only where nothing else helps."""


@dataclass(frozen=True, slots=True)
class AdditiveRounding:
    """Rounded counts.

    Args:
        counts: the rounded counts, shape (cells,).
        kept: which margins the rounded counts have as they must be, shape (margins,).
        forced: which small counts did not go where their key sent them, as a margin forced them, shape (cells,).
        moved: which other counts were changed to make up for the small ones, shape (cells,).
        ended_early: whether a margin is not kept because the search ended at its last step: counts that keep all may exist.
    """

    counts: Counts
    kept: Flags
    forced: Flags
    moved: Flags
    ended_early: bool = False


def additive_rounding(
    counts: Counts, margins: csr_array, keys: NDArray[np.uint64], base: int = 3, *, wanted: Counts | None = None
) -> AdditiveRounding:
    """Small counts rounded to 0 or the base so that sums of cells which are published elsewhere stay exact.

    A small count x goes up to b where its key, as a fraction of 2⁶⁴, is below x/b, so the rounding is unbiased. What that
    adds to a margin is taken from, or given to, its other counts: the change of least cost, a change of one person costing
    less in a larger count. Where these cannot bear it, small counts go the other way, those first whose key was nearest to
    doing so.

    Args:
        counts: counts of the cells, shape (cells,).
        margins: which cells make up each margin that must stay, 0 or 1, shape (margins, cells).
        keys: key of each cell, uniform on the 64-bit numbers, shape (cells,).
        base: b, at least 2.
        wanted: what each margin must be, shape (margins,): another value where it was published rounded before.

    Returns:
        The rounded counts; where no counts have all margins, as many of them as possible are kept; of many margins, first those of
        few cells (`coarse_margins`), and as many as were found where the search ended early.

    Raises:
        StatisticianError: a count is negative, shapes differ, or the base is below 2.

    Example:
        >>> import numpy as np
        >>> from scipy.sparse import csr_array
        >>> rows = csr_array(np.array([[1, 1, 1]]))
        >>> found = additive_rounding(np.array([1, 2, 40]), rows, np.array([2**63, 2**62, 2**63], np.uint64))
        >>> found.counts.tolist(), found.kept.tolist()
        ([0, 3, 40], [True])

    Source: the idea of rounding small inner counts and adding them up anew is that of Langsrud, Ø. and Heldal, J. (2018),
    An algorithm for small count rounding of tabular data; that exact margins are constraints is ours.
    """
    fail_if_unfit_for_rounding(counts, margins, keys, base)
    small = (counts > 0) & (counts < base)
    fraction = keys.astype(np.float64) / 2.0**64
    by_key = np.where(small, np.where(fraction < counts / base, base, 0), counts)
    changes = _Changes(counts, by_key, small, fraction, base)
    sums = margins @ counts if wanted is None else wanted
    residual = sums - margins @ by_key
    rounded, ended_early = changes.least(margins, residual) if residual.any() else (by_key, False)
    kept = np.asarray(margins @ rounded == sums)
    forced, moved = small & (rounded != by_key), ~small & (rounded != counts)
    return AdditiveRounding(rounded, kept, forced, moved, ended_early and not bool(kept.all()))


def moved_between(before: AdditiveRounding, after: AdditiveRounding, unchanged: Flags) -> int:
    """How many cells have another value although none of their records changed.

    Args:
        before: of the earlier vintage.
        after: of the later one, of the same cells.
        unchanged: cells whose records are the same in both, shape (cells,).
    """
    return int(np.count_nonzero(unchanged & (before.counts != after.counts)))


def fail_if_unfit_for_rounding(counts: Counts, margins: csr_array, keys: NDArray[np.uint64], base: int) -> None:
    """Fail where counts, keys and margins are not of the same cells, or cannot be rounded.

    Raises:
        StatisticianError: a count is negative, shapes differ, or the base is below 2.
    """
    if base < 2:
        raise StatisticianError(f"A base of {base} rounds nothing.", next_step="Use 2 or more; 3 and 5 are common.")
    if counts.ndim != 1 or counts.shape != keys.shape or margins.shape[1] != len(counts):
        raise StatisticianError(
            f"{len(counts)} counts, {len(keys)} keys and margins over {margins.shape[1]} cells do not fit.",
            next_step="Give each cell one count and one key, and each margin a column a cell.",
        )
    if (counts < 0).any():
        raise StatisticianError(
            "A negative count cannot be rounded.", next_step="Round arrivals and departures; take the net of them."
        )


@dataclass(frozen=True, slots=True)
class _Changes:
    """What may be changed to make margins fit, and what each change costs."""

    counts: Counts
    wanted: Counts
    small: Flags
    fraction: NDArray[np.float64]
    base: int

    def least(self, margins: csr_array, residual: Counts) -> tuple[Counts, bool]:
        """Counts of which large ones alone are changed if that suffices; and whether the search for them ended early."""
        coarse = coarse_margins(margins)
        found = self.of_fine_first(margins, residual, coarse) if coarse.any() else None
        if found is not None:
            return found
        rounded = self.of_large(margins, residual)
        return self.of_any(margins, residual) if rounded is None else (rounded, False)

    def of_fine_first(self, margins: csr_array, residual: Counts, coarse: Flags) -> tuple[Counts, bool] | None:
        """Counts that have the fine margins, and then the coarse ones by changes of large counts; None where this fails.

        Where not even the fine margins can be kept, no counts have all: the coarse ones are not looked at any more.
        """
        fine = csr_array(margins[np.flatnonzero(~coarse)])
        rounded, ended_early = self.least(fine, residual[~coarse])
        if (fine @ (rounded - self.wanted) != residual[~coarse]).any():
            return rounded, ended_early
        large = np.flatnonzero(self.counts >= self.base)
        part, room = csr_array(margins[:, large]), Room(*self._room(large), self._cost(large))
        changes = rounded[large] - self.wanted[large]
        lacking = residual - margins @ (rounded - self.wanted) + part @ changes
        found = exchanged(changes, room, part, coarse, lacking)
        if found is None and (near := between_whole(room, part, coarse, lacking)) is not None:
            found = exchanged(near, room, part, coarse, lacking)
        if found is None:
            return None
        rounded[large] += found - changes
        return rounded, False

    def of_large(self, margins: csr_array, residual: Counts) -> Counts | None:
        """Changes of large counts alone; None where they cannot bear the residual."""
        large = np.flatnonzero(self.counts >= self.base)
        part = csr_array(margins[:, large])
        down, up = self._room(large)
        matrix = csr_array(hstack([part, -part], format="csr"))
        change = least_whole_numbers(
            Programme(np.tile(self._cost(large), 2), np.concatenate([up, down]), matrix, residual)
        )
        if change is None:
            return None
        rounded = self.wanted.copy()
        rounded[large] += change[: len(large)] - change[len(large) :]
        return rounded

    def of_any(self, margins: csr_array, residual: Counts) -> tuple[Counts, bool]:
        """Changes of large counts, flips of small ones and, last, margins given up; and whether the search ended early.

        There is always an answer.
        """
        large, small = np.flatnonzero(self.counts >= self.base), np.flatnonzero(self.small)
        part, flips = csr_array(margins[:, large]), csr_array(margins[:, small])
        turn = np.where(self.wanted[small] == 0, 1, -1)
        down, up = self._room(large)
        near = np.abs(self.fraction[small] - self.counts[small] / self.base)
        chosen = least_choice(
            Means(
                csr_array(hstack([part, -part], format="csr")),
                np.tile(self._cost(large), 2),
                np.concatenate([up, down]),
                csr_array(flips @ diags_array(turn, dtype=np.int64)),
                _FLIP * (1 + near),
                residual,
                self.base,
            )
        )
        rounded = self.wanted.copy()
        rounded[large] += chosen.changes[: len(large)] - chosen.changes[len(large) :]
        rounded[small] += self.base * turn * chosen.turned
        return rounded, chosen.ended_early

    def _room(self, large: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """By how much large counts may go down, and up."""
        most = np.full(len(large), self.base - 1.0)
        return np.minimum(most, self.counts[large] - self.base), most

    def _cost(self, large: NDArray[np.intp]) -> NDArray[np.float64]:
        """One person weighs less in a larger count; the key decides between equal counts."""
        return 1 / np.sqrt(self.counts[large]) + 1e-3 * self.fraction[large]
