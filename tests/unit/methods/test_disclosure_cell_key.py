"""Noise that follows from the keys of records."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qonys.errors import StatisticianError
from qonys.methods.disclosure.cell_key import PerturbationTable, cell_key_fractions, perturbation_table

NOISE = perturbation_table(5, 3.0, smallest_kept=2)


def test_three_records_of_the_handbook_make_four() -> None:
    toy = PerturbationTable(np.array([-1, 0, 1]), np.array([[0, 1, 0], [0, 1, 0], [0.2, 0.5, 0.3], [0.2, 0.5, 0.3]]))
    key = (0.9 + 0.3 + 0.6) % 1
    assert key == pytest.approx(0.8)
    assert toy.perturbed(np.array([3]), np.array([key])).tolist() == [4]


def test_noise_has_no_bias_no_more_than_its_variance_and_leaves_no_small_count() -> None:
    for count, row in enumerate(NOISE.probabilities):
        assert row.sum() == pytest.approx(1)
        assert row @ NOISE.noise == pytest.approx(0, abs=1e-6)
        assert row @ NOISE.noise**2 <= 3 + 1e-6
        small = (count + NOISE.noise >= 1) & (count + NOISE.noise <= 2)
        assert row[small].sum() == 0
        assert row[count + NOISE.noise < 0].sum() == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0, 1, exclude_max=True)), min_size=1, max_size=30))
def test_zero_stays_zero_and_no_count_moves_by_more_than_the_largest_noise(cells: list[tuple[int, float]]) -> None:
    counts, keys = np.array([c for c, _ in cells]), np.array([k for _, k in cells])
    found = NOISE.perturbed(counts, keys)
    assert (found[counts == 0] == 0).all()
    assert (np.abs(found - counts) <= 5).all()
    assert not ((found >= 1) & (found <= 2)).any()
    assert (NOISE.perturbed(counts, keys) == found).all()


def test_keys_are_fractions_below_one() -> None:
    assert cell_key_fractions(np.array([0, 2**63, 2**64 - 1], np.uint64)).tolist() == [0.0, 0.5, 1 - 2.0**-53]


def test_over_many_keys_the_noise_is_that_of_the_table() -> None:
    keys = np.random.default_rng(3).random(200_000)
    noise = NOISE.perturbed(np.full(len(keys), 50), keys) - 50
    assert noise.mean() == pytest.approx(0, abs=0.02)
    assert noise.var() == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize("given", [(0, 1.0, 0), (2, 0.0, 0), (2, 1.0, 3)])
def test_noise_that_cannot_be_is_refused(given: tuple[int, float, int]) -> None:
    with pytest.raises(StatisticianError, match="There is no noise"):
        perturbation_table(given[0], given[1], smallest_kept=given[2])


def test_a_variance_that_is_too_small_for_what_must_be_left_out_is_refused() -> None:
    with pytest.raises(StatisticianError, match="without bias"):
        perturbation_table(3, 0.5, smallest_kept=2)


@pytest.mark.parametrize(("counts", "key"), [([-1], 0.5), ([1], 1.0), ([1], -0.1)])
def test_counts_and_keys_out_of_their_bounds_are_refused(counts: list[int], key: float) -> None:
    with pytest.raises(StatisticianError, match="at least 0"):
        NOISE.perturbed(np.array(counts), np.array([key]))
