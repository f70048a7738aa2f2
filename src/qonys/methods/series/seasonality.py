"""Is there seasonality in a series: the QS statistic.

Law: only a positive autocorrelation at the seasonal lag speaks for seasonality; a negative one gives QS = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import MONTHS_A_YEAR, Values

SEASONAL_LAGS = 2


@dataclass(frozen=True, slots=True)
class SeasonalityTest:
    """A QS statistic with its probability where there is no seasonality.

    Args:
        statistic: QS ≥ 0.
        probability: of a QS at least as large in a series without seasonality, from χ² with 2 degrees of freedom.
    """

    statistic: float
    probability: float

    def is_significant(self, level: float) -> bool:
        """The probability is below the level."""
        return self.probability < level


def qs_test(values: Values, *, differences: int = 1, period: int = MONTHS_A_YEAR) -> SeasonalityTest:
    """Test of positive autocorrelation at the first two seasonal lags of a differenced series.

    QS = n(n+2) · [ρ(s)²/(n−s) + max(0, ρ(2s))²/(n−2s)] with n differenced values, their autocorrelations ρ and the
    period s; QS = 0 where ρ(s) ≤ 0 or all differences are the same. X-13ARIMA-SEATS takes max(1, min(d + D, 2))
    differences, with those of its ARIMA model (p d q)(P D Q).

    >>> qs_test(np.tile([5.0, 1.0, 1.0, 1.0], 8), period=4).is_significant(0.01)
    True

    Args:
        values: shape (n,), without missing ones.
        differences: how often the series is differenced first.
        period: values a cycle.

    Raises:
        StatisticianError: a value is missing, or there are no more than two cycles once differenced.

    Source: Maravall, A. (2012), Update of seasonality tests and automatic model identification in TRAMO-SEATS,
    Banco de España; U.S. Census Bureau, X-13ARIMA-SEATS Reference Manual.
    """
    differenced = np.diff(np.asarray(values, dtype=float), differences)
    n = len(differenced)
    if n <= SEASONAL_LAGS * period or not np.all(np.isfinite(differenced)):
        raise StatisticianError(
            f"QS needs more than {SEASONAL_LAGS * period} differences without a missing value, not {n}.",
            next_step="Take a longer series, or the longest stretch without a gap.",
        )
    centred = differenced - differenced.mean()
    total = float(centred @ centred)
    if total <= np.finfo(float).eps ** 2 * n * float(np.max(np.abs(values), initial=0.0)) ** 2:
        return SeasonalityTest(0.0, 1.0)
    first, second = (float(centred[lag:] @ centred[:-lag]) / total for lag in (period, 2 * period))
    if first <= 0:
        return SeasonalityTest(0.0, 1.0)
    statistic = n * (n + 2) * (first**2 / (n - period) + max(0.0, second) ** 2 / (n - 2 * period))
    return SeasonalityTest(statistic, float(chdtrc(SEASONAL_LAGS, statistic)))
