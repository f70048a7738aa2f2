"""The Rogers–Castro model schedule: migration by age as a sum of few curves.

    m(x) = a1 · e^(−α1 x)                                      children, who move with their parents
         + a2 · e^(−α2 (x − μ2) − e^(−λ2 (x − μ2)))            working ages
         + a3 · e^(−α3 (x − μ3) − e^(−λ3 (x − μ3)))            retirement
         + a4 · e^(λ4 x)                                       old age
         + c                                                   all ages

Seven parameters have the first two curves and c; nine add old age, eleven add retirement, thirteen have all.

Laws: a curve is there with all of its parameters or not at all; no parameter is negative, so no rate is; an index
that divides by a parameter of 0 is nan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError
from qonys.methods.ages.rates import Array

_CHILDREN_AND_WORK = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2")
_RETIREMENT = ("a3", "alpha3", "mu3", "lambda3")
_OLD_AGE = ("a4", "lambda4")

NAMES: dict[int, tuple[str, ...]] = {
    7: (*_CHILDREN_AND_WORK, "c"),
    9: (*_CHILDREN_AND_WORK, *_OLD_AGE, "c"),
    11: (*_CHILDREN_AND_WORK, *_RETIREMENT, "c"),
    13: (*_CHILDREN_AND_WORK, *_RETIREMENT, *_OLD_AGE, "c"),
}
"""Names of the parameters, in the order of every vector of them, by their number."""

_LARGEST_EXPONENT = 700.0
"""e to the power of more is infinite in double precision; the double exponential of this is already 0."""
_OLDEST = 120.0
"""A curve that is highest beyond this age, or before birth, has no peak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Parameters of a model schedule; those of a curve that is not there are None.

    Args:
        a1: level of the curve of children, moves per person and year.
        alpha1: how fast it falls, per year of age.
        a2: level of the curve of working ages.
        alpha2: how fast it falls, per year of age.
        mu2: its position, an age in years.
        lambda2: how fast it rises, per year of age.
        c: level of all ages.
        a3: level of the curve of retirement.
        alpha3: how fast it falls, per year of age.
        mu3: its position, an age in years.
        lambda3: how fast it rises, per year of age.
        a4: level of the curve of old age, at age 0.
        lambda4: how fast it rises, per year of age.

    Raises:
        StatisticianError: a parameter is negative or no number, or a curve has only some of its parameters.
    """

    a1: float
    alpha1: float
    a2: float
    alpha2: float
    mu2: float
    lambda2: float
    c: float
    a3: float | None = None
    alpha3: float | None = None
    mu3: float | None = None
    lambda3: float | None = None
    a4: float | None = None
    lambda4: float | None = None

    def __post_init__(self) -> None:
        for curve, names in (("retirement", _RETIREMENT), ("old age", _OLD_AGE)):
            if len({getattr(self, name) is None for name in names}) > 1:
                raise StatisticianError(f"The curve of {curve} needs all of {', '.join(names)}, or none.")
        for name in self.names:
            value = getattr(self, name)
            if not np.isfinite(value) or value < 0:
                raise StatisticianError(f"{name} is {value:g}, and must be finite and not negative.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that are there, in the order of the vector."""
        return NAMES[7 + 4 * (self.a3 is not None) + 2 * (self.a4 is not None)]

    @property
    def vector(self) -> Array:
        """The parameters that are there, shape (7,), (9,), (11,) or (13,)."""
        return np.array([getattr(self, name) for name in self.names], dtype=float)


def parameters_of(vector: Sequence[float] | Array) -> Parameters:
    """Parameters out of a vector in the order of `NAMES`.

    Raises:
        StatisticianError: the vector has not 7, 9, 11 or 13 values, or one is no parameter.

    >>> parameters_of([0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003]).mu2
    20.0
    """
    return Parameters(**{name: float(value) for name, value in zip(names_of(len(vector)), vector, strict=True)})


def names_of(count: int) -> tuple[str, ...]:
    """Names of the parameters of a schedule with so many.

    Raises:
        StatisticianError: no schedule has so many.

    >>> names_of(7)
    ('a1', 'alpha1', 'a2', 'alpha2', 'mu2', 'lambda2', 'c')
    """
    if count not in NAMES:
        raise StatisticianError(f"A model schedule has 7, 9, 11 or 13 parameters, not {count}.")
    return NAMES[count]


