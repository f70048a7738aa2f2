"""Breaks of series, drawn: the mark on the first figure after one, and what is told below the table."""

from __future__ import annotations

import msgspec
import pytest

from qonys.analyse.breaks import with_breaks
from qonys.concepts.history import Break
from qonys.concepts.status import ObservationStatus
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from spec.counted_tables import setting
from spec.drawn_tables import drawn_table

SERIES = """
   | 2021 arrivals | 2021 net | 2022 arrivals | 2022 net | 2023 arrivals | 2023 net
_T |            10 |        1 |            20 |       2p |            30 |        3
N1 |             4 |        0 |             … |        … |             5 |        1
S1 |             … |        … |             6 |        1 |             7 |        2
"""
ONE = Break("anew", "2022", ("drawn",), {"en": "Counted anew.", "es": "Recuento nuevo."}, "drawn")


@pytest.fixture(scope="module")
def table(mini: Profile) -> OutputTable:
    return drawn_table(mini, "drawn", ["area"], ["period", "measure"], SERIES)


def marked(mini: Profile, table: OutputTable, **changes: object) -> OutputTable:
    return with_breaks(table, [msgspec.structs.replace(ONE, **changes)], setting(mini))


def marks(table: OutputTable) -> set[tuple[str, ...]]:
    return {key for key, cell in table.cells.items() if ObservationStatus.BREAK in cell.statuses}


def test_the_first_figure_after_a_break_is_marked_in_every_series_that_has_one_before(
    mini: Profile, table: OutputTable
) -> None:
    made = marked(mini, table)
    assert marks(made) == {
        ("_T", "2022", "arrivals"), ("_T", "2022", "net"), ("N1", "2023", "arrivals"), ("N1", "2023", "net")
    }  # fmt: skip
    assert {key: cell.value for key, cell in made.cells.items()} == {k: c.value for k, c in table.cells.items()}
    assert made.notes[-1] == {"en": "2022: Counted anew.", "es": "2022: Recuento nuevo."}


def test_a_text_that_names_the_year_of_the_break_is_not_dated_twice(mini: Profile, table: OutputTable) -> None:
    made = marked(mini, table, text={"en": "Since 2022 counted anew.", "es": "Recuento nuevo."})
    assert made.notes[-1] == {"en": "Since 2022 counted anew.", "es": "2022: Recuento nuevo."}


def test_a_provisional_figure_stays_provisional(mini: Profile, table: OutputTable) -> None:
    assert marked(mini, table).cells["_T", "2022", "net"].statuses == (
        ObservationStatus.PROVISIONAL, ObservationStatus.BREAK,
    )  # fmt: skip


def test_a_break_may_be_of_some_measures_and_some_areas(mini: Profile, table: OutputTable) -> None:
    assert marks(marked(mini, table, measures=("net",))) == {("_T", "2022", "net"), ("N1", "2023", "net")}
    assert marks(marked(mini, table, areas=("N1",), measures=("arrivals",))) == {("N1", "2023", "arrivals")}


def test_a_break_within_a_year_marks_that_year(mini: Profile, table: OutputTable) -> None:
    assert marks(marked(mini, table, period="2022-06")) == marks(marked(mini, table))


@pytest.mark.parametrize(
    "changes", [{"tables": ("elsewhere",)}, {"period": "2021"}, {"period": "2024"}, {"areas": ("S1",)}]
)
def test_a_table_without_a_series_over_the_break_stays_as_it_is(
    mini: Profile, table: OutputTable, changes: dict[str, object]
) -> None:
    assert marked(mini, table, **changes) is table
