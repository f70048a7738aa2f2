"""Stocks of people by birthplace and residence at two dates, made to agree with births and deaths between them.

Four steps: natives that came out negative are mended; natives are scaled so that the system as a whole grows by
births less deaths (closed accounts only); births are taken off the end and deaths off the start; the totals of each
birthplace are matched. What is left are two stocks of the same people.

Laws: in the account each birthplace has the same total at both dates; in a closed account the change of an area's
total is its net migration, which is population change less births plus deaths where all stocks together change as
births and deaths say; in an open one, the people who left or entered the system are told by birthplace and area.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import InfeasibleError, StatisticianError
from qonys.methods.estimation.amounts import Matrix, amounts, numbers, order
from qonys.methods.estimation.raking import rake_matrix

Matching: TypeAlias = Literal["rescale", "open", "open-dr"]


@dataclass(frozen=True, slots=True, eq=False)
class DemographicAccount:
    """The same people by birthplace (rows) and residence (columns) at two dates, shape (n, n) each.

    Args:
        start: those alive at the first date who are still alive at the second, less those who left.
        end: those alive at the second date who were born before the first, less those who entered.
        left: those who left the system, by birthplace and residence at the first date; zero in a closed account.
        entered: those who entered it, by birthplace and residence at the second date; zero in a closed account.
        discrepancy: change of all stocks less births plus deaths, in persons, before natives were scaled.
        converged: the raking of "rescale" met its margins; true where nothing was raked.
    """

    start: Matrix
    end: Matrix
    left: Matrix
    entered: Matrix
    discrepancy: float
    converged: bool = True


def demographic_account(
    stock_start: ArrayLike,
    stock_end: ArrayLike,
    births: ArrayLike,
    deaths: ArrayLike,
    *,
    matching: Matching = "rescale",
) -> DemographicAccount:
    """Two stocks reconciled with births and deaths and with each other.

    Args:
        stock_start: persons by birthplace (rows) and residence (columns) at the first date, shape (n, n). Natives are
            on the diagonal; they may be negative where they are a remainder.
        stock_end: the same at the second date.
        births: births between the dates by area, shape (n,).
        deaths: deaths between the dates by area, shape (n,).
        matching: how the two totals of a birthplace are made one. "rescale": both stocks are raked to the mean of the
            two totals, residents kept (Abel and Sander 2014). "open-dr": the stock with the larger total is scaled down
            to the smaller (Abel 2013). "open": what is too much is taken from it by the other stock's distribution
            over areas, never more than is there.

    Raises:
        StatisticianError: an input is no amount, or more people were born or died in an area than live there.
        InfeasibleError: stocks cannot be rescaled, because a birthplace and an area have nobody else.

    Source: Abel, G. J. (2013), Estimating global migration flow tables using place of birth data, Demographic Research
    28(18); Abel, G. J. and Sander, N. (2014), Quantifying global international migration flows, Science 343.

    >>> account = demographic_account([[90, 10], [20, 80]], [[95, 15], [30, 60]], [5, 0], [5, 0], matching="open-dr")
    >>> account.start.sum(axis=1).round(2), account.end.sum(axis=1).round(2)
    (array([95.91, 90.  ]), array([95.91, 90.  ]))
    """
    born, died, start, end = _inputs(stock_start, stock_end, births, deaths)
    discrepancy = float(end.sum() - start.sum() - born.sum() + died.sum())
    if matching == "rescale":
        start, end = _with_natives_scaled(start, end, discrepancy)
    start, end = _survivors(start, died), _without_newborn(end, born)
    nobody = np.zeros_like(start)
    if matching == "rescale":
        start, end, converged = _rescaled(start, end)
        return DemographicAccount(start, end, nobody, nobody, discrepancy, converged)
    excess = start.sum(axis=1) - end.sum(axis=1)
    left, entered = _surplus(start, end, excess, matching), _surplus(end, start, -excess, matching)
    return DemographicAccount(*_of_equal_rows(start - left, end - entered), left, entered, discrepancy)


def _inputs(
    stock_start: ArrayLike, stock_end: ArrayLike, births: ArrayLike, deaths: ArrayLike
) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    n = order("stocks at the start", stock_start)
    start = _with_natives_mended("stocks at the start", numbers("stocks at the start", stock_start, (n, n)))
    end = _with_natives_mended("stocks at the end", numbers("stocks at the end", stock_end, (n, n)))
    return amounts("births", births, (n,)), amounts("deaths", deaths, (n,)), start, end


def _with_natives_mended(name: str, stock: Matrix) -> Matrix:
    """Negative natives set to 0, and the others of the area scaled so that its population is kept."""
    negative = np.diag(stock) < 0
    foreign = stock - np.diag(np.diag(stock))
    if np.any(foreign < 0):
        raise StatisticianError(f"The {name} must not be negative, except natives that are a remainder.")
    population, others = stock.sum(axis=0), foreign.sum(axis=0)
    if np.any(negative & (population < 0)):
        raise StatisticianError(
            f"The {name} have a negative population.",
            where=f"area {int((negative & (population < 0)).argmax())}",
            next_step="The population must be at least as large as its natives are negative.",
        )
    scale = np.divide(population, others, out=np.ones_like(population), where=negative)
    mended: Matrix = foreign * scale + np.diag(np.where(negative, 0.0, np.diag(stock)))
    return mended


def _with_natives_scaled(start: Matrix, end: Matrix, discrepancy: float) -> tuple[Matrix, Matrix]:
    """Natives scaled, half of the discrepancy at each date, so that all stocks change by births less deaths."""
    natives_start, natives_end = np.trace(start), np.trace(end)
    if discrepancy == 0:
        return start, end
    if natives_start + discrepancy / 2 < 0 or natives_end - discrepancy / 2 < 0 or natives_start * natives_end == 0:
        raise InfeasibleError(
            f"The stocks change by {discrepancy:,.6g} more than births less deaths, and natives cannot make up for it.",
            next_step='Check births, deaths and stocks, or use the "open" matching.',
        )
    more, fewer = 1 + discrepancy / 2 / natives_start, 1 - discrepancy / 2 / natives_end
    diagonal = np.eye(len(start), dtype=bool)
    return np.where(diagonal, start * more, start), np.where(diagonal, end * fewer, end)


def _survivors(start: Matrix, deaths: Matrix) -> Matrix:
    """The stock without those who died, of every birthplace the same share of an area's residents."""
    residents = start.sum(axis=0)
    _fail_if_more("deaths", deaths, residents)
    survival = 1 - np.divide(deaths, residents, out=np.zeros_like(deaths), where=residents > 0)
    alive: Matrix = np.maximum(start * survival, 0.0)
    return alive


