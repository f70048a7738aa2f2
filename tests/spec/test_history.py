"""Published aggregates before the register's years, and breaks: each cell says what it is."""

from __future__ import annotations

import doctest
from datetime import date
from typing import Any

import msgspec
import pytest

from qonys.analyse import history
from qonys.analyse.history import with_history
from qonys.analyse.populations import Populations
from qonys.analyse.tables import counts_by_key, output_table
from qonys.concepts.history import HistoryFigure, PopulationFigure
from qonys.concepts.period import Period
from qonys.concepts.status import DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.datasets.outcome import Outcome
from qonys.datasets.output import Cell, OutputTable, Reference
from spec.counted_tables import counts_of, drawn_moves, setting, table_of

MOVES = drawn_moves("""
    date       | origin | destination | origin_locality | destination_locality | n
    2023-05-05 | XB     | C11         |                 | U                    | 4
    2024-05-05 | XB     | C11         |                 | U                    | 5
    2024-05-05 | N11    | XB          | R               |                      | 2
""")
PLAN = TableDesign(
    id="drawn", title={"en": "Net, {period}", "es": "Neto, {period}"}, universe="external", frequency="year", measures=("net",),
    rows=("period",), columns=("locality", "measure"), totals=("locality",), years=2, history="net", since=2020,
)  # fmt: skip
FIGURES = (
    HistoryFigure("net", "2020", "net", -7, "published", "Office 9", date(2021, 3, 1)),
    HistoryFigure("net", "2020", "net", -9, "published", "Office 9", date(2021, 3, 1), locality="R"),
    HistoryFigure("net", "2021", "net", 100, "rounded", "The press"),
    HistoryFigure("net", "2022", "net", 3, "derived", "Office 9", date(2023, 3, 1)),
    HistoryFigure("net", "2023", "net", 6, "published", "Office 9", date(2024, 3, 1)),
    HistoryFigure("other", "2022", "net", 999, "published", "Another series"),
)


def longer(mini: Profile) -> tuple[OutputTable, list[str]]:
    made = with_history(table_of(mini, PLAN, MOVES), PLAN, FIGURES, setting(mini), {})
    return made.data, [f"{finding.where}: {finding.what}" for finding in made.findings]


def test_years_before_the_register_are_shown_as_they_were_published(mini: Profile) -> None:
    table, _ = longer(mini)
    assert table.dimension("period").codes == ("2020", "2021", "2022", "2023", "2024")
    assert table.title["en"] == "Net, 2020–2024"
    told = {key[0]: (cell.value, cell.data) for key, cell in table.cells.items() if key[1] == "_T"}
    assert told == {
        "2020": (-7, DataStatus.PUBLISHED),
        "2021": (100, DataStatus.ROUNDED),
        "2022": (3, DataStatus.DERIVED),
        "2023": (4, DataStatus.INVENTED),
        "2024": (3, DataStatus.INVENTED),
    }
    assert table.cells["2020", "R", "net"].value == -9


def test_what_was_not_published_is_not_available_and_never_a_rest(mini: Profile) -> None:
    table, _ = longer(mini)
    gone = {key[:2] for key, cell in table.cells.items() if cell.observation is ObservationStatus.NOT_AVAILABLE}
    assert ("2020", "U") in gone
    assert ("2021", "R") in gone
    assert ("2023", "U") not in gone


def test_a_counted_year_is_shown_as_counted_and_a_difference_is_told(mini: Profile) -> None:
    _, findings = longer(mini)
    assert findings == ["table drawn, 2023, _T, net: Counted are 4, published were 6 (Office 9)."]


def test_where_the_figures_are_from_stands_below_the_table(mini: Profile) -> None:
    table, _ = longer(mini)
    assert [note["en"] for note in table.notes] == [
        "Figures taken over: 2020: Office 9 (1 March 2021); 2021: The press; 2022: Office 9 (1 March 2023)."
    ]


@pytest.mark.parametrize("without", [{"history": None}, {"since": None}])
def test_a_table_without_a_series_stays_as_it_is(mini: Profile, without: dict[str, None]) -> None:
    plain = msgspec.structs.replace(PLAN, **without)
    table = table_of(mini, plain, MOVES)
    assert with_history(table, plain, FIGURES, setting(mini), {}).data is table


RATES = msgspec.structs.replace(
    PLAN, measures=("net_rate", "arrivals_growth", "effectiveness"), columns=("measure",), totals=(), history="external"
)
OF_RATES = (
    HistoryFigure("external", "2021", "arrivals", 100, "published", "Office 9", date(2022, 3, 1)),
    HistoryFigure("external", "2021", "departures", 60, "published", "Office 9", date(2022, 3, 1)),
    HistoryFigure("external", "2021", "net", 40, "derived", "Office 9", date(2022, 3, 1)),
    HistoryFigure("external", "2022", "arrivals", 150, "rounded", "The press"),
    HistoryFigure("external", "2022", "net", 30, "published", "Office 9"),
)
PEOPLE = tuple(PopulationFigure("XA", date(y, 1, 1), n, "published", "Census") for y, n in ((2021, 1000), (2022, 3000)))


