"""What holds of series in time for any figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qonys.engine.seasonal import x13_run
from qonys.errors import StatisticianError
from qonys.methods.series.forecast import ForecastPlan, forecast
from qonys.methods.series.models import usual_models
from qonys.methods.series.monthly import Month, MonthlySeries
from qonys.methods.series.nowcast import NowcastPlan, nowcast
from qonys.methods.series.prediction import Prediction, mixture_quantiles
from qonys.methods.series.seasonal import Adjusted, Refused, seasonal_adjustment
from qonys.methods.series.seasonality import qs_test
from qonys.methods.series.specification import Method, Specification, Transformation
from qonys.methods.series.triangle import Triangle

seeds = st.integers(0, 2**32 - 1)
scales = st.floats(1e-3, 1e3)


def drawn_series(seed: int) -> MonthlySeries:
    draw = np.random.default_rng(seed)
    season = np.tile(draw.normal(0, 0.15, 12), 6)
    level = np.cumsum(draw.normal(0, 0.02, 72))
    return MonthlySeries(Month(2018, 1), 500 * np.exp(season + level + draw.normal(0, 0.03, 72)))


def drawn_triangle(seed: int, groups: int, months: int, lags: int) -> Triangle:
    draw = np.random.default_rng(seed)
    expected = draw.uniform(50, 500, (groups, months, 1)) * draw.dirichlet(np.full(lags, 3.0))
    known = np.add.outer(np.arange(months), np.arange(lags)) < months
    return Triangle(np.where(known, draw.poisson(expected), np.nan))


triangles = st.builds(drawn_triangle, seeds, st.integers(1, 3), st.integers(12, 20), st.integers(2, 5))


@settings(max_examples=8, deadline=None)
@example(397742, Method.SEATS, Transformation.NONE)  # with a transitory component
@example(27, Method.SEATS, Transformation.LOG)  # a model that SEATS cannot split
@given(seeds, st.sampled_from(Method), st.sampled_from([Transformation.LOG, Transformation.NONE]))
def test_the_parts_of_any_adjusted_series_make_it_up(seed: int, method: Method, transformation: Transformation) -> None:
    series = drawn_series(seed)
    made = seasonal_adjustment(series, Specification(method=method, transformation=transformation), x13_run)
    assert made.series is series
    if isinstance(made, Refused):
        assert made.why
        return
    assert made.diagnostics.multiplicative == (transformation is Transformation.LOG)
    if made.diagnostics.multiplicative:
        whole, adjusted = made.seasonal * made.calendar * made.adjusted, made.trend * made.transitory * made.irregular
        assert np.all(made.seasonal > 0)
    else:
        whole, adjusted = made.seasonal + made.calendar + made.adjusted, made.trend + made.transitory + made.irregular
    np.testing.assert_allclose(whole, series.values, rtol=1e-8)
    np.testing.assert_allclose(adjusted, made.adjusted, rtol=1e-8)


@settings(max_examples=4, deadline=None)
@given(seeds, st.sampled_from([0.01, 7.0, 1_000.0]))
def test_a_series_in_another_unit_is_adjusted_to_the_same_in_that_unit(seed: int, scale: float) -> None:
    series, fixed = drawn_series(seed), Specification(transformation=Transformation.LOG, model="(0 1 1)(0 1 1)")
    made = seasonal_adjustment(series, fixed, x13_run)
    scaled = seasonal_adjustment(MonthlySeries(series.start, series.values * scale), fixed, x13_run)
    assert type(made) is type(scaled)
    if isinstance(made, Adjusted) and isinstance(scaled, Adjusted):
        np.testing.assert_allclose(scaled.adjusted, made.adjusted * scale, rtol=1e-4)
        np.testing.assert_allclose(scaled.seasonal, made.seasonal, rtol=1e-4)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, 60, elements=st.integers(-1_000, 1_000).map(float)), scales, st.integers(-99, 99))
def test_qs_knows_neither_unit_nor_level(values: np.ndarray, scale: float, level: int) -> None:
    found = qs_test(values)
    assert found.statistic >= 0
    assert 0 <= found.probability <= 1
    assert qs_test(values * scale + level).statistic == pytest.approx(found.statistic, rel=1e-6, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(triangles)
def test_a_nowcast_lies_in_its_interval_and_not_below_what_is_known(triangle: Triangle) -> None:
    try:
        made = nowcast(triangle)
    except StatisticianError:
        assume(False)  # a lag at which nobody was drawn
    for part in (made.by_group, made.by_month, made.total):
        assert np.all(part.lower <= part.point + 1e-9)
        assert np.all(part.point <= part.upper + 1e-9)
        assert np.all(part.lower >= part.counted)
    np.testing.assert_allclose(made.by_group.point.sum(axis=0), made.by_month.point)
    np.testing.assert_allclose(made.shares.sum(axis=1), 1)
    assert np.all(made.shares >= 0)


@settings(max_examples=60, deadline=None)
@given(triangles, scales)
def test_a_nowcast_in_another_unit_is_the_same_in_that_unit(triangle: Triangle, scale: float) -> None:
    """Without the floor of 1 under the dispersion and without whole persons, which only counts have."""
    plan = NowcastPlan(whole=False, least_dispersion=0.0)
    try:
        made = nowcast(triangle, plan).by_month
    except StatisticianError:
        assume(False)
    scaled = nowcast(Triangle(triangle.increments * scale), plan).by_month
    for name in ("point", "lower", "upper", "standard_error"):
        np.testing.assert_allclose(getattr(scaled, name), getattr(made, name) * scale, rtol=1e-6, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(triangles)
def test_final_months_stay_what_they_are_whatever_comes_later(triangle: Triangle) -> None:
    _, months, lags = triangle.increments.shape
    made = nowcast(triangle).by_group
    final = slice(0, months - lags + 1)
    for part in (made.point, made.lower, made.upper):
        np.testing.assert_array_equal(part[:, final], triangle.counted[:, final])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3), st.floats(0.01, 1)), min_size=1, max_size=5),
    st.lists(st.floats(0.01, 0.99), min_size=2, max_size=6),
)
def test_quantiles_of_a_mixture_rise_and_lie_between_those_of_its_members(
    members: list[tuple[float, float, float]], probabilities: list[float]
) -> None:
    asked = np.sort(np.array(probabilities))
    predictions = [Prediction(np.array([mean]), np.array([deviation])) for mean, deviation, _ in members]
    weights = np.array([weight for *_, weight in members])
    found = mixture_quantiles(predictions, weights / weights.sum(), asked)[0]
    of_members = np.stack([one.quantiles(asked)[0] for one in predictions])
    assert np.all(np.diff(found) >= -1e-9)
    assert np.all(found >= of_members.min(axis=0) - 1e-9)
    assert np.all(found <= of_members.max(axis=0) + 1e-9)


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, 40, elements=st.integers(1, 10_000).map(float)), scales)
def test_a_forecast_in_another_unit_is_the_same_in_that_unit(values: np.ndarray, scale: float) -> None:
    assume(len(set(values[:20])) > 1)
    plan = ForecastPlan(ahead=3, origins=8, least=20, models={"walk": usual_models(1)["random walk"]})
    made, scaled = forecast(values, plan), forecast(values * scale, plan)
    for name in ("point", "lower", "upper"):
        np.testing.assert_allclose(getattr(scaled.ensemble, name), getattr(made.ensemble, name) * scale, rtol=1e-6)
    before, after = (one.judgements["walk"].calibration.interval_score for one in (made, scaled))
    assert after == pytest.approx(before * scale, rel=1e-6)
