"""The fit of a model schedule: what it recovers, what it cannot tell, and what it refuses."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages import fitting
from qonys.methods.ages.fitting import fit_counts, fit_rates
from qonys.methods.ages.likelihoods import CountLikelihood, RateLikelihood
from qonys.methods.ages.model_schedule import NAMES, Parameters, schedule
from qonys.methods.ages.posterior import Posterior
from qonys.methods.ages.priors import Priors, published_priors
from qonys.methods.ages.starts import starts
from unit.methods.slow_schedule_search import log_posterior, slowly_fitted

AGES = np.arange(0.0, 90)
TRUE = Parameters(
    a1=0.03,
    alpha1=0.12,
    a2=0.08,
    alpha2=0.11,
    mu2=24,
    lambda2=0.3,
    a3=0.01,
    alpha3=0.3,
    mu3=65,
    lambda3=0.4,
    a4=0.002,
    lambda4=0.02,
    c=0.004,
)


def reduced(count: int) -> Parameters:
    return Parameters(**{name: getattr(TRUE, name) for name in NAMES[count]})


def drawn_counts(count: int, population: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(population * schedule(AGES, reduced(count))).astype(float)


@pytest.mark.parametrize("count", [7, 9, 11, 13])
def test_the_curve_behind_many_counts_is_found_again(count: int) -> None:
    population = np.full(AGES.size, 1e6)
    fitted = fit_counts(AGES, population * schedule(AGES, reduced(count)), population, parameters=count)
    assert fitted.converged
    np.testing.assert_allclose(fitted.rates, schedule(AGES, reduced(count)), atol=2e-5)
    np.testing.assert_allclose(fitted.rates, schedule(AGES, fitted.parameters), rtol=1e-12)
    assert fitted.deviance < 1


@pytest.mark.parametrize("count", [7, 9, 11, 13])
def test_the_curve_behind_exact_rates_is_found_again(count: int) -> None:
    fitted = fit_rates(AGES, schedule(AGES, reduced(count)), parameters=count)
    np.testing.assert_allclose(fitted.rates, schedule(AGES, reduced(count)), atol=1e-6)


@pytest.mark.parametrize(("count", "seed"), [(7, 1), (7, 2)])
def test_no_slow_search_finds_a_better_schedule(count: int, seed: int) -> None:
    population = np.full(AGES.size, 5_000.0)
    migrants = drawn_counts(count, 5_000, seed)
    fitted, slow = (
        fit_counts(AGES, migrants, population, parameters=count),
        slowly_fitted(AGES, migrants, population, count),
    )
    density, slow_density = (
        log_posterior(vector, AGES, migrants, population) for vector in (fitted.parameters.vector, slow)
    )
    assert density > slow_density - 1e-6
    if density < slow_density + 1e-3:
        np.testing.assert_allclose(
            fitted.rates, schedule(AGES, Parameters(**dict(zip(NAMES[count], slow, strict=True)))), atol=1e-3
        )


@pytest.mark.parametrize("of", ["counts", "rates"])
def test_the_slopes_of_the_loss_are_those_of_the_loss(of: str) -> None:
    migrants, population = drawn_counts(13, 5_000, 4), np.full(AGES.size, 5_000.0)
    likelihood = CountLikelihood(migrants, population) if of == "counts" else RateLikelihood(migrants / population, 77)
    posterior = Posterior(AGES, likelihood, published_priors(13, 0.001))
    point = posterior.at(TRUE.vector * 1.05)
    curvature = posterior.curvature(point)
    for place in range(13):
        step = np.zeros(13)
        step[place] = 1e-5 * max(point.vector[place], 1e-2)
        upper, lower = posterior.at(point.vector + step), posterior.at(point.vector - step)
        assert point.slope[place] == pytest.approx((upper.loss - lower.loss) / (2 * step[place]), rel=1e-4, abs=1e-3)
        bent = (upper.slope - lower.slope) / (2 * step[place])
        np.testing.assert_allclose(curvature[place], bent, rtol=1e-3, atol=1e-6 * np.abs(curvature).max())


def test_the_same_data_give_the_same_fit_and_so_does_a_generator_of_the_same_seed() -> None:
    population, migrants = np.full(AGES.size, 5_000.0), drawn_counts(11, 5_000, 5)
    first, second = (fit_counts(AGES, migrants, population) for _ in range(2))
    np.testing.assert_array_equal(first.rates, second.rates)
    random = [fit_counts(AGES, migrants, population, generator=np.random.default_rng(8)) for _ in range(2)]
    np.testing.assert_array_equal(random[0].rates, random[1].rates)


def test_a_generator_adds_starts_of_its_own() -> None:
    likelihood = CountLikelihood(drawn_counts(11, 5_000, 5), np.full(AGES.size, 5_000.0))
    posterior = Posterior(AGES, likelihood, published_priors(11, 0.001))
    fixed, varied = starts(posterior, 4), starts(posterior, 4, np.random.default_rng(1))
    assert (len(fixed), len(varied)) == (4, 8)
    np.testing.assert_array_equal(varied[:4], fixed)
    assert not np.array_equal(varied[4:], fixed)


def test_a_search_that_was_stopped_says_so() -> None:
    with mock.patch.object(fitting, "_LAST_STEPS", 1), mock.patch.object(fitting, "_FIRST_STEPS", 1):
        fitted = fit_counts(AGES, drawn_counts(11, 5_000, 5), np.full(AGES.size, 5_000.0))
    assert not fitted.converged


def test_few_people_leave_the_positions_to_the_priors_and_many_do_not() -> None:
    few, many = (
        fit_counts(AGES, persons * schedule(AGES, reduced(11)), np.full(AGES.size, persons)).identifiability
        for persons in (100.0, 1e7)
    )
    mu3 = few.names.index("mu3")
    assert few.prior_share[mu3] > 0.95
    assert many.prior_share[mu3] < 0.05
    assert few.told_by_data < many.told_by_data == 11
    assert (few.eigenvalues >= 0).all()
    assert (np.diff(many.eigenvalues) >= 0).all()
    assert many.condition >= 1


def test_a_curve_that_the_data_do_not_have_ends_on_its_bound_and_is_named() -> None:
    flat = fit_rates(AGES, np.full(AGES.size, 0.01), parameters=9)
    assert "a4" in flat.identifiability.on_bound or flat.parameters.a4 == pytest.approx(0, abs=0.01)
    np.testing.assert_allclose(flat.rates, 0.01, atol=1e-5)
    for place, name in enumerate(flat.intervals.names):
        if name in flat.identifiability.on_bound:
            assert flat.intervals.lower[place] == getattr(flat.parameters, name) or flat.intervals.upper[
                place
            ] == getattr(flat.parameters, name)


def test_ends_that_are_as_good_as_the_best_are_counted_with_their_spread() -> None:
    found = fit_counts(AGES, drawn_counts(11, 5_000, 6), np.full(AGES.size, 5_000.0)).identifiability
    assert 1 <= found.ends <= found.tried == 3
    assert found.parameter_spread.shape == (11,)
    assert 0 <= found.curve_spread < 0.01


def test_intervals_hold_the_fit_and_grow_with_their_coverage() -> None:
    population, migrants = np.full(AGES.size, 5_000.0), drawn_counts(11, 5_000, 7)
    narrow, wide = (fit_counts(AGES, migrants, population, coverage=coverage) for coverage in (0.5, 0.95))
    for fitted in (narrow, wide):
        assert (fitted.intervals.lower <= fitted.parameters.vector).all()
        assert (fitted.intervals.upper >= fitted.parameters.vector).all()
        assert (fitted.intervals.curve_lower <= fitted.rates).all()
        assert (fitted.intervals.curve_upper >= fitted.rates).all()
        assert (fitted.intervals.curve_lower > 0).all()
    assert (wide.intervals.curve_upper > narrow.intervals.curve_upper).all()
    assert (wide.intervals.upper >= narrow.intervals.upper).all()


@pytest.mark.parametrize(("coverage", "least", "most"), [(0.8, 0.77, 0.85), (0.95, 0.93, 0.97)])
def test_intervals_of_the_curve_hold_the_truth_about_as_often_as_they_say(
    coverage: float, least: float, most: float
) -> None:
    population, truth = np.full(AGES.size, 3_000.0), schedule(AGES, reduced(7))
    held = []
    for seed in range(100, 140):
        migrants = drawn_counts(7, 3_000, seed)
        found = fit_counts(AGES, migrants, population, parameters=7, coverage=coverage).intervals
        held.append((found.curve_lower <= truth) & (truth <= found.curve_upper))
    assert least < np.mean(held) < most


def test_intervals_of_almost_certain_coverage_are_still_finite() -> None:
    migrants = np.where(AGES == 30, 5.0, 0.0)
    found = fit_counts(AGES, migrants, np.full(AGES.size, 100.0), coverage=0.99999).intervals
    assert np.isfinite(found.curve_upper).all()
    assert (found.curve_lower >= 0).all()


def test_dispersion_tells_counts_that_scatter_more_than_poisson() -> None:
    population = np.full(AGES.size, 20_000.0)
    calm = fit_counts(AGES, drawn_counts(7, 20_000, 9), population, parameters=7)
    noise = np.random.default_rng(9).gamma(20, 1 / 20, AGES.size)
    wild = fit_counts(AGES, np.rint(drawn_counts(7, 20_000, 9) * noise), population, parameters=7)
    assert 0.6 < calm.dispersion < 1.5
    assert wild.dispersion > 5


def test_another_prior_moves_what_the_data_do_not_tell() -> None:
    population, migrants = np.full(AGES.size, 100.0), drawn_counts(11, 100, 10)
    elsewhere = published_priors(11, 0.0).with_prior("mu3", mean=60, deviation=0.5, lower=50, upper=70)
    assert fit_counts(AGES, migrants, population).parameters.mu3 == pytest.approx(65, abs=0.5)
    assert fit_counts(AGES, migrants, population, priors=elsewhere).parameters.mu3 == pytest.approx(60, abs=0.5)


def test_an_age_with_nobody_at_risk_changes_nothing() -> None:
    population, migrants = np.full(AGES.size, 5_000.0), drawn_counts(7, 5_000, 11)
    population[-1] = migrants[-1] = 0
    there = fit_counts(AGES, migrants, population, parameters=7)
    gone = fit_counts(AGES[:-1], migrants[:-1], population[:-1], parameters=7)
    np.testing.assert_allclose(there.rates[:-1], gone.rates, atol=1e-9)


def test_migrants_without_population_are_refused() -> None:
    population = np.full(AGES.size, 5_000.0)
    population[30] = 0
    with pytest.raises(StatisticianError, match="age 30: Some moved, and nobody is at risk"):
        fit_counts(AGES, np.ones(AGES.size), population)


def test_a_schedule_of_nobody_who_moved_is_not_made() -> None:
    with pytest.raises(UndefinedIndicatorError, match="Nobody moved"):
        fit_counts(AGES, np.zeros(AGES.size), np.full(AGES.size, 5_000.0))
    with pytest.raises(UndefinedIndicatorError, match="Nobody moved"):
        fit_rates(AGES, np.zeros(AGES.size))


def test_as_many_parameters_as_ages_are_refused() -> None:
    with pytest.raises(StatisticianError, match="7 ages are too few for a schedule of 7"):
        fit_rates(AGES[:7], np.full(7, 0.1), parameters=7)
    assert fit_rates(AGES[:8], np.linspace(0.1, 0.05, 8), parameters=7).rates.shape == (8,)


def test_one_age_is_refused() -> None:
    with pytest.raises(StatisticianError, match="1 ages are too few"):
        fit_counts([20], [5], [100])


def test_rates_per_thousand_are_refused() -> None:
    with pytest.raises(StatisticianError, match=r"age 0: The rate is 30.*per person, not per thousand"):
        fit_rates(AGES, 30 * np.exp(-AGES / 20))


def test_a_missing_count_is_named() -> None:
    migrants = np.ones(AGES.size)
    migrants[12] = np.nan
    with pytest.raises(StatisticianError, match="age 12: The migrants must be finite and not negative, not nan"):
        fit_counts(AGES, migrants, np.full(AGES.size, 5_000.0))


@pytest.mark.parametrize("coverage", [0, 1, 95])
def test_a_coverage_that_is_no_probability_is_refused(coverage: float) -> None:
    with pytest.raises(StatisticianError, match="between 0 and 1"):
        fit_rates(AGES, schedule(AGES, reduced(7)), parameters=7, coverage=coverage)


def test_priors_of_another_schedule_are_refused() -> None:
    with pytest.raises(StatisticianError, match="no prior of a3, alpha3, mu3, lambda3"):
        fit_rates(AGES, schedule(AGES, reduced(7)), parameters=11, priors=published_priors(9, 0.01))


@pytest.mark.parametrize(
    "wrong",
    [{"deviation": 0.0}, {"mean": 80.0}, {"lower": -1.0}, {"mean": np.nan}],
)
def test_a_prior_without_room_is_named(wrong: dict[str, float]) -> None:
    prior = {"mean": 60.0, "deviation": 1.0, "lower": 50.0, "upper": 70.0} | wrong
    with pytest.raises(StatisticianError, match="mu3: Its prior needs"):
        published_priors(11, 0.01).with_prior("mu3", **prior)


def test_a_prior_of_no_parameter_is_refused() -> None:
    with pytest.raises(StatisticianError, match="no parameter mu4"):
        published_priors(11, 0.01).with_prior("mu4", mean=1, deviation=1)
    with pytest.raises(StatisticianError, match="as many values"):
        Priors(("a1",), np.zeros(2), np.ones(2), np.zeros(2), np.ones(2))


@pytest.mark.parametrize("age", [3, 30, 85])
def test_a_single_narrow_hump_that_is_no_schedule_is_fitted_without_overflow(age: int) -> None:
    """The search passes places where the curve is nothing and thousands moved."""
    migrants = np.rint(2e5 * np.exp(-(((AGES - age) / 1.2) ** 2)))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        fitted = fit_counts(AGES, migrants, np.full(AGES.size, 1e6), parameters=11)
    assert np.isfinite(fitted.rates).all()
    assert np.isfinite(fitted.deviance)
