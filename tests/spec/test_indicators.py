"""Rates, growth and effectiveness of drawn moves, computed by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from qonys.analyse.populations import Populations
from qonys.analyse.tables import output_table
from qonys.concepts.history import PopulationFigure
from qonys.concepts.period import Period
from qonys.concepts.status import ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.output import Cell, OutputTable
from spec.counted_tables import counts_of, drawn_moves, setting, table_of

MOVES = """
    date       | origin | destination | sex | n
    2023-05-05 | XB     | N11         | F   | 10
    2023-05-05 | XB     | S11         | F   | 2
    2024-02-05 | XB     | N11         | F   | 15
    2024-02-05 | N11    | XB          | M   | 5
    2024-05-05 | XB     | S11         | M   | 4
    2024-05-05 | N11    | S11         | M   | 8
    2024-05-05 | S11    | N11         | F   | 2
"""
PEOPLE = [
    ("XA", 2024, 3000),
    ("XA", 2025, 3200),
    ("N1", 2024, 1000),
    ("N1", 2025, 1200),
    ("S1", 2024, 900),
    ("S1", 2025, 1000),
]


def figures(people: list[tuple[str, int, int]] = PEOPLE, **more: str) -> list[PopulationFigure]:
    return [PopulationFigure(area, date(year, 1, 1), n, "invented", "drawn", **more) for area, year, n in people]


def design(rows: str, *measures: str, universe: str = "external", **more: object) -> TableDesign:
    given = {"frequency": "year", "totals": tuple(rows.split()), "columns": ("period", "measure"), **more}
    text = {"en": "{period}", "es": "{period}"}
    return TableDesign(id="drawn", title=text, universe=universe, rows=tuple(rows.split()), measures=measures, **given)  # type: ignore[arg-type]


def table(
    mini: Profile, plan: TableDesign, people: list[PopulationFigure] | None = None, **changes: object
) -> OutputTable:
    populations = Populations(figures() if people is None else people, mini.areas)
    return table_of(mini, plan, drawn_moves(MOVES), populations=populations, **changes)


def cells(made: OutputTable, period: str = "2024") -> dict[str, Cell]:
    place = [d.id for d in made.dimensions].index("period")
    return {key[0]: cell for key, cell in made.cells.items() if key[place] == period}


def test_a_rate_is_of_the_mean_of_two_starts_of_year(mini: Profile) -> None:
    found = cells(table(mini, design("area", "net_rate")))
    assert found["_T"].value == pytest.approx(1000 * 14 / 3100)
    assert found["N1"].value == pytest.approx(1000 * 10 / 1100)
    assert found["C1"] == Cell(None, ObservationStatus.NOT_AVAILABLE, found["C1"].data)


def test_a_start_that_is_carried_forward_makes_the_rate_provisional(mini: Profile) -> None:
    found = cells(table(mini, design("area", "net_rate"), figures(PEOPLE[:1])))
    assert (found["_T"].value, found["_T"].observation) == (
        pytest.approx(1000 * 14 / 3000),
        ObservationStatus.PROVISIONAL,
    )


def test_the_rate_of_a_month_is_of_its_own_population_and_annualised_by_days(mini: Profile) -> None:
    by_month = design("area", "net_rate", frequency="month")
    found = cells(table(mini, by_month), "2024-02")
    middle = (31 / 366 + 60 / 366) / 2
    assert found["N1"].value == pytest.approx(1000 * 10 / (1000 + 200 * middle) * 366 / 29)


def test_a_small_population_is_flagged_instead_of_a_wild_rate(mini: Profile) -> None:
    found = cells(table(mini, design("area", "net_rate")))
    assert found["S1"] == Cell(None, ObservationStatus.LOW_RELIABILITY, found["S1"].data)


def test_a_rate_by_sex_needs_a_population_by_sex_and_one_by_ethnicity_has_none(mini: Profile) -> None:
    women = [*figures(), *figures([("XA", 2024, 2000), ("XA", 2025, 2000)], sex="F")]
    found = cells(table(mini, design("sex", "net_rate"), women))
    assert found["F"].value == pytest.approx(1000 * 15 / 2000)
    assert found["M"].observation is ObservationStatus.NOT_AVAILABLE
    by_group = cells(table(mini, design("ethnicity", "net_rate")))
    assert {cell.observation for code, cell in by_group.items() if code != "_T"} == {ObservationStatus.NOT_AVAILABLE}


def test_growth_is_on_the_year_before_and_few_persons_are_flagged(mini: Profile) -> None:
    made = table(mini, design("area", "arrivals_growth", years=2))
    now, before = cells(made), cells(made, "2023")
    assert now["N1"].value == pytest.approx(50)
    assert now["_T"].value == pytest.approx(100 * (19 / 12 - 1))
    assert now["S1"].observation is ObservationStatus.LOW_RELIABILITY
    assert {cell.observation for cell in before.values()} == {ObservationStatus.NOT_AVAILABLE}


def test_growth_from_nothing_is_not_applicable(mini: Profile) -> None:
    growth = mini.indicators["arrivals_growth"]
    bold = replace(mini, indicators={"arrivals_growth": msgspec.structs.replace(growth, least_count=0)})
    moves = drawn_moves("date | origin | destination | n\n2023-05-05 | XB | S11 | 3\n2024-05-05 | XB | N11 | 7")
    found = cells(table_of(bold, design("area", "arrivals_growth", years=2), moves))
    assert found["N1"].observation is ObservationStatus.NOT_APPLICABLE
    assert found["S1"].value == -100


def test_effectiveness_of_an_area_and_of_the_system(mini: Profile) -> None:
    plan = design("area", "effectiveness", "system_effectiveness", universe="interregional")
    made = table(mini, plan)
    found = made.cells
    assert found["N1", "2024", "effectiveness"].value == pytest.approx(100 * (2 - 8) / 10)
    assert found["_T", "2024", "effectiveness"].value == 0
    assert found["_T", "2024", "system_effectiveness"].value == pytest.approx(100 * 12 / 20)
    assert found["N1", "2024", "system_effectiveness"].observation is ObservationStatus.NOT_APPLICABLE
    assert found["C1", "2024", "effectiveness"].observation is ObservationStatus.NOT_APPLICABLE


def test_whose_population_and_which_figures_are_told_below_the_table(mini: Profile) -> None:
    people = [PopulationFigure("XA", date(y, 1, 1), 5000, "published", "Office 7", "2026-08-11") for y in (2024, 2025)]
    plan = design("area", "net_rate", "arrivals_growth", years=2)
    notes = [note["en"] for note in table(mini, plan, people).notes]
    assert notes == [
        "Average population from: Office 7 (2026-08-11).", "Growth compares figures of one data cut-off, that of 2025-02-28.",
    ]  # fmt: skip


def test_on_other_borders_a_rate_is_of_the_population_of_its_parts() -> None:
    kz = load_profile("kz")
    people = Populations(kz.population, kz.areas)
    parts = [people.average({"area": code}, Period(2024), None) for code in ("630000000", "100000000")]
    whole = people.average({"area": "630000000"}, Period(2024), "2018")
    assert whole is not None
    assert whole.persons == sum(part.persons for part in parts if part)
    assert people.average({"area": "100000000"}, Period(2024), "2018") is None
    same = people.average({"area": "710000000"}, Period(2024), "2018")
    assert same == people.average({"area": "710000000"}, Period(2024), None)


def test_a_rate_comes_from_what_is_published(mini: Profile) -> None:
    """The counts that a table is made of are those that protection has let through."""
    plan = design("area", "net_rate")
    counts = counts_of(mini, plan, drawn_moves(MOVES))
    rounded = counts.set_column(counts.column_names.index("arrivals"), "arrivals", [[0] * counts.num_rows])
    shared = setting(mini, populations=Populations(figures(), mini.areas))
    assert cells(output_table(plan, rounded, shared))["_T"].value == pytest.approx(1000 * -5 / 3100)
