"""What holds of the methods on ages for any profile, schedule, grouping and table of rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qonys.errors import StatisticianError
from qonys.methods.ages.expectancy import migration_expectancy
from qonys.methods.ages.fitting import fit_counts
from qonys.methods.ages.graduation import single_ages, sprague_ages
from qonys.methods.ages.life_table import lifetime_elsewhere, lifetime_shares, multiregional_life_table
from qonys.methods.ages.model_schedule import Parameters, schedule
from qonys.methods.ages.profile import profile_indices

profiles = arrays(np.float64, st.integers(20, 100), elements=st.floats(0, 1).map(lambda rate: round(rate, 6)))
groups = arrays(np.float64, st.integers(2, 20), elements=st.floats(0, 1e6).map(lambda value: round(value, 3)))


@settings(max_examples=60, deadline=None)
@given(profiles, st.integers(-10, 10))
def test_indices_of_level_grow_with_the_rates_and_those_of_age_do_not(rates: np.ndarray, power: int) -> None:
    """The factor is a power of 2, so that scaling rounds nothing and cannot make or break a tie."""
    assume(rates[6:65].sum() > 0)
    factor = 2.0**power
    one, many = profile_indices(np.arange(rates.size), rates), profile_indices(np.arange(rates.size), factor * rates)
    for name in ("peak_age", "peak_share", "upward_age", "downward_age", "asymmetry", "steepness"):
        assert getattr(many, name) == pytest.approx(getattr(one, name), nan_ok=True), name
    for name in ("gross_migraproduction", "peak_intensity", "peak_breadth", "upward_change", "downward_change"):
        assert getattr(many, name) == pytest.approx(factor * getattr(one, name), nan_ok=True), name


@settings(max_examples=60, deadline=None)
@given(profiles)
def test_the_peak_lies_in_its_window_and_the_window_in_the_profile(rates: np.ndarray) -> None:
    assume(rates[6:65].sum() > 0)
    found = profile_indices(np.arange(rates.size), rates)
    assert 5 < found.peak_age < 65
    assert found.peak_intensity == rates[6:65].max()
    if not np.isnan(found.peak_breadth):
        assert found.peak_intensity <= found.peak_breadth * (1 + 1e-12)
        assert found.peak_share <= 100 * (1 + 1e-12)
    if not np.isnan(found.asymmetry):
        assert found.upward_age <= found.peak_age < found.downward_age


@settings(max_examples=60, deadline=None)
@given(groups, st.lists(st.integers(1, 12), min_size=20, max_size=20), st.sampled_from(["hyman", "pchip"]))
def test_any_groups_of_any_widths_keep_their_sums_and_have_no_negative_age(
    counts: np.ndarray, widths: list[int], curve: str
) -> None:
    bounds = np.concatenate([[0], np.cumsum(widths[: counts.size])])
    found = single_ages(bounds[:-1], counts, closed_at=int(bounds[-1]), curve=curve)  # type: ignore[arg-type]
    sums = np.add.reduceat(found.counts, bounds[:-1])
    np.testing.assert_allclose(sums, counts, rtol=1e-9, atol=1e-9 * max(counts.sum(), 1.0))
    assert (found.counts >= 0).all()


@settings(max_examples=60, deadline=None)
@given(arrays(np.int64, st.integers(2, 20), elements=st.integers(0, 10**6)))
def test_whole_groups_split_into_whole_ages_exactly(counts: np.ndarray) -> None:
    found = single_ages(np.arange(counts.size) * 5, counts, closed_at=counts.size * 5, whole=True)
    np.testing.assert_array_equal(found.counts.reshape(-1, 5).sum(axis=1), counts)
    np.testing.assert_array_equal(found.counts, np.rint(found.counts))


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.integers(5, 20), elements=st.floats(0, 1e6)))
def test_sprague_keeps_every_group_or_refuses(counts: np.ndarray) -> None:
    try:
        found = sprague_ages(np.arange(counts.size) * 5, counts, closed_at=counts.size * 5)
    except StatisticianError as refused:
        assert "Sprague's multipliers give -" in str(refused)
    else:
        np.testing.assert_allclose(
            found.counts.reshape(-1, 5).sum(axis=1), counts, rtol=1e-9, atol=1e-9 * max(counts.max(), 1.0)
        )


@st.composite
def tables_of_rates(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ages in years of one to five, with rates low enough that every probability is one."""
    ages, regions = draw(st.integers(2, 12)), draw(st.integers(1, 5))
    bounds = np.concatenate([[0], np.cumsum(draw(st.lists(st.integers(1, 5), min_size=ages - 1, max_size=ages - 1)))])
    deaths = draw(arrays(np.float64, (ages, regions), elements=st.floats(1e-4, 0.1)))
    moves = draw(
        arrays(np.float64, (ages, regions, regions), elements=st.just(0.0) | st.floats(1e-9, 0.3 / 5 / regions))
    )
    return bounds, deaths, moves


