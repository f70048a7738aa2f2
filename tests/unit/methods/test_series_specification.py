"""The text that asks X-13ARIMA-SEATS for an adjustment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import Month, MonthlySeries
from qonys.methods.series.specification import (
    CalendarKind,
    CalendarRegressor,
    Method,
    Outlier,
    OutlierKind,
    Specification,
    Transformation,
    specification_text,
)

SIX = MonthlySeries(Month(2019, 11), np.array([1.0, 2.5, 3.0, 4.0, 5.0, 6e-7]))
LONGEST_LINE = 132


def test_the_plain_text_holds_the_series_and_neither_trading_days_nor_easter() -> None:
    assert specification_text(SIX, Specification()) == (
        "series{ start=2019.11 period=12 missingcode=-9.99e200\n"
        "data=(\n1.0 2.5 3.0 4.0\n5.0 6e-07\n) }\n"
        "transform{ function=auto }\n"
        "outlier{ types=(ao ls tc) }\n"
        "automdl{ }\n"
        "forecast{ maxlead=12 save=(fct) }\n"
        "x11{ seasonalma=msr save=(d10 d11 d12 d13 d16) }\n"
    )


def test_everything_that_can_be_asked_for_stands_in_the_text() -> None:
    asked = Specification(
        method=Method.SEATS,
        transformation=Transformation.LOG,
        model="(0 1 1)(0 1 1)",
        trading_days=True,
        easter=True,
        calendar=(
            CalendarRegressor("closed", np.arange(42.0)),
            CalendarRegressor("week", -np.arange(42.0), CalendarKind.TRADING_DAY),
        ),
        known_outliers=(Outlier(OutlierKind.LEVEL_SHIFT, Month(2020, 3)),),
        sought_outliers=(),
        months_ahead=6,
    )
    text = specification_text(SIX, asked)
    for part in (
        "function=log",
        "aictest=(td easter)",
        "variables=(\nls2020.mar\n)",
        "user=(\nclosed\nweek\n)",
        "usertype=(\nholiday\ntd\n)",
        "centeruser=seasonal",
        "start=2019.11 data=(\n0.0 -0.0 1.0 -1.0\n2.0 -2.0",
        "arima{ model=(0 1 1)(0 1 1) }",
        "maxlead=6",
        "seats{ save=(s10 s11 s12 s13 s14 s16) }",
    ):
        assert part in text
    assert "outlier{" not in text
    assert "automdl" not in text
    assert "x11{" not in text


def test_no_line_is_longer_than_the_program_reads() -> None:
    values = -np.pi * 10.0 ** np.linspace(-200, 200, 120)
    calendar = tuple(CalendarRegressor(f"regressor_{at}_with_a_long_name", np.full(132, np.pi)) for at in range(30))
    outliers = tuple(Outlier(OutlierKind.ADDITIVE, Month(2020, 1).later(at)) for at in range(40))
    text = specification_text(
        MonthlySeries(Month(2020, 1), values), Specification(calendar=calendar, known_outliers=outliers)
    )
    assert max(map(len, text.splitlines())) <= LONGEST_LINE


@pytest.mark.parametrize(
    "asked",
    [
        {"model": "(0 1 1) } history{"},
        {"model": "airline"},
        {"months_ahead": 0},
        {"months_ahead": 37},
        {"least_years": 2},
        {"significance": 1.0},
        {"calendar": (CalendarRegressor("no) }", np.zeros(50)),)},
        {"calendar": (CalendarRegressor("one", np.zeros(50)), CalendarRegressor("one", np.ones(50)))},
    ],
)
def test_what_the_program_cannot_take_is_refused_before_it_is_written(asked: dict[str, Any]) -> None:
    with pytest.raises(StatisticianError):
        Specification(**asked)


@pytest.mark.parametrize(("method", "months"), [(Method.X11, 6 + 12), (Method.SEATS, 6 + 36)])
def test_a_regressor_must_reach_the_last_month_that_the_program_models(method: Method, months: int) -> None:
    enough = Specification(method=method, calendar=(CalendarRegressor("closed", np.ones(months)),))
    assert "user=" in specification_text(SIX, enough)
    short = Specification(method=method, calendar=(CalendarRegressor("closed", np.ones(months - 1)),))
    with pytest.raises(StatisticianError, match=f"{months} are needed"):
        specification_text(SIX, short)


def test_a_missing_month_and_an_outlier_outside_the_series_are_refused() -> None:
    with pytest.raises(StatisticianError, match="missing month"):
        specification_text(MonthlySeries(Month(2020, 1), np.array([1.0, np.nan])), Specification())
    outside = Specification(known_outliers=(Outlier(OutlierKind.ADDITIVE, Month(2020, 5)),))
    with pytest.raises(StatisticianError, match="outside the series"):
        specification_text(SIX, outside)