def _without_newborn(end: Matrix, births: Matrix) -> Matrix:
    """The stock without those born in between: natives, or all residents alike where natives are fewer than births."""
    residents, natives = end.sum(axis=0), np.diag(end)
    _fail_if_more("births", births, residents)
    share = np.divide(births, residents, out=np.zeros_like(births), where=residents > 0)
    without: Matrix = np.where(births > natives, end * (1 - share), end - np.diag(np.minimum(births, natives)))
    return without


def _fail_if_more(name: str, events: Matrix, residents: Matrix) -> None:
    more = events > residents * (1 + 1e-12)
    if np.any(more):
        area = int(more.argmax())
        raise StatisticianError(
            f"There are {events[area]:,.6g} {name}, more than the {residents[area]:,.6g} residents.",
            where=f"area {area}",
            next_step=f"Check the unit of {name} and stocks: both must be persons.",
        )


def _rescaled(start: Matrix, end: Matrix) -> tuple[Matrix, Matrix, bool]:
    """Both stocks raked to the mean of the two totals of each birthplace, residents kept; whether that converged."""
    half_way = (start.sum(axis=1) + end.sum(axis=1)) / 2
    made = []
    for date, stock in (("start", start), ("end", end)):
        residents = stock.sum(axis=0)
        try:
            raked = rake_matrix(
                stock, half_way * residents.sum() / max(half_way.sum(), 1e-300), residents, tolerance=1e-11
            )
        except InfeasibleError as error:
            raise InfeasibleError(
                f"The stocks at the {date} cannot be rescaled: {error.what}",
                next_step='Use the "open" matching, which lets people leave and enter.',
            ) from error
        made.append(raked)
    return *_of_equal_rows(made[0].matrix, made[1].matrix), made[0].converged and made[1].converged


def _surplus(larger: Matrix, smaller: Matrix, excess: Matrix, matching: Matching) -> Matrix:
    """Who leaves a stock so that each birthplace's total falls by its excess; nobody where there is none."""
    excess = np.maximum(excess, 0.0)
    if matching == "open-dr":
        totals = larger.sum(axis=1)
        scaled: Matrix = larger * _ratio(excess, totals)[:, None]
        return scaled
    return capped_shares(excess, smaller, larger)


def capped_shares(parts: ArrayLike, weights: ArrayLike, caps: ArrayLike) -> Matrix:
    """Amounts split by weights, no share above its cap; what the caps keep out goes to the others by weight.

    Share j of row k is min(capₖⱼ, λₖ · weightₖⱼ) with the level λₖ at which the shares sum to the amount. Where all
    weighted shares are at their caps, the rest is split by what room is left.

    Args:
        parts: amounts to split, shape (k,), none above the sum of its caps.
        weights: shape (k, n).
        caps: largest shares, shape (k, n).

    Returns:
        Shares, shape (k, n).

    >>> capped_shares([6], [[1, 1, 2]], [[1, 9, 9]])
    array([[1.        , 1.66666667, 3.33333333]])
    """
    amount, weight, cap = amounts("parts", parts), amounts("weights", weights), amounts("caps", caps)
    level = np.divide(cap, weight, out=np.full_like(cap, np.inf), where=weight > 0)
    by_level = np.argsort(level, axis=1)
    full = np.take_along_axis(np.where(weight > 0, cap, 0.0), by_level, axis=1)
    unfilled = np.take_along_axis(weight, by_level, axis=1)[:, ::-1].cumsum(axis=1)[:, ::-1]
    left = amount[:, None] - (full.cumsum(axis=1) - full)
    height = np.divide(left, unfilled, out=np.full_like(cap, np.inf), where=unfilled > 0)
    reached = height <= np.take_along_axis(level, by_level, axis=1)
    reached[:, -1] = True
    first = reached.argmax(axis=1)[:, None]
    filled_to = np.take_along_axis(height, first, axis=1)
    shares = np.minimum(cap, np.multiply(filled_to, weight, out=np.zeros_like(cap), where=weight > 0))
    room = cap - shares
    rest = np.maximum(amount - shares.sum(axis=1), 0.0)
    split: Matrix = np.minimum(shares + room * _ratio(rest, room.sum(axis=1))[:, None], cap)
    return split


def _of_equal_rows(start: Matrix, end: Matrix) -> tuple[Matrix, Matrix]:
    """Both stocks without what rounding left between their totals of a birthplace."""
    by_start, by_end = start.sum(axis=1), end.sum(axis=1)
    return np.maximum(start, 0.0), np.maximum(end * _ratio(by_start, by_end)[:, None], 0.0)


def _ratio(numerator: Matrix, denominator: Matrix) -> Matrix:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
