"""Nowcast: how many registrations of a month will there be once all have come.

Laws: a point never goes without its interval; a month all of whose lags have passed is final and its interval is the
figure itself; a month of which no share could be known yet has no estimate (nan); what a back-test judges was unknown
at its cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from qonys.errors import StatisticianError
from qonys.methods.series.development import Development, Dispersion, chain_ladder, estimation_variance
from qonys.methods.series.monthly import Values
from qonys.methods.series.scoring import Calibration, calibration, fail_if_no_level
from qonys.methods.series.triangle import Labels, Triangle


@dataclass(frozen=True, slots=True)
class NowcastPlan:
    """How a nowcast is made.

    Args:
        level: nominal share of final numbers inside the intervals.
        dispersion: one for all lags, or one a lag.
        least_dispersion: see `development.chain_ladder`.
        least_complete: event months that must be final; a shorter triangle is refused.
        widening: factor of the standard errors, such as a back-test asks for.
        whole: round the ends of the intervals outwards to whole persons, without which a distribution of real numbers
            excludes that nobody comes.

    Raises:
        StatisticianError: the level is not between 0 and 1, or another part is not positive.
    """

    level: float = 0.95
    dispersion: Dispersion = Dispersion.BY_LAG
    least_dispersion: float = 1.0
    least_complete: int = 6
    widening: float = 1.0
    whole: bool = True

    def __post_init__(self) -> None:
        fail_if_no_level(self.level)
        if self.least_dispersion < 0 or self.least_complete < 1 or not self.widening > 0:
            raise StatisticianError(
                f"A least dispersion of {self.least_dispersion}, {self.least_complete} complete months and a widening "
                f"of {self.widening} make no plan.",
                next_step="Take a dispersion from 0, a month or more, and a factor above 0.",
            )


AS_USUAL = NowcastPlan()
"""The plan of who asks for nothing else"""


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Final numbers with their prediction intervals.

    Args:
        counted: persons known so far, any shape.
        point: expected final number, same shape; nan where no share could be known yet.
        lower: lower ends of the intervals.
        upper: upper ends.
        standard_error: root of the mean squared error of prediction, widened if asked for.
    """

    counted: Values
    point: Values
    lower: Values
    upper: Values
    standard_error: Values


@dataclass(frozen=True, slots=True, eq=False)
class Nowcast:
    """Final numbers by group and month, and their sums.

    Args:
        by_group: shapes (groups, months).
        by_month: shapes (months,), over groups.
        total: shapes (1,), over groups and months.
        shares: shape (pools, lags), share that becomes known at each lag, pools in the order of their labels.
        dispersion: shape (pools, lags).
    """

    by_group: Estimates
    by_month: Estimates
    total: Estimates
    shares: Values
    dispersion: Values


