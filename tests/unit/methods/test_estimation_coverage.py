"""Dual-system estimates of drawn lists."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.estimation.coverage import chapman, lincoln_petersen, trimmed_dual_system


def test_the_estimate_of_lincoln_and_petersen_is_the_product_of_lists_over_matches() -> None:
    found = lincoln_petersen(200, 150, 120)
    assert found.population == 250
    assert (found.first_coverage, found.second_coverage) == (0.8, 0.6)
    assert found.variance == pytest.approx(200 * 150 * 80 * 30 / 120**3)
    assert found.standard_error == pytest.approx(found.variance**0.5)


def test_lists_that_both_have_everybody_leave_nothing_uncertain() -> None:
    found = lincoln_petersen(80, 80, 80)
    assert (found.population, found.variance) == (80, 0)


def test_chapman_has_a_value_where_nobody_matched_and_lincoln_petersen_has_none() -> None:
    assert chapman(9, 4, 0).population == 49
    with pytest.raises(StatisticianError, match="Nobody is in both lists"):
        lincoln_petersen(9, 4, 0)


def test_chapman_is_unbiased_where_the_lists_together_are_as_long_as_the_population() -> None:
    """The mean over all outcomes of a second list of 12 drawn from 20, of whom 10 are in the first."""
    from scipy.stats import hypergeom

    matches = np.arange(2, 11)
    chances = hypergeom(20, 10, 12).pmf(matches)
    found = [chapman(10, 12, int(m)) for m in matches]
    assert sum(p * f.population for p, f in zip(chances, found, strict=True)) == pytest.approx(20)
    spread = sum(p * (f.population - 20) ** 2 for p, f in zip(chances, found, strict=True))
    assert sum(p * f.variance for p, f in zip(chances, found, strict=True)) == pytest.approx(spread)


@pytest.mark.parametrize("estimate", [lincoln_petersen, chapman])
@pytest.mark.parametrize("counts", [(5, 4, 5), (5, 4, -1), (-2, 4, 0)])
def test_more_matches_than_persons_are_refused(estimate: object, counts: tuple[int, int, int]) -> None:
    with pytest.raises(StatisticianError, match="in common"):
        estimate(*counts)  # type: ignore[operator]


def test_empty_lists_have_no_coverage() -> None:
    with pytest.raises(StatisticianError, match="Both lists are empty"):
        chapman(0, 0, 0)


def test_taking_out_records_of_people_who_are_not_there_lets_the_estimate_fall_to_the_truth() -> None:
    """1,000 people; the first list has 800 of them and 100 more, the second has half."""
    path = trimmed_dual_system(900, 500, 400, [50, 50, 100, 100], [0, 0, 50, 50])
    np.testing.assert_allclose(path.populations, [1125, 1062.5, 1000, 1000, 1000])
    assert path.trimmed.tolist() == [0, 50, 100, 200, 300]
    assert path.readings == ("falls", "falls", "stable", "stable")
    assert path.stable_from == 2
    assert path.erroneous == pytest.approx(100)


def test_a_list_without_wrong_records_is_stable_from_the_start() -> None:
    path = trimmed_dual_system(800, 500, 400, [100, 100], [52, 48])
    assert path.readings == ("stable", "stable")
    assert (path.stable_from, path.erroneous) == (0, 0)


def test_an_estimate_that_falls_to_the_last_step_says_that_more_is_to_be_trimmed() -> None:
    path = trimmed_dual_system(900, 500, 400, [50, 50], [0, 0])
    assert path.stable_from == len(path.readings) == 2


def test_taking_out_the_best_records_lets_the_estimate_rise() -> None:
    path = trimmed_dual_system(800, 500, 400, [100], [90])
    assert path.readings == ("rises",)
    assert path.populations[1] > path.populations[0]
    assert path.stable_from == 0


def test_each_step_is_the_estimate_of_lincoln_and_petersen_of_what_is_left() -> None:
    path = trimmed_dual_system(900, 500, 400, [50, 70], [4, 30])
    for step, (left, matched) in enumerate([(900, 400), (850, 396), (780, 366)]):
        plain = lincoln_petersen(left, 500, matched)
        assert path.populations[step] == pytest.approx(plain.population)
        assert path.standard_errors[step] == pytest.approx(plain.standard_error)


def test_steps_without_records_change_nothing() -> None:
    path = trimmed_dual_system(900, 500, 400, [0], [0])
    assert path.readings == ("stable",)
    assert path.populations[0] == path.populations[1]
    assert trimmed_dual_system(900, 500, 400, [], []).populations.tolist() == [1125]


@pytest.mark.parametrize(
    ("removed", "matched", "told"),
    [
        ([10], [11], "no more of them matched"),
        ([10.5], [1], "whole records"),
        ([500, 400], [0, 0], "more records than there are"),
        ([500], [400], "nobody to match"),
        ([-1], [0], "removed records must be"),
        ([1, 2], [1], "removed matches have shape"),
    ],
)
def test_steps_that_cannot_be_are_refused(removed: list[float], matched: list[float], told: str) -> None:
    with pytest.raises(StatisticianError, match=told):
        trimmed_dual_system(900, 500, 400, removed, matched)


def test_lists_of_a_whole_country_are_estimated_as_small_ones_are() -> None:
    """Products of four counts of millions are beyond 64 bits."""
    small, large = ([size * part for part in (200, 180, 170)] for size in (1, 100_000))
    for estimate in (lincoln_petersen, chapman):
        found = estimate(*(np.int64(count) for count in large))
        assert found.variance / 100_000 == pytest.approx(estimate(*small).variance, rel=0.1)
    path = trimmed_dual_system(*large, [2_000_000], [1_000_000])
    alone = lincoln_petersen(large[0] - 2_000_000, large[1], large[2] - 1_000_000)
    assert path.standard_errors[1] == pytest.approx(alone.standard_error)
