"""The cell-key method: every count is perturbed by a noise that follows from the keys of its records.

Laws: the same records give the same noise, in whatever table they are counted; zero stays zero; the noise has no bias and is
never larger than D. Counts are perturbed one by one, so parts need not add up to their total.

Source: Giessing, S. (2016), Computational issues in the design of transition probabilities and disclosure risk estimation
for additive noise; the tables of the R package ptable, version 1.0.0, are reproduced in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from qonys.errors import StatisticianError
from qonys.methods.disclosure.maximum_entropy import LinearConstraints, maximum_entropy

Counts: TypeAlias = NDArray[np.int64]
Fractions: TypeAlias = NDArray[np.float64]

_LEAST_PROBABILITY = 1e-8
_ROOM = 1e-6
"""Share by which V must exceed the least variance that is possible: at the border there is nothing to choose."""


@dataclass(frozen=True, slots=True)
class PerturbationTable:
    """Probabilities of each noise for each count; the last row is that of all larger counts.

    Args:
        noise: the noises, from -D to D, shape (noises,).
        probabilities: shape (rows, noises); row i is of the count i.
    """

    noise: Counts
    probabilities: Fractions

    def perturbed(self, counts: Counts, cell_keys: Fractions) -> Counts:
        """Counts with their noise: the first one up to which the probabilities add up to more than the cell's key.

        Args:
            counts: shape (cells,).
            cell_keys: from 0 to below 1, shape (cells,).

        Raises:
            StatisticianError: a count is negative, or a key is not from 0 to below 1.
        """
        if (counts < 0).any() or ((cell_keys < 0) | (cell_keys >= 1)).any():
            raise StatisticianError(
                "Counts are at least 0 and keys of cells from 0 to below 1.", next_step="Take the fraction of the sum."
            )
        rows = np.minimum(counts, len(self.probabilities) - 1)
        upper = np.cumsum(self.probabilities, axis=1)
        upper[:, -1] = 1.0
        chosen = (cell_keys[:, None] >= upper[rows]).sum(axis=1)
        perturbed: Counts = counts + self.noise[chosen]
        return perturbed


def cell_key_fractions(keys: NDArray[np.uint64]) -> Fractions:
    """Sums of 64-bit record keys, modulo 2⁶⁴, as fractions from 0 to below 1."""
    fractions: Fractions = (keys >> np.uint64(11)).astype(np.float64) / 2.0**53
    return fractions


def perturbation_table(
    largest: int,
    variance: float,
    *,
    smallest_kept: int = 0,
    stay: float = 0.0,
    monotone: bool | tuple[bool, ...] = True,
) -> PerturbationTable:
    """The noise of largest entropy that has no bias, no more than a variance, and leaves no small count.

    Maximise -Σ p log₂ p so that Σ p = 1, Σ v p = 0, Σ v² p ≤ V, with p = 0 where the perturbed count would be negative or
    from 1 to ``smallest_kept``.

    Args:
        largest: D; the noise is from -D to D.
        variance: V.
        smallest_kept: js; no perturbed count is from 1 to this.
        stay: least probability of no noise.
        monotone: for each row from 1 on, or all of them: smaller noises below zero are likelier than larger ones.

    Raises:
        StatisticianError: no noise can have all that.
    """
    if largest < 1 or variance <= 0 or not 0 <= smallest_kept <= largest or not 0 <= stay < 1:
        raise StatisticianError(
            f"There is no noise with D = {largest}, V = {variance}, js = {smallest_kept} and a stay of {stay}.",
            next_step="D is at least 1, V above 0, js from 0 to D, the stay from 0 to below 1.",
        )
    noise = np.arange(-largest, largest + 1)
    last = largest + smallest_kept + 1 if smallest_kept else largest
    flags = monotone if isinstance(monotone, tuple) else (monotone,) * last
    rows = [
        _row(noise, count, variance, smallest_kept, stay, monotone=flags[count - 1]) for count in range(1, last + 1)
    ]
    return PerturbationTable(noise.astype(np.int64), np.array([np.where(noise == 0, 1.0, 0.0), *rows]))


def _row(
    noise: NDArray[np.int_], count: int, variance: float, smallest_kept: int, stay: float, *, monotone: bool
) -> Fractions:
    after = count + noise
    allowed = np.flatnonzero((after >= 0) & ~((after >= 1) & (after <= smallest_kept)))
    values, n = noise[allowed].astype(np.float64), len(allowed)
    least = np.where(values == 0, max(stay, _LEAST_PROBABILITY), _LEAST_PROBABILITY)
    left = np.flatnonzero((values[1:] <= 0) & (np.diff(values) == 1) & monotone)
    rising = np.eye(n)[left] - np.eye(n)[left + 1]
    limits = LinearConstraints(
        equal=np.stack([np.ones(n), values]),
        equal_to=np.array([1.0, 0.0]),
        less=np.concatenate([[values**2], -np.eye(n), rising]),
        less_than=np.concatenate([[variance], -least, np.zeros(len(rising))]),
    )
    try:
        found = maximum_entropy(limits, _inside(limits))
    except StatisticianError as error:
        raise StatisticianError(
            f"No noise of variance {variance} without bias leads from {count} past {smallest_kept}.",
            next_step="Allow a larger variance or a larger noise, or a smaller js.",
        ) from error
    probabilities = np.zeros(len(noise))
    probabilities[allowed] = found / found.sum()
    return probabilities


def _inside(limits: LinearConstraints) -> Fractions:
    """A start inside the constraints: half-way from the least variance towards the same chance for every noise.

    Raises:
        StatisticianError: no noise has a variance that small.
    """
    squares, n = limits.less[0], limits.less.shape[1]
    found: Any = linprog(
        squares, A_ub=limits.less[1:], b_ub=limits.less_than[1:], A_eq=limits.equal, b_eq=limits.equal_to, bounds=(0, 1)
    )
    if found.x is None or found.fun * (1 + _ROOM) >= limits.less_than[0]:
        raise StatisticianError("The least variance that is possible is too large.")
    weight = min((limits.less_than[0] - found.fun) / float(squares.mean()), 1.0) / 2
    start: Fractions = (1 - weight) * found.x + weight / n
    return start
