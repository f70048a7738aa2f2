"""Mirror and undercount ratios on drawn reports and on those of Austria in 2002."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.estimation.mirror import (
    mirror_ratios,
    undercount_interval,
    undercount_ratio,
    undercount_ratios,
)

NAN = np.nan


def test_the_ratio_of_austria_in_2002_is_the_published_one() -> None:
    assert undercount_ratio([28015], [24914]) == pytest.approx(1.1245, abs=5e-5)


def test_durations_of_stay_turn_the_overcount_of_austria_into_an_undercount() -> None:
    """Austria counted stays of three months, whose factor is 0.63; the partners' counts come to 20,247.19."""
    found = undercount_ratio([28015], [20247.19], own_factor=0.63)
    assert found == pytest.approx(17649.45 / 20247.19)
    assert found == pytest.approx(0.8717, abs=5e-5)


def test_partners_are_weighted_by_their_own_durations() -> None:
    assert undercount_ratio([50, 30], [100, 40], own_factor=0.5, mirrored_factors=[0.25, 1.0]) == 40 / 65


def test_only_flows_that_both_sides_report_are_compared() -> None:
    assert undercount_ratio([50, 30, NAN], [100, NAN, 70]) == 0.5


def test_partners_who_counted_nobody_give_no_ratio() -> None:
    assert np.isnan(undercount_ratio([5], [0]))
    assert np.isnan(undercount_ratio([], []))


def test_mirror_ratios_are_nan_where_a_report_is_missing_or_zero() -> None:
    ratios = mirror_ratios([[9, 50, NAN], [0, 9, 20], [5, 6, 9]], [[9, 100, 1], [4, 9, NAN], [0, 3, 9]])
    expected = [[NAN, 0.5, NAN], [0, NAN, NAN], [NAN, 2, NAN]]
    np.testing.assert_array_equal(ratios, expected)


def test_undercount_ratios_of_all_areas_are_those_of_one_area_after_the_other() -> None:
    draw = np.random.default_rng(7)
    sent, received = draw.integers(1, 90, (5, 5)).astype(float), draw.integers(1, 90, (5, 5)).astype(float)
    sent[0, 3] = received[4, 1] = NAN
    references, leaving, coming = np.array([0, 1, 0, 1, 1], dtype=bool), draw.random(5), draw.random(5)
    found = undercount_ratios(sent, received, references=references, departure_factors=leaving, arrival_factors=coming)
    for area in range(5):
        others = [other for other in range(5) if references[other] and other != area]
        departures = undercount_ratio(
            sent[area, others], received[area, others], own_factor=leaving[area], mirrored_factors=coming[others]
        )
        arrivals = undercount_ratio(
            received[others, area], sent[others, area], own_factor=coming[area], mirrored_factors=leaving[others]
        )
        assert found.departures[area] == pytest.approx(departures)
        assert found.arrivals[area] == pytest.approx(arrivals)


def test_areas_without_a_reference_have_no_ratio() -> None:
    ratios = undercount_ratios([[0, 5], [6, 0]], [[0, 7], [8, 0]], references=[False, False])
    assert np.isnan(ratios.departures).all()
    assert np.isnan(ratios.arrivals).all()


def test_references_must_be_said_of_every_area() -> None:
    with pytest.raises(StatisticianError, match="There are 2 areas"):
        undercount_ratios([[0, 5], [6, 0]], [[0, 7], [8, 0]], references=[True])


def test_the_same_seed_gives_the_same_interval() -> None:
    one, other = (undercount_interval([280, 90], [249, 120], rng=np.random.default_rng(8), draws=500) for _ in range(2))
    assert one == other


def test_the_interval_is_that_of_the_binomial_distribution() -> None:
    """One flow: the ratio is a function of one binomial count, whose exact percentiles are known."""
    from scipy.stats import binom

    found = undercount_interval([280], [249], rng=np.random.default_rng(9), level=0.9, draws=200_000)
    low, high = binom.ppf([0.05, 0.95], 529, 280 / 529)
    assert found.low == pytest.approx(low / (529 - low), rel=0.01)
    assert found.high == pytest.approx(high / (529 - high), rel=0.01)
    assert found.ratio == 280 / 249


def test_draws_without_a_partners_count_reach_to_infinity() -> None:
    found = undercount_interval([9], [1], rng=np.random.default_rng(10), draws=2_000)
    assert found.high == np.inf
    assert np.isfinite(found.low)


@pytest.mark.parametrize(
    ("own", "mirrored", "level", "told"),
    [
        ([1.5], [2], 0.95, "whole counts"),
        ([1], [2], 1.0, "level between 0 and 1"),
        ([1], [0], 0.95, "counted nobody"),
        ([-1], [2], 0.95, "own counts must be finite and not negative"),
        ([1, 2], [2], 0.95, "mirrored counts have shape"),
    ],
)
def test_an_interval_of_what_are_no_counts_is_refused(
    own: list[float], mirrored: list[float], level: float, told: str
) -> None:
    with pytest.raises(StatisticianError, match=told):
        undercount_interval(own, mirrored, rng=np.random.default_rng(1), level=level, draws=10)


def test_factors_that_are_negative_or_of_other_partners_are_refused() -> None:
    with pytest.raises(StatisticianError, match="mirrored factors must be"):
        undercount_ratio([1], [2], mirrored_factors=[-1])
    with pytest.raises(StatisticianError, match="mirrored factors have shape"):
        undercount_ratio([1], [2], mirrored_factors=[1, 1])
    with pytest.raises(StatisticianError, match="own factor must be"):
        undercount_ratio([1], [2], own_factor=-1)
