"""Harmonised flows of drawn areas whose reports are wrong by known factors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from qonys.errors import StatisticianError
from qonys.methods.estimation.harmonisation import Harmonised, harmonised_flows

NAN = np.nan
TRUE = np.array([[NAN, 40, 25, 10], [30, NAN, 60, 20], [15, 80, NAN, 35], [12, 18, 33, NAN]])
SENDING, RECEIVING = np.array([2.0, 1.25, 4.0, 1.0]), np.array([1.0, 0.8, 1.5, 1.1])


def reports() -> tuple[np.ndarray, np.ndarray]:
    """What each side counts: the true flows over its factor."""
    return TRUE / SENDING[:, None], TRUE / RECEIVING


def slow_factors(sent: np.ndarray, received: np.ndarray, fixed: int) -> np.ndarray:
    """The reference: the sum of squares made least by a general search."""
    n = len(sent)
    free = [number for number in range(2 * n) if number != fixed]

    def squares(values: np.ndarray) -> float:
        factors = np.ones(2 * n)
        factors[free] = values
        gaps = factors[:n, None] * sent - factors[n:] * received
        return float(np.nansum(gaps**2))

    found = np.ones(2 * n)
    found[free] = minimize(squares, np.ones(len(free)), method="BFGS", options={"gtol": 1e-10}).x
    return found


def test_reports_that_are_wrong_by_constant_factors_give_the_true_flows() -> None:
    found = harmonised_flows(*reports(), benchmark=("receiver", 0))
    np.testing.assert_allclose(found.sender_factors, SENDING)
    np.testing.assert_allclose(found.receiver_factors, RECEIVING)
    np.testing.assert_allclose(found.flows, TRUE)
    assert found.unexplained == pytest.approx(0, abs=1e-20)
    assert set(found.reports[~np.eye(4, dtype=bool)]) == {2}


def test_noisy_reports_give_the_factors_of_a_general_search() -> None:
    draw = np.random.default_rng(6)
    sent, received = (report * draw.uniform(0.8, 1.2, (4, 4)) for report in reports())
    found = harmonised_flows(sent, received, benchmark=("sender", 3))
    factors = np.concatenate([found.sender_factors, found.receiver_factors])
    np.testing.assert_allclose(factors, slow_factors(sent, received, 3), rtol=1e-4)
    assert 0 < found.unexplained < 0.05


def test_the_benchmark_is_taken_as_it_is() -> None:
    sent, received = reports()
    by_receiver = harmonised_flows(sent, received, benchmark=("receiver", 2))
    assert by_receiver.receiver_factors[2] == 1
    np.testing.assert_allclose(by_receiver.flows * 1.5, TRUE)


def test_a_flow_of_one_report_is_that_report_adjusted() -> None:
    sent, received = reports()
    sent[0, 1], received[2, 3] = NAN, NAN
    found = harmonised_flows(sent, received, benchmark=("receiver", 0))
    np.testing.assert_allclose(found.flows, TRUE)
    assert found.reports[0, 1] == found.reports[2, 3] == 1


def test_a_flow_that_nobody_reports_is_missing() -> None:
    sent, received = reports()
    sent[0, 1] = received[0, 1] = NAN
    found = harmonised_flows(sent, received, benchmark=("receiver", 0))
    assert np.isnan(found.flows[0, 1])
    assert found.reports[0, 1] == 0


def test_the_diagonal_is_no_flow() -> None:
    sent, received = reports()
    np.fill_diagonal(sent, 999)
    np.fill_diagonal(received, 1)
    found = harmonised_flows(sent, received, benchmark=("receiver", 0))
    assert np.isnan(np.diag(found.flows)).all()
    np.testing.assert_allclose(found.flows, TRUE)


def test_a_reporter_without_a_common_flow_has_no_factor_and_its_single_reports_no_flow() -> None:
    """Nobody reports arrivals from area 3, so its departures cannot be compared."""
    sent, received = reports()
    received[3] = NAN
    found = harmonised_flows(sent, received, benchmark=("receiver", 0))
    assert np.isnan(found.sender_factors[3])
    assert np.isnan(found.flows[3]).all()
    np.testing.assert_allclose(found.flows[:3], TRUE[:3])


def test_reporters_that_no_chain_compares_with_the_benchmark_are_named() -> None:
    sent, received = np.full((4, 4), NAN), np.full((4, 4), NAN)
    sent[0, 1], received[0, 1], sent[2, 3], received[2, 3] = 5, 6, 7, 8
    with pytest.raises(StatisticianError, match="benchmark: sender Kostanay, receiver Pavlodar"):
        harmonised_flows(sent, received, benchmark=("sender", 0), names=["Abay", "Almaty", "Kostanay", "Pavlodar"])


def test_two_areas_alone_cannot_be_compared() -> None:
    with pytest.raises(StatisticianError, match="sender 0, receiver 1"):
        harmonised_flows([[NAN, 50], [30, NAN]], [[NAN, 100], [60, NAN]], benchmark=("receiver", 0))


def test_a_benchmark_without_common_flows_is_refused() -> None:
    sent, received = reports()
    received[:, 0] = NAN
    with pytest.raises(StatisticianError, match="benchmark, receiver 0, has no flow"):
        harmonised_flows(sent, received, benchmark=("receiver", 0))


def test_a_benchmark_that_is_no_area_is_refused() -> None:
    with pytest.raises(StatisticianError, match="of 4 areas"):
        harmonised_flows(*reports(), benchmark=("receiver", 4))


def test_a_zero_against_a_count_does_not_link_reporters_but_counts_as_a_difference() -> None:
    sent, received = reports()
    agreeing = harmonised_flows(sent, received, benchmark=("receiver", 0))
    sent[0, 1] = 0
    found = harmonised_flows(sent, received, benchmark=("receiver", 0))
    assert found.receiver_factors[1] < agreeing.receiver_factors[1]
    assert found.unexplained > 0


@pytest.mark.parametrize("bad", [-1.0, np.inf])
def test_a_report_that_is_no_amount_is_refused(bad: float) -> None:
    sent, received = reports()
    sent[0, 1] = bad
    with pytest.raises(StatisticianError, match="reports of senders must be finite and not negative"):
        harmonised_flows(sent, received, benchmark=("receiver", 0))


def test_areas_of_very_different_size_are_solved_for_alike() -> None:
    size = np.array([1e6, 1, 1e3, 10])
    scaled = TRUE * np.outer(size, size)
    found: Harmonised = harmonised_flows(scaled / SENDING[:, None], scaled / RECEIVING, benchmark=("receiver", 0))
    np.testing.assert_allclose(found.sender_factors, SENDING, rtol=1e-4)
