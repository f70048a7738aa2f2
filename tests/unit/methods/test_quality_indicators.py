"""The formulas of quality indicators against numbers worked out by hand; each with the case in which it has no value."""

from __future__ import annotations

from datetime import date

import pytest

from qonys.errors import UndefinedIndicatorError
from qonys.methods.quality.indicators import (
    length_since_break,
    mean_absolute_revision,
    mean_revision,
    mirror_asymmetry,
    punctuality,
    rate,
    relative_mean_absolute_revision,
    time_lag,
)


def test_a_rate_is_the_part_in_percent_of_the_whole() -> None:
    assert rate(3, 40) == 7.5
    assert rate(0, 40) == 0


def test_a_rate_of_nothing_has_no_value() -> None:
    with pytest.raises(UndefinedIndicatorError):
        rate(0, 0)


def test_a_time_lag_counts_days_after_the_period() -> None:
    assert time_lag(date(2024, 12, 31), date(2025, 3, 12)) == 71


@pytest.mark.parametrize(("actual", "days"), [(12, 0), (13, 1), (11, -1)])
def test_punctuality_is_positive_where_a_release_is_late(actual: int, days: int) -> None:
    assert punctuality(date(2026, 3, 12), date(2026, 3, actual)) == days


def test_what_is_not_published_is_neither_late_nor_in_time() -> None:
    with pytest.raises(UndefinedIndicatorError):
        punctuality(date(2026, 3, 12), None)


def test_revisions_that_cancel_out_have_no_bias_but_a_size() -> None:
    first, later = [100, 50, 30], [97, 52, 31]
    assert mean_revision(first, later) == 0
    assert mean_absolute_revision(first, later) == 2
    assert relative_mean_absolute_revision(first, later) == pytest.approx(100 * 6 / 180)


def test_a_revision_downwards_has_a_negative_mean() -> None:
    assert mean_revision([100, 50], [98, 50]) == -1


@pytest.mark.parametrize("formula", [mean_revision, mean_absolute_revision, relative_mean_absolute_revision])
def test_without_figures_in_both_vintages_a_revision_has_no_value(formula: object) -> None:
    with pytest.raises(UndefinedIndicatorError):
        formula([], [])  # type: ignore[operator]


def test_a_relative_revision_of_zeros_has_no_value() -> None:
    with pytest.raises(UndefinedIndicatorError):
        relative_mean_absolute_revision([5], [0])


@pytest.mark.parametrize(("own", "mirror", "percent"), [(120, 80, 40.0), (80, 120, -40.0), (7, 7, 0.0), (5, 0, 200.0)])
def test_an_asymmetry_is_the_difference_over_the_mean_of_both_counts(own: int, mirror: int, percent: float) -> None:
    assert mirror_asymmetry(own, mirror) == percent


def test_an_asymmetry_of_two_empty_flows_has_no_value() -> None:
    with pytest.raises(UndefinedIndicatorError):
        mirror_asymmetry(0, 0)


def test_a_series_is_comparable_from_the_first_figure_after_its_last_break_on() -> None:
    years = ["2019", "2020", "2021", "2022", "2023", "2024"]
    assert length_since_break(years, []) == 6
    assert length_since_break(years, ["2020", "2023"]) == 2
    assert length_since_break(years, ["2024"]) == 1


def test_a_series_without_a_figure_has_no_length() -> None:
    with pytest.raises(UndefinedIndicatorError):
        length_since_break([], [])
