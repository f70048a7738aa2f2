"""Holidays as causes of a monthly series: the days off that a profile lists, one cause for each holiday that moves.

Laws: a holiday whose days are not listed for all months of a model is no part of it, and that is told; holidays of fixed
date are one cause together, and one only where the weekday on which they fall takes days of work away or gives them back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp

from qonys.analyse.studies.study import Study
from qonys.concepts.text import Text
from qonys.concepts.working_days import Holiday, WorkingDays
from qonys.datasets.analysis import Said
from qonys.methods.series.days_off import days_off_regressor
from qonys.methods.series.diagnostics import Effect
from qonys.methods.series.monthly import Month
from qonys.methods.series.seasonal import Adjusted
from qonys.methods.series.specification import CalendarRegressor

FIXED = "fixed_holidays"
"""The regressor of all holidays that are no list of dates"""
_CYCLE = 28
"""Years after which dates fall on the same weekdays again."""


@dataclass(frozen=True, slots=True)
class HolidayCauses:
    """What of the holidays a model can take.

    Args:
        regressors: those that vary in its months.
        names: of each regressor that is a holiday with dates.
        unknown: names of holidays whose days are not known for all of its months.
    """

    regressors: tuple[CalendarRegressor, ...]
    names: Mapping[str, Text]
    unknown: tuple[Text, ...]


def holiday_causes(working: WorkingDays, start: Month, months: int) -> HolidayCauses:
    """The days off of the months of a model, each holiday that moves apart.

    Args:
        working: holidays and weekend.
        start: the first month of the series.
        months: of the series and its forecast.
    """
    end = start.later(months - 1)
    listed = [holiday for holiday in working.holidays if holiday.dates]
    known = [holiday for holiday in listed if _covers(holiday, start.year, end.year)]
    found = [_regressor(working, one.id, (one.dates[0].year, one.dates[-1].year), start, months) for one in known]
    found.append(_regressor(working, FIXED, (min(start.year, end.year - _CYCLE + 1), end.year), start, months))
    return HolidayCauses(
        tuple(one for one in found if one is not None),
        {one.id: one.names for one in known},
        tuple(one.names for one in listed if one not in known),
    )


def holiday_notes(study: Study, causes: HolidayCauses, measure: str, adjusted: Adjusted) -> Iterator[Text]:
    """What is said of the effect of each holiday on a series, and of holidays that are left out."""
    found = adjusted.diagnostics
    for regressor in causes.regressors:
        if (effect := found.effect_of(regressor.name)) is None:
            continue
        holiday = causes.names.get(regressor.name) or study.say("analysis.seasonal.fixed_holidays")
        said = {"holiday": holiday, **size_of(effect, study, measure, multiplicative=found.multiplicative)}
        yield study.say("analysis.seasonal.holiday", said)
    for name in causes.unknown:
        yield study.say("analysis.seasonal.unknown_holiday", {"holiday": name})


def size_of(effect: Effect, study: Study, measure: str, *, multiplicative: bool) -> dict[str, Said]:
    """What is said of an effect on a series: its size in percent or persons, and its t value."""
    return {
        "series": study.setting.words.measures[measure],
        "effect": (100 * (exp(effect.coefficient) - 1) if multiplicative else effect.coefficient, 1),
        "scale": "percent" if multiplicative else "persons",
        "t": (effect.t, 1),
    }


def _covers(holiday: Holiday, first: int, last: int) -> bool:
    return holiday.dates[0].year <= first and last <= holiday.dates[-1].year


def _regressor(
    working: WorkingDays, name: str, years: tuple[int, int], start: Month, months: int
) -> CalendarRegressor | None:
    days = (
        day
        for year in range(years[0], years[1] + 1)
        for day, holiday in working.days_off(year).items()
        if (holiday.id if holiday.dates else FIXED) == name
    )
    return days_off_regressor(name, start, months, days, years)
