"""Moves counted on the borders of another day: exact where areas went as a whole, told as such where they did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qonys.analyse.identities import fail_if_parts_differ_from_total
from qonys.concepts.area import Area, BoundarySet, TerritoryChange
from qonys.concepts.boundaries import units_on
from qonys.concepts.status import ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.territory import division_table, territory_table
from spec.counted_tables import drawn_moves, fail_unless_equal, table_of

MOVES = """
    date       | origin | destination | n
    2023-05-05 | N13    | C11         | 1
    2023-05-05 | N11    | N13         | 2
    2024-05-05 | S12    | C11         | 4
    2024-05-05 | N11    | S12         | 8
    2024-05-05 | XB     | S12         | 16
    2024-05-05 | S11    | N12         | 32
"""


def design(rows: str, columns: str = "period measure", **more: object) -> TableDesign:
    given = {"universe": "internal", "frequency": "year", "measures": ("arrivals", "departures"), "years": 2, **more}
    text = {"en": "{period}", "es": "{period}"}
    return TableDesign(id="drawn", title=text, rows=tuple(rows.split()), columns=tuple(columns.split()), **given)  # type: ignore[arg-type]


def test_a_district_that_changed_its_region_counts_where_it_lay_on_the_day_of_the_borders(mini: Profile) -> None:
    before = table_of(mini, design("area", universe="interregional", boundaries="2023"), drawn_moves(MOVES))
    fail_unless_equal(before, """
           | 2023 arrivals | 2023 departures | 2024 arrivals | 2024 departures
        N1 |             0 |               1 |            32 |               4
        S1 |             0 |               0 |             0 |              32
        C1 |             1 |               0 |             4 |               0
    """)  # fmt: skip
    since = table_of(mini, design("area", universe="interregional", boundaries="2024"), drawn_moves(MOVES))
    fail_unless_equal(since, """
           | 2023 arrivals | 2023 departures | 2024 arrivals | 2024 departures
        N1 |             0 |               2 |            32 |               8
        S1 |             2 |               1 |             8 |              36
        C1 |             1 |               0 |             4 |               0
    """)  # fmt: skip


def test_one_move_changes_its_stream_with_the_borders_and_external_moves_do_not(mini: Profile) -> None:
    for borders, within in (("2023", 8 + 2), ("2024", 0)):
        streams = design("stream", universe="all", measures=("arrivals",), boundaries=borders, columns="measure period")
        table = table_of(mini, streams, drawn_moves(MOVES))
        told = dict.fromkeys(("external", "interregional", "intraregional"), 0.0)
        for key, cell in table.cells.items():
            told[key[0]] += cell.value or 0
        assert told == {"external": 16, "interregional": 47 - within, "intraregional": within}


def test_internal_arrivals_and_external_ones_are_the_same_on_any_borders(mini: Profile) -> None:
    for universe in ("internal", "external"):
        totals = {
            tuple(
                table_of(mini, design("area", universe=universe, totals=("area",), boundaries=borders), drawn_moves(MOVES))
                .cells[("_T", year, "arrivals")].value
                for year in ("2023", "2024")
            )
            for borders in (None, "2023", "2024")
        }  # fmt: skip
        assert len(totals) == 1


def divided(mini: Profile, north: float | None) -> Profile:
    """Mini whose Northmark was divided on 1 July 2023: a part of it became Eastmark."""
    east = Area("E1", "region", "XA", {"en": "Eastmark", "es": "Marca Este"}, date(2023, 7, 1))
    kell = [a for a in mini.areas.areas if a.code == "N12"]
    areas = tuple(a for a in mini.areas.areas if a.code != "N12")
    moved = (
        replace(kell[0], valid_to=date(2023, 7, 1)),
        replace(kell[0], code="E12", parent="E1", valid_from=date(2023, 7, 1)),
    )
    changes = (
        TerritoryChange(date(2023, 7, 1), "N1", "E1", "part", north, "drawn"),
        TerritoryChange(date(2023, 7, 1), "N12", "E12", "recoded", 1.0, "drawn"),
    )
    register = replace(mini.areas, areas=(*areas, east, *moved), changes=(*mini.areas.changes, *changes))
    return replace(mini, areas=register)


BEFORE = """
    date       | origin | destination | n
    2023-05-05 | N1     | C11         | 10
    2023-05-05 | N12    | C11         | 3
    2023-05-05 | N11    | S11         | 5
    2023-05-05 | N1     | N11         | 7
