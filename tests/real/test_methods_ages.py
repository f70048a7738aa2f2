"""The methods on ages against published figures: Florida (rcbayes), IPUMS profiles of Brazil and France, and others.

Where the R package migest is wrong (the window of the breadth is a year too young), the corrected value is tested.
"""

from __future__ import annotations

import csv
import json
from typing import Any

import numpy as np
import pytest

from qonys.methods.ages.fitting import fit_counts, fit_rates
from qonys.methods.ages.model_schedule import Parameters, schedule, schedule_indices
from qonys.methods.ages.profile import profile_indices
from qonys.methods.ages.rates import rates_by_age
from real.real_data import real_data
from unit.methods.slow_schedule_search import log_posterior, slowly_fitted


def examples() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(real_data("methods/rogers_castro_examples.json").read_text(encoding="utf-8"))
    return found


def sample(name: str, from_age: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ages, migrants and population of an IPUMS sample; its question on residence five years ago leaves out 0 to 4."""
    with real_data("methods/ipumsi_age.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["sample"] == name and int(row["age"]) >= from_age]
    ages, migrants, population = (
        np.array([float(row[column]) for row in rows]) for column in ("age", "migrants", "population")
    )
    return ages, migrants, population


@pytest.mark.parametrize("name", ["BRA2000", "FRA2006"])
def test_indices_of_a_profile_are_the_corrected_ones(name: str) -> None:
    published = json.loads(real_data("methods/expected_index_age.json").read_text(encoding="utf-8"))["results"]
    idx = next(result["idx"] for result in published if result["sample"] == name)
    corrected = json.loads(real_data("methods/expected_index_age_corrected.json").read_text(encoding="utf-8"))
    right = corrected["results"][name]
    ages, migrants, population = sample(name)
    found = profile_indices(ages, rates_by_age(ages, migrants, population))
    assert found.gross_migraproduction == pytest.approx(right["gmr"], rel=1e-12)
    assert 100 * found.peak_intensity == pytest.approx(right["peak_mi"], rel=1e-12)
    assert 100 * found.peak_breadth == pytest.approx(right["breadth_by_age"], rel=1e-12)
    assert found.peak_share == pytest.approx(right["share_by_age"], rel=1e-12)
    assert (found.peak_age, found.upward_age, found.downward_age) == (
        right["peak_age"], right["murc"], right["mdrc"],
    )  # fmt: skip
    assert found.asymmetry == pytest.approx(idx["asymmetry"])
    assert abs(100 * found.peak_breadth - idx["peak_breadth"]) > 0.9  # the package's window is another one


@pytest.mark.parametrize("curve", ["curve7_fundamental", "curve13"])
def test_published_curves_are_drawn_again(curve: str) -> None:
    drawn = examples()["other"][curve]
    np.testing.assert_allclose(schedule(drawn["ages"], Parameters(**drawn["pars"])), drawn["mx"], rtol=1e-9)
    if "gmr_0_100" in drawn:
        assert schedule(range(101), Parameters(**drawn["pars"])).sum() == pytest.approx(drawn["gmr_0_100"])


@pytest.mark.parametrize(("curve", "count"), [("curve7_fundamental", 7), ("curve13", 13)])
def test_published_curves_are_found_from_their_rates(curve: str, count: int) -> None:
    drawn = examples()["other"][curve]
    fitted = fit_rates(drawn["ages"], drawn["mx"], parameters=count)
    np.testing.assert_allclose(fitted.rates, drawn["mx"], atol=1e-3)


def test_indices_of_the_fundamental_schedule_are_the_published_ones() -> None:
    with real_data("methods/rc_model_fund.csv").open(encoding="utf-8", newline="") as file:
        fundamental = Parameters(**{row["param"]: float(row["value"]) for row in csv.DictReader(file)})
    found = schedule_indices(fundamental)
    values = (found.peaking, found.child_dependency, found.labour_dependency, found.labour_asymmetry, found.regularity)
    assert values == pytest.approx((20, 1 / 3, 3, 4, 1))


def test_florida_is_fitted_as_the_published_posterior() -> None:
    """The parameters are weakly told, the curve is not: curve and deviance are compared, and each interval."""
    florida = examples()["florida"]
    ages, migrants, population = (np.array(florida[name], dtype=float) for name in ("age", "migrants", "pop"))
    fitted = fit_counts(ages, migrants, population)
    np.testing.assert_allclose(fitted.rates, florida["posterior_fit_median"], atol=1e-3)
    for other in ("map", "mle"):
        np.testing.assert_allclose(fitted.rates, schedule(ages, Parameters(**florida[other]["params"])), atol=1e-3)
    assert fitted.deviance == pytest.approx(florida["map"]["poisson_deviance"], abs=1e-3)
    assert florida["mle"]["poisson_deviance"] < fitted.deviance < florida["posterior_median_deviance"]
    for place, name in enumerate(fitted.intervals.names):
        posterior = florida["posterior"][name]
        assert fitted.intervals.lower[place] <= posterior["median"] <= fitted.intervals.upper[place], name
        ratio = (fitted.intervals.upper[place] - fitted.intervals.lower[place]) / (
            posterior["upper"] - posterior["lower"]
        )
        assert 0.3 < ratio < 1.9, name


def test_rates_and_counts_of_an_example_have_the_same_curve() -> None:
    """The rates are those of the counts, as printed; a Poisson and a normal likelihood agree on the curve."""
    other = examples()["other"]
    migrants, persons, rates = (np.array(other[name]) for name in ("ex1_migrants", "ex1_pop", "ex2_mx"))
    np.testing.assert_allclose(migrants / persons, rates, atol=5e-10)
    ages = np.arange(len(rates))
    for count in (7, 11):
        of_counts = fit_counts(ages, migrants, persons, parameters=count)
        of_rates = fit_rates(ages, rates, parameters=count)
        np.testing.assert_allclose(of_rates.rates, of_counts.rates, atol=1e-3)


def test_high_rates_of_an_example_are_followed_over_all_ages() -> None:
    """Rates of DemoTools, up to 0.13 a year; the files tell no fit of them, so what is left over is judged."""
    rates = np.array(examples()["other"]["demotools_mig_rate_ages0_75"])
    left = {n: np.sqrt(np.mean((fit_rates(np.arange(76), rates, parameters=n).rates - rates) ** 2)) for n in (7, 9, 11)}
    assert left[7] < 0.0025
    assert left[9] <= left[7] * 1.01
    assert left[11] <= left[7] * 1.01


def test_florida_leaves_the_positions_to_the_priors() -> None:
    florida = examples()["florida"]
    found = fit_counts(florida["age"], florida["migrants"], florida["pop"]).identifiability
    share = dict(zip(found.names, found.prior_share, strict=True))
    assert share["mu2"] > 0.9
    assert share["mu3"] > 0.9
    assert share["c"] < 0.01
    assert found.told_by_data == 9
    assert found.on_bound == ()


def test_no_published_parameters_of_florida_are_better() -> None:
    florida = examples()["florida"]
    data = tuple(np.array(florida[name], dtype=float) for name in ("age", "migrants", "pop"))
    fitted = fit_counts(*data)
    best = log_posterior(fitted.parameters.vector, *data)
    for other in (florida["map"]["params"], florida["mle"]["params"]):
        assert best >= log_posterior(Parameters(**other).vector, *data) - 1e-6


@pytest.mark.parametrize(("case", "count"), [("ex1", 7), ("ex1", 11), ("BRA2000", 7), ("FRA2006", 7)])
def test_no_slow_search_finds_a_better_schedule_of_real_counts(case: str, count: int) -> None:
    if case == "ex1":
        other = examples()["other"]
        migrants, population = np.array(other["ex1_migrants"]), np.array(other["ex1_pop"])
        ages = np.arange(migrants.size, dtype=float)
    else:
        ages, migrants, population = sample(case, from_age=5)
        migrants = np.rint(migrants)
    fitted = fit_counts(ages, migrants, population, parameters=count)
    slow = slowly_fitted(ages, migrants, population, count)
    assert log_posterior(fitted.parameters.vector, ages, migrants, population) > (
        log_posterior(slow, ages, migrants, population) - 1e-3
    )


@pytest.mark.parametrize(
    ("name", "count", "deviance"),
    [("BRA2000", 7, 5849.6003), ("BRA2000", 9, 2686.1039), ("BRA2000", 11, 2561.8977), ("FRA2006", 7, 88626.3555)],
)
def test_deviances_of_ipums_profiles_are_those_of_other_searches(name: str, count: int, deviance: float) -> None:
    """Figures of our own: searches by L-BFGS, by Fisher scoring and by Newton's method, of which at least two agree."""
    ages, migrants, population = sample(name, from_age=5)
    fitted = fit_counts(ages, migrants, population, parameters=count)
    assert fitted.converged
    assert fitted.deviance == pytest.approx(deviance, rel=1e-5)
    assert fitted.dispersion > 10  # weighted samples of millions: the intervals are too narrow, and this says so


@pytest.mark.parametrize("name", ["BRA2000", "FRA2006"])
def test_more_curves_never_fit_an_ipums_profile_worse(name: str) -> None:
    ages, migrants, population = sample(name, from_age=5)
    found = {count: fit_counts(ages, migrants, population, parameters=count).deviance for count in (7, 9, 11, 13)}
    assert found[9] <= found[7] + 1
    assert found[11] <= found[7] + 1
    assert found[13] <= min(found[9], found[11]) * 1.01
