"""How a month's registrations come in over its lags: the chain ladder as an over-dispersed Poisson model.

Laws: E(X) = r · p for the increment X of a row (a group and its event month) at a lag, with the row's final number r and
the lag's share p, Σ p = 1; Var(X) = φ · r · p with the dispersion φ of the lag; r and p are those of the chain ladder.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import Values
from qonys.methods.series.triangle import Flags, Labels


class Dispersion(StrEnum):
    """One dispersion for all lags, or one for each: early lags often vary more than late ones."""

    CONSTANT = "constant"
    BY_LAG = "by lag"


@dataclass(frozen=True, slots=True, eq=False)
class Development:
    """The fitted model of rows that share one pattern of delay.

    Args:
        known: shape (rows, lags), the increment is known.
        final: shape (rows,), expected final number r; nan where no share of it could be known yet.
        shares: shape (lags,), share p that becomes known at each lag.
        dispersion: shape (lags,), φ.
    """

    known: Flags
    final: Values
    shares: Values
    dispersion: Values

    @property
    def share_known(self) -> Values:
        """Shape (rows,): share of the final number that is expected to be known."""
        return np.asarray(self.known @ self.shares)

    @property
    def expected(self) -> Values:
        """Shape (rows, lags): expected increments, 0 in rows of which nothing is known."""
        return np.multiply.outer(np.nan_to_num(self.final), self.shares)

    @property
    def process_variance(self) -> Values:
        """Shape (rows,): variance of what is still to come, had the model no error."""
        return np.asarray(np.where(self.known, 0.0, self.expected) @ self.dispersion)


def chain_ladder(
    increments: Values,
    *,
    dispersion: Dispersion = Dispersion.BY_LAG,
    least_dispersion: float = 1.0,
) -> Development:
    """The development that the chain ladder finds in rows of increments.

    With cumulated counts C, the share known up to lag j is F(j) = F(j+1) · Σ C(j) / Σ C(j+1), over the rows known at
    j+1, and F = 1 at the last lag; p(j) = F(j) − F(j−1) and r = C / F at the last known lag. These are the estimates of
    the Poisson model. φ is the sum of squared Pearson residuals (X − μ)² / μ over the degrees of freedom; that of a lag
    is the mean of its residuals times cells over degrees of freedom.

    >>> rows = np.array([[80.0, 20.0], [40.0, 10.0], [60.0, np.nan]])
    >>> chain_ladder(rows).final
    array([100.,  50.,  75.])

    Args:
        increments: shape (rows, lags), nan where not yet known; each row is known from lag 0 on.
        dispersion: one φ, or one a lag.
        least_dispersion: φ is not let below it; persons counted one by one vary at least like Poisson, 1.

    Raises:
        StatisticianError: nobody is known at a lag, more persons were taken back than came, or no degree of freedom is
            left.

    Source: Mack, T. (1993), Distribution-free calculation of the standard error of chain ladder reserve estimates,
    ASTIN Bulletin 23(2); Renshaw, A. E. and Verrall, R. J. (1998), A stochastic model underlying the chain-ladder
    technique, British Actuarial Journal 4(4); England, P. D. and Verrall, R. J. (2006), Predictive distributions of
    outstanding liabilities in general insurance, Annals of Actuarial Science 1(2).
    """
    known = np.isfinite(increments)
    cumulated = np.cumsum(np.where(known, increments, 0.0), axis=1)
    _fail_if_taken_back(cumulated)
    reached = _reached(cumulated, known)
    shares = np.diff(reached, prepend=0.0)
    _fail_if_shrinking(shares)
    share_known = known @ shares
    final = np.divide(cumulated[:, -1], share_known, out=np.full(len(known), np.nan), where=share_known > 0)
    fitted = Development(known, final, shares, np.zeros_like(shares))
    found = _dispersion(np.where(known, increments, 0.0), fitted, dispersion)
    return Development(known, final, shares, np.maximum(found, least_dispersion))


def estimation_variance(development: Development, totals: Labels, number: int) -> Values:
    """Variance that comes from estimating the model, of what is still to come in sums of rows.

    The estimates solve the equations of a Poisson model whose cells have variances φ · μ, so their variance is
    A⁻¹ B A⁻¹ with A = Z'diag(μ)Z and B = Z'diag(φμ)Z over the known cells, Z the design of rows and lags; a sum is
    carried over by its gradient. The rows are eliminated first, so that only matrices of lags are solved. With one φ
    this is φ A⁻¹.

    Args:
        development: the fitted model, n rows.
        totals: shape (n,), to which sum a row belongs, from 0.
        number: how many sums there are.

    Returns:
        Shape (number,).
    """
    expected = development.expected
    mu, ahead = np.where(development.known, expected, 0.0), np.where(development.known, 0.0, expected)
    lags = np.flatnonzero(mu.sum(axis=0) > 0)[1:]
    noisy = mu * development.dispersion
    per_row = np.divide(1.0, mu.sum(axis=1), out=np.zeros(len(mu)), where=mu.sum(axis=1) > 0)
    growth, spread = ahead.sum(axis=1) * per_row, noisy.sum(axis=1)
    cells, cells_ahead, cells_noisy = mu[:, lags], ahead[:, lags], noisy[:, lags]
    information = np.diag(cells.sum(axis=0)) - cells.T @ (per_row[:, None] * cells)
    by_lag = _sums(np.linalg.solve(information, (cells_ahead - growth[:, None] * cells).T).T, totals, number)
    cross = cells.T @ (per_row[:, None] * cells_noisy)
    middle = cells.T @ ((per_row**2 * spread)[:, None] * cells) - cross - cross.T + np.diag(cells_noisy.sum(axis=0))
    slopes = _sums(growth[:, None] * (cells_noisy - (per_row * spread)[:, None] * cells), totals, number)
    own = np.bincount(totals, growth**2 * spread, minlength=number)
    return np.asarray(own + 2 * (slopes * by_lag).sum(axis=1) + ((by_lag @ middle) * by_lag).sum(axis=1))


def _sums(rows: Values, totals: Labels, number: int) -> Values:
    result = np.zeros((number, rows.shape[1]))
    np.add.at(result, totals, rows)
    return result


def _reached(cumulated: Values, known: Flags) -> Values:
    """Share known up to each lag, shape (lags,)."""
    before = np.where(known[:, 1:], cumulated[:, :-1], 0.0).sum(axis=0)
    after = np.where(known[:, 1:], cumulated[:, 1:], 0.0).sum(axis=0)
    if np.any(after <= 0) or cumulated.sum() <= 0:
        raise StatisticianError(
            f"At lag {int(np.argmax(after <= 0)) + 1} of the triangle nobody is known, so no share can be estimated.",
            next_step="Pool the group with others, or take fewer lags or more months.",
        )
    return np.append(np.cumprod((before / after)[::-1])[::-1], 1.0)


def _dispersion(increments: Values, fitted: Development, kind: Dispersion) -> Values:
    expected = fitted.expected
    counts = fitted.known & (expected > 0)
    residuals = np.divide((increments - expected) ** 2, expected, out=np.zeros_like(expected), where=counts)
    freedom = int(counts.sum()) - int(counts.any(axis=1).sum()) - int(counts.any(axis=0).sum()) + 1
    if freedom <= 0:
        raise StatisticianError(
            "The triangle is too short: no degree of freedom is left to tell how much counts vary.",
            next_step="Take more months or fewer lags, or pool groups.",
        )
    if kind is Dispersion.CONSTANT:
        return np.full(expected.shape[1], residuals.sum() / freedom)
    by_lag = residuals.sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    return np.asarray(by_lag * int(counts.sum()) / freedom)


def _fail_if_taken_back(cumulated: Values) -> None:
    if np.any(cumulated < 0):
        row, lag = (int(at) for at in np.argwhere(cumulated < 0)[0])
        raise StatisticianError(
            f"In row {row} more persons were taken back up to lag {lag} than came.",
            next_step="Date what is taken back by the months of what it takes back.",
        )


def _fail_if_shrinking(shares: Values) -> None:
    if np.any(shares < 0):
        raise StatisticianError(
            f"At lag {int(np.argmax(shares < 0))} more persons were taken back than came over all months together; such "
            "a lag has no Poisson model.",
            next_step="Nowcast what came and what was taken back by triangles of their own, or merge lags.",
        )
