"""Nowcasts against a published triangle, against a general linear model fitted slowly, and against what came true."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.series.development import Dispersion, chain_ladder, estimation_variance
from qonys.methods.series.nowcast import NowcastPlan, nowcast, nowcast_backtest
from qonys.methods.series.triangle import Triangle

NAN = np.nan

TAYLOR_ASHE = """
357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463
352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085
290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315
310608 1418858 2195047 3757447 4029929 4381982 4588268
443160 1136350 2128333 2897821 3402672 3873311
396132 1333217 2180715 2985752 3691712
440832 1288463 2419861 3483130
359480 1421128 2864498
376686 1363294
344014
"""
"""Cumulated claims of Taylor and Ashe (1983), on which the literature of the chain ladder compares its errors."""

CONSTANT = NowcastPlan(dispersion=Dispersion.CONSTANT, least_complete=1)


def taylor_ashe() -> Triangle:
    rows = [[float(text) for text in line.split()] for line in TAYLOR_ASHE.strip().splitlines()]
    cumulated = np.array([row + [NAN] * (10 - len(row)) for row in rows])
    return Triangle(np.diff(cumulated, axis=1, prepend=0.0)[None])


def drawn(
    groups: int, months: int, size: float, seed: int, shares: tuple[float, ...] = (0.6, 0.3, 0.1)
) -> tuple[Triangle, np.ndarray]:
    """Poisson registrations of a known pattern: the triangle and the final numbers."""
    draw = np.random.default_rng(seed)
    expected = size * np.exp(0.2 * draw.normal(size=(groups, months, 1))) * np.array(shares)
    counts = draw.poisson(expected).astype(float)
    known = np.add.outer(np.arange(months), np.arange(len(shares))) < months
    return Triangle(np.where(known, counts, NAN)), counts.sum(axis=2)


def test_the_published_triangle_has_its_published_reserves_and_prediction_errors() -> None:
    """England and Verrall (1999, 2002): φ 52,601, errors in percent of the reserves; Mack's chain ladder: the reserves."""
    made = nowcast(taylor_ashe(), CONSTANT)
    outstanding = made.by_month.point - made.by_month.counted
    reserves = [0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811]
    np.testing.assert_allclose(outstanding, reserves, atol=0.5)
    errors = [116, 46, 37, 31, 26, 23, 20, 24, 43]
    np.testing.assert_allclose(100 * made.by_month.standard_error[1:] / outstanding[1:], errors, atol=0.5)
    assert float(made.total.point[0] - made.total.counted[0]) == pytest.approx(18_680_856, abs=0.5)
    assert float(made.total.standard_error[0]) / 18_680_856 == pytest.approx(0.16, abs=0.005)
    np.testing.assert_allclose(made.dispersion, 52_601, atol=0.5)


@pytest.mark.parametrize("kind", list(Dispersion))
def test_means_and_variances_are_those_of_the_linear_model_fitted_slowly(kind: Dispersion) -> None:
    triangle, _ = drawn(2, 7, 40, seed=4)
    rows = triangle.increments.reshape(-1, 3)
    fit = chain_ladder(rows, dispersion=kind, least_dispersion=0.0)
    expected, dispersion, covariance = _slow_model(rows, kind)
    np.testing.assert_allclose(fit.expected, expected, rtol=1e-8)
    np.testing.assert_allclose(fit.dispersion, dispersion, rtol=1e-8)
    totals = np.arange(14) % 7
    ahead = np.where(fit.known, 0.0, expected)
    for number, labels in ((7, totals), (1, 0 * totals), (14, np.arange(14))):
        slow = [_slow_variance(ahead * (labels == one)[:, None], covariance) for one in range(number)]
        np.testing.assert_allclose(estimation_variance(fit, labels, number), slow, rtol=1e-7, atol=1e-9)


def test_a_final_month_is_its_own_interval() -> None:
    triangle, final = drawn(1, 10, 100, seed=1)
    made = nowcast(triangle).by_month
    for part in (made.point, made.lower, made.upper):
        np.testing.assert_array_equal(part[:8], final[0, :8])
    np.testing.assert_array_equal(made.standard_error[:8], 0)
    assert np.all(made.lower[8:] < made.point[8:])
    assert np.all(made.point[8:] < made.upper[8:])


