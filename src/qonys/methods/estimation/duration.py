"""What a report of migrants is worth on another duration of stay, told from flows that both sides report.

A register counts as a migrant who stays longer than its criterion: three months, twelve, for good. The factor R of a
criterion is the number of migrants by the common criterion for each one by it.

Laws: the factor of the common criterion is 1; a longer criterion never has a smaller factor; reports that are wrong by
their durations alone give the true factors; two reports on one criterion say nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from scipy.sparse.csgraph import connected_components

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.estimation.amounts import Matrix, double_reports

TWELVE_MONTHS = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class DurationFactors:
    """Factors of criteria of stay, and those of the reports of each area, as `undercount_ratios` takes them.

    Args:
        months: the criteria, rising; infinite for those who settle for good.
        factors: R of each criterion, shape (criteria,).
        departures: R of the areas' reports of departures, shape (n,).
        arrivals: R of the areas' reports of arrivals, shape (n,).
        pairs: how many flows are reported on two criteria.
    """

    months: tuple[float, ...]
    factors: Matrix
    departures: Matrix
    arrivals: Matrix
    pairs: int


def duration_factors(
    by_senders: ArrayLike,
    by_receivers: ArrayLike,
    departure_months: ArrayLike,
    arrival_months: ArrayLike,
    *,
    common: float = TWELVE_MONTHS,
) -> DurationFactors:
    """Factors of criteria of stay: those with which the two reports of the same flows differ least.

    Minimises Σ (R·E_ij − R'·I_ij)² / (E_ij + I_ij) over flows that both sides report on different criteria, R being
    that of the origin's report and R' that of the destination's, where no R is negative, R rises with the duration, and
    R = 1 for the common criterion. With the steps between neighbouring criteria as unknowns this is non-negative least
    squares up to a scale, so the minimum is found exactly.

    Args:
        by_senders: E, departures reported by the origin (rows), shape (n, n); nan where not reported.
        by_receivers: I, arrivals reported by the destination (columns), shape (n, n), alike.
        departure_months: the stay abroad that a departure needs to count, months, shape (n,); infinite: for good.
        arrival_months: the stay that an arrival needs to count, months, shape (n,), alike.
        common: the criterion whose factor is 1, months.

    Raises:
        UndefinedIndicatorError: a criterion does not meet the common one, over any chain of flows with two criteria.
        StatisticianError: shapes differ, a report is negative, a duration is missing or negative, or no report has the
            common criterion.

    Source: the factors are those of the undercount measure of UndercountMigScores, Max Planck Institute for
    Demographic Research; they are fitted there to sums over partners, here to single flows.

    >>> found = duration_factors([[0, 50], [48, 0]], [[0, 80], [30, 0]], [12, 3], [12, 3])
    >>> found.months, found.factors.round(3)
    ((3.0, 12.0), array([0.625, 1.   ]))
    """
    sent, received = double_reports(by_senders, by_receivers)
    leaving, coming = (_months(months, len(sent)) for months in (departure_months, arrival_months))
    criteria = np.unique(np.concatenate([leaving, coming]))
    if common not in criteria:
        raise StatisticianError(
            f"No report counts by the common criterion of {common:g} months.",
            next_step=f"Take one that some report has: {', '.join(f'{months:g}' for months in criteria)}.",
        )
    of_sender, of_receiver = np.searchsorted(criteria, leaving), np.searchsorted(criteria, coming)
    origin, destination = np.nonzero((sent + received > 0) & (of_sender[:, None] != of_receiver))
    kinds = np.stack([of_sender[origin], of_receiver[destination]])
    counts = np.stack([sent[origin, destination], received[origin, destination]])
    place = int(np.searchsorted(criteria, common))
    _fail_if_apart(criteria, kinds, counts, place)
    factors = _factors(len(criteria), kinds, counts, place)
    return DurationFactors(tuple(criteria.tolist()), factors, factors[of_sender], factors[of_receiver], len(origin))


def _factors(criteria: int, kinds: NDArray[np.intp], counts: Matrix, common: int) -> Matrix:
    """Factors as running sums of steps that are not negative, scaled so that the common one is 1.

    For a goal that is quadratic without a constant, asking softly for a common factor of 1 gives the wanted solution up
    to its scale.
    """
    pairs = np.arange(kinds.shape[1])
    differences = np.zeros((len(pairs), criteria))
    weights = 1 / np.sqrt(counts.sum(axis=0))
    differences[pairs, kinds[0]] = counts[0] * weights
    differences[pairs, kinds[1]] = -counts[1] * weights
    sums = np.tril(np.ones((criteria, criteria)))
    scale = float(np.abs(differences).max(initial=0.0)) or 1.0
    wanted = np.concatenate([np.zeros(len(pairs)), [scale]])
    steps = nnls(np.vstack([differences @ sums, scale * sums[common]]), wanted)[0]
    factors: Matrix = sums @ steps
    return np.asarray(factors / factors[common])


def _months(months: ArrayLike, areas: int) -> Matrix:
    found = np.asarray(months, dtype=float)
    if found.shape != (areas,) or not bool((found >= 0).all()):
        raise StatisticianError(
            f"Each of {areas} areas needs the months of stay by which its report counts, 0 or more.",
            next_step="Write infinity for those who settle for good.",
        )
    return found


def _fail_if_apart(criteria: Matrix, kinds: NDArray[np.intp], counts: Matrix, common: int) -> None:
    """Two criteria meet where both sides of a flow counted somebody."""
    meeting = np.zeros((len(criteria), len(criteria)))
    both = (counts > 0).all(axis=0)
    meeting[kinds[0][both], kinds[1][both]] = 1.0
    part = connected_components(meeting, directed=False)[1]
    if (apart := criteria[part != part[common]]).size:
        raise UndefinedIndicatorError(
            f"No flow leads from the criterion of {apart[0]:g} months to that of {criteria[common]:g}.",
            next_step="Leave its reports out, or take its factor from elsewhere.",
        )
