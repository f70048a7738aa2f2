"""A search that brings rounded margins nearer to the original ones.

Laws: every step lowers Σ (published - original)² plus what it costs to go against keys, so the search ends; cells come in
order of their keys and equal gains go to the earlier one, so the same cells have the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Counts: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.intp]

_MOST_ROUNDS = 3_000
_MOST_PARTNERS = 141
"""Of those that go up, and of those that go down, so many are paired: 20,000 swaps are looked at in a round."""
_LEAST_GAIN = 1e-6


@dataclass(frozen=True, slots=True)
class Candidates:
    """Cells that go to 0 or to the base, in order of their keys.

    Args:
        membership: which of them lie in each margin, 0 or 1, shape (margins, candidates).
        original: original sums of the candidates in each margin, shape (margins,).
        by_key: which are at the base by their own key, shape (candidates,).
        regret: how far each key is from sending its cell the other way, from 0 to 1, shape (candidates,).
        base: b.
        keep: weight of the regret: to go against a key costs keep · regret · b² for each margin of the cell.
    """

    membership: csr_array
    original: Counts
    by_key: Flags
    regret: Values
    base: int
    keep: float

    @property
    def cost(self) -> Values:
        """What it costs, in persons squared, to go against each key, shape (candidates,)."""
        size = np.asarray(self.membership.sum(axis=0)).ravel()
        cost: Values = self.keep * self.base**2 * size * self.regret
        return cost


@dataclass(frozen=True, slots=True)
class _Moves:
    """Changes of sides, each apart from the others.

    Args:
        first: candidates, shape (moves,).
        second: the partner of each, or -1 where it moves alone, shape (moves,).
        gain: what each alone takes from the sum, shape (moves,).
    """

    first: Places
    second: Places
    gain: Values

    def best(self, number: int) -> Places:
        """The candidates of the moves of greatest gain."""
        chosen = np.argsort(-self.gain, kind="stable")[:number]
        both = np.concatenate([self.first[chosen], self.second[chosen]])
        return both[both >= 0]


class MarginFit:
    """The search, over the candidates of a table.

    Args:
        given: the candidates.
    """

    def __init__(self, given: Candidates) -> None:
        self._given = given
        self._cost = given.cost
        self._by_cell = csr_array(given.membership.T)
        self._size = np.diff(self._by_cell.indptr)

    def improved(self, raised: Flags) -> Flags:
        """The start after moves that lower the sum, until none does: cells alone, then swaps.

        Args:
            raised: which candidates are at the base, shape (candidates,).
        """
        now, steps = _State.of(raised, self._given), 1
        for _ in range(_MOST_ROUNDS):
            moves = self._changes(now)
            if not len(moves.first):
                moves = self._swaps(now)
            if not len(moves.first):
                break
            steps = min(2 * steps, len(moves.first))
            while (after := now.after(moves.best(steps), self._given)).total >= now.total and steps > 1:
                steps = max(steps // 4, 1)
            if after.total >= now.total:
                break
            now = after
        return now.raised

    def _gains(self, now: _State) -> Values:
        """What the sum loses where one candidate changes sides."""
        given = self._given
        turn = np.where(now.raised, -given.base, given.base)
        squares = turn * (2 * (self._by_cell @ now.residual)) + given.base**2 * self._size
        gains: Values = np.where(now.raised == given.by_key, -self._cost, self._cost) - squares
        return gains

    def _changes(self, now: _State) -> _Moves:
        gains = self._gains(now)
        cells = np.flatnonzero(gains > _LEAST_GAIN)
        return _Moves(cells, np.full(len(cells), -1), gains[cells])

    def _swaps(self, now: _State) -> _Moves:
        """Pairs of one that goes up and one that goes down: the best few of each."""
        gains = self._gains(now)
        up, down = (_best(np.flatnonzero(side), gains) for side in (~now.raised, now.raised))
        first, second = np.repeat(up, len(down)), np.tile(down, len(up))
        shared = np.asarray(self._by_cell[first].multiply(self._by_cell[second]).sum(axis=1)).ravel()
        gain = gains[first] + gains[second] + 2 * self._given.base**2 * shared
        better = np.flatnonzero(gain > _LEAST_GAIN)
        order = better[np.argsort(-gain[better], kind="stable")]
        apart = order[_is_first(first[order]) & _is_first(second[order])]
        return _Moves(first[apart], second[apart], gain[apart])


@dataclass(frozen=True, slots=True)
class _State:
    """Which candidates are at the base, what is published less the original, and the sum that is to be lowered."""

    raised: Flags
    residual: Counts
    total: float

    @classmethod
    def of(cls, raised: Flags, given: Candidates) -> _State:
        return cls._with(raised, given.membership @ (given.base * raised.astype(np.int64)) - given.original, given)

    def after(self, cells: Places, given: Candidates) -> _State:
        change = np.zeros(len(self.raised), np.int64)
        change[cells] = np.where(self.raised[cells], -given.base, given.base)
        return self._with(self.raised ^ (change != 0), self.residual + given.membership @ change, given)

    @classmethod
    def _with(cls, raised: Flags, residual: Counts, given: Candidates) -> _State:
        return cls(raised, residual, float(residual @ residual) + float(given.cost @ (raised != given.by_key)))


def _best(cells: Places, gains: Values) -> Places:
    """The few cells of greatest gain; of equal ones the earlier."""
    return cells[np.argsort(-gains[cells], kind="stable")[:_MOST_PARTNERS]]


def _is_first(cells: Places) -> Flags:
    """Whether a cell has not been named before."""
    first = np.zeros(len(cells), bool)
    first[np.unique(cells, return_index=True)[1]] = True
    return first
