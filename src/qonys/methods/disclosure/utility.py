"""What protection cost: how far published counts are from the original ones.

Laws: every measure is 0 (the Hellinger utility 1) where nothing was changed; a measure that has no value, such as a
relative distance from zero or a mean over no cells, is nan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qonys.errors import StatisticianError

Counts: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64]
Groups: TypeAlias = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Distances:
    """The distance of each cell, shape (cells,) each.

    Args:
        absolute: |Δ|, in persons.
        relative: |Δ| / n; 0 where a zero stayed zero, nan where it did not.
        of_roots: |√a - √b|, which weighs a change of a small count more.
    """

    absolute: Values
    relative: Values
    of_roots: Values


@dataclass(frozen=True, slots=True)
class Utility:
    """Measures of each group of cells, shape (groups,) each.

    Args:
        cells: how many cells there are.
        mean_absolute: mean of |Δ|.
        largest_absolute: largest |Δ|.
        root_mean_square: √(mean of Δ²).
        mean_relative: mean of |Δ| / n over the cells that were not zero.
        mean_of_roots: mean of |√a - √b|.
        hellinger_distance: √(½ Σ (√a - √b)²), in the unit √persons.
        hellinger_utility: 1 - distance / √Σa; 1 is the best.
        false_zeros: cells that became zero.
        false_positives: cells that are no longer zero.
    """

    cells: Counts
    mean_absolute: Values
    largest_absolute: Values
    root_mean_square: Values
    mean_relative: Values
    mean_of_roots: Values
    hellinger_distance: Values
    hellinger_utility: Values
    false_zeros: Counts
    false_positives: Counts


def distances(original: Counts, published: Counts) -> Distances:
    """How far each published count is from the original one.

    Args:
        original: shape (cells,).
        published: shape (cells,).

    Raises:
        StatisticianError: shapes differ, or a count is negative.

    Example:
        >>> found = distances(np.array([4, 0]), np.array([9, 0]))
        >>> found.absolute.tolist(), found.relative.tolist(), found.of_roots.tolist()
        ([5.0, 0.0], [1.25, 0.0], [1.0, 0.0])
    """
    _fail_if_unfit(original, published)
    absolute = np.abs(published - original).astype(np.float64)
    no_value = np.where(absolute > 0, np.nan, 0.0)
    relative = np.divide(absolute, original, out=no_value, where=original > 0)
    return Distances(absolute, relative, np.abs(np.sqrt(published) - np.sqrt(original)))


def utility(
    original: Counts, published: Counts, groups: Groups | None = None, number_of_groups: int | None = None
) -> Utility:
    """Measures of utility by group of cells, such as a table or a level of areas.

    Args:
        original: shape (cells,).
        published: shape (cells,).
        groups: the group of each cell, from 0, shape (cells,); all cells are one group where none is given.
        number_of_groups: how many groups there are; as many as are named where it is not given.

    Raises:
        StatisticianError: shapes differ, a count is negative, or a cell lies in no group.

    Example:
        >>> found = utility(np.array([2, 1, 7]), np.array([5, 0, 7]))
        >>> found.largest_absolute.tolist(), found.false_zeros.tolist(), found.hellinger_utility.round(4).tolist()
        ([3.0], [1], [0.7106])

    Source: the three distances are those of the R package cellKey 1.0.2, the Hellinger utility that of SmallCountRounding
    1.1.0; Shlomo, N. and Young, C. (2006), Statistical disclosure control methods through a risk-utility framework,
    Privacy in Statistical Databases, LNCS 4302.
    """
    found = distances(original, published)
    groups = np.zeros(len(original), np.int64) if groups is None else groups
    number = number_of_groups if number_of_groups is not None else int(groups.max(initial=0)) + 1
    if groups.shape != original.shape or not ((groups >= 0) & (groups < number)).all():
        raise StatisticianError(f"The cells do not lie in {number} groups.", next_step="Give each cell one group.")
    by = _ByGroup(groups, number)
    not_zero = original > 0
    hellinger = np.sqrt(by.total(found.of_roots**2) / 2)
    return Utility(
        cells=by.number(np.ones(len(original), bool)),
        mean_absolute=by.mean(found.absolute),
        largest_absolute=by.largest(found.absolute),
        root_mean_square=np.sqrt(by.mean(found.absolute**2)),
        mean_relative=by.mean(found.relative, not_zero),
        mean_of_roots=by.mean(found.of_roots),
        hellinger_distance=hellinger,
        hellinger_utility=1 - _ratio(hellinger, np.sqrt(by.total(original.astype(float)))),
        false_zeros=by.number(not_zero & (published == 0)),
        false_positives=by.number(~not_zero & (published > 0)),
    )


@dataclass(frozen=True, slots=True)
class _ByGroup:
    groups: Groups
    length: int

    def total(self, values: Values) -> Values:
        total: Values = np.bincount(self.groups, weights=values, minlength=self.length).astype(np.float64)
        return total

    def number(self, which: NDArray[np.bool_]) -> Counts:
        return np.bincount(self.groups[which], minlength=self.length).astype(np.int64)

    def mean(self, values: Values, which: NDArray[np.bool_] | None = None) -> Values:
        which = np.ones(len(values), bool) if which is None else which
        return _ratio(self.total(np.where(which, values, 0.0)), self.number(which).astype(float))

    def largest(self, values: Values) -> Values:
        largest = np.full(self.length, np.nan)
        np.fmax.at(largest, self.groups, values)
        return largest


def _ratio(above: Values, below: Values) -> Values:
    ratio: Values = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return ratio


def _fail_if_unfit(original: Counts, published: Counts) -> None:
    if original.shape != published.shape or original.ndim != 1:
        raise StatisticianError(f"{original.shape} original and {published.shape} published counts do not fit.")
    if (original < 0).any() or (published < 0).any():
        raise StatisticianError("Distances of roots need counts of at least 0.", next_step="Compare the two sides.")
