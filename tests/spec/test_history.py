"""Published aggregates before the register's years, and breaks: each cell says what it is."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from qonys.analyse.history import with_breaks, with_history
from qonys.concepts.history import Break, HistoryFigure
from qonys.concepts.status import DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from spec.counted_tables import drawn_moves, setting, table_of

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
    made = with_history(table_of(mini, PLAN, MOVES), PLAN, FIGURES, setting(mini))
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
        "Figures taken over: 2020–2020: Office 9 (2021-03-01); 2021–2021: The press; 2022–2022: Office 9 (2023-03-01)."
    ]


def test_a_break_marks_the_first_cells_after_it_and_is_told(mini: Profile) -> None:
    table, _ = longer(mini)
    changed = Break(
        "numbers", "2023", ("drawn", "elsewhere"), {"en": "Counted anew.", "es": "Recuento nuevo."}, "drawn"
    )
    marked = with_breaks(table, [changed], setting(mini))
    assert {key[0] for key, cell in marked.cells.items() if cell.observation is ObservationStatus.BREAK} == {"2023"}
    assert marked.notes[-1]["en"] == "2023: Counted anew."
    assert marked.cells["2023", "_T", "net"].value == 4
    for elsewhere in (
        msgspec.structs.replace(changed, tables=("elsewhere",)),
        msgspec.structs.replace(changed, period="2020"),
    ):
        assert with_breaks(table, [elsewhere], setting(mini)) is table


@pytest.mark.parametrize("without", [{"history": None}, {"since": None}])
def test_a_table_without_a_series_stays_as_it_is(mini: Profile, without: dict[str, None]) -> None:
    plain = msgspec.structs.replace(PLAN, **without)
    table = table_of(mini, plain, MOVES)
    assert with_history(table, plain, FIGURES, setting(mini)).data is table
