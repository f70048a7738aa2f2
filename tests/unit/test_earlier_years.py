"""Years before those of a simulation plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from qonys.country.profile import Profile
from qonys.country.simulation_plan import load_plan
from qonys.errors import StatisticianError
from qonys.production.simulating import simulate_register
from qonys.simulate.earlier_years import with_earlier_years


def test_added_years_have_the_margins_of_the_first_and_are_delivered_by_month(mini: Profile) -> None:
    plan = load_plan(mini)
    longer = with_earlier_years(plan, 10)
    assert [entry.year for entry in longer.design.years] == list(range(2015, 2025))
    assert longer.design.years[-2:] == plan.design.years
    assert longer.design.years[0].monthly == plan.design.years[-1].monthly
    for name in ("internal", "nets", "external", "countries"):
        found, own = getattr(longer, name), getattr(plan, name)
        assert found[-len(own) :] == own
        assert {margin.status for margin in found if margin.year < 2023} == {"invented"}
        assert sum(m.year == 2015 for m in found) == sum(m.year == 2023 for m in own)


def test_as_many_years_as_the_plan_has_change_nothing(mini: Profile) -> None:
    assert with_earlier_years(load_plan(mini), 2) == load_plan(mini)


@pytest.mark.parametrize("years", [0, 1, 51])
def test_a_plan_is_not_cut_short_and_not_endless(mini: Profile, years: int) -> None:
    with pytest.raises(StatisticianError, match=f"{years} years cannot be simulated"):
        with_earlier_years(load_plan(mini), years)


def test_more_years_leave_the_margins_of_every_year_met(tmp_path: Path) -> None:
    written = simulate_register("mini", tmp_path, seed=5, moves=None, progress=lambda what, rows: None, years=3)
    clean = written.measures["clean"]
    assert set(clean) == {"2022", "2023", "2024"}
    assert clean["2022"] == clean["2023"]
