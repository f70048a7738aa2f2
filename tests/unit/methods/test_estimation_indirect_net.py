"""Net migration from vital events and from survival, on the tables of the manuals."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.estimation.indirect_net import (
    census_survival_ratios,
    net_from_survival,
    net_from_vital_statistics,
    net_of_children,
)

# Males of Greater Bombay, 1941 and 1951, with survival ratios of a model life table (United Nations, Manual VI).
BOMBAY_1941 = [77135, 85434, 79185, 82603, 126247, 155344, 138843, 109356, 81626, 47062, 36908, 15134, 25094]
BOMBAY_1951 = [132870, 170227, 263971, 253964, 195373, 151259, 118383, 76421, 65897, 32265, 22248, 9655, 10100]
SURVIVAL = [0.9087, 0.9573, 0.9471, 0.9308, 0.9223, 0.9161, 0.9047, 0.885, 0.8548, 0.8122, 0.7535, 0.6726, 0.3866]
BOMBAY_NET = [62777, 88441, 188975, 177077, 78935, 8948, -7228, -20359, -3877, -5959, -5562, -524, 399]

# Females of Manila at 10–14 to 75+ in 1970, and of the Philippines ten years before and then (United Nations 1992).
COUNTRY_1960 = [2218377, 2114832, 1669435, 1429547, 1264441, 1000981, 791473, 725906, 552585, 508045, 344745, 235536]
COUNTRY_1970 = [2478426, 2096954, 1624113, 1271238, 1063783, 958013, 752922, 656332, 513635, 404713, 302336, 196716]
MANILA_1960 = [80275, 70875, 63250, 85618, 75793, 60037, 34813, 31927, 24297, 20207, 13714, 9366]
MANILA_1970 = [79489, 101410, 90410, 56055, 44648, 36963, 28873, 23678, 19063, 14484, 10205, 6405]
MANILA_NET = [-10196, 31134, 28877, -20082, -19117, -20497, -4244, -5189, -3521, -1613, -1822, -1417]


def test_the_nets_of_bombay_are_those_of_the_manual() -> None:
    np.testing.assert_allclose(net_from_survival(BOMBAY_1941, BOMBAY_1951, SURVIVAL).forward, BOMBAY_NET, atol=1)


def test_reverse_and_average_nets_of_bombay_are_the_published_ones() -> None:
    net = net_from_survival(BOMBAY_1941, BOMBAY_1951, SURVIVAL)
    np.testing.assert_allclose(net.reverse[:7], [69085, 92386, 199530, 190242, 85585, 9768, -7990], atol=1)
    np.testing.assert_allclose(net.average[:7], [65931, 90413, 194252, 183659, 82260, 9358, -7609], atol=1)


def test_the_nets_of_manila_follow_from_survival_ratios_of_the_country_above_one() -> None:
    survival = census_survival_ratios(COUNTRY_1960, COUNTRY_1970)
    np.testing.assert_allclose(survival[:3], [1.11722489, 0.991546373, 0.972851893], atol=2e-5)
    np.testing.assert_allclose(net_from_survival(MANILA_1960, MANILA_1970, survival).forward, MANILA_NET, atol=2)


def test_the_nets_of_children_of_manila_follow_from_those_of_their_mothers() -> None:
    """Mothers of those now 0–4 are 15–44, of those now 5–9 are 20–49; the manual rounds their ratios to children."""
    women, net = np.array(MANILA_1970), np.array(MANILA_NET)
    found = net_of_children(
        [85870, 83054], [women[1:7].sum(), women[2:8].sum()], [net[1:7].sum(), net[2:8].sum()], [0.25, 0.75]
    )
    np.testing.assert_allclose(found, [-236, -8938], atol=4)


def test_the_nets_of_alabama_follow_from_vital_statistics() -> None:
    """Non-white and white women and men, 1960 to 1970 (Bogue, Hinze and White 1982)."""
    net = net_from_vital_statistics(
        [515483, 467648, 1159548, 1124061],
        [483882, 426452, 1298342, 1235489],
        [126886, 131767, 224034, 236481],
        [51449, 58845, 86880, 123220],
    )
    np.testing.assert_array_equal(net, [-107038, -114118, 1640, -1833])


def test_the_nets_of_alabama_follow_from_survival_ratios() -> None:
    """White women at 0–4, 10–14, 30–34, 50–54, 65–69 and 80+ in 1970 (Bogue, Hinze and White 1982).

    The book rounds survivors, the reverse population and their mean to whole persons, one after the other, so a
    forward net may be off by one and an average, of two such figures and rounded once more, by one and a half.
    """
    net = net_from_survival(
        [104556, 120463, 76348, 74641, 52574, 65068],
        [100224, 121922, 77285, 72067, 49460, 27359],
        [0.964973, 0.997048, 0.996295, 0.96435, 0.891364, 0.405031],
    )
    np.testing.assert_allclose(net.forward, [-670, 1815, 1220, 87, 2597, 1004], atol=1)
    np.testing.assert_allclose(net.average, [-681, 1818, 1223, 89, 2756, 1742], atol=1.5)


def test_forward_and_reverse_nets_differ_by_survival() -> None:
    net = net_from_survival(BOMBAY_1941, BOMBAY_1951, SURVIVAL)
    np.testing.assert_allclose(net.forward, net.reverse * np.array(SURVIVAL))


def test_a_missing_value_gives_a_missing_net() -> None:
    net = net_from_survival([np.nan, 10, 10], [5, np.nan, 5], [0.9, 0.9, np.nan])
    assert np.isnan(net.forward).all()
    assert np.isnan(net.average).all()


def test_nobody_surviving_has_a_forward_net_and_no_reverse_one() -> None:
    net = net_from_survival([10], [5], [0])
    assert net.forward.tolist() == [5]
    assert np.isnan(net.reverse).all()
    assert np.isnan(net.average).all()


def test_an_empty_cohort_has_no_census_survival_ratio() -> None:
    assert np.isnan(census_survival_ratios([0], [3])).all()


def test_children_without_mothers_have_no_net() -> None:
    assert np.isnan(net_of_children([10], [0], [0], [0.25])).all()


def test_populations_that_are_negative_or_of_other_cohorts_are_refused() -> None:
    with pytest.raises(StatisticianError, match="population at the end must be finite and not negative"):
        net_from_survival([10], [-1], [0.9])
    with pytest.raises(StatisticianError, match="survival ratios have shape"):
        net_from_survival([10, 20], [10, 20], [0.9])
    with pytest.raises(StatisticianError, match="births must be finite"):
        net_from_vital_statistics([10], [10], [np.inf], [0])


@pytest.mark.parametrize(("net", "exposure"), [([1, 2], [0.25]), ([1], [1.25])])
def test_children_need_one_net_each_and_an_exposure_up_to_one(net: list[float], exposure: list[float]) -> None:
    with pytest.raises(StatisticianError, match="exposure between 0 and 1"):
        net_of_children([10], [20], net, exposure)
