"""Forecasts: models, weights without foresight, back-tests that find out what is wrong."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from qonys.errors import OperatorError, StatisticianError
from qonys.methods.series.forecast import ENSEMBLE, ForecastPlan, forecast, weights_as_of
from qonys.methods.series.models import Model, arima, exponential_smoothing, random_walk, usual_models
from qonys.methods.series.prediction import Prediction

SEASON = 20 * np.sin(np.arange(12) * 2 * np.pi / 12)


def months(years: int, seed: int = 1) -> np.ndarray:
    walk = np.cumsum(np.random.default_rng(seed).normal(0, 2, 12 * years))
    return 200 + walk + np.tile(SEASON, years)


def always(mean: float, deviation: float) -> Model:
    return lambda _, ahead: Prediction(np.full(ahead, mean), np.full(ahead, deviation))


def test_a_random_walk_repeats_the_last_cycle_and_widens_with_every_further_one() -> None:
    made = random_walk(np.array([1.0, 5.0, 2.0, 4.0, 4.0, 6.0]), 5, period=2)
    np.testing.assert_array_equal(made.mean, [4, 6, 4, 6, 4])
    np.testing.assert_allclose(made.deviation**2, (1 + 1 + 4 + 4) / 4 * np.array([1, 1, 2, 2, 3]))


def test_a_random_walk_of_less_than_two_cycles_or_without_a_change_is_refused() -> None:
    with pytest.raises(StatisticianError, match="needs 24 values"):
        random_walk(np.arange(23.0), 1)
    with pytest.raises(StatisticianError, match="above 0"):
        random_walk(np.ones(24), 1)


@pytest.mark.parametrize("model", [arima, exponential_smoothing])
@pytest.mark.parametrize("period", [1, 12])
def test_models_of_the_library_follow_a_level_and_its_season(model: Model, period: int) -> None:
    values = months(8) if period == 12 else 200 + np.random.default_rng(2).normal(0, 2, 60)
    made = model(values, 12, period=period)  # type: ignore[call-arg]
    expected = values[-12:].mean() + (SEASON if period == 12 else 0)
    np.testing.assert_allclose(made.mean, expected, atol=12)
    assert np.all(np.diff(made.deviation) >= -1e-9)
    assert 0.5 < made.deviation[0] < 5


@pytest.mark.parametrize("model", [arima, exponential_smoothing])
def test_a_series_that_no_model_can_be_fitted_to_is_refused(model: Model) -> None:
    with pytest.raises(StatisticianError):
        model(np.ones(5), 3)


@pytest.mark.parametrize("model", [arima, exponential_smoothing])
def test_a_library_that_is_not_installed_is_told_with_the_extra_that_brings_it(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.tsa.statespace.sarimax", None)
    monkeypatch.setitem(sys.modules, "statsmodels.tsa.statespace.exponential_smoothing", None)
    with pytest.raises(OperatorError, match="extra `forecast`"):
        model(months(6), 3)


def test_the_usual_forecast_has_an_interval_a_weight_and_a_judgement_for_every_model() -> None:
    made = forecast(months(7), ForecastPlan(origins=6))
    names = {"random walk", "ARIMA", "ETS"}
    assert set(made.members) == set(made.weights) == names
    assert set(made.judgements) == names | {ENSEMBLE}
    assert sum(made.weights.values()) == pytest.approx(1)
    assert np.all(made.ensemble.lower < made.ensemble.point)
    assert np.all(made.ensemble.point < made.ensemble.upper)
    assert made.weights["ARIMA"] > made.weights["random walk"]
    for judged in made.judgements.values():
        assert judged.calibration.intervals == 6 + 5 + 4 + 3 + 2 + 1
        assert np.isfinite(judged.coverage_by_horizon[:6]).all()
        assert np.isnan(judged.coverage_by_horizon[6:]).all()


def test_no_model_sees_a_value_after_its_origin() -> None:
    values, seen = months(7), []

    def spy(given: np.ndarray, ahead: int) -> Prediction:
        seen.append(given.copy())
        return Prediction(np.full(ahead, 5.0), np.ones(ahead))

    forecast(values, ForecastPlan(origins=3, models={"spy": spy}))
    assert [len(given) for given in seen] == [81, 82, 83, 84]
    for given in seen:
        np.testing.assert_array_equal(given, np.log(values[: len(given)]))


def test_weights_at_an_origin_rest_on_what_had_come_true_by_then() -> None:
    """The second model is poor from the first origin on, which is known at origin 1 for one step, at 2 for two."""
    losses = np.array([[[1.0, 1.0], [1.0, 1.0], [1.0, np.nan]], [[3.0, 5.0], [9.0, 9.0], [9.0, np.nan]]])
    weights = weights_as_of(losses)
    np.testing.assert_allclose(weights[:, 0], [0.5, 0.5])
    np.testing.assert_allclose(weights[:, 1], [0.75, 0.25])
    mean = (3 + 5 + 9) / 3
    np.testing.assert_allclose(weights[:, 2], [mean / (1 + mean), 1 / (1 + mean)])


def test_a_model_that_is_sure_and_wrong_weighs_little_and_is_found_out() -> None:
    values = 100 + np.random.default_rng(4).normal(0, 5, 400)
    plan = ForecastPlan(logarithmic=False, origins=300, models={"fair": always(100, 5), "sure": always(115, 0.5)})
    made = forecast(values, plan)
    assert made.weights["fair"] > 0.8
    assert made.judgements["sure"].calibration.coverage < 0.1
    assert made.judgements["sure"].calibration.bias == pytest.approx(0.15, abs=0.02)
    assert 0.7 < made.judgements["fair"].calibration.coverage < 0.9
    assert made.judgements["fair"].pinball < made.judgements["ensemble"].pinball < made.judgements["sure"].pinball


def test_the_judgement_of_one_model_is_counted_by_hand() -> None:
    """Level 0.8 of N(0, 1) reaches to ±1.2816: of the values 0, 1, 2 at the origins two of three are inside."""
    values = np.append(np.ones(10), [0.0, 1.0, 2.0])
    plan = ForecastPlan(ahead=1, origins=3, least=10, logarithmic=False, models={"one": always(0, 1)})
    judged = forecast(values, plan).judgements["one"].calibration
    assert judged.coverage == pytest.approx(2 / 3)
    end = 1.2815515655446004
    assert judged.interval_score == pytest.approx(2 * end + (2 - end) / 0.1 / 3)


def test_a_single_model_is_its_own_ensemble() -> None:
    made = forecast(months(8), ForecastPlan(origins=5, models={"random walk": usual_models()["random walk"]}))
    np.testing.assert_allclose(made.ensemble.upper, made.members["random walk"].upper, rtol=1e-10)
    assert made.weights == {"random walk": 1.0}


def test_intervals_of_a_random_walk_hold_as_often_as_they_say_where_it_is_one() -> None:
    """60 walks, 24 origins, one step: 1,440 intervals at 0.8."""
    plan = ForecastPlan(ahead=1, least=100, logarithmic=False, models={"walk": usual_models(1)["random walk"]})
    steps = np.random.default_rng(9).normal(size=(60, 124))
    coverage = [forecast(walk, plan).judgements[ENSEMBLE].calibration.coverage for walk in np.cumsum(steps, axis=1)]
    assert np.mean(coverage) == pytest.approx(0.8, abs=0.03)


def test_a_widening_widens_the_intervals_and_the_judged_ones_alike() -> None:
    plain, wide = (
        forecast(months(8), ForecastPlan(origins=4, widening=factor, models={"random walk": random_walk}))
        for factor in (1.0, 2.0)
    )
    ratio = np.log(wide.ensemble.upper / wide.ensemble.point) / np.log(plain.ensemble.upper / plain.ensemble.point)
    np.testing.assert_allclose(ratio, 2, rtol=1e-9)
    assert wide.judgements[ENSEMBLE].calibration.coverage >= plain.judgements[ENSEMBLE].calibration.coverage


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.append(months(8), np.nan), "1 missing"),
        (np.ones((2, 90)), "one row of values"),
        (months(8)[:83], "83 values are too few"),
        (months(8) - 200, "have no logarithm"),
        (np.ones(96), "above 0"),
    ],
)
def test_a_series_that_cannot_be_forecast_is_refused(values: np.ndarray, message: str) -> None:
    with pytest.raises(StatisticianError, match=message):
        forecast(values, ForecastPlan(models={"random walk": random_walk}))


@pytest.mark.parametrize("asked", [{"level": 0.0}, {"ahead": 0}, {"origins": 0}, {"widening": -1.0}, {"models": {}}])
def test_a_forecast_plan_that_makes_no_sense_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(StatisticianError):
        ForecastPlan(**asked)  # type: ignore[arg-type]
