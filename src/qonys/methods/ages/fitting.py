"""The model schedule that agrees best with counts or rates and with what is believed of schedules.

The fit is the mode of the posterior (MAP), found from several starts. A model schedule is told apart by its curve, not
by its parameters: curves that fit alike can have quite different ones, and `identifiability` says how far that goes.

Laws: the same data give the same fit; where data do not decide, the priors do; the least loss of all ends is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.descent import Descent, descended
from qonys.methods.ages.identifiability import Identifiability, Intervals, identifiability, intervals
from qonys.methods.ages.likelihoods import CountLikelihood, RateLikelihood
from qonys.methods.ages.model_schedule import NAMES, Parameters, names_of, parameters_of
from qonys.methods.ages.posterior import Posterior
from qonys.methods.ages.priors import Priors, published_priors
from qonys.methods.ages.rates import Array, amounts_by_age, rising_ages
from qonys.methods.ages.starts import joined, starts

_STARTS, _FIRST_STEPS, _KEPT, _LAST_STEPS = 8, 20, 3, 120
"""So many starts go so many steps; so many of them go on, for so many steps at the most."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedSchedule:
    """A model schedule fitted to data.

    Args:
        parameters: of the schedule at the mode of the posterior.
        ages: of the data, shape (n,).
        rates: the fitted curve at these ages, moves per person and year, shape (n,).
        deviance: Poisson deviance of counts, or the sum of squared residuals of rates.
        dispersion: Pearson's χ² per degree of freedom of counts (far above 1: the intervals are too narrow), or the
            residual variance of rates.
        intervals: of parameters and curve.
        identifiability: what the data told of the parameters.
        converged: the search ended where the loss could not be lowered.
    """

    parameters: Parameters
    ages: Array
    rates: Array
    deviance: float
    dispersion: float
    intervals: Intervals
    identifiability: Identifiability
    converged: bool


def fit_counts(
    ages: ArrayLike,
    migrants: ArrayLike,
    population: ArrayLike,
    *,
    parameters: int = 11,
    priors: Priors | None = None,
    coverage: float = 0.95,
    generator: np.random.Generator | None = None,
) -> FittedSchedule:
    """The model schedule of counts of migrants, migrantsₓ ~ Poisson(populationₓ · m(x)).

    Args:
        ages: in years, rising, shape (n,); leave out ages at which moves were not asked for.
        migrants: moves in a year, shape (n,).
        population: persons at risk, shape (n,); an age with nobody at risk says nothing.
        parameters: 7, 9, 11 or 13.
        priors: of the parameters; the published ones where none are given.
        coverage: of the intervals, between 0 and 1.
        generator: where given, random variations of the starts are tried besides.

    Raises:
        StatisticianError: a count is missing, negative or without population; there are no more ages than parameters;
            a rate is above 1.
        UndefinedIndicatorError: nobody moved.

    Source: Rogers, A. and Castro, L. J. (1981), Model Migration Schedules, IIASA RR-81-30; priors and likelihood:
    Alexander, M., Yeung, J. and Riffe, T. (2022), Rogers Castro Migration Models with rcbayes, vignette of the R
    package rcbayes.

    >>> from qonys.methods.ages.model_schedule import schedule
    >>> true = Parameters(a1=0.02, alpha1=0.1, a2=0.06, alpha2=0.1, mu2=25, lambda2=0.4, c=0.003)
    >>> ages, population = np.arange(80), np.full(80, 50_000)
    >>> fitted = fit_counts(ages, population * schedule(ages, true), population, parameters=7)
    >>> bool(abs(fitted.rates - schedule(ages, true)).max() < 1e-3)
    True
    """
    years = rising_ages(ages)
    likelihood = _counts(years, migrants, population)
    _fail_if_unfit(years, likelihood.rates, parameters)
    posterior = Posterior(years, likelihood, _priors(priors, parameters, likelihood.rates[likelihood.population > 0]))
    found = _search(posterior, generator)
    curve = found[0].end.values
    return _fitted(
        posterior,
        found,
        deviance=2 * likelihood.loss(curve),
        dispersion=likelihood.chi_square(curve) / (years.size - parameters),
        coverage=coverage,
    )


