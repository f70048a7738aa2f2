"""How many moves of a month there will be once all have become known, from the triangle of late registrations.

Laws: a month counts once it was over on the day of the data cut-off; of what is published, every count of the triangle is a
multiple of the base of protection, summed over lags first, so that no cell of it tells of one person; bounds allow for the
rounding, so that they hold the number of the month in any other table of the same day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from qonys.analyse.studies.study import Study
from qonys.concepts.period import Period, months_between
from qonys.concepts.text import Text
from qonys.datasets.analysis import Analysed, LagCount, Said
from qonys.errors import StatisticianError
from qonys.methods.series.monthly import Values
from qonys.methods.series.nowcast import Estimates, NowcastPlan, nowcast, nowcast_backtest
from qonys.methods.series.triangle import Triangle, triangle_of_registrations

_PLAN = NowcastPlan()


def nowcast_of_months(study: Study, lags: Iterable[LagCount]) -> Analysed:
    """Final numbers of the months from that of the entry to the period of the release, as of its data cut-off.

    Args:
        study: whose entry names the first month and the number of lags.
        lags: the triangle, of all months.
    """
    cut_off = date.fromisoformat(study.setting.cut_offs[study.vintage])
    first, depth = Period.parse(study.entry.since).first_day, study.entry.lags
    months = months_between(first, cut_off + timedelta(days=1))
    complete = months - depth + 1
    if complete < _PLAN.least_complete:
        return study.refused("short_triangle", {"months": complete, "needed": _PLAN.least_complete})
    triangle = _in_multiples(_triangle([one for one in lags if one.event >= first], first, months, depth), study.base)
    try:
        made = nowcast(triangle, _PLAN).by_month
    except StatisticianError:
        return study.refused("no_nowcast")
    last = months_between(first, study.setting.period.last_day)
    codes = study.periods(str(_later(first, month)) for month in range(min(last + 1, months)))
    lower, upper = _with_rounding(made, study.base)
    columns = {"counted": made.counted, "nowcast": made.point, "lower": lower, "upper": upper}
    values: dict[tuple[str, ...], float] = {
        (code, name): float(value)
        for name, column in columns.items()
        for code, value in zip(codes.codes, column, strict=False)
    }
    note: dict[str, Said] = {"level": (100 * _PLAN.level, 0), "lags": depth, "complete": complete}
    measures = study.measures(tuple(columns))
    estimated = frozenset({"nowcast", "lower", "upper"})
    tested = list(_backtest(study, triangle))
    return study.result([codes], [measures], values, nowcast, note, estimated=estimated, further=tested)


def _backtest(study: Study, triangle: Triangle) -> Iterator[Text]:
    """How the bounds held at earlier data cut-offs, where there are enough of them."""
    try:
        judged = nowcast_backtest(triangle, _PLAN)
    except StatisticianError:
        return
    said: dict[str, Said] = {"cutoffs": judged.cutoffs, "coverage": (100 * judged.by_month.coverage, 0)}
    yield study.say("analysis.nowcast.backtest", said)


def _with_rounding(made: Estimates, base: int) -> tuple[Values, Values]:
    """The bounds, each as far out as the count of a month may lie from its multiple of the base; halves are rounded up."""
    if base < 2:
        return made.lower, made.upper
    return np.maximum(made.lower - base // 2, 0.0), made.upper + (base - 1) // 2


def _triangle(lags: Sequence[LagCount], first: date, months: int, depth: int) -> Triangle:
    event = np.array([months_between(first, one.event) for one in lags], dtype=np.int64)
    known = np.array([months_between(first, one.known) for one in lags], dtype=np.int64)
    persons = np.array([one.moves for one in lags], dtype=np.int64)
    return triangle_of_registrations(event, known, persons, months=months, lags=depth)


def _in_multiples(triangle: Triangle, base: int) -> Triangle:
    """The triangle with its sums over lags rounded to multiples of a base; itself where there is none."""
    if base < 2:
        return triangle
    summed: Values = np.cumsum(triangle.increments, axis=2)
    rounded = base * np.floor(summed / base + 0.5)
    return Triangle(np.diff(rounded, axis=2, prepend=0.0), triangle.pools)


def _later(first: date, months: int) -> Period:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return Period(year, month + 1)