def test_pools_keep_their_own_pattern_and_add_up() -> None:
    early, _ = drawn(1, 12, 200, seed=2, shares=(0.9, 0.05, 0.05))
    late, _ = drawn(1, 12, 200, seed=3, shares=(0.1, 0.3, 0.6))
    both = Triangle(np.concatenate([early.increments, late.increments]), np.array([7, 4]))
    made, alone = nowcast(both), [nowcast(early), nowcast(late)]
    for group in range(2):
        np.testing.assert_allclose(made.by_group.point[group], alone[group].by_group.point[0])
        np.testing.assert_allclose(made.by_group.upper[group], alone[group].by_group.upper[0])
        np.testing.assert_allclose(made.shares[1 - group], alone[group].shares[0])
    variance = sum(one.by_month.standard_error**2 for one in alone)
    np.testing.assert_allclose(made.by_month.standard_error**2, variance)
    np.testing.assert_allclose(made.by_group.point.sum(), made.total.point[0])


def test_a_month_of_which_nobody_is_known_yet_gets_an_interval_above_zero() -> None:
    triangle, _ = drawn(4, 12, 20, seed=5)
    cells = triangle.increments.copy()
    cells[2, -1, 0] = 0
    made = nowcast(Triangle(cells), NowcastPlan(whole=False))
    assert made.by_group.point[2, -1] == 0
    assert made.by_group.lower[2, -1] == 0
    share = made.shares[0, 0]
    dispersion = float(made.dispersion[0, 1:] @ made.shares[0, 1:]) / (1 - share)
    assert made.by_group.upper[2, -1] == pytest.approx(-np.log(0.025) * dispersion * (1 - share) / share)
    assert np.isfinite(made.by_month.upper[-1])


def test_a_month_of_which_nothing_could_be_known_yet_has_no_estimate() -> None:
    triangle, _ = drawn(1, 12, 50, seed=6, shares=(0.0, 0.7, 0.3))
    made = nowcast(triangle)
    for part in (made.by_group.point, made.by_group.lower, made.by_group.upper, made.by_group.standard_error):
        assert np.isnan(part[0, -1])
        assert np.isfinite(part[0, :-1]).all()
    assert np.isnan(made.by_month.point[-1])
    assert np.isnan(made.total.lower[0])


def test_who_is_known_at_a_lag_at_which_nobody_ever_was_tells_nothing_of_a_month() -> None:
    triangle, _ = drawn(1, 12, 50, seed=6, shares=(0.0, 0.7, 0.3))
    cells = triangle.increments.copy()
    cells[0, -1, 0] = 3
    made = nowcast(Triangle(cells))
    for part in (made.by_month.point, made.by_month.lower, made.by_month.upper, made.total.upper):
        assert np.isnan(part[-1])
    np.testing.assert_array_equal(made.by_month.point[:-1], nowcast(triangle).by_month.point[:-1])


def test_one_lag_leaves_nothing_outstanding() -> None:
    with pytest.raises(StatisticianError, match="no degree of freedom"):
        nowcast(Triangle(np.full((1, 8, 1), 5.0)))


def test_a_triangle_with_too_few_final_months_is_refused() -> None:
    triangle, _ = drawn(1, 7, 50, seed=1)
    with pytest.raises(StatisticianError, match="5 event months are final, at least 6 must be"):
        nowcast(triangle)
    assert nowcast(triangle, NowcastPlan(least_complete=5)).by_month.point.shape == (7,)


def test_a_lag_at_which_more_is_taken_back_than_comes_is_refused() -> None:
    rows = np.tile([50.0, -10.0, 5.0], (1, 9, 1))
    rows[0, -1, 1:] = rows[0, -2, 2] = NAN
    with pytest.raises(StatisticianError, match="At lag 1 more persons were taken back than came over all"):
        nowcast(Triangle(rows))


def test_single_months_with_more_taken_back_than_came_at_a_later_lag_are_taken() -> None:
    triangle, _ = drawn(1, 12, 50, seed=1)
    cells = triangle.increments.copy()
    cells[0, 3, 2] = -2.0
    made = nowcast(Triangle(cells))
    assert np.isfinite(made.by_month.point).all()


def test_a_month_with_more_persons_taken_back_than_ever_came_is_refused() -> None:
    triangle, _ = drawn(1, 12, 50, seed=1)
    cells = triangle.increments.copy()
    cells[0, 3] = [4.0, -6.0, 9.0]
    with pytest.raises(StatisticianError, match="In row 3 more persons were taken back up to lag 1"):
        nowcast(Triangle(cells))


def test_an_empty_triangle_is_refused() -> None:
    cells = drawn(1, 12, 50, seed=1)[0].increments * 0
    with pytest.raises(StatisticianError, match="nobody is known"):
        nowcast(Triangle(cells))


@pytest.mark.parametrize(
    "asked", [{"level": 1.0}, {"least_complete": 0}, {"widening": 0.0}, {"least_dispersion": -1.0}]
)
def test_a_plan_that_makes_no_sense_is_refused(asked: dict[str, float]) -> None:
    with pytest.raises(StatisticianError):
        NowcastPlan(**asked)  # type: ignore[arg-type]


