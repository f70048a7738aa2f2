"""Series methods against figures that were published or obtained by running the named program."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from real_data import real_data

from qonys.engine.seasonal import x13_run
from qonys.methods.series.models import arima
from qonys.methods.series.monthly import Month, MonthlySeries
from qonys.methods.series.seasonal import Adjusted, seasonal_adjustment
from qonys.methods.series.seasonality import qs_test
from qonys.methods.series.specification import Method, OutlierKind, Specification

PARTS = {"seasonal": "10", "adjusted": "11", "trend": "12", "irregular": "13"}


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(real_data("methods/x13_airpassengers.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("method", list(Method))
def test_the_airline_passengers_are_adjusted_to_the_printed_digits(recorded: dict[str, Any], method: Method) -> None:
    series = MonthlySeries(Month(1949, 1), np.array(recorded["input"], dtype=float))
    adjusted = seasonal_adjustment(series, Specification(method=method, trading_days=True, easter=True), x13_run)
    assert isinstance(adjusted, Adjusted)
    tables, letter = recorded[method], "d" if method is Method.X11 else "s"
    for name, number in PARTS.items():
        expected = [value for _, value in tables[letter + number]]
        np.testing.assert_allclose(getattr(adjusted, name), expected, rtol=1e-12)
    ahead = np.array([row[1:] for row in tables["fct"]], dtype=float)[:12]
    np.testing.assert_allclose(
        np.column_stack([adjusted.ahead.point, adjusted.ahead.lower, adjusted.ahead.upper]), ahead, rtol=1e-12
    )
    np.testing.assert_allclose(adjusted.seasonal * adjusted.calendar * adjusted.adjusted, series.values, rtol=1e-12)
    np.testing.assert_allclose(adjusted.trend * adjusted.transitory * adjusted.irregular, adjusted.adjusted, rtol=1e-12)


def test_the_diagnostics_of_the_airline_passengers_are_the_recorded_ones(recorded: dict[str, Any]) -> None:
    series = MonthlySeries(Month(1949, 1), np.array(recorded["input"], dtype=float))
    adjusted = seasonal_adjustment(series, Specification(trading_days=True, easter=True), x13_run)
    assert isinstance(adjusted, Adjusted)
    found = adjusted.diagnostics
    written = dict(line.split(":", 1) for line in recorded["udg_x11"])
    assert found.model == "(0 1 1)(0 1 1)" == written["arimamdl"].strip()
    assert found.m == tuple(float(written[f"f3.m{at:02d}"]) for at in range(1, 12))
    assert (found.q, found.q_without_m2) == (0.20, 0.22)
    assert [(one.kind, one.month) for one in found.outliers] == [(OutlierKind.ADDITIVE, Month(1951, 5))]
    assert found.outliers[0].effect.coefficient == float(written["AutoOutlier$AO1951.May"].split()[0])
    assert found.qs_before is not None
    assert found.qs_after is not None
    assert (found.qs_before.statistic, found.qs_after.statistic) == (167.64858, 0.0)


def test_our_qs_is_that_of_the_program(recorded: dict[str, Any]) -> None:
    """The model has d + D = 2 differences; the last eight years are differenced by themselves."""
    values = np.array(recorded["input"], dtype=float)
    assert qs_test(values, differences=2).statistic == pytest.approx(167.64858, abs=5e-6)
    assert qs_test(values[-96:], differences=2).statistic == pytest.approx(115.08988, abs=5e-6)


def test_the_airline_model_forecasts_what_r_forecasts(recorded: dict[str, Any]) -> None:
    """R: predict(arima(log(AirPassengers), c(0, 1, 1), seasonal = c(0, 1, 1)), 12), exponentiated."""
    made = arima(np.log(np.array(recorded["input"], dtype=float)), 12)
    expected = [
        *(450.4224, 425.7172, 479.0068, 492.4045, 509.0550, 583.3449),
        *(670.0108, 667.0776, 558.1894, 497.2078, 429.8720, 477.2426),
    ]
    np.testing.assert_allclose(np.exp(made.mean), expected, rtol=2e-6)
