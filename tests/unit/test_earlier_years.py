"""Years before those of a simulation plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from qonys.concepts.simulation import Course, SimulationPlan
from qonys.concepts.working_days import Holiday, WorkingDays
from qonys.country.profile import Profile
from qonys.country.simulation_plan import load_plan
from qonys.errors import StatisticianError
from qonys.production.simulating import simulate_register
from qonys.simulate.course import months_of_course, with_course
from qonys.simulate.earlier_years import with_earlier_years

WORKING = WorkingDays(holidays=(Holiday(id="tides", dates=(date(2022, 5, 4), date(2023, 5, 6)), moves=False),))
COURSE = Course(growth=0.1, shifts={"2023-04": 0.8}, day_off=-0.5, monthly_since=2023)


def plain(mini: Profile) -> SimulationPlan:
    """The plan of mini without a course."""
    plan = load_plan(mini)
    return msgspec.structs.replace(plan, design=msgspec.structs.replace(plan.design, course=None))


def test_added_years_have_the_margins_of_the_first_and_are_delivered_by_month(mini: Profile) -> None:
    plan = plain(mini)
    longer = with_earlier_years(plan, 10, WORKING, 1)
    assert [entry.year for entry in longer.design.years] == list(range(2015, 2025))
    assert longer.design.years[-2:] == plan.design.years
    assert longer.design.years[0].monthly == plan.design.years[-1].monthly
    for name in ("internal", "nets", "external", "countries"):
        found, own = getattr(longer, name), getattr(plan, name)
        assert found[-len(own) :] == own
        assert {margin.status for margin in found if margin.year < 2023} == {"invented"}
        assert sum(m.year == 2015 for m in found) == sum(m.year == 2023 for m in own)


def test_as_many_years_as_the_plan_has_change_nothing(mini: Profile) -> None:
    assert with_earlier_years(load_plan(mini), 2, WORKING, 1) == load_plan(mini)


@pytest.mark.parametrize("years", [0, 1, 51])
def test_a_plan_is_not_cut_short_and_not_endless(mini: Profile, years: int) -> None:
    with pytest.raises(StatisticianError, match=f"{years} years cannot be simulated"):
        with_earlier_years(load_plan(mini), years, WORKING, 1)


def test_a_course_has_a_growth_levels_and_the_days_off_on_working_days() -> None:
    before, after = (months_of_course(COURSE, year, 2024, WORKING, 1) for year in (2022, 2023))
    usual = 1.1**-2 / 0.8
    assert before.tolist() == pytest.approx([usual] * 4 + [usual / 2] + [usual] * 7), "4 May 2022 is a Wednesday"
    assert after.tolist() == pytest.approx([1 / 1.1 / 0.8] * 3 + [1 / 1.1] * 9), "6 May 2023 is a Saturday"


def test_the_chance_of_a_course_is_that_of_its_seed() -> None:
    scattered = msgspec.structs.replace(COURSE, scatter=0.1)
    first, same, other = (months_of_course(scattered, 2022, 2024, WORKING, seed) for seed in (1, 1, 2))
    assert first.tolist() == same.tolist() != other.tolist()


def test_on_a_course_the_last_year_stays_and_the_others_add_up_to_its_months(mini: Profile) -> None:
    plan = load_plan(mini)
    longer = with_course(plan, COURSE, 3, WORKING, 1)
    assert [(entry.year, entry.monthly is not None) for entry in longer.design.years] == [
        (2022, False), (2023, True), (2024, True),
    ]  # fmt: skip
    assert longer.design.years[-1] == plan.design.years[-1]
    for name in ("internal", "nets", "external", "countries"):
        of_last = [[margin for margin in getattr(one, name) if margin.year == 2024] for one in (plan, longer)]
        assert of_last[0] == of_last[1]
    arrivals = {e.year: e.persons for e in longer.external if e.direction == "arrivals"}
    weights = plan.design.external_months
    factor = sum(w * f for w, f in zip(weights, longer.design.years[0].months, strict=True)) / sum(weights)
    assert arrivals == {2022: round(510 * factor), 2023: arrivals[2023], 2024: 510}
    for year in (2022, 2023):
        own = [margin for margin in longer.internal if margin.year == year]
        assert sum(margin.arrivals for margin in own) == sum(margin.departures for margin in own) > 0


def test_late_slips_of_a_year_on_a_course_come_in_the_months_after_it(tmp_path: Path) -> None:
    written = simulate_register("mini", tmp_path, seed=5, moves=None, progress=lambda what, rows: None, years=3)
    late = [one for one in written.data if "2023-late" in one.path.name]
    assert {one.received for one in late} == {date(2024, 2, 20), date(2024, 3, 20), date(2024, 4, 20)}
    assert sum(one.slips for one in late) > 10
    clean = written.measures["clean"]
    assert set(clean) == {"2022", "2023", "2024"}
    assert set(written.measures["months"]) == {"2022", "2023"}
