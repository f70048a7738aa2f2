"""Flows from differences of stocks and from rates, on the examples published with migest."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.estimation.stock_differences import (
    flows_in_proportion_to_stocks,
    growth_rate_flows,
    stock_difference_flows,
)

START = np.array([[100, 10, 10, 0], [20, 55, 25, 10], [10, 40, 140, 65], [20, 25, 20, 200]], dtype=float)
END = np.array([[75, 25, 5, 15], [20, 45, 30, 15], [30, 40, 150, 35], [10, 50, 5, 200]], dtype=float)


def test_a_known_total_is_split_as_the_stocks_are() -> None:
    published = [
        [0, 2.352941, 2.352941, 0],
        [4.705882, 0, 5.882353, 2.352941],
        [2.352941, 9.411765, 0, 15.294118],
        [4.705882, 5.882353, 4.705882, 0],
    ]
    np.testing.assert_allclose(flows_in_proportion_to_stocks(START, 60), published, atol=1e-6)


def test_rates_of_growth_give_the_published_flows_negative_ones_among_them() -> None:
    published = [
        [0, 26.584620, -10.22741, 24.16653],
        [3.474032, 0, 11.71799, 20.12425],
        [34.097610, -0.125662, 0, -51.85130],
        [-12.047899, 38.857311, -24.36993, 0],
    ]
    np.testing.assert_allclose(growth_rate_flows(START, END, negative="keep"), published, atol=1e-5)


def test_negative_flows_are_refused_unless_they_are_wanted() -> None:
    with pytest.raises(StatisticianError, match="from area 2 to area 3: 5 of the flows are negative"):
        growth_rate_flows(START, END)


def test_rates_take_the_stocks_of_every_birthplace_to_the_second_date() -> None:
    rates = growth_rate_flows(START, END, negative="keep") / START.sum(axis=0)[:, None]
    staying = np.linalg.solve(START, END)[np.diag_indices(4)]
    np.testing.assert_allclose(START @ (rates + np.diag(staying)), END)


def test_stocks_that_are_distributed_alike_determine_no_rates() -> None:
    with pytest.raises(StatisticianError, match="too alike"):
        growth_rate_flows([[10, 20], [20, 40]], [[10, 20], [20, 40]])


def test_stocks_without_anyone_born_elsewhere_have_no_shares() -> None:
    with pytest.raises(StatisticianError, match="Nobody lives outside"):
        flows_in_proportion_to_stocks([[10, 0], [0, 20]], 5)


def test_a_stock_that_shrank_is_nothing_or_a_return() -> None:
    start, end = [[50, 8], [5, 50]], [[50, 6], [9, 50]]
    assert stock_difference_flows(start, end, decreases="drop").tolist() == [[0, 0], [4, 0]]
    assert stock_difference_flows(start, end, decreases="reverse").tolist() == [[0, 0], [6, 0]]


def test_stocks_of_different_areas_are_refused() -> None:
    with pytest.raises(StatisticianError, match="stocks at the end have shape"):
        stock_difference_flows(np.ones((2, 2)), np.ones((3, 3)), decreases="drop")