@settings(max_examples=60, deadline=None)
@given(tables_of_rates())
def test_who_is_in_a_region_is_somewhere_at_the_next_age_or_dead(
    rates: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    table = multiregional_life_table(*rates)
    np.testing.assert_allclose(table.transitions.sum(axis=2) + table.deaths[:-1], 1, rtol=1e-12)
    assert ((table.transitions >= 0) & (table.transitions <= 1)).all()
    assert ((table.deaths >= 0) & (table.deaths <= 1)).all()
    assert (np.diff(table.survivors.sum(axis=2), axis=0) < 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(tables_of_rates())
def test_years_lived_in_all_regions_are_the_years_lived(rates: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Where all regions have the same deaths, moves change where people live and not how long."""
    bounds, deaths, moves = rates
    alike = np.repeat(deaths[:, :1], deaths.shape[1], axis=1)
    table = multiregional_life_table(bounds, alike, moves)
    alone = multiregional_life_table(bounds, deaths[:, :1], moves[:, :1, :1])
    np.testing.assert_allclose(
        table.expectancy.sum(axis=2), np.repeat(alone.expectancy[:, 0], deaths.shape[1], axis=1), rtol=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(tables_of_rates(), st.randoms(use_true_random=False))
def test_the_order_of_the_regions_does_not_matter(
    rates: tuple[np.ndarray, np.ndarray, np.ndarray], random: object
) -> None:
    bounds, deaths, moves = rates
    order = np.random.default_rng(random.randrange(2**32)).permutation(deaths.shape[1])  # type: ignore[attr-defined]
    table = multiregional_life_table(bounds, deaths, moves)
    turned = multiregional_life_table(bounds, deaths[:, order], moves[:, order][:, :, order])
    np.testing.assert_allclose(turned.expectancy, table.expectancy[:, order][:, :, order], rtol=1e-9, atol=1e-12)
    assert (table.expectancy >= 0).all()
    elsewhere = lifetime_elsewhere(table.expectancy[0])
    assert ((elsewhere >= -1e-12) & (elsewhere < 1)).all()
    np.testing.assert_allclose(lifetime_shares(table.expectancy[0]).sum(axis=1), 1)


@settings(max_examples=60, deadline=None)
@given(tables_of_rates(), st.floats(0.01, 100))
def test_expected_moves_grow_with_the_rates_and_not_with_the_radix(
    rates: tuple[np.ndarray, np.ndarray, np.ndarray], factor: float
) -> None:
    bounds, deaths, moves = rates
    table = multiregional_life_table(bounds, deaths[:, :1], moves[:, :1, :1])
    lived, alive, level = table.years_lived[:, 0, 0], table.survivors[:, 0, 0], moves[:, 0, 0]
    once = migration_expectancy(bounds, level, lived, alive)
    np.testing.assert_allclose(migration_expectancy(bounds, factor * level, lived, alive), factor * once, rtol=1e-9)
    np.testing.assert_allclose(migration_expectancy(bounds, level, factor * lived, factor * alive), once, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 0.1), st.floats(0, 1), st.floats(0, 0.2), st.floats(0, 1), st.floats(0, 80), st.floats(0, 2),
    st.floats(0, 0.05), st.floats(0, 10),
)  # fmt: skip
def test_a_schedule_is_nowhere_below_its_level_and_linear_in_its_levels(
    a1: float, alpha1: float, a2: float, alpha2: float, mu2: float, lambda2: float, c: float, factor: float
) -> None:
    ages = np.arange(0, 101)
    shape = {"alpha1": alpha1, "alpha2": alpha2, "mu2": mu2, "lambda2": lambda2}
    once = schedule(ages, Parameters(a1=a1, a2=a2, c=c, **shape))
    assert (once >= c).all()
    scaled = schedule(ages, Parameters(a1=factor * a1, a2=factor * a2, c=factor * c, **shape))
    np.testing.assert_allclose(scaled, factor * once, rtol=1e-9, atol=1e-300)


@settings(max_examples=10, deadline=None)
@given(
    arrays(np.int64, 60, elements=st.integers(0, 400)),
    st.sampled_from([7, 9, 11, 13]),
)
def test_any_counts_have_a_finite_fit_no_worse_than_their_mean(migrants: np.ndarray, count: int) -> None:
    assume(migrants.sum() > 0)
    population = np.full(60, 1_000.0)
    fitted = fit_counts(np.arange(60), migrants, population, parameters=count)
    level = migrants.sum() / population.sum()
    expected = population * level
    positive = migrants > 0
    flat = 2 * float((migrants[positive] * np.log(migrants[positive] / expected[positive])).sum())
    priors_of_flat = 2 * 0.5 * (((level - migrants.min() / 1_000) / 0.1) ** 2 + 2)
    assert np.isfinite(fitted.rates).all()
    assert (fitted.rates >= 0).all()
    assert fitted.deviance <= flat + priors_of_flat + 1e-6
    assert np.isfinite(fitted.intervals.curve_upper).all()
    assert ((fitted.identifiability.prior_share >= 0) & (fitted.identifiability.prior_share <= 1 + 1e-6)).all()
