"""Rounding of small counts under which published margins stay exactly as they are.

Laws: a count from 1 to b - 1 becomes 0 or b; zero stays zero; any other count moves by at most b - 1 and stays at least b;
every margin that can be kept is kept exactly, and one that is not is named; where margins cross so much that the work ended before
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
from qonys.methods.disclosure.coarse_margins import Room, are_many, between_whole, coarse_margins, exchanged
from qonys.methods.disclosure.mended_numbers import MOST_STEPS, Steps, mended
from qonys.methods.disclosure.turned_counts import Means, least_choice
from qonys.methods.disclosure.whole_numbers import MOST_UNSURE, Programme, least_whole_numbers

Counts: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_FLIP = 100.0
"""What a flip of a small count costs beside a change of a large one by 1: it is taken only where nothing else helps."""
_FEW, _MORE, _BRIEF = 1, 20, 1_000
"""Linear programmes of an exchange at first and later, and steps of a walk that comes between: the quicker, the earlier."""
_MENDED, _MENDED_TURN = 2.0, 2.0
"""What, where counts are mended, a change of a large one by 1 and a flip cost beside a margin that is off by 1."""


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
        few cells (`coarse_margins`), and as many as were found where the work ended early. Of 500 margins or more, counts
        that are nearly right are mended (`mended_numbers`), at a cost that is near the least, but by how much is not known.

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
    found = changes.least(margins, residual) if residual.any() else _Rounded(by_key)
    rounded = found.counts
    kept = np.asarray(margins @ rounded == sums)
    forced, moved = small & (rounded != by_key), ~small & (rounded != counts)
    return AdditiveRounding(rounded, kept, forced, moved, found.ended_early and not bool(kept.all()))


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
class _Rounded:
    """Counts, whether the search for them ended early, and how many were not whole in the linear programme."""

    counts: Counts
    ended_early: bool = False
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class _Changes:
    """What may be changed to make margins fit, and what each change costs."""

    counts: Counts
    wanted: Counts
    small: Flags
    fraction: NDArray[np.float64]
    base: int

    def least(self, margins: csr_array, residual: Counts) -> _Rounded:
        """Counts of which large ones alone are changed if that suffices."""
        if are_many(margins):
            return self.of_many(margins, residual)
        rounded = self.of_large(margins, residual)
        return self.of_any(margins, residual) if rounded is None else _Rounded(rounded)

    def of_many(self, margins: csr_array, residual: Counts) -> _Rounded:
        """Counts that have the fine margins first, and then the coarse ones: what is not whole is mended rather than searched.

        Where not even the fine margins can be kept, no counts have all: the coarse ones are not looked at any more.
        """
        coarse = coarse_margins(margins)
        fine, wanted = csr_array(margins[np.flatnonzero(~coarse)]), residual + margins @ self.wanted
        found = self.of_any(fine, residual[~coarse], search=False)
        if found.ended_early:
            found = self.mended(found, fine, wanted[~coarse])
        if found.ended_early or not coarse.any() or (fine @ found.counts != wanted[~coarse]).any():
            return found
        if found.unsure > MOST_UNSURE:
            return self.mended(found, margins, wanted)
        with_coarse = self.with_coarse(found, margins, wanted, coarse)
        return self.turned(margins, residual) if with_coarse is None else with_coarse

    def turned(self, margins: csr_array, residual: Counts) -> _Rounded:
        """Counts of which small ones turn as all margins need it, not the fine ones alone; what is not whole is mended."""
        found = self.of_any(margins, residual, search=False)
        return self.mended(found, margins, residual + margins @ self.wanted) if found.ended_early else found

    def with_coarse(self, fine: _Rounded, margins: csr_array, wanted: Counts, coarse: Flags) -> _Rounded | None:
        """Counts that have the coarse margins too, by changes of large counts; None where these do not suffice.

        Args:
            fine: counts that have the fine margins.
            margins: all of them.
            wanted: what they must be.
            coarse: which are coarse.
        """
        large, rounded = np.flatnonzero(self.counts >= self.base), fine.counts.copy()
        part, room = csr_array(margins[:, large]), Room(*self._room(large), self._cost(large))
        changes = rounded[large] - self.wanted[large]
        lacking = wanted - margins @ rounded + part @ changes
        found = exchanged(changes, room, part, coarse, lacking, _FEW)
        if found is None:
            near = between_whole(room, part, coarse, lacking)
            if near is None:
                return None
            rounded[large] += near - changes
            changes = near
            brief = self.mended(_Rounded(rounded), margins, wanted, _BRIEF)
            if not brief.ended_early:
                return brief
            found = exchanged(changes, room, part, coarse, lacking, _MORE)
        if found is None:
            return self.mended(_Rounded(rounded), margins, wanted)
        rounded[large] += found - changes
        return _Rounded(rounded)

    def mended(self, near: _Rounded, margins: csr_array, wanted: Counts, most: int = MOST_STEPS) -> _Rounded:
        """Counts next to those that are near which have all margins, by changes of large counts, else by flips besides.

        Where none are found, those that have most margins.
        """
        tried = [near.counts]
        for turning in (False, True):
            found = mended(near.counts, self._steps(near.counts, turning=turning), margins, wanted, most)
            if (margins @ found == wanted).all():
                return _Rounded(found, unsure=near.unsure)
            tried.append(found)
        fullest = max(tried, key=lambda counts: np.count_nonzero(margins @ counts == wanted))
        return _Rounded(fullest, ended_early=True, unsure=near.unsure)

    def _steps(self, near: Counts, *, turning: bool) -> Steps:
        """How counts may be mended: large ones within their room, small ones by a flip or not at all."""
        is_large, (down, up) = self.counts >= self.base, self._room(np.arange(len(self.counts)))
        held, away = ~(is_large | (self.small & turning)), np.abs(self.fraction - self.counts / self.base)
        return Steps(
            np.where(held, near, np.where(is_large, self.counts - down, 0)).astype(np.int64),
            np.where(held, near, np.where(is_large, self.counts + up, self.base)).astype(np.int64),
            np.where(is_large, 1, self.base),
            np.where(is_large, _MENDED / np.sqrt(np.maximum(self.counts, 1)), _MENDED_TURN * (1 + away)),
        )

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

    def of_any(self, margins: csr_array, residual: Counts, *, search: bool = True) -> _Rounded:
        """Changes of large counts, flips of small ones and, last, margins given up. There is always an answer.

        Without a search they are nearest to those that need not be whole (`turned_counts.least_choice`).
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
            ),
            search=search,
        )
        rounded = self.wanted.copy()
        rounded[large] += chosen.changes[: len(large)] - chosen.changes[len(large) :]
        rounded[small] += self.base * turn * chosen.turned
        return _Rounded(rounded, chosen.ended_early, chosen.unsure)

    def _room(self, large: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """By how much large counts may go down, and up."""
        most = np.full(len(large), self.base - 1.0)
        return np.minimum(most, self.counts[large] - self.base), most

    def _cost(self, large: NDArray[np.intp]) -> NDArray[np.float64]:
        """One person weighs less in a larger count; the key decides between equal counts."""
        return 1 / np.sqrt(self.counts[large]) + 1e-3 * self.fraction[large]