def test_intervals_of_poisson_counts_hold_what_comes_true_about_as_often_as_they_say() -> None:
    """200 triangles, 400 months that are still filling up; with nominal 0.9 the share inside is in 0.85 … 0.95."""
    inside = []
    for seed in range(200):
        triangle, final = drawn(1, 20, 400, seed)
        made = nowcast(triangle, NowcastPlan(level=0.9)).by_month
        inside.append((made.lower <= final[0])[-2:] & (final[0] <= made.upper)[-2:])
    assert 0.85 < np.mean(inside) < 0.95


def test_a_back_test_judges_every_earlier_cut_off_by_what_was_known_then() -> None:
    triangle, final = drawn(2, 12, 300, seed=8)
    judged = nowcast_backtest(triangle)
    months = [(cutoff, month) for cutoff in range(8, 12) for month in (cutoff - 2, cutoff - 1) if month < 10]
    by_hand = [nowcast(triangle.as_of(cutoff)).by_month for cutoff, _ in months]
    inside = [
        made.lower[month] <= final[:, month].sum() <= made.upper[month]
        for made, (_, month) in zip(by_hand, months, strict=True)
    ]
    assert judged.by_month.intervals == len(months) == 7
    assert judged.by_group.intervals == 14
    assert judged.by_month.coverage == pytest.approx(np.mean(inside))
    assert judged.cutoffs == 4
    ages = np.array([cutoff - 1 - month for cutoff, month in months])
    for age in range(2):
        assert judged.coverage_by_age[age] == pytest.approx(np.mean(np.array(inside)[ages == age]))


def test_a_pattern_that_breaks_is_seen_in_the_back_test_and_its_widening_repairs_the_coverage() -> None:
    """From month 14 on twice as many come late: intervals of the old pattern miss."""
    before, _ = drawn(1, 14, 500, seed=1)
    after, _ = drawn(1, 16, 500, seed=2, shares=(0.3, 0.4, 0.3))
    cells = np.concatenate([before.increments, after.increments], axis=1)
    cells[0, 12:14] = np.where(np.isnan(cells[0, 12:14]), 50, cells[0, 12:14])
    broken = nowcast_backtest(Triangle(cells), NowcastPlan(level=0.9))
    assert broken.by_month.coverage < 0.75
    assert broken.by_month.bias < -0.01
    assert broken.by_month.widening > 1.2
    repaired = nowcast_backtest(Triangle(cells), NowcastPlan(level=0.9, widening=broken.by_month.widening))
    assert repaired.by_month.coverage > 0.85
    assert repaired.by_month.widening == pytest.approx(1.0)


def test_a_back_test_without_an_earlier_cut_off_is_refused() -> None:
    triangle, _ = drawn(1, 8, 50, seed=1)
    with pytest.raises(StatisticianError, match="leaves no earlier cut-off"):
        nowcast_backtest(triangle)


def _slow_design(rows: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]]]:
    cells = [(row, lag) for row in range(len(rows)) for lag in range(rows.shape[1])]
    design = np.zeros((len(cells), len(rows) + rows.shape[1] - 1))
    for at, (row, lag) in enumerate(cells):
        design[at, row] = 1
        if lag:
            design[at, len(rows) + lag - 1] = 1
    return design, cells


def _slow_model(rows: np.ndarray, kind: Dispersion) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Iteratively reweighted least squares of the Poisson model with a logarithmic link."""
    design, cells = _slow_design(rows)
    seen = np.array([bool(np.isfinite(rows[cell])) for cell in cells])
    values = np.array([rows[cell] for cell in cells])[seen]
    known = design[seen]
    beta = np.linalg.lstsq(known, np.log(values + 0.5), rcond=None)[0]
    for _ in range(50):
        mu = np.exp(known @ beta)
        beta = beta + np.linalg.solve(known.T @ (mu[:, None] * known), known.T @ (values - mu))
    mu = np.exp(known @ beta)
    squares, freedom = (values - mu) ** 2 / mu, len(values) - known.shape[1]
    lags = np.array([lag for _, lag in cells])[seen]
    if kind is Dispersion.CONSTANT:
        dispersion = np.full(rows.shape[1], squares.sum() / freedom)
    else:
        dispersion = np.array([squares[lags == lag].mean() for lag in range(rows.shape[1])]) * len(values) / freedom
    bread = np.linalg.inv(known.T @ (mu[:, None] * known))
    meat = known.T @ ((dispersion[lags] * mu)[:, None] * known)
    return np.exp(design @ beta).reshape(rows.shape), dispersion, bread @ meat @ bread


def _slow_variance(ahead: np.ndarray, covariance: np.ndarray) -> float:
    design, _ = _slow_design(ahead)
    gradient = design.T @ ahead.ravel()
    return float(gradient @ covariance @ gradient)