@dataclass(frozen=True, slots=True, eq=False)
class _Outstanding:
    """What is still to come: means and variances, shape of what it is of."""

    mean: Values
    variance: Values


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Nowcasts of an earlier cut-off beside what came true; months last."""

    ages: Labels
    final: Values
    made: Nowcast
    then: Labels


@dataclass(frozen=True, slots=True, eq=False)
class NowcastBacktest:
    """Nowcasts of months that are final by now, made as if at earlier cut-offs.

    Args:
        by_group: over groups, months and cut-offs.
        by_month: over months and cut-offs, of the sums over groups.
        coverage_by_age: shape (lags − 1,), share of the sums inside, by months passed since the event month.
        cutoffs: how many earlier cut-offs there were.
    """

    by_group: Calibration
    by_month: Calibration
    coverage_by_age: Values
    cutoffs: int


def nowcast(triangle: Triangle, plan: NowcastPlan = AS_USUAL) -> Nowcast:
    """Final numbers of the months that are still filling up.

    The outstanding number has the mean and the variance of the over-dispersed Poisson model (process and estimation)
    and a gamma distribution between. Where nobody of a month is known yet although a share F could be, the point is 0
    and the standard error φ(1 − F)/F, with an exponential distribution: a final number of φ·ln(1/α)/F leaves nobody
    known with probability α (the "rule of three").

    >>> counts = np.tile([80.0, 15.0, 5.0], (12, 1))
    >>> counts[-1, 1:] = counts[-2, 2] = np.nan
    >>> made = nowcast(Triangle(counts[None]))
    >>> made.by_month.point[-2:], made.by_month.lower[-1] < 100 < made.by_month.upper[-1]
    (array([100., 100.]), np.True_)

    Args:
        triangle: counts as known at its cut-off.
        plan: level and dispersion.

    Raises:
        StatisticianError: the triangle is too short, or see `development.chain_ladder`.

    Source: England, P. D. and Verrall, R. J. (2002), Stochastic claims reserving in general insurance, British
    Actuarial Journal 8(3).
    """
    _fail_if_short(triangle, plan)
    groups, months, _ = triangle.increments.shape
    labels, pool_of_group = np.unique(triangle.pools, return_inverse=True)
    members = [np.flatnonzero(pool_of_group == pool) for pool in range(len(labels))]
    fits = [_fit(triangle.increments[of_pool], plan) for of_pool in members]
    by_group = _Outstanding(np.empty((groups, months)), np.empty((groups, months)))
    by_month, total = np.zeros(months), np.zeros(1)
    for of_pool, fit in zip(members, fits, strict=True):
        rows = np.arange(len(fit.final))
        by_group.mean[of_pool] = _mean(fit).reshape(-1, months)
        own = _process_variance(fit)
        by_group.variance[of_pool] = (own + estimation_variance(fit, rows, len(rows))).reshape(-1, months)
        by_month += estimation_variance(fit, rows % months, months) + np.bincount(rows % months, own)
        total += estimation_variance(fit, 0 * rows, 1) + own.sum()
    counted, mean = triangle.counted, by_group.mean
    return Nowcast(
        by_group=_estimates(counted, by_group, plan),
        by_month=_estimates(counted.sum(axis=0), _Outstanding(mean.sum(axis=0), by_month), plan),
        total=_estimates(counted.sum(keepdims=True)[0], _Outstanding(mean.sum(keepdims=True)[0], total), plan),
        shares=np.stack([fit.shares for fit in fits]),
        dispersion=np.stack([fit.dispersion for fit in fits]),
    )


def nowcast_backtest(triangle: Triangle, plan: NowcastPlan = AS_USUAL) -> NowcastBacktest:
    """How nowcasts did at every earlier cut-off that leaves the complete months which the plan asks for.

    At each, the triangle is cut to what was known then; the months that were not final then and are by now are judged.
    Months without an estimate are passed over.

    Args:
        triangle: counts as known now.
        plan: of the nowcasts.

    Raises:
        StatisticianError: there is no such cut-off, or a nowcast fails.
    """
    _, months, lags = triangle.increments.shape
    complete = triangle.counted[:, : months - lags + 1]
    judged = []
    for cutoff in range(plan.least_complete + lags - 1, months):
        then = np.arange(cutoff - lags + 1, min(cutoff, complete.shape[1]))
        if len(then):
            judged.append(_Judged(cutoff - 1 - then, complete[:, then], nowcast(triangle.as_of(cutoff), plan), then))
    if not judged:
        raise StatisticianError(
            f"A triangle of {months} months and {lags} lags leaves no earlier cut-off to judge.",
            next_step=f"Take at least {plan.least_complete + lags} months and two lags.",
        )
    return NowcastBacktest(
        by_group=_calibration([(one.final, _at(one.made.by_group, one.then)) for one in judged], plan),
        by_month=_calibration([(one.final.sum(axis=0), _at(one.made.by_month, one.then)) for one in judged], plan),
        coverage_by_age=_coverage_by_age(judged, lags - 1),
        cutoffs=len(judged),
    )


def _fit(increments: Values, plan: NowcastPlan) -> Development:
    return chain_ladder(
        increments.reshape(-1, increments.shape[-1]), dispersion=plan.dispersion, least_dispersion=plan.least_dispersion
    )


def _mean(fit: Development) -> Values:
    """Expected outstanding number, shape (rows,); nan where no share could be known."""
    ahead = np.where(fit.known, 0.0, fit.expected).sum(axis=1)
    return np.where(np.isnan(fit.final), np.nan, ahead)


def _process_variance(fit: Development) -> Values:
    """Shape (rows,); of rows of which nobody is known the square of the standard error by the rule of three."""
    share_known = fit.share_known
    late = np.where(fit.known, 0.0, fit.shares) @ fit.dispersion
    by_rule = np.divide(late, share_known, out=np.full(len(late), np.nan), where=share_known > 0)
    return np.where(fit.final == 0, by_rule**2, fit.process_variance)


def _estimates(counted: Values, outstanding: _Outstanding, plan: NowcastPlan) -> Estimates:
    mean, error = outstanding.mean, plan.widening * np.sqrt(outstanding.variance)
    tail = (1 - plan.level) / 2
    lower, upper = _quantile(tail, mean, error), _quantile(1 - tail, mean, error)
    return Estimates(
        counted=counted,
        point=counted + mean,
        lower=counted + (np.floor(lower) if plan.whole else lower),
        upper=counted + (np.ceil(upper) if plan.whole else upper),
        standard_error=np.where(np.isnan(mean), np.nan, error),
    )


def _quantile(probability: float, mean: Values, error: Values) -> Values:
    """Of the outstanding number: gamma; exponential above 0 where nobody is expected; the mean where nothing varies."""
    with np.errstate(divide="ignore", invalid="ignore"):
        of_gamma = gammaincinv((mean / error) ** 2, probability) * (error**2 / mean)
    of_none = -np.log1p(-probability) * error if probability > 0.5 else np.zeros_like(error)
    return np.where(error > 0, np.where(mean > 0, of_gamma, np.where(mean == 0, of_none, np.nan)), mean)


def _at(made: Estimates, then: Labels) -> Estimates:
    return Estimates(
        made.counted[..., then],
        made.point[..., then],
        made.lower[..., then],
        made.upper[..., then],
        made.standard_error[..., then],
    )


def _calibration(judged: list[tuple[Values, Estimates]], plan: NowcastPlan) -> Calibration:
    columns = [
        (final.ravel(), made.point.ravel(), made.lower.ravel(), made.upper.ravel(), made.standard_error.ravel())
        for final, made in judged
    ]
    final, point, lower, upper, error = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    there = np.isfinite(point)
    return calibration(final[there], point[there], lower[there], upper[there], error[there], plan.level)


def _coverage_by_age(judged: list[_Judged], ages: int) -> Values:
    """Share of sums over groups inside their interval, by months passed; nan where none was judged."""
    inside, asked = np.zeros(ages), np.zeros(ages)
    for one in judged:
        made, final = _at(one.made.by_month, one.then), one.final.sum(axis=0)
        np.add.at(asked, one.ages, np.isfinite(made.point))
        np.add.at(inside, one.ages, (final >= made.lower) & (final <= made.upper))
    return np.asarray(np.divide(inside, asked, out=np.full(ages, np.nan), where=asked > 0))


def _fail_if_short(triangle: Triangle, plan: NowcastPlan) -> None:
    _, months, lags = triangle.increments.shape
    complete = months - lags + 1
    if complete < plan.least_complete:
        raise StatisticianError(
            f"The triangle is too short: {max(complete, 0)} event months are final, at least {plan.least_complete} must be.",
            where=f"{months} months, {lags} lags",
            next_step="Wait, take fewer lags, or lower the least number of complete months and say so.",
        )
