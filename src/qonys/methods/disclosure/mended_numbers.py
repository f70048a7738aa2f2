"""Whole numbers mended until their sums are as wanted: one number changes by one step at a time.

A linear programme over crossing sums comes out in fractions, and its nearest whole numbers miss some sums by a little. A search by
branch and bound seldom ends there. Where numbers have room, a walk does: a sum that is not as wanted is looked at, and of its numbers that
one changes which brings all sums nearest to what is wanted, at the least cost. A sum at which nothing is gained weighs more from then
on, so that the walk leaves where it is stuck, and a number that has changed rests for some steps.

Laws: every number stays within its bounds; the same numbers in the same order have the same answer on every machine; work is
counted in steps, and ends. What is found is near where the walk began; no bound on its cost is known.

Source: weights of what is not kept are those of Morris, P. (1993), The breakout method for escaping from local minima, Proceedings of
AAAI-93; the rest of what has changed is that of Glover, F. (1989), Tabu search, part I, ORSA Journal on Computing 1. How both are
joined is ours.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

Numbers: TypeAlias = NDArray[np.int64]
Amounts: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.intp]

MOST_STEPS = 20_000
_REST = 4
"""Steps for which a number that has changed stays as it is."""
_HEAVIER = 0.1
"""By how much a sum weighs more where a step of its numbers gains nothing."""


@dataclass(frozen=True, slots=True)
class Steps:
    """How numbers may change.

    Args:
        least: the smallest value of each number, shape (numbers,).
        most: the largest one, shape (numbers,).
        size: of one step of each number, shape (numbers,).
        cost: of a step away from where the number began, beside a sum that is off by 1, shape (numbers,).
    """

    least: Numbers
    most: Numbers
    size: Numbers
    cost: Amounts


def mended(numbers: Numbers, steps: Steps, sums: csr_array, wanted: Numbers, most: int = MOST_STEPS) -> Numbers:
    """Numbers near those given that add up to what is wanted; where the last step came before, those to which the walk had come.

    Args:
        numbers: where the walk begins, shape (numbers,).
        steps: how they may change.
        sums: which numbers make up each sum, 0 or 1, shape (sums, numbers).
        wanted: shape (sums,).
        most: steps, at most.

    Example:
        Two rows and two columns; one number has no room:

        >>> sums = csr_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]]))
        >>> start, one = np.array([5, 5, 5, 5]), np.ones(4, np.int64)
        >>> steps = Steps(start - [0, 2, 2, 2], start + [0, 2, 2, 2], one, np.zeros(4))
        >>> mended(start, steps, sums, np.array([11, 9, 9, 11])).tolist()
        [5, 6, 4, 5]
    """
    walk = _Walk(numbers, steps, sums, wanted)
    for step in range(most):
        if not walk.waiting:
            break
        walk.take(step)
    return walk.numbers


class _Walk:
    """The numbers as they are now, what each sum has too much, and the sums to be looked at, in the order in which they began to wait."""

    def __init__(self, numbers: Numbers, steps: Steps, sums: csr_array, wanted: Numbers) -> None:
        self.numbers, self._began, self._steps = numbers.copy(), numbers, steps
        self._sums_of = _sums_of_numbers(csc_array(sums))
        self._numbers_of = _numbers_of_sums(csr_array(sums), steps.most > steps.least)
        # A last sum, which weighs nothing and never waits, stands where a number is part of fewer sums than others.
        self._excess = np.append(sums @ numbers - wanted, 0)
        self._weight = np.append(np.ones(len(wanted)), 0.0)
        self._rests_until = np.zeros(len(numbers), np.int64)
        self.waiting = deque(np.flatnonzero(self._excess).tolist())
        self._waits = np.append(self._excess[:-1] != 0, True)

    def take(self, step: int) -> None:
        """Look at the sum that has waited longest; where it is not as wanted, change the number of it that serves best."""
        looked_at = self.waiting.popleft()
        self._waits[looked_at] = False
        if not self._excess[looked_at]:
            return
        direction = -1 if self._excess[looked_at] > 0 else 1
        able = self._able(self._numbers_of[looked_at], direction, step)
        if len(able):
            loss = self._loss(able, direction)
            best = int(np.argmin(loss))
            if loss[best] >= 0:
                self._weight[looked_at] += _HEAVIER
            self._change(int(able[best]), direction, step)
        self._let_wait(np.array([looked_at]))

    def _able(self, of_sum: Places, direction: int, step: int) -> Places:
        """Numbers of a sum that have room in a direction, and do not rest."""
        changed = self.numbers[of_sum] + direction * self._steps.size[of_sum]
        within = (changed >= self._steps.least[of_sum]) & (changed <= self._steps.most[of_sum])
        return of_sum[within & (self._rests_until[of_sum] <= step)]

    def _loss(self, able: Places, direction: int) -> Amounts:
        """By how much sums come away from what is wanted where a number changes, as they weigh, and what that costs."""
        change = direction * self._steps.size[able]
        excess, weight = self._excess[self._sums_of[able]], self._weight[self._sums_of[able]]
        farther = (weight * (np.abs(excess + change[:, None]) - np.abs(excess))).sum(axis=1)
        away = self.numbers[able] - self._began[able]
        loss: Amounts = farther + self._steps.cost[able] * np.sign(np.abs(away + change) - np.abs(away))
        return loss

    def _change(self, number: int, direction: int, step: int) -> None:
        change, sums = direction * self._steps.size[number], self._sums_of[number]
        self.numbers[number] += change
        self._excess[sums] += change
        self._rests_until[number] = step + _REST
        self._let_wait(sums)

    def _let_wait(self, sums: Places) -> None:
        for one in sums[(self._excess[sums] != 0) & ~self._waits[sums]].tolist():
            self.waiting.append(one)
            self._waits[one] = True


def _sums_of_numbers(sums: csc_array) -> Places:
    """The sums of which each number is part, filled up with one more sum that is none, shape (numbers, most sums of a number)."""
    sums.sort_indices()
    parts = np.diff(sums.indptr)
    found = np.full((sums.shape[1], max(parts.max(initial=0), 1)), sums.shape[0], np.intp)
    number = np.repeat(np.arange(sums.shape[1]), parts)
    found[number, np.arange(sums.nnz) - sums.indptr[number]] = sums.indices
    return found


def _numbers_of_sums(sums: csr_array, can_change: Flags) -> list[Places]:
    """The numbers of each sum that can change."""
    sums.sort_indices()
    parts = zip(sums.indptr[:-1], sums.indptr[1:], strict=True)
    return [(of := sums.indices[start:end].astype(np.intp))[can_change[of]] for start, end in parts]
