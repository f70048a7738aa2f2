"""Scores of intervals, and mixtures of predictions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from qonys.errors import StatisticianError
from qonys.methods.series.prediction import Prediction, mixture_quantiles
from qonys.methods.series.scoring import calibration, interval_score, pinball_loss


def test_an_interval_that_misses_pays_for_the_distance() -> None:
    """Level 0.8: twice the distance over 0.2, on either side."""
    scores = interval_score(np.array([5.0, -1.0, 12.0]), np.zeros(3), np.full(3, 10.0), 0.8)
    np.testing.assert_allclose(scores, [10, 10 + 10, 10 + 20])


def test_the_interval_score_is_the_pinball_loss_of_its_two_ends() -> None:
    """Width + 2/α · distance is 2/α times the two losses together (Gneiting and Raftery 2007)."""
    values, ends, level = np.array([3.0, 7.0, -2.0]), np.array([0.0, 5.0]), 0.9
    losses = pinball_loss(values, np.tile(ends, (3, 1)), np.array([0.05, 0.95])).sum(axis=1)
    np.testing.assert_allclose(2 / 0.1 * losses, interval_score(values, np.zeros(3), np.full(3, 5.0), level))


def test_a_calibration_counts_ends_as_inside_and_gives_the_bias_in_shares() -> None:
    values = np.array([10.0, 20.0, 30.0, 40.0])
    found = calibration(values, values + 5, values, values + 10, np.full(4, 10.0), 0.8)
    assert (found.coverage, found.intervals, found.interval_score) == (1.0, 4, 10.0)
    assert found.bias == pytest.approx(20 / 100)
    assert found.widening == pytest.approx(0.5 / norm.ppf(0.9))


def test_a_bias_over_nothing_and_a_widening_of_no_error_are_undefined() -> None:
    found = calibration(np.zeros(2), np.ones(2), np.zeros(2), np.ones(2), np.zeros(2), 0.8)
    assert np.isnan(found.bias)
    assert np.isnan(found.widening)


def test_nothing_to_judge_and_no_level_are_refused() -> None:
    none = np.zeros(0)
    with pytest.raises(StatisticianError, match="Without a value"):
        calibration(none, none, none, none, none, 0.8)
    with pytest.raises(StatisticianError, match=r"share of 1\.5"):
        interval_score(none, none, none, 1.5)


def test_quantiles_of_a_mixture_solve_its_equation() -> None:
    members = [
        Prediction(np.array([0.0, 3.0]), np.array([1.0, 2.0])),
        Prediction(np.array([4.0, -1.0]), np.array([0.5, 0.1])),
        Prediction(np.array([1.0, 0.0]), np.array([3.0, 1.0])),
    ]
    weights, probabilities = np.array([0.2, 0.5, 0.3]), np.array([0.025, 0.5, 0.9])
    found = mixture_quantiles(members, weights, probabilities)
    for place in range(2):
        for at, probability in enumerate(probabilities):

            def excess(q: float, place: int = place, probability: float = float(probability)) -> float:
                parts = [norm.cdf(q, one.mean[place], one.deviation[place]) for one in members]
                return float(weights @ parts) - probability

            assert found[place, at] == pytest.approx(brentq(excess, -20, 20), abs=1e-9)


def test_weights_may_differ_by_origin() -> None:
    members = [Prediction(np.zeros((2, 1)), np.ones((2, 1))), Prediction(np.full((2, 1), 50.0), np.ones((2, 1)))]
    found = mixture_quantiles(members, np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.5]))
    np.testing.assert_allclose(found[:, 0, 0], [0, 50], atol=1e-9)


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 0.0), (np.nan, 1.0), (0.0, np.inf), (0.0, -1.0)])
def test_a_prediction_without_a_width_is_refused(mean: float, deviation: float) -> None:
    with pytest.raises(StatisticianError, match="above 0"):
        Prediction(np.array([mean]), np.array([deviation]))