def with_rates(mini: Profile, **changes: Any) -> Outcome[OutputTable]:  # noqa: ANN401 fields of Setting
    shared = setting(mini, populations=Populations(PEOPLE, mini.areas), **changes)
    counts = counts_of(mini, RATES, MOVES)
    return with_history(
        output_table(RATES, counts, shared), RATES, OF_RATES, shared, {"final": counts_by_key(RATES, counts)}
    )


def test_indicators_of_earlier_years_are_computed_from_the_figures_of_their_year(mini: Profile) -> None:
    table = with_rates(mini).data
    rate, provisional = table.cells["2021", "net_rate"], table.cells["2022", "net_rate"]
    assert (rate.value, rate.data, rate.observation) == (20, DataStatus.DERIVED, ObservationStatus.NORMAL)
    assert (provisional.value, provisional.observation) == (10, ObservationStatus.PROVISIONAL)
    assert rate.taken_from == (Reference("Office 9", "2022-03-01"),)
    assert rate.related_to == (Reference("Census"),)
    assert table.cells["2021", "effectiveness"].value == 25
    assert table.cells["2022", "effectiveness"].observation is ObservationStatus.NOT_AVAILABLE
    assert table.cells["2020", "net_rate"].observation is ObservationStatus.NOT_AVAILABLE


def test_growth_goes_from_one_published_year_to_the_next_and_on_to_the_first_counted_one(mini: Profile) -> None:
    cells = with_rates(mini).data.cells
    assert cells["2021", "arrivals_growth"].observation is ObservationStatus.NOT_AVAILABLE
    assert (cells["2022", "arrivals_growth"].value, cells["2022", "arrivals_growth"].data) == (50, DataStatus.DERIVED)
    first = cells["2023", "arrivals_growth"]
    assert first.observation is ObservationStatus.LOW_RELIABILITY, "4 persons are too few for mini"
    bold = {
        **mini.indicators,
        "arrivals_growth": msgspec.structs.replace(mini.indicators["arrivals_growth"], least_count=0),
    }
    first = with_rates(mini, indicators=bold).data.cells["2023", "arrivals_growth"]
    assert first.value == pytest.approx(100 * (4 / 150 - 1))
    told = [note["en"] for note in with_rates(mini).data.notes]
    assert "Growth in the years before, and in the first one counted, is on the figures taken over." in told
    assert (first.data, first.related_to) == (DataStatus.INVENTED, (Reference("The press"),))


def test_growth_on_history_of_what_the_sources_do_not_hold_is_not_available(mini: Profile) -> None:
    cells = with_rates(mini, covers=frozenset({"internal", "external_out"})).data.cells
    assert cells["2023", "arrivals_growth"].observation is ObservationStatus.NOT_AVAILABLE


def test_figures_that_became_known_after_the_release_are_not_shown_and_that_is_told(mini: Profile) -> None:
    shared = setting(mini, published="2022-12-31")
    made = with_history(table_of(mini, PLAN, MOVES), PLAN, FIGURES, shared, {})
    assert made.data.cells["2020", "_T", "net"].value == -7
    assert made.data.cells["2022", "_T", "net"] == Cell(None, ObservationStatus.NOT_AVAILABLE, DataStatus.PUBLISHED)
    assert [finding.what for finding in made.findings] == [
        "2 figures of 2022–2023 are not shown: they became known after 2022-12-31."
    ]


def test_figures_of_years_after_the_release_are_not_shown(mini: Profile) -> None:
    later = HistoryFigure("net", "2025", "net", 8, "published", "Office 9", date(2024, 3, 1))
    made = with_history(table_of(mini, PLAN, MOVES), PLAN, (*FIGURES, later), setting(mini), {})
    assert "2025" not in made.data.dimension("period").codes
    assert len(made.findings) == 1


def test_each_figure_names_its_source_and_its_vintage(mini: Profile) -> None:
    table, _ = longer(mini)
    assert table.cells["2020", "R", "net"].taken_from == (Reference("Office 9", "2021-03-01"),)
    assert table.cells["2021", "_T", "net"].taken_from == (Reference("The press"),)
    assert table.cells["2023", "_T", "net"].taken_from == ()


def test_whole_years_do_not_stand_beside_parts_of_years(mini: Profile) -> None:
    shared = setting(mini, period=Period(2024, 5))
    table = table_of(mini, PLAN, MOVES, period=Period(2024, 5))
    made = with_history(table, PLAN, FIGURES, shared, {})
    assert made.data is table
    assert "counts a part of each year" in made.findings[0].what


def test_a_rounded_figure_is_not_held_against_what_was_counted(mini: Profile) -> None:
    rounded = HistoryFigure("net", "2024", "net", 0, "rounded", "The press")
    made = with_history(table_of(mini, PLAN, MOVES), PLAN, (rounded,), setting(mini), {})
    assert made.findings == ()
    assert doctest.testmod(history).failed == 0
