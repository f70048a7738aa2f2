"""Single years of age out of groups of ages.

A curve is laid through the cumulated counts at the bounds of the groups; a single age is the rise of the curve over
its year. A curve that never falls gives no negative counts.

Laws: the ages of a group sum to the group; no age is negative; an open last group stays one figure unless the
statistician says at which age it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicHermiteSpline, CubicSpline, PchipInterpolator

from qonys.errors import StatisticianError
from qonys.methods.ages.rates import Array, amounts_by_age, rising_ages

SPRAGUE: Array = np.array([
    [
        [0.3616, -0.2768, 0.1488, -0.0336, 0.0],
        [0.2640, -0.0960, 0.0400, -0.0080, 0.0],
        [0.1840, 0.0400, -0.0320, 0.0080, 0.0],
        [0.1200, 0.1360, -0.0720, 0.0160, 0.0],
        [0.0704, 0.1968, -0.0848, 0.0176, 0.0],
    ],
    [
        [0.0336, 0.2272, -0.0752, 0.0144, 0.0],
        [0.0080, 0.2320, -0.0480, 0.0080, 0.0],
        [-0.0080, 0.2160, -0.0080, 0.0000, 0.0],
        [-0.0160, 0.1840, 0.0400, -0.0080, 0.0],
        [-0.0176, 0.1408, 0.0912, -0.0144, 0.0],
    ],
    [
        [-0.0128, 0.0848, 0.1504, -0.0240, 0.0016],
        [-0.0016, 0.0144, 0.2224, -0.0416, 0.0064],
        [0.0064, -0.0336, 0.2544, -0.0336, 0.0064],
        [0.0064, -0.0416, 0.2224, 0.0144, -0.0016],
        [0.0016, -0.0240, 0.1504, 0.0848, -0.0128],
    ],
])  # fmt: skip
"""Multipliers of Sprague for groups of five years, by panel (first, second and middle group), single age and group of
five neighbours. The last two panels are the first two turned round. The tests derive them from their definition."""

_YEARS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Graduated:
    """Counts by single age.

    Args:
        ages: single ages, shape (n,).
        counts: at each of them, shape (n,).
        open_age: lower bound of the last group where it stayed open; None where it was closed.
        open_count: its count; 0 where it was closed.
    """

    ages: Array
    counts: Array
    open_age: float | None
    open_count: float


def single_ages(
    lower_ages: ArrayLike,
    counts: ArrayLike,
    *,
    closed_at: int | None,
    curve: Literal["hyman", "pchip"] = "hyman",
    whole: bool = False,
) -> Graduated:
    """Counts of groups split into single ages by a monotone cubic curve through the cumulated counts.

    The curve `hyman` is the natural cubic spline with its slopes cut to what cannot fall; `pchip` has the slopes of
    Fritsch and Butland, which bend more sharply and look at the nearest groups only.

    Args:
        lower_ages: whole lower bounds of the groups, of any widths, rising, shape (g,).
        counts: of each group, shape (g,).
        closed_at: age at which the last group ends (exclusive); None leaves it open, one figure.
        curve: which monotone curve.
        whole: round the cumulated counts, so that counts by age are whole and still sum to whole groups.

    Raises:
        StatisticianError: a bound is not whole, the end lies not above the last bound, a count is missing or negative,
            or only the open group is there.

    Source: Hyman, J. M. (1983), Accurate monotonicity preserving cubic interpolation, SIAM Journal on Scientific and
    Statistical Computing 4(4); Fritsch, F. N. and Butland, J. (1984), A method for constructing local monotone
    piecewise cubic interpolants, SIAM Journal on Scientific and Statistical Computing 5(2).

    >>> found = single_ages([0, 5, 10], [50, 100, 30], closed_at=None)
    >>> found.counts[:5].sum().round(9), found.counts[5:].sum().round(9), found.open_age, found.open_count
    (np.float64(50.0), np.float64(100.0), 10.0, 30.0)
    """
    bounds, closed, left = _closed_groups(lower_ages, counts, closed_at)
    cumulated = np.concatenate([[0.0], np.cumsum(closed)])
    ages = np.arange(bounds[0], bounds[-1] + 1)
    reached = _monotone(bounds, cumulated, curve)(ages)
    reached[np.searchsorted(ages, bounds)] = cumulated
    reached = np.maximum.accumulate(np.rint(reached) if whole else reached)
    return Graduated(ages[:-1], np.diff(reached), *left)


def sprague_ages(lower_ages: ArrayLike, counts: ArrayLike, *, closed_at: int | None) -> Graduated:
    """Counts of five-year groups split into single ages by Sprague's osculatory interpolation.

    Each single age is a weighted sum of five neighbouring groups. Smoother than monotone curves, but it can turn
    negative where groups differ much; such a result is refused.

    Args:
        lower_ages: lower bounds of groups of five years, shape (g,); at least five of them closed.
        counts: of each group, shape (g,).
        closed_at: end of the last group, five years above its bound; None leaves it open, one figure.

    Raises:
        StatisticianError: a group is not five years wide, fewer than five are closed, or an age would be negative.

    Source: Sprague, T. B. (1880), Explanation of a new formula for interpolation, Journal of the Institute of
    Actuaries 22; multipliers as in Shryock, H. S. and Siegel, J. S. (1976), The Methods and Materials of Demography.

    >>> sprague_ages(range(0, 30, 5), [50, 50, 50, 50, 50, 20], closed_at=None).counts[[0, 12, 24]].round(9)
    array([10., 10., 10.])
    """
    bounds, closed, left = _closed_groups(lower_ages, counts, closed_at)
    if closed.size < _YEARS or (np.diff(bounds) != _YEARS).any():
        raise StatisticianError(
            "Sprague's multipliers need at least five closed groups of five years each.",
            next_step="Use single_ages, which takes groups of any width.",
        )
    middle = np.lib.stride_tricks.sliding_window_view(closed, _YEARS) @ SPRAGUE[2].T
    first, last = SPRAGUE[:2] @ closed[:_YEARS], SPRAGUE[:2] @ closed[: -_YEARS - 1 : -1]
    split = np.concatenate([first.ravel(), middle.ravel(), last.ravel()[::-1]])
    ages = np.arange(bounds[0], bounds[-1])
    below = split < -1e-9 * closed.max()
    if below.any():
        raise StatisticianError(
            f"Sprague's multipliers give {split[below][0]:.6g} persons.",
            where=f"age {ages[below][0]:g}",
            next_step="Use single_ages, whose curve cannot fall.",
        )
    return Graduated(ages, split, *left)


def _closed_groups(
    lower_ages: ArrayLike, counts: ArrayLike, closed_at: int | None
) -> tuple[Array, Array, tuple[float | None, float]]:
    """Bounds of the closed groups with the end of the last, their counts, and bound and count of the open group."""
    lower = rising_ages(lower_ages)
    amounts = amounts_by_age(lower, counts, "counts")
    if (lower != np.rint(lower)).any():
        raise StatisticianError("Lower bounds of groups must be whole ages.")
    if closed_at is None:
        if lower.size == 1:
            raise StatisticianError(
                "There is one group and it is open, so no age can be told.", next_step="Say at which age it ends."
            )
        return lower, amounts[:-1], (float(lower[-1]), float(amounts[-1]))
    if closed_at <= lower[-1] or closed_at != int(closed_at):
        raise StatisticianError(f"The last group begins at {lower[-1]:g} and cannot end at {closed_at:g}.")
    return np.append(lower, float(closed_at)), amounts, (None, 0.0)


def _monotone(bounds: Array, cumulated: Array, curve: str) -> PchipInterpolator | CubicHermiteSpline:
    if curve == "pchip":
        return PchipInterpolator(bounds, cumulated)
    if curve != "hyman":
        raise StatisticianError(f"There is no curve {curve!r}.", next_step="Use 'hyman' or 'pchip'.")
    slopes = np.diff(cumulated) / np.diff(bounds)
    smooth = CubicSpline(bounds, cumulated, bc_type="natural")(bounds, 1) if bounds.size > 2 else np.repeat(slopes, 2)
    steepest = 3 * np.minimum(np.append(slopes, slopes[-1]), np.insert(slopes, 0, slopes[0]))
    return CubicHermiteSpline(bounds, cumulated, np.clip(smooth, 0.0, steepest))
