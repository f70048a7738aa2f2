"""Late slips: which delivery of a year each slip comes with, where the year is delivered month by month.

Laws: no slip comes before the month in which it was registered has ended, none after the year's last delivery unless the
plan lets lags run beyond the year; the deliveries of a year hold every slip of it once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from qonys.concepts.simulation import SimulatedYear
from qonys.simulate.slips import Flags, Numbers


def deliveries_of_year(
    entry: SimulatedYear, days: Numbers, rng: np.random.Generator
) -> Iterator[tuple[str, date, Flags]]:
    """Each delivery of a year: the tag of its files, its day, and which slips it holds.

    Args:
        entry: the year.
        days: day since 1970-01-01 on which each slip was filed, shape (slips,).
        rng: source of chance.
    """
    if entry.monthly is None:
        yield f"{entry.year}", entry.received, np.ones(len(days), dtype=np.bool_)
        return
    own = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    monthly = entry.monthly
    lag = rng.choice(len(monthly.lags), len(days), p=np.array(monthly.lags))
    last = 11 + (len(monthly.lags) - 1 if monthly.beyond else 0)
    comes_with = np.minimum(own + lag, last)
    for month in range(last + 1):
        tag = f"{entry.year}-{month + 1:02}" if month < 12 else f"{entry.year}-late-{month - 11}"
        later, place = divmod(month + 1, 12)
        day = entry.received if month == 11 else date(entry.year + later, place + 1, monthly.day)
        yield tag, day, comes_with == month
