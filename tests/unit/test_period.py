"""Years and months."""

from __future__ import annotations

from datetime import date

import pytest

from qonys.concepts.period import Period
from qonys.errors import StatisticianError


@pytest.mark.parametrize(
    ("written", "first", "last", "months"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31), 12),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), 1),
        (" 2023-12 ", date(2023, 12, 1), date(2023, 12, 31), 1),
        ("2024-01-01/P9M", date(2024, 1, 1), date(2024, 9, 30), 9),
        ("2023-01-01/P2M", date(2023, 1, 1), date(2023, 2, 28), 2),
    ],
)
def test_a_period_knows_its_days_and_months(written: str, first: date, last: date, months: int) -> None:
    period = Period.parse(written)
    assert str(period) == written.strip()
    assert (period.first_day, period.last_day, len(period.months)) == (first, last, months)
    assert all(first <= month.first_day <= month.last_day <= last for month in period.months)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "24",
        "2024-13",
        "2024-00",
        "2024-1",
        "2024-01-01",
        "MMXXIV",
        "-2024",
        "2024-01-01/P1M",
        "2024-01-01/P12M",
        "2024-02-01/P3M",
    ],
)
def test_anything_else_is_no_period(written: str) -> None:
    with pytest.raises(StatisticianError, match="is not a period"):
        Period.parse(written)


def test_years_back_keep_the_month() -> None:
    assert Period(2024, 9).years_back(2) == Period(2022, 9)
    assert Period(2024, 9, from_january=True).years_back(1) == Period.parse("2023-01-01/P9M")
    assert Period(2023) < Period(2024)


@pytest.mark.parametrize(
    ("period", "so_far"), [("2024-09", "2024-01-01/P9M"), ("2024-01", "2024-01"), ("2024-12", "2024"), ("2024", "2024")]
)
def test_the_year_so_far_ends_with_the_period_and_is_written_in_one_way(period: str, so_far: str) -> None:
    assert str(Period.parse(period).year_so_far) == so_far
    assert Period.parse(so_far).span[1] == Period.parse(period).span[1]
