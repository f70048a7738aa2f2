"""Single ages out of groups, on drawn groups and beside slow clear references."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from qonys.errors import StatisticianError
from qonys.methods.ages.graduation import SPRAGUE, single_ages, sprague_ages

FIVES = np.arange(0, 90, 5)
GROUPS = np.array([310, 240, 205, 410, 980, 870, 610, 440, 330, 250, 190, 160, 175, 120, 70, 45, 30, 22], dtype=float)


def slow_hyman(bounds: np.ndarray, counts: np.ndarray) -> list[float]:
    """The same curve, one slope and one year at a time."""
    cumulated, total = [0.0], 0.0
    for count in counts:
        total += count
        cumulated.append(total)
    spline = CubicSpline(bounds, cumulated, bc_type="natural")
    secants = [(cumulated[i + 1] - cumulated[i]) / (bounds[i + 1] - bounds[i]) for i in range(len(counts))]
    slopes = []
    for i, bound in enumerate(bounds):
        beside = secants[max(i - 1, 0) : i + 1]
        slopes.append(min(max(float(spline(bound, 1)), 0.0), 3 * min(beside)))
    found = []
    for i in range(len(counts)):
        width = bounds[i + 1] - bounds[i]

        def reached(t: float, i: int = i, width: float = width) -> float:
            return (
                cumulated[i] * (1 + 2 * t) * (1 - t) ** 2
                + width * slopes[i] * t * (1 - t) ** 2
                + cumulated[i + 1] * t**2 * (3 - 2 * t)
                + width * slopes[i + 1] * t**2 * (t - 1)
            )

        found += [reached((year + 1) / width) - reached(year / width) for year in range(int(width))]
    return found


@pytest.mark.parametrize("curve", ["hyman", "pchip"])
def test_the_ages_of_each_group_sum_to_the_group_and_none_is_negative(curve: str) -> None:
    found = single_ages(FIVES, GROUPS, closed_at=90, curve=curve)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.counts.reshape(-1, 5).sum(axis=1), GROUPS, rtol=1e-12)
    assert (found.counts >= 0).all()
    np.testing.assert_array_equal(found.ages, np.arange(90))


def test_the_curve_of_hyman_is_that_of_a_slow_reckoning() -> None:
    found = single_ages(FIVES, GROUPS, closed_at=90)
    np.testing.assert_allclose(found.counts, slow_hyman(np.append(FIVES, 90.0), GROUPS), rtol=1e-9)


@pytest.mark.parametrize("curve", ["hyman", "pchip"])
def test_equal_groups_give_equal_ages(curve: str) -> None:
    found = single_ages(FIVES, np.full(18, 100.0), closed_at=90, curve=curve)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.counts, 20, rtol=1e-12)


def test_smooth_counts_are_nearly_found_again() -> None:
    truth = 1000 * np.exp(-(((np.arange(90) - 40) / 18) ** 2))
    found = single_ages(FIVES, truth.reshape(-1, 5).sum(axis=1), closed_at=90)
    np.testing.assert_allclose(found.counts, truth, atol=6)


def test_an_open_group_stays_one_figure() -> None:
    found = single_ages(FIVES, GROUPS, closed_at=None)
    assert (found.open_age, found.open_count) == (85, 22)
    np.testing.assert_array_equal(found.ages, np.arange(85))
    assert found.counts.sum() + found.open_count == pytest.approx(GROUPS.sum())


def test_a_closed_group_ends_where_the_statistician_says() -> None:
    found = single_ages(FIVES, GROUPS, closed_at=100)
    assert (found.open_age, found.open_count) == (None, 0)
    assert found.ages[-1] == 99
    assert found.counts[85:].sum() == pytest.approx(22)


def test_whole_counts_sum_to_their_groups_exactly() -> None:
    found = single_ages(FIVES, GROUPS, closed_at=90, whole=True)
    np.testing.assert_array_equal(found.counts, np.rint(found.counts))
    np.testing.assert_array_equal(found.counts.reshape(-1, 5).sum(axis=1), GROUPS)
    assert np.abs(found.counts - single_ages(FIVES, GROUPS, closed_at=90).counts).max() <= 1


def test_groups_of_any_widths_are_taken() -> None:
    found = single_ages([0, 1, 5, 18, 65], [12, 50, 400, 900, 80], closed_at=90)
    sums = [found.counts[a:b].sum() for a, b in ((0, 1), (1, 5), (5, 18), (18, 65), (65, 90))]
    np.testing.assert_allclose(sums, [12, 50, 400, 900, 80], rtol=1e-12)
    assert (found.counts >= 0).all()


def test_an_empty_group_between_full_ones_has_no_one_at_any_age() -> None:
    found = single_ages([0, 5, 10], [100, 0, 100], closed_at=15)
    np.testing.assert_array_equal(found.counts[5:10], 0)


def test_one_closed_group_is_split_evenly() -> None:
    np.testing.assert_allclose(single_ages([0, 5], [50, 7], closed_at=None).counts, 10)


def test_one_open_group_alone_tells_no_age() -> None:
    with pytest.raises(StatisticianError, match="one group and it is open"):
        single_ages([0], [50], closed_at=None)


def test_a_group_cannot_end_before_it_begins() -> None:
    with pytest.raises(StatisticianError, match="begins at 85 and cannot end at 85"):
        single_ages(FIVES, GROUPS, closed_at=85)


def test_bounds_that_are_not_whole_are_refused() -> None:
    with pytest.raises(StatisticianError, match="whole ages"):
        single_ages([0, 2.5, 5], [1, 2, 3], closed_at=None)


@pytest.mark.parametrize("bad", [np.nan, -3.0])
def test_a_count_that_is_missing_or_negative_is_named(bad: float) -> None:
    with pytest.raises(StatisticianError, match="age 5: The counts must be finite"):
        single_ages([0, 5, 10], [1, bad, 3], closed_at=None)


def test_no_other_curve_is_known() -> None:
    with pytest.raises(StatisticianError, match="no curve 'linear'"):
        single_ages([0, 5, 10], [1, 2, 3], closed_at=15, curve="linear")  # type: ignore[arg-type]


def derived_panel(panel: int) -> np.ndarray:
    """Multipliers out of their definition, for cumulated counts at 0, 5 … 25 of five groups.

    In the middle group the curve is the polynomial of degree five that has, at the group's two bounds, value, slope and
    bend of the quartics through the five nearest cumulated counts; in the first two groups it is the quartic itself.
    """
    knots, weights = np.arange(6.0), np.zeros((5, 5))
    for group in range(5):
        cumulated = np.concatenate([[0.0], np.cumsum(np.eye(5)[group])])
        early = np.polynomial.Polynomial.fit(knots[:5], cumulated[:5], 4, domain=[-1, 1], window=[-1, 1])
        late = np.polynomial.Polynomial.fit(knots[1:], cumulated[1:], 4, domain=[-1, 1], window=[-1, 1])
        if panel < 2:
            curve, begin = early, float(panel)
        else:
            begin = 2.0
            conditions = [(t, d, poly) for t, poly in ((2.0, early), (3.0, late)) for d in range(3)]
            rows = [
                [np.polynomial.Polynomial.basis(k).deriv(d)(t) if d else t**k for k in range(6)]
                for t, d, _ in conditions
            ]
            wanted = [poly.deriv(d)(t) if d else poly(t) for t, d, poly in conditions]
            curve = np.polynomial.Polynomial(np.linalg.solve(np.array(rows), np.array(wanted)))
        weights[:, group] = np.diff(curve(begin + np.arange(6) / 5))
    return weights


@pytest.mark.parametrize("panel", [0, 1, 2])
def test_the_multipliers_of_sprague_are_those_of_their_definition(panel: int) -> None:
    np.testing.assert_allclose(SPRAGUE[panel], derived_panel(panel), atol=1e-12)


@pytest.mark.parametrize("panel", [0, 1, 2])
def test_the_multipliers_of_a_panel_sum_to_its_own_group(panel: int) -> None:
    np.testing.assert_allclose(SPRAGUE[panel].sum(axis=0), np.eye(5)[panel], atol=1e-12)


def test_sprague_keeps_the_groups_and_finds_cubic_counts_again() -> None:
    ages = np.arange(50) + 0.5
    bounds = np.arange(51.0)
    primitive = bounds**4 / 4 - 30 * bounds**3 + 2000 * bounds**2
    truth = np.diff(primitive)
    assert (truth > 0).all()
    found = sprague_ages(np.arange(0, 50, 5), truth.reshape(-1, 5).sum(axis=1), closed_at=50)
    np.testing.assert_allclose(found.counts, truth, rtol=1e-9)
    assert found.ages[0] + 0.5 == ages[0]


def test_sprague_takes_both_ends_alike() -> None:
    up, down = (sprague_ages(FIVES, groups, closed_at=90).counts for groups in (1000 + GROUPS, 1000 + GROUPS[::-1]))
    np.testing.assert_allclose(up, down[::-1], rtol=1e-12)


def test_sprague_with_an_open_group_leaves_it() -> None:
    found = sprague_ages(FIVES, 1000 + GROUPS, closed_at=None)
    assert (found.open_age, found.open_count, found.counts.size) == (85, 1022, 85)
    np.testing.assert_allclose(found.counts.reshape(-1, 5).sum(axis=1), 1000 + GROUPS[:-1], rtol=1e-12)


def test_sprague_refuses_to_give_less_than_nobody() -> None:
    with pytest.raises(StatisticianError, match=r"age \d+: Sprague's multipliers give -"):
        sprague_ages(np.arange(0, 30, 5), [1000, 0, 0, 1000, 0, 0], closed_at=30)


@pytest.mark.parametrize("lower", [[0, 5, 10, 15, 20], [0, 4, 9, 14, 19, 24]])
def test_sprague_needs_five_closed_groups_of_five_years(lower: list[int]) -> None:
    with pytest.raises(StatisticianError, match="at least five closed groups of five years"):
        sprague_ages(lower, np.ones(len(lower)), closed_at=None)