"""


def test_units_in_which_an_undivided_slip_may_lie_are_not_available_and_totals_are_whole(mini: Profile) -> None:
    split = divided(mini, None)
    by_area = design("area", totals=("area",), boundaries="2024", years=2)
    table = table_of(split, by_area, drawn_moves(BEFORE))
    fail_unless_equal(table, """
           | 2023 arrivals | 2023 departures | 2024 arrivals | 2024 departures
        _T |            25 |              25 |             0 |               0
        N1 | …             | …               |             0 |               0
        S1 |             5 |               0 |             0 |               0
        C1 |            13 |               0 |             0 |               0
        E1 | …             | …               |             0 |               0
    """)  # fmt: skip
    fail_if_parts_differ_from_total(table, by_area)


def test_slips_that_name_a_district_are_exact_although_their_region_was_divided(mini: Profile) -> None:
    named = "\n".join(line for line in BEFORE.splitlines() if "| N1 " not in line)
    fail_unless_equal(table_of(divided(mini, None), design("area", boundaries="2024", years=2), drawn_moves(named)), """
           | 2023 arrivals | 2023 departures | 2024 arrivals | 2024 departures
        N1 |             0 |               5 |             0 |               0
        S1 |             5 |               0 |             0 |               0
        C1 |             3 |               0 |             0 |               0
        E1 |             0 |               3 |             0 |               0
    """)  # fmt: skip


def test_a_move_that_may_have_crossed_a_border_leaves_both_streams_untold(mini: Profile) -> None:
    streams = design("stream", universe="all", measures=("arrivals",), boundaries="2024", totals=("stream",))
    table = table_of(divided(mini, None), streams, drawn_moves(BEFORE))
    told = {key[0]: cell.observation for key, cell in table.cells.items() if key[1] == "2023"}
    untold = ObservationStatus.NOT_AVAILABLE
    assert told["interregional"] is told["intraregional"] is untold
    assert table.cells["_T", "2023", "arrivals"].value == 25


def test_known_shares_make_an_estimate_that_says_so(mini: Profile) -> None:
    by_area = design("area", totals=("area",), boundaries="2024")
    table = table_of(divided(mini, 0.2), by_area, drawn_moves(BEFORE))
    values = {
        key[0]: (cell.value, cell.observation.value)
        for key, cell in table.cells.items()
        if key[1:] == ("2023", "departures")
    }
    assert values["E1"] == (pytest.approx(3 + 0.2 * 17), "E")
    assert values["N1"] == (pytest.approx(5 + 0.8 * 17), "E")
    assert values["C1"] == (0, "A")
    assert values["_T"][0] == pytest.approx(25)
    fail_if_parts_differ_from_total(table, by_area)


def test_a_code_that_was_given_away_is_followed_to_what_it_meant() -> None:
    kz = load_profile("kz")
    sets = {borders.id: borders for borders in kz.areas.boundary_sets}
    then, now = (
        next(a for a in kz.areas.of_code("191000000") if a.holds_on(day))
        for day in (date(2020, 1, 1), date(2024, 1, 1))
    )
    assert units_on(kz.areas, then, date(2020, 1, 1), sets["2024"]) == {"330000000": 1.0}
    assert units_on(kz.areas, now, date(2024, 1, 1), sets["2018"]) == {"190000000": 1.0}


def test_every_unit_of_2024_lies_in_one_unit_of_2018_and_three_of_2018_are_divided() -> None:
    kz = load_profile("kz")
    back = {
        row["code"]: row["unit_2018"]
        for row in territory_table(kz.areas, "region").to_pylist()
        if row["level"] == "region" and row["valid_from"] <= date(2024, 6, 1) < row["valid_to"]
    }
    assert len(back) == 20
    assert len(set(back.values())) == 17
    assert {c: u for c, u in back.items() if c != u} == {
        "100000000": "630000000", "330000000": "190000000", "620000000": "350000000",
    }  # fmt: skip
    forward = division_table(kz.areas).to_pylist()
    sets = {row["divided"] for row in forward if row["boundary_set"] == "2024"}
    assert sets == {
        "divided:100000000+630000000", "divided:190000000+330000000", "divided:350000000+620000000",
        "divided:610000000+790000000",
    }  # fmt: skip


def test_borders_are_known_by_their_id(mini: Profile) -> None:
    assert mini.areas.boundary_set("2023") == BoundarySet(
        "2023", date(2023, 1, 1), "region", {"en": "Borders of 2023", "es": "Límites de 2023"}
    )
    assert mini.areas.boundary_set("1066") is None
