"""How many two lists missed, and how many in a list are not there.

Law: an estimate that has no value (no match) is refused; a trimming that leaves nothing to match is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qonys.errors import StatisticianError
from qonys.methods.estimation.amounts import Matrix, amounts

Reading: TypeAlias = Literal["falls", "stable", "rises"]


@dataclass(frozen=True, slots=True)
class DualSystem:
    """An estimate of how many there are, from two lists.

    Args:
        population: N̂, persons.
        variance: of N̂.
        first_coverage: share of the population that the first list has.
        second_coverage: share of the population that the second list has.
    """

    population: float
    variance: float
    first_coverage: float
    second_coverage: float

    @property
    def standard_error(self) -> float:
        """Square root of the variance."""
        return sqrt(self.variance)


@dataclass(frozen=True, slots=True, eq=False)
class TrimmedPath:
    """Dual-system estimates while suspect records are taken out of the first list, step by step.

    Args:
        trimmed: records taken out so far, shape (s + 1,), beginning with 0.
        populations: N̂ after each step, shape (s + 1,).
        standard_errors: of N̂, shape (s + 1,).
        readings: of each step, "falls" where significantly fewer of its records matched than of those that stayed,
            "rises" where significantly more did, "stable" between.
        stable_from: the first step after which nothing falls any more; 0: the list shows no over-coverage, s: the last
            step still found over-coverage, so more is to be trimmed.
        erroneous: records of the first list that are not there, by the estimate after that step, with the share of
            correct records that the second list matches.
    """

    trimmed: NDArray[np.int64]
    populations: Matrix
    standard_errors: Matrix
    readings: tuple[Reading, ...]
    stable_from: int
    erroneous: float


def lincoln_petersen(first: int, second: int, matched: int) -> DualSystem:
    """Dual-system estimate N̂ = n₁ n₂ / m, with variance n₁ n₂ (n₁ − m)(n₂ − m) / m³.

    Holds where the lists are independent, one of them reaches everybody with the same chance, nothing is matched
    wrongly, and neither has records of people who are not there.

    Args:
        first: n₁, persons in the first list.
        second: n₂, persons in the second list.
        matched: m, persons in both.

    Raises:
        StatisticianError: nobody matched, or more matched than a list has.

    Source: Sekar, C. C. and Deming, W. E. (1949), On a method of estimating birth and death rates and the extent of
    registration, Journal of the American Statistical Association 44.

    >>> lincoln_petersen(200, 150, 120).population
    250.0
    """
    first, second, matched = _persons(first, second, matched)
    if matched == 0:
        raise StatisticianError(
            "Nobody is in both lists, so the estimate has no value.",
            next_step="Use Chapman's estimate, or a list that overlaps.",
        )
    variance = first * second * (first - matched) * (second - matched) / matched**3
    return DualSystem(first * second / matched, variance, matched / second, matched / first)


def chapman(first: int, second: int, matched: int) -> DualSystem:
    """Dual-system estimate with little bias for few matches, N̂ = (n₁ + 1)(n₂ + 1) / (m + 1) − 1.

    Variance (n₁ + 1)(n₂ + 1)(n₁ − m)(n₂ − m) / ((m + 1)² (m + 2)).

    Args:
        first: n₁, persons in the first list.
        second: n₂, persons in the second list.
        matched: m, persons in both.

    Raises:
        StatisticianError: more matched than a list has, or both lists are empty.

    Source: Chapman, D. G. (1951), Some properties of the hypergeometric distribution with applications to zoological
    sample censuses; Seber, G. A. F. (1970), The effects of trap response on tag recapture estimates, Biometrics 26.

    >>> round(chapman(200, 150, 120).population, 2)
    249.83
    """
    first, second, matched = _persons(first, second, matched)
    population = (first + 1) * (second + 1) / (matched + 1) - 1
    if population == 0:
        raise StatisticianError("Both lists are empty, so there is no coverage to estimate.")
    square = (first + 1) * (second + 1) * (first - matched) * (second - matched)
    variance = square / ((matched + 1) ** 2 * (matched + 2))
    return DualSystem(population, variance, first / population, second / population)


def trimmed_dual_system(
    first: int, second: int, matched: int, removed: ArrayLike, removed_matched: ArrayLike, *, critical: float = 1.96
) -> TrimmedPath:
    """Lincoln–Petersen estimates while the most suspect records of the first list are taken out, and what they show.

    N̂ = n₂ (x − k) / (m − k₁) after k of x records are out, k₁ of them matched. Records of people who are not there
    match nobody, so taking them out makes N̂ fall; taking out records of people who are there leaves it stable.

    Args:
        first: x, records of the first list.
        second: n₂, persons in the second list, which has nobody who is not there.
        matched: m, records of the first list that match the second.
        removed: records taken out at each step, the most suspect first, shape (s,).
        removed_matched: how many of them match the second list, shape (s,).
        critical: standard errors between the match rates of a step's records and of those that stay, beyond which
            the step is no chance.

    Raises:
        StatisticianError: counts contradict each other, or nothing is left to match.

    Source: Zhang, L.-C. and Dunne, J. (2017), Trimmed dual system estimation, in: Böhning, D., van der Heijden, P. G. M.
    and Bunge, J. (eds), Capture-recapture methods for the social and medical sciences.

    >>> path = trimmed_dual_system(1_100, 500, 500, [60, 40, 50], [0, 0, 25])
    >>> path.populations, path.readings, path.stable_from
    (array([1100., 1040., 1000., 1000.]), ('falls', 'falls', 'stable'), 2)
    """
    first, second, matched = _persons(first, second, matched)
    out, out_matched = _steps(removed, removed_matched)
    left, left_matched = first - np.r_[0, out.cumsum()], matched - np.r_[0, out_matched.cumsum()]
    if np.any(left_matched <= 0) or np.any(left < left_matched):
        raise StatisticianError(
            "Trimming leaves nobody to match, or takes out more records than there are.",
            next_step="Take out fewer records.",
        )
    populations = second * left / left_matched
    variances = populations * ((left - left_matched) / left_matched) * ((second - left_matched) / left_matched)
    readings = _readings(out, out_matched, left[1:], left_matched[1:], critical)
    stable_from = max((step for step, reading in enumerate(readings, 1) if reading == "falls"), default=0)
    erroneous = max(first - matched * populations[stable_from] / second, 0.0)
    return TrimmedPath(first - left, populations, np.sqrt(variances), readings, stable_from, float(erroneous))


def _persons(first: int, second: int, matched: int) -> tuple[int, int, int]:
    """The counts as integers of Python, whose products do not overflow as those of 64 bits do."""
    if not 0 <= matched <= min(first, second):
        raise StatisticianError(
            f"Lists of {first:,} and {second:,} persons cannot have {matched:,} in common.",
            next_step="Count persons in each list, and in both, once.",
        )
    return int(first), int(second), int(matched)


def _steps(removed: ArrayLike, removed_matched: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    out = amounts("removed records", removed)
    matched = amounts("removed matches", removed_matched, out.shape)
    if np.any(matched > out) or np.any(out != np.rint(out)) or np.any(matched != np.rint(matched)):
        raise StatisticianError("Each step takes out whole records, no more of them matched than taken out.")
    return out.astype(np.int64), matched.astype(np.int64)


def _readings(
    out: NDArray[np.int64],
    out_matched: NDArray[np.int64],
    left: NDArray[np.int64],
    left_matched: NDArray[np.int64],
    critical: float,
) -> tuple[Reading, ...]:
    """Two-sample tests of match rates: of what each step takes out against what it leaves."""
    pooled = (out_matched + left_matched) / (out + left)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / np.maximum(out, 1) + 1 / left))
    difference = out_matched / np.maximum(out, 1) - left_matched / left
    score = np.divide(difference, spread, out=np.zeros_like(difference), where=(spread > 0) & (out > 0))
    words: tuple[Reading, Reading, Reading] = ("falls", "stable", "rises")
    return tuple(words[1 + int(value > critical) - int(value < -critical)] for value in score)