def schedule(ages: ArrayLike, parameters: Parameters) -> Array:
    """Rates of a model schedule at these ages, moves per person and year.

    Args:
        ages: in years, need not be whole, shape (n,).
        parameters: of the curves.

    Raises:
        StatisticianError: an age is not finite, or a rate is beyond all numbers.

    Source: Rogers, A. and Castro, L. J. (1981), Model Migration Schedules, IIASA RR-81-30; all thirteen parameters:
    Alexander, M., Yeung, J. and Riffe, T. (2022), Rogers Castro Migration Models with rcbayes, vignette of the R
    package rcbayes (its first term lacks the minus).

    >>> simple = Parameters(a1=0.02, alpha1=0.1, a2=0.06, alpha2=0.1, mu2=20, lambda2=0.4, c=0.003)
    >>> schedule([0, 20, 60], simple).round(5)
    array([0.023  , 0.02778, 0.00415])
    """
    x, p = np.asarray(ages, dtype=float), parameters
    if not np.isfinite(x).all():
        raise StatisticianError("An age is missing or infinite.", next_step="Leave it out.")
    with np.errstate(over="ignore", invalid="ignore"):
        rates = p.a1 * np.exp(-p.alpha1 * x) + _hump(x, p.a2, p.alpha2, p.mu2, p.lambda2) + p.c
        if p.a3 is not None and p.alpha3 is not None and p.mu3 is not None and p.lambda3 is not None:
            rates = rates + _hump(x, p.a3, p.alpha3, p.mu3, p.lambda3)
        if p.a4 is not None and p.lambda4 is not None:
            rates = rates + p.a4 * np.exp(p.lambda4 * x)
    if not np.isfinite(rates).all():
        raise StatisticianError(
            "The rate of this schedule is beyond all numbers.",
            where=f"age {np.atleast_1d(x)[~np.isfinite(np.atleast_1d(rates))][0]:g}",
            next_step="Lower the speeds of its curves, or leave the age out.",
        )
    return rates


@dataclass(frozen=True, slots=True)
class ScheduleIndices:
    """What the parameters of a schedule say of it; nan where a curve is missing or a divisor is 0.

    Args:
        peaking: μ2, the position of the curve of working ages, in years of age.
        child_dependency: a1 / a2, the level of children to that of working ages.
        labour_dependency: a2 / a1, its reciprocal.
        labour_asymmetry: λ2 / α2, how much faster the curve of working ages rises than it falls.
        regularity: α1 / α2, whether children's rates fall as those of their parents do.
        labour_peak: age at which the curve of working ages is highest, μ2 + ln(λ2 / α2) / λ2; nan where that is no age
            from 0 to 120.
        low_point: age between 0 and the labour peak at which the schedule is lowest, to a hundredth of a year.
        labour_shift: years from the low point to the labour peak.
        jump: rise of the schedule from the low point to the labour peak, moves per person and year.
        retirement_peak: age at which the curve of retirement is highest, alike.
    """

    peaking: float
    child_dependency: float
    labour_dependency: float
    labour_asymmetry: float
    regularity: float
    labour_peak: float
    low_point: float
    labour_shift: float
    jump: float
    retirement_peak: float


def schedule_indices(parameters: Parameters) -> ScheduleIndices:
    """Indices of a model schedule.

    Source: Rogers, A. and Castro, L. J. (1981), Model Migration Schedules, IIASA RR-81-30.

    >>> simple = Parameters(a1=0.02, alpha1=0.1, a2=0.06, alpha2=0.1, mu2=20, lambda2=0.4, c=0.003)
    >>> found = schedule_indices(simple)
    >>> found.labour_dependency, found.labour_asymmetry, found.regularity, round(found.labour_peak, 2)
    (3.0, 4.0, 1.0, 23.47)
    """
    p = parameters
    peak = _highest(p.alpha2, p.mu2, p.lambda2)
    low, jump = _low_point_and_jump(p, peak)
    return ScheduleIndices(
        peaking=p.mu2,
        child_dependency=_ratio(p.a1, p.a2),
        labour_dependency=_ratio(p.a2, p.a1),
        labour_asymmetry=_ratio(p.lambda2, p.alpha2),
        regularity=_ratio(p.alpha1, p.alpha2),
        labour_peak=peak,
        low_point=low,
        labour_shift=peak - low,
        jump=jump,
        retirement_peak=_highest(p.alpha3, p.mu3, p.lambda3),
    )


def _hump(x: Array, a: float, alpha: float, mu: float, rise: float) -> Array:
    past = x - mu
    return a * np.exp(-alpha * past - np.exp(np.minimum(-rise * past, _LARGEST_EXPONENT)))


def _highest(alpha: float | None, mu: float | None, rise: float | None) -> float:
    if not alpha or not rise or mu is None:
        return float("nan")
    age = mu + (math.log(rise) - math.log(alpha)) / rise
    return age if 0 <= age <= _OLDEST else math.nan


def _low_point_and_jump(parameters: Parameters, peak: float) -> tuple[float, float]:
    if not peak > 0:
        return float("nan"), float("nan")
    ages = np.append(np.arange(0, peak, 0.01), peak)
    rates = schedule(ages, parameters)
    lowest = int(np.argmin(rates))
    return float(ages[lowest]), float(rates[-1] - rates[lowest])


def _ratio(upper: float, lower: float) -> float:
    return upper / lower if lower else float("nan")
