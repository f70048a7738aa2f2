"""Holidays of a profile: which days they take, and which of them are causes of a monthly series."""

from __future__ import annotations

import dataclasses
from datetime import date

import msgspec
import pytest

from qonys.analyse.studies.holidays import FIXED, holiday_causes
from qonys.concepts.working_days import Holiday, WorkingDays
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.country.publication_checks import publication
from qonys.methods.series.monthly import Month

TIDES = Holiday(
    id="tides", names={"en": "Tides", "es": "Mareas"}, moves=False,
    dates=(date(2019, 5, 2), date(2020, 4, 20), date(2021, 4, 11), date(2022, 3, 30)),
)  # fmt: skip


def test_a_holiday_with_dates_is_off_on_each_of_them_but_not_on_a_weekend() -> None:
    working = WorkingDays(holidays=(TIDES,))
    assert not working.is_working_day(date(2019, 5, 2))
    assert list(working.days_off(2020)) == [date(2020, 4, 20)]
    assert list(working.days_off(2021)) == [], "11 April 2021 is a Sunday"


def test_a_yearly_day_is_off_in_the_years_in_which_it_is_a_holiday() -> None:
    working = WorkingDays(holidays=(Holiday("12-01", until=2021), Holiday("10-25", since=2022)))
    off = {year: [day.month for day in working.days_off(year)] for year in (2021, 2022)}
    assert off == {2021: [12], 2022: [10]}


def test_a_holiday_that_moves_is_a_cause_of_its_own_and_fixed_ones_only_where_they_vary() -> None:
    moving = holiday_causes(WorkingDays(holidays=(TIDES, Holiday("05-01"))), Month(2019, 1), 48)
    assert [one.name for one in moving.regressors] == ["tides"]
    assert moving.names == {"tides": TIDES.names}
    weekday = holiday_causes(WorkingDays(holidays=(Holiday("01-07", moves=False),)), Month(2019, 1), 48)
    assert [one.name for one in weekday.regressors] == [FIXED], "7 January takes a day of work only on five of seven"
    assert weekday.regressors[0].values[0] == pytest.approx(1 - 20 / 28)


def test_a_holiday_whose_days_are_not_listed_for_all_months_is_left_out_and_told() -> None:
    causes = holiday_causes(WorkingDays(holidays=(TIDES,)), Month(2019, 1), 49)
    assert causes.regressors == ()
    assert causes.unknown == (TIDES.names,)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": ""}, "has the id “”"),
        ({"since": 2020}, "neither `day` nor `since`"),
        ({"dates": (date(2019, 1, 2), date(2021, 1, 2))}, "no date in 2020"),
        ({"names": {"en": "Tides"}}, "missing in es"),
    ],
)
def test_what_a_holiday_with_dates_lacks_is_told(mini: Profile, change: dict[str, object], says: str) -> None:
    working = WorkingDays(holidays=(msgspec.structs.replace(TIDES, **change),))
    plan = msgspec.structs.replace(mini.publication, working_days=working, rules=())
    found = list(publication(dataclasses.replace(mini, publication=plan)))
    assert any(says in what for _, what, _ in found)


@pytest.mark.parametrize("country", ["kz", "mini"])
def test_the_holidays_of_a_profile_name_the_law_that_makes_them(country: str) -> None:
    working = load_profile(country).publication.working_days
    assert working.holidays
    assert working.source
    assert all(holiday.source for holiday in working.holidays if holiday.dates)


def test_christmas_is_a_day_off_in_kazakhstan_that_does_not_move_and_kurban_ait_one_that_is_announced() -> None:
    working = load_profile("kz").publication.working_days
    assert not working.is_working_day(date(2025, 1, 7))
    assert working.is_working_day(date(2024, 6, 17)), "16 June 2024 was a Sunday, and the day off did not move"
    assert not working.is_working_day(date(2023, 6, 28))
    assert working.is_working_day(date(2022, 12, 1))
