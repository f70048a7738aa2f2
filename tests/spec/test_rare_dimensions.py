"""Places, specialities and bands of ages: counted from flows of their own where they are rare, and the same people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qonys.concepts.age import ages_of_band
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.queries.flow_tables import designs_by_flows
from qonys.queries.flows import flows_query
from spec.counted_tables import drawn_moves, fail_unless_equal, moves_table, table_of

MOVES = """
    date       | origin | destination | speciality | age | n
    2024-01-05 | XB     | N11         | smith      | 17  | 1
    2024-01-05 | XB     | N12         | smith      | 18  | 2
    2024-01-05 | XB     | N1          | baker      | 40  | 4
    2024-01-05 | C11    | XC          | baker      |     | 8
    2024-01-05 | C11    | N11         | smith      | 3   | 16
"""


def design(rows: str, columns: str = "period measure", **more: object) -> TableDesign:
    given = {"universe": "external", "frequency": "year", "measures": ("arrivals", "departures"), **more}
    text = {"en": "{period}", "es": "{period}"}
    return TableDesign(id="drawn", title=text, rows=tuple(rows.split()), columns=tuple(columns.split()), **given)  # type: ignore[arg-type]


def test_places_stand_under_their_unit_and_what_names_the_unit_alone_stands_last(mini: Profile) -> None:
    by_place = design("place", groups=("place",), totals=("place",))
    table = table_of(mini, by_place, drawn_moves(MOVES))
    fail_unless_equal(table, """
             | 2024 arrivals | 2024 departures
        _T   |             7 |               8
        N1   |             7 |               0
        N11  |             1 |               0
        N12  |             2 |               0
        N1_U |             4 |               0
        S1   |             0 |               0
        S11  |             0 |               0
        S12  |             0 |               0
        S13  |             0 |               0
        C1   |             0 |               8
        C11  |             0 |               8
        C12  |             0 |               0
    """)  # fmt: skip
    depth = {member.code: member.depth for member in table.dimension("place").members}
    assert (depth["_T"], depth["N1"], depth["N11"], depth["N1_U"]) == (0, 1, 2, 2)
    labels = {member.code: member.label["en"] for member in table.dimension("place").members}
    assert (labels["S13"], labels["N1_U"]) == ("New Quay", "Not stated")


def test_a_code_that_was_given_to_another_place_is_called_as_on_the_day_of_the_release(mini: Profile) -> None:
    moves = drawn_moves("date | origin | destination\n2024-03-05 | XB | S13")
    labels = {m.code: m.label["en"] for m in table_of(mini, design("place"), moves).dimension("place").members}
    assert labels["S13"] == "New Quay"


def test_bands_close_where_they_say_and_an_unknown_age_is_in_none(mini: Profile) -> None:
    young = design(
        "age_band", universe="all", measures=("arrivals", "departures"), bands=("Y0T17", "Y_GE18"), totals=("age_band",)
    )
    fail_unless_equal(table_of(replace(mini, tables={**mini.tables, "drawn": young}), young, drawn_moves(MOVES)), """
               | 2024 arrivals | 2024 departures
        _T     |            23 |              24
        Y0T17  |            17 |              16
        Y_GE18 |             6 |               0
        _U     |             0 |               8
    """)  # fmt: skip


def test_flows_of_rare_dimensions_are_apart_and_hold_the_same_people(mini: Profile) -> None:
    plain, rare = design("area"), design("place")
    assert {table: len(of) for table, of in designs_by_flows((plain, rare)).items()} == {
        "statistics/flows": 1, "statistics/rare_flows": 1,
    }  # fmt: skip
    assert "_place" not in flows_query((plain,)).sql()
    totals = [
        sum(
            cell.value or 0
            for key, cell in table_of(mini, one, drawn_moves(MOVES)).cells.items()
            if key[-1] == "arrivals"
        )
        for one in (plain, rare)
    ]
    assert totals == [7, 7]


@pytest.mark.parametrize("code", ["Y017", "YT17", "Y_GT18", "17", "Y0T1x"])
def test_what_is_no_code_of_ages_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=code):
        ages_of_band(code)


def test_bands_meet_without_a_gap() -> None:
    assert ages_of_band("Y_LT18")[2] + 1 == ages_of_band("Y_GE18")[1]
    assert ages_of_band("Y0T17")[1:] == (0, 17)


def test_a_move_of_before_a_place_was_founded_stands_under_its_old_place(mini: Profile) -> None:
    rows = [{"date": date(2023, 5, 5), "origin": "XB", "destination": "N13"}]
    by_place = design("place", groups=("place",), years=2)
    table = table_of(mini, by_place, moves_table(rows))
    told = {key[0]: cell.value for key, cell in table.cells.items() if key[1:] == ("2023", "arrivals") and cell.value}
    assert told == {"N1": 1, "N13": 1}
