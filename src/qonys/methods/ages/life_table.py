"""The multiregional life table: how long people live, and where, under the deaths and moves of a period.

Rows are where a person comes from, columns where the person is: of those in i at age x, P(x)_ij are in j at x + h.

Laws: every row of P and the probability of death sum to 1; the years lived in all regions are the years lived; with
one region this is the ordinary life table whose deaths lie in the middle of each group; rates that no probabilities
have are refused with age and region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.rates import Array, rising_ages

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class MultiregionalLifeTable:
    """A life table of n ages and r regions, for one person born in each region.

    Args:
        ages: lower bounds of the groups, the last one open, shape (n,).
        transitions: P, of those in a region at an age, the share in each region at the next, shape (n − 1, r, r).
        deaths: probability of dying before the next age, by age and region, shape (n, r); 1 in the open group.
        survivors: l, share of those born in a region that lives in each region at an age, shape (n, r, r).
        years_lived: L, years lived in each region within a group, by region of birth, shape (n, r, r).
        years_ahead: T, years to be lived in each region from an age on, by region of birth, shape (n, r, r).
        expectancy: e, years ahead in each region of a person who is in a region at an age, shape (n, r, r); at the
            first age of 0 rows are regions of birth.
    """

    ages: Array
    transitions: Array
    deaths: Array
    survivors: Array
    years_lived: Array
    years_ahead: Array
    expectancy: Array


def multiregional_life_table(
    ages: ArrayLike, deaths: ArrayLike, moves: ArrayLike, *, regions: Sequence[str] | None = None
) -> MultiregionalLifeTable:
    """The life table of several regions that people move between.

    With M(x) the matrix whose diagonal has the rates of leaving (deaths and moves) and whose other cells the moves
    with a minus: P(x) = (I + h/2 M(x))⁻¹ (I − h/2 M(x)), l(x + h) = l(x) P(x), L(x) = h/2 (l(x) + l(x + h)), and in
    the open group L = l M⁻¹. Years ahead follow from the end: e(x) = h/2 (I + P(x)) + P(x) e(x + h).

    Args:
        ages: lower bounds of the groups, the last one open, shape (n,).
        deaths: rates by age and region, per person and year, shape (n, r); who leaves all regions for good may be
            added to them.
        moves: rates by age, origin and destination, per person and year, shape (n, r, r); the diagonal is not used.
        regions: names for messages.

    Raises:
        StatisticianError: shapes differ, a rate is missing or negative, or rates are so high for the width of a group
            that a probability would be below 0.
        UndefinedIndicatorError: in the open group there are regions from which nobody ever dies.

    Source: Rogers, A. (1975), Introduction to Multiregional Mathematical Demography, Wiley; Willekens, F. and Rogers,
    A. (1978), Spatial Population Analysis: Methods and Computer Programs, IIASA RR-78-18.

    >>> table = multiregional_life_table([0, 50], [[0.01, 0.01], [0.04, 0.05]],
    ...                                  [[[0, 0.01], [0, 0]], [[0, 0.01], [0, 0]]])
    >>> table.expectancy[0].round(2)
    array([[40.  , 13.33],
           [ 0.  , 52.  ]])
    """
    bounds = rising_ages(ages)
    exits, flows, names = _rates(bounds, deaths, moves, regions)
    leaving = np.einsum("xij->xi", flows) + exits
    matrix = leaving[:, :, None] * np.eye(exits.shape[1]) - flows
    half = np.diff(bounds)[:, None, None] / 2
    transitions, dying = _transitions(matrix[:-1], exits[:-1], half)
    _fail_if_impossible(bounds, transitions, names)
    transitions = transitions.clip(0, 1)  # what is beyond by rounding, of regions that nobody moves between
    last = _years_in_open_group(matrix[-1], exits[-1], names, bounds[-1])
    survivors = _survivors(transitions, exits.shape[1])
    lived = np.concatenate([half * (survivors[:-1] + survivors[1:]), (survivors[-1] @ last)[None]])
    return MultiregionalLifeTable(
        ages=bounds,
        transitions=transitions,
        deaths=np.concatenate([dying, np.ones((1, exits.shape[1]))]),
        survivors=survivors,
        years_lived=lived,
        years_ahead=np.cumsum(lived[::-1], axis=0)[::-1],
        expectancy=_expectancy(transitions, half, last),
    )


def lifetime_shares(expectancy: ArrayLike) -> Array:
    """Share of the years ahead that is lived in each region, θ_ij = e_ij / Σ_k e_ik.

    Args:
        expectancy: years by region of birth (or residence) and region where they are lived, shape (r, r).

    Returns:
        Shares, each row summing to 1, shape (r, r).

    Raises:
        StatisticianError: the matrix is not square, or a value is missing or negative.
        UndefinedIndicatorError: a region has no years at all.

    Source: Willekens, F. and Rogers, A. (1978), Spatial Population Analysis: Methods and Computer Programs, IIASA
    RR-78-18 (migration levels).

    >>> lifetime_shares([[60.0, 15.0], [7.0, 63.0]])
    array([[0.8, 0.2],
           [0.1, 0.9]])
    """
    years = np.asarray(expectancy, dtype=float)
    if years.ndim != 2 or years.shape[0] != years.shape[1] or not np.isfinite(years).all() or (years < 0).any():
        raise StatisticianError(f"Years must be a square matrix of values that are not negative, not {years.shape}.")
    total = years.sum(axis=1, keepdims=True)
    if (total == 0).any():
        raise UndefinedIndicatorError(f"Nobody lives from region {int(np.argmin(total))} on, so there are no shares.")
    shares: Array = years / total
    return shares


def lifetime_elsewhere(expectancy: ArrayLike) -> Array:
    """Share of life that people born in each region may expect to live in other regions, 1 − e_ii / Σ_k e_ik.

    Args:
        expectancy: years by region of birth and region where they are lived, shape (r, r).

    Returns:
        Shape (r,).

    Raises:
        StatisticianError: the matrix is not square, or a value is missing or negative.
        UndefinedIndicatorError: a region has no years at all.

    Source: as of `lifetime_shares`.

    >>> lifetime_elsewhere([[60.0, 15.0], [7.0, 63.0]]).round(9)
    array([0.2, 0.1])
    """
    return 1 - np.diag(lifetime_shares(expectancy))


def _rates(
    bounds: Array, deaths: ArrayLike, moves: ArrayLike, regions: Sequence[str] | None
) -> tuple[Array, Array, list[str]]:
    exits, flows = np.asarray(deaths, dtype=float), np.array(moves, dtype=float)
    if (
        exits.ndim != 2
        or len(exits) != bounds.size
        or exits.shape[1] == 0
        or flows.shape != (*exits.shape, exits.shape[-1])
    ):
        raise StatisticianError(
            f"{bounds.size} ages, deaths of shape {exits.shape} and moves of shape {flows.shape} do not belong together.",
            next_step="Deaths are ages × regions, moves ages × origins × destinations.",
        )
    names = [str(name) for name in (regions if regions is not None else range(exits.shape[1]))]
    if len(names) != exits.shape[1]:
        raise StatisticianError(f"There are {len(names)} names and {exits.shape[1]} regions.")
    flows[:, np.arange(len(names)), np.arange(len(names))] = 0
    for what, values in (("death rate", exits), ("rate of moving", flows)):
        wrong = ~np.isfinite(values) | (values < 0)
        if wrong.any():
            place = np.argwhere(wrong)[0]
            where = " to ".join(names[region] for region in place[1:])
            raise StatisticianError(
                f"The {what} is {values[tuple(place)]:g}, and must be finite and not negative.",
                where=f"age {bounds[place[0]]:g}, region {where}",
            )
    return exits, flows, names


def _transitions(matrix: Array, exits: Array, half: Array) -> tuple[Array, Array]:
    one = np.eye(exits.shape[1])
    transitions = np.asarray(np.linalg.solve(one + half * matrix, one - half * matrix), dtype=float)
    dying = np.asarray(np.linalg.solve(one + half * matrix, 2 * half * exits[:, :, None]), dtype=float)
    return transitions, dying[:, :, 0]


def _fail_if_impossible(bounds: Array, transitions: Array, names: list[str]) -> None:
    impossible = (transitions < -_ROUNDING) | (transitions > 1 + _ROUNDING)
    if impossible.any():
        age, region, reached = np.argwhere(impossible)[0]
        raise StatisticianError(
            f"The probability of being in {names[reached]} at the next age would be "
            f"{transitions[age, region, reached]:.4g}: the rates are too high for a group of "
            f"{bounds[age + 1] - bounds[age]:g} years.",
            where=f"age {bounds[age]:g}, region {names[region]}",
            next_step="Use narrower groups of ages, or mend the rates.",
        )


def _years_in_open_group(matrix: Array, exits: Array, names: list[str], age: float) -> Array:
    """M⁻¹ of the open group, by region at its lower bound."""
    reaches = np.eye(len(names), dtype=bool) | (matrix < 0)
    for _ in range(len(names).bit_length()):
        reaches = reaches @ reaches
    if (immortal := ~(reaches @ (exits > 0))).any():
        raise UndefinedIndicatorError(
            "Nobody ever dies from here, so the years ahead are without end.",
            where=f"open group from age {age:g}, region {names[int(np.argmax(immortal))]}",
            next_step="Begin the open group at a younger age, or give its death rates.",
        )
    return np.asarray(np.linalg.inv(matrix), dtype=float).clip(min=0)


def _survivors(transitions: Array, regions: int) -> Array:
    survivors = np.empty((len(transitions) + 1, regions, regions))
    survivors[0] = np.eye(regions)
    for age, step in enumerate(transitions):
        survivors[age + 1] = survivors[age] @ step
    return survivors


def _expectancy(transitions: Array, half: Array, last: Array) -> Array:
    expectancy = np.empty((len(transitions) + 1, *last.shape))
    expectancy[-1] = last
    for age in range(len(transitions) - 1, -1, -1):
        here = half[age] * (np.eye(len(last)) + transitions[age])
        expectancy[age] = here + transitions[age] @ expectancy[age + 1]
    return expectancy
