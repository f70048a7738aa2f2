"""Monthly counts as series: seasonally adjusted, or forecast.

Laws: a series begins with the first month that was published and ends with the last, and a month between them that was
not stays missing; what cannot be adjusted is refused with its reason; no forecast without its interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from qonys.analyse.studies.holidays import HolidayCauses, holiday_causes, holiday_notes, size_of
from qonys.analyse.studies.study import Study, value_at
from qonys.concepts.period import Period
from qonys.concepts.text import Text
from qonys.concepts.working_days import WorkingDays
from qonys.datasets.analysis import Analysed, Said
from qonys.errors import StatisticianError
from qonys.methods.series.forecast import ENSEMBLE, ForecastPlan, forecast
from qonys.methods.series.monthly import Month, MonthlySeries, Values
from qonys.methods.series.seasonal import (
    Adjusted,
    AdjustedNet,
    Reason,
    Refused,
    Run,
    net_adjustment,
    seasonal_adjustment,
)
from qonys.methods.series.specification import Specification

_FORECAST = ForecastPlan(origins=12)
_PAST = 36
"""Months before a forecast that its picture shows."""


def seasonally_adjusted(study: Study, run: Run, working: WorkingDays) -> Analysed:
    """The counts of each month, observed and adjusted; with arrivals and departures their net as the difference of both.

    Args:
        study: whose entry names one count or both.
        run: carries out a specification of X-13ARIMA-SEATS.
        working: whose holidays take days of registration away.
    """
    parts = {measure: _series(study, measure) for measure in study.entry.measures}
    known = {name: one for name, one in parts.items() if one is not None}
    if len(known) < len(parts):
        return study.refused("no_flows")
    causes = {name: _holiday_causes(one, working) for name, one in known.items()}
    made = {
        name: seasonal_adjustment(one, Specification(calendar=causes[name].regressors), run)
        for name, one in known.items()
    }
    for part in made.values():
        if isinstance(part, Refused):
            return _refused(study, part, Specification())
    adjusted = {name: part for name, part in made.items() if isinstance(part, Adjusted)}
    columns = _columns(adjusted)
    start = next(iter(adjusted.values())).series.start
    months = study.periods(_months(start, len(next(iter(columns.values())))))
    values: dict[tuple[str, ...], float] = {
        (month, name): float(value)
        for name, column in columns.items()
        for month, value in zip(months.codes, column, strict=True)
    }
    effects = [text for name, part in adjusted.items() for text in holiday_notes(study, causes[name], name, part)]
    effects += [text for name, part in adjusted.items() for text in _outlier_notes(study, name, part)]
    measures = study.measures(tuple(columns))
    return study.result(
        [months], [measures], values, seasonal_adjustment, _said(adjusted), further=list(_once(effects))
    )


def forecast_series(study: Study) -> Analysed:
    """The next twelve months of a count, with intervals of 80 %."""
    series = _series(study, study.entry.measures[0])
    if series is None:
        return study.refused("no_flows")
    if len(series.values) < _FORECAST.least + _FORECAST.origins:
        needed = _FORECAST.least + _FORECAST.origins
        return study.refused("too_few_months", {"months": len(series.values), "needed": needed})
    try:
        made = forecast(series.values, _FORECAST)
    except StatisticianError:
        return study.refused("no_forecast")
    months = study.periods(_months(series.end.later(1), _FORECAST.ahead))
    ends = {"forecast": made.ensemble.point, "lower": made.ensemble.lower, "upper": made.ensemble.upper}
    values: dict[tuple[str, ...], float] = {
        (month, name): float(value)
        for name, column in ends.items()
        for month, value in zip(months.codes, column, strict=True)
    }
    judged = made.judgements[ENSEMBLE].calibration
    note: dict[str, Said] = {
        "level": (100 * judged.level, 0),
        "coverage": (100 * judged.coverage, 0),
        "months": len(series.values),
    }
    result = study.result([months], [study.measures(tuple(ends))], values, forecast, note, estimated=frozenset(ends))
    return _with_past(study, result, series, values)


def _with_past(
    study: Study, result: Analysed, series: MonthlySeries, ahead: Mapping[tuple[str, ...], float]
) -> Analysed:
    """A forecast is drawn behind the months that it goes on from."""
    shown = min(_PAST, len(series.values))
    first = series.start.later(len(series.values) - shown)
    past = dict(zip(_months(first, shown), series.values[-shown:], strict=True))
    values = {(month, "observed"): float(value) for month, value in past.items()} | dict(ahead)
    measures = dict.fromkeys(name for _, name in values)
    months = study.periods(dict.fromkeys(month for month, _ in values))
    return study.with_drawn(
        result, [months], [study.measures(tuple(measures))], values, estimated=frozenset(measures) - {"observed"}
    )


def _series(study: Study, measure: str) -> MonthlySeries | None:
    """A count by month from the first published one to the last; None where there is none."""
    codes = study.source.dimension("period").codes
    values = np.array([value_at(study.source, {**study.entry.at, "period": c, "measure": measure}) for c in codes])
    known = np.flatnonzero(np.isfinite(values))
    if len(known) == 0:
        return None
    first = Period.parse(codes[known[0]])
    return MonthlySeries(Month(first.year, first.month or 1), values[known[0] : known[-1] + 1])


def _holiday_causes(series: MonthlySeries, working: WorkingDays) -> HolidayCauses:
    return holiday_causes(working, series.start, len(series.values) + Specification().months_extended)


def _outlier_notes(study: Study, measure: str, adjusted: Adjusted) -> Iterator[Text]:
    """Which months are exceptional, and how: the reader shall see what a model takes for no part of the season."""
    found = adjusted.diagnostics
    for one in found.outliers:
        size = size_of(one.effect, study, measure, multiplicative=found.multiplicative)
        month = study.setting.words.period(Period(one.month.year, one.month.month))
        yield study.say("analysis.seasonal.outlier", {**size, "month": month, "kind": str(one.kind)})


def _once(texts: Sequence[Text]) -> Iterator[Text]:
    yield from (text for place, text in enumerate(texts) if text not in texts[:place])


def _months(start: Month, number: int) -> list[str]:
    months = (start.later(ahead) for ahead in range(number))
    return [str(Period(month.year, month.month)) for month in months]


def _columns(adjusted: Mapping[str, Adjusted]) -> dict[str, Values]:
    columns: dict[str, Values] = {}
    for name, part in adjusted.items():
        columns |= {name: part.series.values, f"{name}_adjusted": part.adjusted, f"{name}_trend": part.trend}
    if set(adjusted) == {"arrivals", "departures"}:
        net = net_adjustment(adjusted["arrivals"], adjusted["departures"])
        columns = {name: column for name, column in columns.items() if not name.endswith("_trend")}
        if isinstance(net, AdjustedNet):
            columns |= {"net": net.series.values, "net_adjusted": net.adjusted}
    return columns


def _said(adjusted: Mapping[str, Adjusted]) -> Mapping[str, Said]:
    found = [part.diagnostics for part in adjusted.values()]
    return {
        "months": len(next(iter(adjusted.values())).series.values),
        "models": ", ".join(one.model for one in found),
        "worst": (max((one.q for one in found if one.q is not None), default=float("nan")), 2),
        "outliers": sum(len(one.outliers) for one in found),
        "left": "other" if any(part.residual_seasonality for part in adjusted.values()) else "none",
    }


def _refused(study: Study, part: Refused, specification: Specification) -> Analysed:
    reason = "not_seasonal" if part.reason is Reason.NOT_IDENTIFIABLE else part.reason.replace(" ", "_")
    words: dict[str, Said] = {"months": len(part.series.values), "years": specification.least_years}
    return study.refused(reason, words)
