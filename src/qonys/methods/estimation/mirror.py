"""How much one side counts of what the other side counts: mirror ratios and undercount ratios.

Laws: only flows that both sides report are compared; a ratio to nothing is nan; the same generator state gives the
same interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError
from qonys.methods.estimation.amounts import Matrix, amounts, double_reports, known_amounts


@dataclass(frozen=True, slots=True)
class Interval:
    """A ratio with its interval.

    Args:
        ratio: the estimate.
        low: lower end.
        high: upper end; infinite where draws without any partner's count reach that far.
        level: share of draws between the ends.
    """

    ratio: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class UndercountRatios:
    """Ratios by area, below 1 for an undercount; nan where no flow with a reference area is reported by both sides.

    Args:
        departures: of the departures that the area reports, shape (n,).
        arrivals: of the arrivals that the area reports, shape (n,).
    """

    departures: Matrix
    arrivals: Matrix


def mirror_ratios(by_senders: ArrayLike, by_receivers: ArrayLike) -> Matrix:
    """The sender's count of each flow over the receiver's, E_ij / I_ij.

    Args:
        by_senders: departures reported by the origin (rows), shape (n, n); nan where not reported.
        by_receivers: arrivals reported by the destination (columns), shape (n, n), alike.

    Returns:
        nan on the diagonal, where a report is missing, and where the receiver counted nobody.

    Raises:
        StatisticianError: shapes differ or a report is negative.

    >>> mirror_ratios([[0, 50], [30, 0]], [[0, 100], [0, 0]])
    array([[nan, 0.5],
           [nan, nan]])
    """
    sent, received = double_reports(by_senders, by_receivers)
    return np.divide(sent, received, out=np.full_like(sent, np.nan), where=received > 0)


def undercount_ratio(
    own: ArrayLike, mirrored: ArrayLike, *, own_factor: float = 1.0, mirrored_factors: ArrayLike | None = None
) -> float:
    """What an area counts over what its partners count of the same flows, both on one duration of stay.

    R · Σ own / Σ R_c · mirrored_c. The factor R of a report is the number of migrants by the common criterion, such as
    twelve months, for each one by the criterion of the report: below 1 for reports that count shorter stays.

    Args:
        own: the area's counts of flows with each partner, shape (c,); nan where not reported.
        mirrored: each partner's count of the same flow, shape (c,), alike.
        own_factor: R of the area's report.
        mirrored_factors: R_c of the partners' reports, shape (c,); all 1 where None.

    Returns:
        nan where the partners counted nobody.

    Raises:
        StatisticianError: shapes differ, or a count or factor is negative.

    Source: the undercount measure of UndercountMigScores, Max Planck Institute for Demographic Research.

    >>> round(undercount_ratio([28_015], [24_914]), 4)
    1.1245
    """
    count, partners, weights = _pairs(own, mirrored, mirrored_factors)
    denominator = float((weights * partners).sum())
    factor = float(amounts("own factor", own_factor, ()))
    return factor * float(count.sum()) / denominator if denominator > 0 else float("nan")


def undercount_ratios(
    by_senders: ArrayLike,
    by_receivers: ArrayLike,
    *,
    references: ArrayLike,
    departure_factors: ArrayLike | None = None,
    arrival_factors: ArrayLike | None = None,
) -> UndercountRatios:
    """Undercount ratios of all areas against areas of reference, whose registers are trusted.

    Departures of i: Rᴱᵢ · Σ_c E_ic / Σ_c Rᴵ_c · I_ic; arrivals of j: Rᴵⱼ · Σ_c I_cj / Σ_c Rᴱ_c · E_cj; sums over
    reference areas c other than the area itself, and over flows that both sides report.

    Args:
        by_senders: E, departures reported by the origin (rows), shape (n, n); nan where not reported.
        by_receivers: I, arrivals reported by the destination (columns), shape (n, n), alike.
        references: which areas are references, shape (n,), true or false.
        departure_factors: Rᴱ of the areas' reports of departures, shape (n,); all 1 where None.
        arrival_factors: Rᴵ of the areas' reports of arrivals, shape (n,); all 1 where None.

    Raises:
        StatisticianError: shapes differ, or a count or factor is negative.

    >>> ratios = undercount_ratios([[0, 50], [30, 0]], [[0, 100], [60, 0]], references=[False, True])
    >>> ratios.departures, ratios.arrivals
    (array([0.5, nan]), array([ 2., nan]))
    """
    sent, received = double_reports(by_senders, by_receivers)
    n = len(sent)
    trusted = np.asarray(references, dtype=bool)
    if trusted.shape != (n,):
        raise StatisticianError(f"There are {n} areas; say of each whether it is a reference, not {trusted.shape}.")
    of_departures = amounts("departure factors", np.ones(n) if departure_factors is None else departure_factors, (n,))
    of_arrivals = amounts("arrival factors", np.ones(n) if arrival_factors is None else arrival_factors, (n,))
    both = ~np.isnan(sent) & ~np.isnan(received)
    out = np.where(both, of_departures[:, None] * sent, 0.0)
    coming = np.where(both, of_arrivals * received, 0.0)
    return UndercountRatios(
        departures=_over(out[:, trusted].sum(axis=1), coming[:, trusted].sum(axis=1)),
        arrivals=_over(coming[trusted].sum(axis=0), out[trusted].sum(axis=0)),
    )


def undercount_interval(
    own: ArrayLike,
    mirrored: ArrayLike,
    *,
    rng: np.random.Generator,
    own_factor: float = 1.0,
    mirrored_factors: ArrayLike | None = None,
    level: float = 0.95,
    draws: int = 100_000,
) -> Interval:
    """The undercount ratio with an interval from a parametric binomial bootstrap.

    Of the persons whom both sides count of one flow together, each is drawn as the area's own with the share that the
    area counts of them; the ends are percentiles of the ratios of the draws. The interval is one of chance alone, not
    of definitions.

    Args:
        own: whole counts of the area, shape (c,); nan where not reported.
        mirrored: whole counts of the partners, shape (c,), alike.
        rng: the source of chance.
        own_factor: R of the area's report.
        mirrored_factors: R_c of the partners' reports, shape (c,); all 1 where None.
        level: share of draws between the ends.
        draws: how many.

    Raises:
        StatisticianError: counts are not whole, nobody was counted, or the level is not between 0 and 1.

    >>> interval = undercount_interval([28_015], [24_914], rng=np.random.default_rng(1), draws=2_000)
    >>> interval.low < interval.ratio < interval.high
    True
    """
    count, partners, weights = _pairs(own, mirrored, mirrored_factors)
    if not 0 < level < 1 or np.any(count != np.rint(count)) or np.any(partners != np.rint(partners)):
        raise StatisticianError("An interval needs whole counts of persons and a level between 0 and 1.")
    together = (count + partners).astype(np.int64)
    if partners.sum() == 0:
        raise StatisticianError("The partners counted nobody, so there is no ratio to give an interval of.")
    shares = np.divide(count, together, out=np.zeros_like(count), where=together > 0)
    numerator, denominator = np.zeros(draws), np.zeros(draws)
    for persons, share, weight in zip(together, shares, weights, strict=True):
        drawn = rng.binomial(persons, share, size=draws)
        numerator += own_factor * drawn
        denominator += weight * (persons - drawn)
    ratios = np.divide(numerator, denominator, out=np.full(draws, np.inf), where=denominator > 0)
    low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    ratio = undercount_ratio(count, partners, own_factor=own_factor, mirrored_factors=weights)
    return Interval(ratio, float(low), float(high), level)


def _pairs(own: ArrayLike, mirrored: ArrayLike, factors: ArrayLike | None) -> tuple[Matrix, Matrix, Matrix]:
    """The flows that both sides report, with the partners' factors."""
    count = known_amounts("own counts", own)
    partners = known_amounts("mirrored counts", mirrored, count.shape)
    weights = amounts("mirrored factors", np.ones(count.shape) if factors is None else factors, count.shape)
    both = ~np.isnan(count) & ~np.isnan(partners)
    return count[both], partners[both], weights[both]


def _over(numerator: Matrix, denominator: Matrix) -> Matrix:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)