def fit_rates(
    ages: ArrayLike,
    rates: ArrayLike,
    *,
    parameters: int = 11,
    priors: Priors | None = None,
    coverage: float = 0.95,
    generator: np.random.Generator | None = None,
) -> FittedSchedule:
    """The model schedule of rates, mₓ ~ Normal(m(x), σ²) with an unknown σ, alike at all ages.

    Use counts where there are any: they say how sure each rate is.

    Args:
        ages: in years, rising, shape (n,).
        rates: moves per person and year, shape (n,).
        parameters: 7, 9, 11 or 13.
        priors: of the parameters; the published ones where none are given.
        coverage: of the intervals, between 0 and 1.
        generator: where given, random variations of the starts are tried besides.

    Raises:
        StatisticianError: a rate is missing, negative or above 1, or there are no more ages than parameters.
        UndefinedIndicatorError: all rates are 0.

    Source: as of `fit_counts`.

    >>> from qonys.methods.ages.model_schedule import schedule
    >>> true = Parameters(a1=0.02, alpha1=0.1, a2=0.06, alpha2=0.1, mu2=20, lambda2=0.4, c=0.003)
    >>> ages = np.arange(80)
    >>> fitted = fit_rates(ages, schedule(ages, true), parameters=7)
    >>> round(fitted.parameters.mu2, 3)
    20.0
    """
    years = rising_ages(ages)
    level = amounts_by_age(years, rates, "rates")
    _fail_if_unfit(years, level, parameters)
    likelihood = RateLikelihood(level, years.size - parameters)
    posterior = Posterior(years, likelihood, _priors(priors, parameters, level))
    found = _search(posterior, generator)
    residuals = level - found[0].end.values
    squares = float(residuals @ residuals)
    return _fitted(posterior, found, deviance=squares, dispersion=squares / likelihood.freedom, coverage=coverage)


def _counts(ages: Array, migrants: ArrayLike, population: ArrayLike) -> CountLikelihood:
    moved, exposed = amounts_by_age(ages, migrants, "migrants"), amounts_by_age(ages, population, "population")
    if (stray := (exposed == 0) & (moved > 0)).any():
        raise StatisticianError(
            "Some moved, and nobody is at risk.",
            where=f"age {ages[stray][0]:g}",
            next_step="Mend the population, or leave the age out.",
        )
    return CountLikelihood(moved, exposed)


def _fail_if_unfit(ages: Array, rates: Array, parameters: int) -> None:
    names_of(parameters)
    if ages.size <= parameters:
        raise StatisticianError(
            f"{ages.size} ages are too few for a schedule of {parameters} parameters.",
            next_step="Give more ages, or fit fewer parameters.",
        )
    if not rates.any():
        raise UndefinedIndicatorError("Nobody moved at any age, so there is no schedule.")
    if rates.max() > 1:
        raise StatisticianError(
            f"The rate is {rates.max():g}, above one move per person and year.",
            where=f"age {ages[np.argmax(rates)]:g}",
            next_step="Give rates per person, not per thousand.",
        )


def _priors(given: Priors | None, parameters: int, rates: Array) -> Priors:
    priors = given if given is not None else published_priors(parameters, float(rates.min()))
    return priors.of(NAMES[parameters])


def _search(posterior: Posterior, generator: np.random.Generator | None) -> list[Descent]:
    """Ends of the ways down, the best first: many starts a short way, the best of them to the end."""
    begun = [
        descended(posterior, start, full_curvature=False, most_steps=_FIRST_STEPS)
        for start in [*_nested(posterior), *starts(posterior, _STARTS, generator)]
    ]
    ended = [
        descended(posterior, way.end.vector, full_curvature=True, most_steps=_LAST_STEPS)
        for way in sorted(begun, key=_loss)[:_KEPT]
    ]
    return sorted(ended, key=_loss)


def _nested(posterior: Posterior) -> list[Array]:
    """With all curves there are many bad ends; the best schedule without retirement leads past some of them."""
    if len(posterior.priors.names) < len(NAMES[13]):
        return []
    fewer = Posterior(posterior.ages, posterior.likelihood, posterior.priors.of(NAMES[9]))
    ways = [descended(fewer, start, full_curvature=False, most_steps=_FIRST_STEPS) for start in starts(fewer, _KEPT)]
    best = descended(fewer, min(ways, key=_loss).end.vector, full_curvature=True, most_steps=_LAST_STEPS)
    return [joined(posterior, NAMES[9], best.end.vector)]


def _loss(way: Descent) -> float:
    return way.end.loss


def _fitted(
    posterior: Posterior, found: list[Descent], *, deviance: float, dispersion: float, coverage: float
) -> FittedSchedule:
    best = found[0]
    return FittedSchedule(
        parameters=parameters_of(best.end.vector),
        ages=posterior.ages,
        rates=best.end.values,
        deviance=deviance,
        dispersion=dispersion,
        intervals=intervals(posterior, best.end, coverage),
        identifiability=identifiability(posterior, [way.end for way in found]),
        converged=best.converged,
    )
