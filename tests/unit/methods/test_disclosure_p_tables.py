"""Perturbation tables beside a slow solver of the same problem, and the distribution of greatest entropy."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.optimize import minimize

from qonys.errors import StatisticianError
from qonys.methods.disclosure import maximum_entropy as module
from qonys.methods.disclosure.cell_key import perturbation_table
from qonys.methods.disclosure.maximum_entropy import LinearConstraints, maximum_entropy


def row_by_slsqp(
    count: int, largest: int, variance: float, smallest_kept: int, stay: float, monotone: bool
) -> np.ndarray:
    """The row of a count from the text of the definition, by a general solver."""
    noises = [v for v in range(-largest, largest + 1) if count + v >= 0 and not 1 <= count + v <= smallest_kept]
    v = np.array(noises, float)
    rules = [
        {"type": "eq", "fun": lambda p: p.sum() - 1},
        {"type": "eq", "fun": lambda p: p @ v},
        {"type": "ineq", "fun": lambda p: variance - p @ v**2},
    ]
    rules += [
        {"type": "ineq", "fun": lambda p, k=k: p[k + 1] - p[k]}
        for k in range(len(noises) - 1)
        if monotone and noises[k + 1] <= 0 and noises[k + 1] - noises[k] == 1
    ]
    bounds = [(max(stay, 1e-8) if noise == 0 else 1e-8, 1.0) for noise in noises]
    found = minimize(
        lambda p: p @ np.log(p), np.full(len(v), 1 / len(v)), bounds=bounds, constraints=rules,
        method="SLSQP", options={"ftol": 1e-13, "maxiter": 2000},
    )  # fmt: skip
    assert found.success
    row = np.zeros(2 * largest + 1)
    row[np.array(noises) + largest] = found.x
    return row


@pytest.mark.parametrize(
    ("largest", "variance", "smallest_kept", "stay", "monotone"),
    [
        (1, 0.5, 0, 0.0, True),
        (4, 1.3, 0, 0.3, True),
        (4, 2.5, 2, 0.0, True),
        (5, 8.0, 2, 0.0, True),
        (6, 4.0, 1, 0.0, False),
        (8, 5.0, 0, 0.2, True),
    ],
)
def test_every_row_is_the_one_that_a_general_solver_finds(
    largest: int, variance: float, smallest_kept: int, stay: float, monotone: bool
) -> None:
    table = perturbation_table(largest, variance, smallest_kept=smallest_kept, stay=stay, monotone=monotone)
    for count in range(1, len(table.probabilities)):
        expected = row_by_slsqp(count, largest, variance, smallest_kept, stay, monotone)
        np.testing.assert_allclose(table.probabilities[count], expected, atol=2e-6)


def test_the_last_row_is_symmetric_and_there_are_rows_up_to_it() -> None:
    without, with_gap = perturbation_table(4, 2.0), perturbation_table(4, 3.0, smallest_kept=2)
    assert (len(without.probabilities), len(with_gap.probabilities)) == (4 + 1, 4 + 2 + 1 + 1)
    for table in (without, with_gap):
        np.testing.assert_allclose(table.probabilities[-1], table.probabilities[-1][::-1], atol=1e-9)


def test_without_other_constraints_every_outcome_is_as_likely() -> None:
    only_a_sum = LinearConstraints(np.ones((1, 4)), np.ones(1), np.zeros((0, 4)), np.zeros(0))
    np.testing.assert_allclose(maximum_entropy(only_a_sum, np.array([0.1, 0.2, 0.3, 0.4])), 0.25, atol=1e-9)


def test_constraints_that_contradict_each_other_are_an_error() -> None:
    impossible = LinearConstraints(np.ones((1, 3)), np.ones(1), np.array([[1.0, 1.0, 1.0]]), np.array([0.5]))
    with pytest.raises(StatisticianError):
        maximum_entropy(impossible)


def test_the_example_of_the_documentation_runs() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)
