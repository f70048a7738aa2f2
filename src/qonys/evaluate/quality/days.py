"""Measures of time: how long after the period, and whether on the announced day."""

from __future__ import annotations

from collections.abc import Iterator

from qonys.datasets.quality import Measured, ReleaseDays
from qonys.evaluate.quality.valued import measured, without_value
from qonys.methods.quality.indicators import punctuality, time_lag


def time_measures(days: ReleaseDays) -> Iterator[Measured]:
    """Time lags and punctuality.

    The built release knows the announced day alone: whether it was kept is known once it is published.

    Source: QPI TP1, TP2, TP3.
    """
    first, actual = days.first, days.actual
    if first is None:
        yield without_value("first_results", "no_first_results")
    else:
        yield measured("first_results", lambda: time_lag(days.end, first))
    yield measured("final_results", lambda: time_lag(days.end, actual or days.announced))
    if actual is None:
        yield without_value("punctuality", "not_yet_published")
    else:
        yield measured("punctuality", lambda: punctuality(days.announced, actual))
