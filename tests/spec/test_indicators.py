"""Rates, growth and effectiveness of drawn moves, computed by hand."""

from __future__ import annotations

import doctest
from dataclasses import replace
from datetime import date
from typing import get_args

import msgspec
import pytest

from qonys.analyse import indicators
from qonys.analyse.indicator_cells import bases_of, loosest_of
from qonys.analyse.indicators import FUNCTIONS
from qonys.analyse.populations import Populations
from qonys.analyse.tables import output_table
from qonys.concepts import period
from qonys.concepts.history import PopulationFigure
from qonys.concepts.indicator import IndicatorFunction
from qonys.concepts.period import Period
from qonys.concepts.status import ConfidentialityStatus, DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.output import Cell, OutputTable, Reference
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
        "Average population from: Office 7 (11 August 2026).", "Growth compares with figures as of 28 February 2025.",
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


def test_a_release_of_five_months_has_rates_of_a_year_by_their_days(mini: Profile) -> None:
    made = table(mini, design("area", "net_rate"), period=Period(2024, 5))
    average = 3000 + 200 * (152 / 366) / 2
    assert cells(made, "2024-01-01/P5M")["_T"].value == pytest.approx(1000 * 14 / average * 366 / 152)


def test_a_total_over_a_part_of_the_persons_has_no_rate(mini: Profile) -> None:
    some = cells(table(mini, design("area", "net_rate", only={"area": ("N1", "S1")})))
    assert some["_T"].observation is ObservationStatus.NOT_AVAILABLE
    assert some["N1"].value == pytest.approx(1000 * 10 / 1100)
    old = cells(table(mini, design("education", "net_rate", youngest=15)))
    assert old["_T"].observation is ObservationStatus.NOT_AVAILABLE
    abroad = cells(table(mini, design("partner", "net_rate", only={"partner": ("XB",)})))
    assert abroad["_T"].value == pytest.approx(1000 * 14 / 3100)


def test_a_balance_near_zero_of_many_moves_is_no_small_number(mini: Profile) -> None:
    rate_of = msgspec.structs.replace(mini.indicators["net_rate"], least_count=15, least_population=0)
    strict = replace(mini, indicators={"net_rate": rate_of})
    populations = Populations(figures(), mini.areas)
    moves = drawn_moves(
        "date | origin | destination | n\n2024-05-05 | XB | N11 | 8\n2024-05-05 | N11 | XB | 8\n2024-05-05 | XB | S11 | 14"
    )
    found = cells(table_of(strict, design("area", "net_rate"), moves, populations=populations))
    assert found["N1"].value == 0
    assert found["S1"].observation is ObservationStatus.LOW_RELIABILITY


def test_a_rate_is_as_loose_as_the_loosest_of_its_count_and_its_population(mini: Profile) -> None:
    official = [msgspec.structs.replace(figure, status="published") for figure in figures()]
    for people, synthetic, wanted in (
        (official, False, DataStatus.COMPILED), (figures(), False, DataStatus.INVENTED),
        (official, True, DataStatus.INVENTED),
    ):  # fmt: skip
        assert cells(table(mini, design("area", "net_rate"), people, synthetic=synthetic))["_T"].data is wanted
    assert loosest_of(DataStatus.PUBLISHED, DataStatus.ROUNDED) is DataStatus.DERIVED


def test_the_population_known_at_publication_counts_and_else_the_first_later_one_which_is_named(mini: Profile) -> None:
    def people(*vintages: tuple[str, int]) -> list[PopulationFigure]:
        days = (date(2024, 1, 1), date(2025, 1, 1))
        return [PopulationFigure("XA", day, n, "published", "Office 7", when) for when, n in vintages for day in days]

    def made(*vintages: tuple[str, int]) -> OutputTable:
        populations = Populations(people(*vintages), mini.areas, "2025-03-12")
        plan = design("area", "net_rate")
        return table_of(mini, plan, drawn_moves(MOVES), populations=populations, published="2025-03-12")

    known = made(("2026-08-11", 9000), ("2024-02-01", 7000), ("2025-02-01", 8000))
    assert cells(known)["_T"].value == pytest.approx(1000 * 14 / 8000)
    assert known.notes[-1]["en"] == "Average population from: Office 7 (1 February 2025)."
    late = made(("2026-08-11", 9000), ("2025-07-01", 8500))
    assert cells(late)["_T"].value == pytest.approx(1000 * 14 / 8500)
    assert late.notes[-1]["en"] == "Average population from: Office 7 (1 July 2025, later than this release)."
    assert cells(late)["_T"].related_to == (Reference("Office 7", "2025-07-01"),)


def test_growth_may_be_against_the_figures_of_another_data_cut_off_which_is_named(mini: Profile) -> None:
    named = msgspec.structs.replace(mini.indicators["arrivals_growth"], base="operational")
    plan = design("area", "arrivals_growth", years=2)
    other = replace(mini, indicators={"arrivals_growth": named})
    operational = counts_of(mini, plan, drawn_moves(MOVES.replace("F   | 10", "F   | 12")))
    counts, shared = counts_of(mini, plan, drawn_moves(MOVES)), setting(other)
    made = output_table(plan, counts, shared, bases={"operational": operational})
    assert cells(made)["N1"].value == pytest.approx(100 * (15 / 12 - 1))
    assert cells(made)["N1"].related_to == (Reference("operational", "2025-01-31"),)
    assert made.notes[-1]["en"] == "Growth compares with figures as of 31 January 2025."
    assert bases_of(plan, other.indicators) == ("operational",)
    assert cells(output_table(plan, counts, shared))["N1"].observation is ObservationStatus.NOT_AVAILABLE


def test_growth_on_a_hidden_count_is_hidden_too_for_it_would_tell_it(mini: Profile) -> None:
    plan = design("area", "arrivals_growth", years=2)
    counts = counts_of(mini, plan, drawn_moves(MOVES))
    made = output_table(plan, counts, setting(mini), hides=lambda key: key == ("2023", "N1"))
    assert cells(made)["N1"] == Cell(
        None, data=cells(made)["N1"].data, confidentiality=ConfidentialityStatus.CONFIDENTIAL,
        related_to=cells(made)["N1"].related_to,
    )  # fmt: skip
    assert cells(made)["_T"].value is not None


def test_every_function_that_an_entry_can_name_is_there() -> None:
    assert set(FUNCTIONS) == set(get_args(IndicatorFunction))
    assert doctest.testmod(indicators).failed == doctest.testmod(period).failed == 0
    assert doctest.testmod(indicators).attempted
