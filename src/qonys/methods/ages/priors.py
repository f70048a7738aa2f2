"""What is believed of the parameters of a model schedule before the data are seen.

Each parameter has a normal distribution cut off at a lower and an upper bound. A schedule has more parameters than
most data can tell apart; the priors choose among curves that fit alike.

Laws: the spread is positive, the bounds are in order; the most likely value may lie on a bound but not beyond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qonys.errors import StatisticianError
from qonys.methods.ages.model_schedule import names_of
from qonys.methods.ages.rates import Array


@dataclass(frozen=True, slots=True, eq=False)
class Priors:
    """Priors of all parameters of a schedule, each array in the order of the names.

    Args:
        names: of the parameters, shape (p,).
        mean: of the normal distribution before it is cut off.
        deviation: its standard deviation.
        lower: least value.
        upper: greatest value; may be infinite.

    Raises:
        StatisticianError: the arrays are of other lengths, or a prior has no room.
    """

    names: tuple[str, ...]
    mean: Array
    deviation: Array
    lower: Array
    upper: Array

    def __post_init__(self) -> None:
        arrays = (self.mean, self.deviation, self.lower, self.upper)
        if any(array.shape != (len(self.names),) for array in arrays):
            raise StatisticianError(f"Priors of {len(self.names)} parameters need as many values of each kind.")
        sound = (self.deviation > 0) & (self.lower >= 0) & (self.lower < self.upper) & np.isfinite(self.mean)
        sound &= (self.lower <= self.mean) & (self.mean <= self.upper)
        if not sound.all():
            raise StatisticianError(
                "Its prior needs a positive deviation and 0 ≤ lower ≤ mean ≤ upper.",
                where=self.names[int(np.argmin(sound))],
            )

    def of(self, names: tuple[str, ...]) -> Priors:
        """The priors of some of the parameters.

        Raises:
            StatisticianError: one of the parameters has no prior here.
        """
        if missing := [name for name in names if name not in self.names]:
            raise StatisticianError(
                f"There is no prior of {', '.join(missing)}.", next_step="Give one, or fewer curves."
            )
        places = [self.names.index(name) for name in names]
        return Priors(names, self.mean[places], self.deviation[places], self.lower[places], self.upper[places])

    def with_prior(
        self, name: str, *, mean: float, deviation: float, lower: float = 0.0, upper: float = np.inf
    ) -> Priors:
        """The same priors but for one parameter.

        Raises:
            StatisticianError: the schedule has no such parameter, or its prior has no room.
        """
        if name not in self.names:
            raise StatisticianError(f"The schedule has no parameter {name}; it has {', '.join(self.names)}.")
        there = np.array(self.names) == name
        return Priors(
            self.names,
            np.where(there, mean, self.mean),
            np.where(there, deviation, self.deviation),
            np.where(there, lower, self.lower),
            np.where(there, upper, self.upper),
        )


def published_priors(count: int, least_rate: float) -> Priors:
    """The priors of the R package rcbayes.

    α and λ half-normal (0, 1); a1, a2, a3 normal (0, 0.1) in [0, 1]; μ2 normal (25, 1); μ3 normal (65, 1);
    a4 normal (0, 0.05); λ4 normal (0, 0.01) below 0.05; c normal (least rate, 0.1) in [0, 1]. Ours: μ2 and μ3 lie
    below 120.

    Args:
        count: of parameters: 7, 9, 11 or 13.
        least_rate: lowest observed rate, moves per person and year.

    Raises:
        StatisticianError: no schedule has so many parameters, or the least rate is no rate between 0 and 1.

    Source: Alexander, M., Yeung, J. and Riffe, T. (2022), Rogers Castro Migration Models with rcbayes, vignette of
    the R package rcbayes.

    >>> priors = published_priors(7, least_rate=0.01)
    >>> dict(zip(priors.names, priors.mean.tolist()))
    {'a1': 0.0, 'alpha1': 0.0, 'a2': 0.0, 'alpha2': 0.0, 'mu2': 25.0, 'lambda2': 0.0, 'c': 0.01}
    """
    names = names_of(count)
    rows = np.array([_PUBLISHED.get(name, _SPEED) for name in names])
    rows[names.index("c")] = (least_rate, 0.1, 0.0, 1.0)
    return Priors(names, *rows.T)


_LEVEL, _SPEED = (0.0, 0.1, 0.0, 1.0), (0.0, 1.0, 0.0, np.inf)
_PUBLISHED = {
    "a1": _LEVEL,
    "a2": _LEVEL,
    "a3": _LEVEL,
    "a4": (0.0, 0.05, 0.0, 1.0),
    "mu2": (25.0, 1.0, 0.0, 120.0),
    "mu3": (65.0, 1.0, 0.0, 120.0),
    "lambda4": (0.0, 0.01, 0.0, 0.05),
}
