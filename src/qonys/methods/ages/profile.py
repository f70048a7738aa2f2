"""Indices of an observed age profile: how much, at which age, how narrow, how steep.

Laws: indices of level grow with the rates, indices of age and shape do not; the peak and its intensity are one cell;
the window around the peak is counted in years of age; an index whose ages the profile does not have is nan.

The R package migest (2.0.5, `index_age`) differs in two places. It takes the window of the breadth by position in a
table that begins at age 0, so the window is one year too young; and it seeks the age of the peak among all ages but
its intensity between 5 and 65. Here both are sought between the same bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.rates import Array, amounts_by_age, rising_ages

Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ProfileIndices:
    """What an age profile says in few numbers.

    Args:
        gross_migraproduction: sum of the rates, moves in a life lived through all the ages (GMR).
        peak_intensity: highest rate, in the unit of the rates.
        peak_age: age of that rate, the youngest where several are alike.
        peak_breadth: sum of the rates within the half width around the peak; nan where the profile ends before.
        peak_share: the breadth as a share of the sum of all rates, in percent.
        upward_age: age reached by the steepest rise to the peak; nan where the profile does not rise to it.
        upward_change: that rise, in the unit of the rates per year of age.
        downward_age: age reached by the steepest fall after the peak; nan where the profile does not fall.
        downward_change: that fall, as a positive number.
        asymmetry: upward age over downward age.
        steepness: upward change over downward change.
    """

    gross_migraproduction: float
    peak_intensity: float
    peak_age: float
    peak_breadth: float
    peak_share: float
    upward_age: float
    upward_change: float
    downward_age: float
    downward_change: float
    asymmetry: float
    steepness: float


def profile_indices(
    ages: ArrayLike, rates: ArrayLike, *, above_age: float = 5, below_age: float = 65, half_width: int = 5
) -> ProfileIndices:
    """Indices of an age profile by single years.

    With rates mₓ and the peak at p: GMR = Σ mₓ; breadth = Σ mₓ over |x − p| ≤ half width; share = 100 · breadth / GMR;
    the upward age has the largest mₓ − mₓ₋₁ up to p, the downward age the smallest after p.

    Args:
        ages: single years, shape (n,).
        rates: moves per person and year, or in another unit, shape (n,).
        above_age: the peak, and the steepest changes, are sought above this age, so that small children are no peak.
        below_age: and below this one, so that retirement is none.
        half_width: years on each side of the peak that make its breadth.

    Raises:
        StatisticianError: ages are no single years, or a rate is missing or negative.
        UndefinedIndicatorError: nobody moved, or the profile has no age between the bounds.

    Source: Rogers, A. and Castro, L. J. (1981), Model Migration Schedules, IIASA RR-81-30; Bell, M. and Muhidin, S.
    (2009), Cross-National Comparison of Internal Migration, UNDP Human Development Research Paper 2009/30.

    >>> found = profile_indices(range(18, 23), [1, 2, 6, 4, 3], half_width=1)
    >>> found.peak_age, found.peak_breadth, found.peak_share, found.upward_age, found.downward_age
    (20.0, 12.0, 75.0, 20.0, 21.0)
    """
    years, level = _single_years(ages, rates)
    between = np.flatnonzero((years > above_age) & (years < below_age))
    if between.size == 0 or level[between].sum() == 0:
        raise UndefinedIndicatorError(
            f"The profile has no moves above age {above_age:g} and below {below_age:g}, so it has no peak.",
            next_step="Give ages within the bounds, or other bounds.",
        )
    peak = int(between[np.argmax(level[between])])
    total, breadth = float(level.sum()), _breadth(level, peak, half_width)
    upward_age, upward = _steepest(years, level, between[between <= peak])
    downward_age, downward = _steepest(years, -level, between[between > peak])
    return ProfileIndices(
        gross_migraproduction=total,
        peak_intensity=float(level[peak]),
        peak_age=float(years[peak]),
        peak_breadth=breadth,
        peak_share=100 * breadth / total,
        upward_age=upward_age,
        upward_change=upward,
        downward_age=downward_age,
        downward_change=downward,
        asymmetry=upward_age / downward_age,
        steepness=upward / downward,
    )


def _single_years(ages: ArrayLike, rates: ArrayLike) -> tuple[Array, Array]:
    years = rising_ages(ages)
    if (np.diff(years) != 1).any():
        raise StatisticianError(
            "A profile needs every single year of age.", next_step="Make single ages of the groups (graduation)."
        )
    return years, amounts_by_age(years, rates, "rates")


def _breadth(level: Array, peak: int, half_width: int) -> float:
    if half_width < 0:
        raise StatisticianError(f"The half width of the peak is {half_width} years, and cannot be negative.")
    if peak < half_width or peak + half_width >= level.size:
        return float("nan")
    return float(level[peak - half_width : peak + half_width + 1].sum())


def _steepest(years: Array, level: Array, places: Places) -> tuple[float, float]:
    """Age and size of the largest rise from the age before, among these places; nan where nothing rises."""
    places = places[places > 0]
    rises = level[places] - level[places - 1]
    if rises.size == 0 or rises.max() <= 0:
        return float("nan"), float("nan")
    steepest = int(np.argmax(rises))
    return float(years[places[steepest]]), float(rises[steepest])
