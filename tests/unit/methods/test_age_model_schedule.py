"""The Rogers–Castro curve: its values, its derivatives, its indices, and parameters that are none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.ages.derivatives import values_and_gradient, weighted_curvature
from qonys.methods.ages.model_schedule import (
    NAMES,
    Parameters,
    names_of,
    parameters_of,
    schedule,
    schedule_indices,
)

FULL = Parameters(
    a1=0.09,
    alpha1=0.1,
    a2=0.2,
    alpha2=0.1,
    mu2=21,
    lambda2=0.4,
    a3=0.02,
    alpha3=0.25,
    mu3=67,
    lambda3=0.6,
    a4=0.01,
    lambda4=0.01,
    c=0.01,
)


def reduced(count: int) -> Parameters:
    return Parameters(**{name: getattr(FULL, name) for name in NAMES[count]})


def slow_rate(x: float, p: Parameters) -> float:
    rate = p.a1 * math.exp(-p.alpha1 * x) + p.c
    rate += p.a2 * math.exp(-p.alpha2 * (x - p.mu2) - math.exp(-p.lambda2 * (x - p.mu2)))
    if p.a3 is not None:
        rate += p.a3 * math.exp(-p.alpha3 * (x - p.mu3) - math.exp(-p.lambda3 * (x - p.mu3)))
    if p.a4 is not None:
        rate += p.a4 * math.exp(p.lambda4 * x)
    return rate


@pytest.mark.parametrize("count", [7, 9, 11, 13])
def test_a_schedule_is_the_sum_of_its_curves(count: int) -> None:
    ages = np.linspace(0, 100, 41)
    p = reduced(count)
    assert len(p.names) == len(p.vector) == count
    np.testing.assert_allclose(schedule(ages, p), [slow_rate(age, p) for age in ages], rtol=1e-14)


@pytest.mark.parametrize("count", [7, 9, 11, 13])
def test_parameters_survive_the_way_through_a_vector(count: int) -> None:
    assert parameters_of(reduced(count).vector) == reduced(count)


@pytest.mark.parametrize("count", [7, 9, 11, 13])
def test_derivatives_are_those_of_the_schedule(count: int) -> None:
    ages, p = np.linspace(0, 100, 41), reduced(count)
    values, gradient = values_and_gradient(ages, p.names, p.vector)
    np.testing.assert_allclose(values, schedule(ages, p), rtol=1e-14)
    for place, name in enumerate(p.names):
        step = np.zeros(count)
        step[place] = 1e-6 * max(p.vector[place], 1e-2)
        upper, lower = schedule(ages, parameters_of(p.vector + step)), schedule(ages, parameters_of(p.vector - step))
        np.testing.assert_allclose(
            gradient[place], (upper - lower) / (2 * step[place]), rtol=1e-5, atol=1e-8, err_msg=name
        )


@pytest.mark.parametrize("count", [7, 9, 11, 13])
def test_second_derivatives_are_those_of_the_first(count: int) -> None:
    ages, p = np.linspace(0, 100, 41), reduced(count)
    weights = np.cos(ages)
    curvature = weighted_curvature(ages, p.names, p.vector, weights)
    np.testing.assert_array_equal(curvature, curvature.T)
    for place, name in enumerate(p.names):
        step = np.zeros(count)
        step[place] = 1e-6 * max(p.vector[place], 1e-2)
        upper, lower = (values_and_gradient(ages, p.names, p.vector + way)[1] @ weights for way in (step, -step))
        np.testing.assert_allclose(
            curvature[place], (upper - lower) / (2 * step[place]), rtol=1e-5, atol=1e-6, err_msg=name
        )


def test_a_curve_that_rises_without_bound_has_finite_derivatives() -> None:
    vector = np.array([0.1, 0.1, 0.5, 30.0, 60.0, 0.001, 0.01])
    with np.errstate(all="raise", under="ignore"):
        values, gradient = values_and_gradient(np.arange(0.0, 90), NAMES[7], vector)
        curvature = weighted_curvature(np.arange(0.0, 90), NAMES[7], vector, np.ones(90))
    assert np.isfinite(values).all()
    assert np.isfinite(gradient).all()
    assert np.isfinite(curvature).all()


def test_a_very_steep_rise_is_a_step_and_not_an_overflow() -> None:
    steep = Parameters(a1=0, alpha1=0, a2=0.1, alpha2=0.1, mu2=60, lambda2=50, c=0.01)
    with np.errstate(all="raise", under="ignore"):
        assert schedule([0, 59, 61], steep) == pytest.approx([0.01, 0.01, 0.01 + 0.1 * math.exp(-0.1)])


def test_indices_of_the_fundamental_schedule() -> None:
    p = Parameters(a1=0.02, alpha1=0.1, a2=0.06, alpha2=0.1, mu2=20, lambda2=0.4, c=0.003)
    found = schedule_indices(p)
    assert (found.peaking, found.labour_asymmetry, found.regularity) == (20, 4, 1)
    assert found.child_dependency == pytest.approx(1 / 3)
    assert found.labour_dependency == pytest.approx(3)
    ages = np.arange(0, 60, 0.001)
    working = schedule(ages, Parameters(a1=0, alpha1=0, a2=0.06, alpha2=0.1, mu2=20, lambda2=0.4, c=0))
    assert found.labour_peak == pytest.approx(ages[working.argmax()], abs=1e-3)
    young = ages < found.labour_peak
    assert found.low_point == pytest.approx(ages[young][schedule(ages[young], p).argmin()], abs=0.01)
    assert found.labour_shift == found.labour_peak - found.low_point
    assert found.jump == pytest.approx(float(np.ptp(schedule([found.low_point, found.labour_peak], p))))
    assert math.isnan(found.retirement_peak)


def test_the_retirement_peak_is_where_its_curve_is_highest() -> None:
    ages = np.arange(50, 80, 0.001)
    only = Parameters(a1=0, alpha1=0, a2=0, alpha2=0, mu2=0, lambda2=0, c=0, a3=1, alpha3=0.25, mu3=67, lambda3=0.6)
    assert schedule_indices(FULL).retirement_peak == pytest.approx(ages[schedule(ages, only).argmax()], abs=1e-3)


def test_an_index_that_would_divide_by_zero_is_nan() -> None:
    found = schedule_indices(Parameters(a1=0, alpha1=0.1, a2=0, alpha2=0, mu2=20, lambda2=0.4, c=0.1))
    for index in (found.child_dependency, found.labour_dependency, found.labour_asymmetry, found.regularity):
        assert math.isnan(index)
    assert math.isnan(found.labour_peak)
    assert math.isnan(found.jump)


@pytest.mark.parametrize(
    ("alpha", "rise"), [(1e-9, 1e-8), (1e-320, 1.0), (0.1, 1e-6)], ids=["very late", "next to no fall", "before birth"]
)
def test_a_curve_that_is_highest_at_no_age_of_a_person_has_no_peak(alpha: float, rise: float) -> None:
    curve = {"a": 0.1, "alpha": alpha, "mu": 20, "lambda": rise}
    working, retirement = ({f"{name}{number}": value for name, value in curve.items()} for number in (2, 3))
    found = schedule_indices(Parameters(a1=0.1, alpha1=0.1, c=0, **working, **retirement))
    for index in (found.labour_peak, found.low_point, found.labour_shift, found.jump, found.retirement_peak):
        assert math.isnan(index)


def test_a_rate_beyond_all_numbers_is_refused_with_its_age() -> None:
    steep = Parameters(a1=0, alpha1=0, a2=0.1, alpha2=10, mu2=100, lambda2=0, c=0)
    with pytest.raises(StatisticianError, match="beyond all numbers") as refused:
        schedule([50, 20, 10], steep)
    assert refused.value.where == "age 20"


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
@pytest.mark.parametrize("name", ["a1", "mu2", "c"])
def test_a_parameter_that_is_negative_or_no_number_is_named(name: str, bad: float) -> None:
    simple = {"a1": 0.02, "alpha1": 0.1, "a2": 0.06, "alpha2": 0.1, "mu2": 20.0, "lambda2": 0.4, "c": 0.003}
    with pytest.raises(StatisticianError, match=f"^{name} is"):
        Parameters(**(simple | {name: bad}))


def test_half_a_curve_is_refused() -> None:
    with pytest.raises(StatisticianError, match="retirement needs all of a3, alpha3, mu3, lambda3"):
        Parameters(a1=0, alpha1=0, a2=0, alpha2=0, mu2=0, lambda2=0, c=0, a3=0.1)


@pytest.mark.parametrize("count", [0, 8, 12])
def test_no_schedule_has_another_number_of_parameters(count: int) -> None:
    with pytest.raises(StatisticianError, match=f"7, 9, 11 or 13 parameters, not {count}"):
        names_of(count)
    with pytest.raises(StatisticianError, match=f"not {count}"):
        parameters_of([0.1] * count)


def test_a_missing_age_is_refused() -> None:
    with pytest.raises(StatisticianError, match="age is missing"):
        schedule([0, np.nan], FULL)
