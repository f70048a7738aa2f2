"""From moves to published tables, computed by hand."""

from __future__ import annotations

from dataclasses import replace as with_changes
from datetime import date

import msgspec
import pyarrow as pa
import pytest

from qonys.analyse.identities import (
    FlowTotals,
    fail_if_internal_flows_do_not_balance,
    fail_if_parts_differ_from_total,
    fail_if_total_is_not_that_of_the_flows,
    flow_totals,
)
from qonys.concepts.period import Period
from qonys.concepts.status import DataStatus, ObservationStatus
from qonys.concepts.table_design import StatusOf, TableDesign
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from qonys.errors import StatisticianError
from spec.counted_tables import counts_of, drawn_moves, fail_unless_equal, moves_table, table_of

MOVES = """
    date       | origin | destination | ethnicity | origin_locality | destination_locality | n
    2023-12-31 | N13    | C11         | ard       | R               | U                    | 1
    2024-01-01 | S12    | C11         | ard       | R               | U                    | 2
    2024-03-05 | N11    | N12         | ard       | R               | U                    | 3
    2024-03-05 | C11    | S11         | bor       | U               |                      | 4
    2024-06-30 | XC     | C12         | cad       |                 | U                    | 5
    2024-07-01 | XC     | N11         | cad       |                 | R                    | 6
    2024-07-01 | XB     | S11         |           |                 | R                    | 7
    2024-08-01 | C11    | XD          | bor       | U               |                      | 8
    2023-05-05 | S11    | XB          | ard       | R               |                      | 9
"""


def design(rows: str, columns: str = "period measure", **more: object) -> TableDesign:
    given = {"universe": "internal", "frequency": "year", "measures": ("arrivals", "departures", "net"), **more}
    return TableDesign(
        id="drawn",
        title={"en": "{period}", "es": "{period}"},
        rows=tuple(rows.split()),
        columns=tuple(columns.split()),
        **given,
    )  # type: ignore[arg-type]


def test_internal_arrivals_departures_and_net_of_a_region_and_their_total(mini: Profile) -> None:
    table = table_of(mini, mini.tables["internal-by-region"], drawn_moves(MOVES))
    fail_unless_equal(table, """
           | 2023 arrivals | 2023 departures | 2023 net | 2024 arrivals | 2024 departures | 2024 net
        _T |             1 |               1 |        0 |             9 |               9 |        0
        N1 |             0 |               1 |       -1 |             3 |               3 |        0
        S1 |             0 |               0 |        0 |             4 |               2 |        2
        C1 |             1 |               0 |        1 |             2 |               4 |       -2
    """)  # fmt: skip
    assert table.title["en"].endswith("2023–2024")


def test_interregional_moves_leave_out_those_within_a_region(mini: Profile) -> None:
    fail_unless_equal(table_of(mini, design("area", universe="interregional"), drawn_moves(MOVES)), """
           | 2024 arrivals | 2024 departures | 2024 net
        N1 |             0 |               0 |        0
        S1 |             4 |               2 |        2
        C1 |             2 |               4 |       -2
    """)  # fmt: skip


def test_origin_by_destination_has_the_moves_within_a_region_on_its_diagonal(mini: Profile) -> None:
    fail_unless_equal(table_of(mini, mini.tables["origin-destination"], drawn_moves(MOVES)), """
           | _T 2024 arrivals | N1 2024 arrivals | S1 2024 arrivals | C1 2024 arrivals
        _T |                9 |                3 |                4 |                2
        N1 |                3 |                3 |                0 |                0
        S1 |                2 |                0 |                0 |                2
        C1 |                4 |                0 |                4 |                0
    """)  # fmt: skip


def test_a_country_counts_in_the_group_to_which_it_belonged_on_the_day(mini: Profile) -> None:
    fail_unless_equal(table_of(mini, mini.tables["external-by-country"], drawn_moves(MOVES)), """
              | 2023 arrivals | 2023 departures | 2023 net | 2024 arrivals | 2024 departures | 2024 net
        _T    |             0 |               9 |       -9 |            18 |               8 |       10
        UNION |             0 |               9 |       -9 |            13 |               0 |       13
        XB    |             0 |               9 |       -9 |             7 |               0 |        7
        XC    |             0 |               0 |        0 |            11 |               0 |       11
        OTHER |             0 |               0 |        0 |             5 |               8 |       -3
        XD    |             0 |               0 |        0 |             0 |               8 |       -8
    """)  # fmt: skip


def test_net_of_all_flows_by_locality(mini: Profile) -> None:
    one_year = msgspec.structs.replace(mini.tables["net-by-region"], years=1)
    fail_unless_equal(table_of(mini, one_year, drawn_moves(MOVES)), """
           | 2024 _T net | 2024 U net | 2024 R net | 2024 _U net
        _T |          10 |         -2 |          8 |           4
        N1 |           6 |          3 |          3 |           0
        S1 |           9 |          0 |          5 |           4
        C1 |          -5 |         -5 |          0 |           0
    """)  # fmt: skip


def test_shares_are_percentages_of_the_total_and_have_no_value_where_it_is_zero(mini: Profile) -> None:
    moves = drawn_moves("""
        date       | origin | destination | ethnicity | n
        2024-03-05 | XB     | C11         | ard       | 2
        2024-03-05 | XB     | C11         |           | 1
    """)
    fail_unless_equal(table_of(mini, mini.tables["external-by-ethnicity"], moves), """
            | 2024 arrivals | 2024 departures | 2024 arrivals_share | 2024 departures_share
        _T  |             3 |               0 |               100.0 | .
        ard |             2 |               0 |                66.7 | .
        bor |             0 |               0 |                 0.0 | .
        cad |             0 |               0 |                 0.0 | .
        oth |             0 |               0 |                 0.0 | .
        _U  |             1 |               0 |                33.3 | .
    """)  # fmt: skip


def test_months_end_with_the_month_of_the_release(mini: Profile) -> None:
    by_month = design("period", "measure", frequency="month", universe="external", years=2, measures=("arrivals",))
    table = table_of(mini, by_month, drawn_moves(MOVES), period=Period(2024, 7))
    periods = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 8)]
    assert table.dimension("period").codes == tuple(periods)
    values = {key[0]: cell.value for key, cell in table.cells.items() if cell.value}
    assert values == {"2024-06": 5, "2024-07": 13}


def test_a_group_of_ages_is_closed_below_85_and_open_from_there_and_below_0_there_is_none(mini: Profile) -> None:
    rows = [
        {"date": date(2024, 1, 1), "origin": "N11", "destination": "C11", "age": age}
        for age in (0, 4, 5, 84, 85, 101, None, -1, -6)
    ]
    table = table_of(mini, design("age_group", measures=("arrivals",)), moves_table(rows))
    found = {key[0]: cell.value for key, cell in table.cells.items() if cell.value}
    assert found == {"Y0T4": 2, "Y5T9": 1, "Y80T84": 1, "Y_GE85": 2, "_U": 3}
    assert len(table.dimension("age_group").codes) == 19


def test_education_counts_those_who_are_old_enough(mini: Profile) -> None:
    rows = [
        {"date": date(2024, 1, 1), "origin": "N11", "destination": "C11", "age": age, "education": code}
        for age, code in ((14, None), (15, None), (15, "1"), (40, "3"), (None, "2"))
    ]
    schooling = design("education", measures=("arrivals",), totals=("education",), youngest=15)
    fail_unless_equal(
        table_of(mini, schooling, moves_table(rows)),
        """
           | 2024 arrivals
        _T |             4
        1  |             1
        2  |             1
        3  |             1
        _U |             1
    """,
    )


def test_a_side_that_no_source_holds_is_not_available_and_never_zero(mini: Profile) -> None:
    covers = frozenset({"internal", "external_in"})
    external = drawn_moves("date | origin | destination\n2024-03-05 | XB | C11")
    table = table_of(mini, mini.tables["external-by-year"], external, covers=covers)
    fail_unless_equal(
        table,
        """
             | arrivals | departures | net
        2023 |        0 |          … |   …
        2024 |        1 |          … |   …
    """,
    )
    all_flows = table_of(mini, mini.tables["net-by-region"], external, covers=covers)
    assert {cell.observation for cell in all_flows.cells.values()} == {ObservationStatus.NOT_AVAILABLE}
    inside = table_of(mini, mini.tables["internal-by-region"], external, covers=covers)
    assert {cell.value for cell in inside.cells.values()} == {0}
    shares = table_of(mini, mini.tables["external-by-ethnicity"], external, covers=covers)
    assert shares.cells["_T", "2024", "departures_share"].observation is ObservationStatus.NOT_AVAILABLE
    assert shares.cells["_T", "2024", "arrivals_share"].value == 100


def test_streams_are_available_each_by_itself(mini: Profile) -> None:
    by_stream = design("stream", universe="all", measures=("arrivals", "departures"))
    table = table_of(mini, by_stream, drawn_moves(MOVES), covers=frozenset({"internal", "external_in"}))
    fail_unless_equal(
        table,
        """
                      | 2024 arrivals | 2024 departures
        external      |            18 | …
        interregional |             6 |               6
        intraregional |             3 |               3
    """,
    )


def test_a_period_of_which_nothing_was_delivered_is_not_available_and_never_zero(mini: Profile) -> None:
    delivered = {"final": frozenset({Period(2024, 3)}), "operational": frozenset({Period(2024, 3)})}
    moves = drawn_moves("date | origin | destination\n2024-03-05 | XB | C11")
    fail_unless_equal(
        table_of(mini, mini.tables["external-by-year"], moves, delivered=delivered),
        """
             | arrivals | departures | net
        2023 |        … |          … |   …
        2024 |        1 |          0 |   1
    """,
    )
    monthly = table_of(mini, mini.tables["internal-by-month"], moves, delivered=delivered)
    available = {key[2] for key, cell in monthly.cells.items() if cell.value is not None}
    assert available == {"2024-03"}


def test_only_moves_known_at_the_cut_off_count(mini: Profile) -> None:
    moves = drawn_moves("""
        date       | origin | destination | known_from | known_to
        2024-03-05 | N11    | C11         | 2025-01-20 | 2025-02-20
        2024-03-05 | N11    | S11         | 2025-02-20 |
        2024-03-05 | N11    | C12         | 2025-03-01 |
    """)
    by_region = design("area", measures=("arrivals",))
    for cut_off, arrivals in [
        ("2025-01-19", {}),
        ("2025-01-31", {"C1": 1}),
        ("2025-02-28", {"S1": 1}),
        ("2025-03-01", {"C1": 1, "S1": 1}),
    ]:
        counts = counts_of(mini, by_region, moves, cut_off=date.fromisoformat(cut_off)).to_pylist()
        assert {row["area"]: row["arrivals"] for row in counts if row["arrivals"]} == arrivals


def test_an_end_that_is_not_stated_is_neither_in_a_region_nor_abroad(mini: Profile) -> None:
    moves = drawn_moves("date | origin | destination | n\n2024-03-05 | XA | C11 | 2\n2024-03-05 | XA | XA | 3")
    table = table_of(mini, design("stream area", universe="all", measures=("arrivals", "departures")), moves)
    found = {key: cell.value for key, cell in table.cells.items() if cell.value}
    assert found == {
        ("_U", "C1", "2024", "arrivals"): 2, ("_U", "_U", "2024", "arrivals"): 3, ("_U", "_U", "2024", "departures"): 5
    }  # fmt: skip


def test_a_restricted_dimension_shows_its_codes_only(mini: Profile) -> None:
    table = table_of(mini, design("area", only={"area": ("C1", "N1")}), drawn_moves(MOVES))
    assert table.dimension("area").codes == ("N1", "C1")


def test_what_is_counted_from_real_records_is_compiled_and_from_synthetic_ones_what_the_design_says(
    mini: Profile,
) -> None:
    stated = design(
        "area", measures=("arrivals", "net"), data_status=DataStatus.INVENTED,
        parts=(StatusOf(DataStatus.CALIBRATED, {"measure": ("net",), "area": ("C1", "N1")}),),
    )  # fmt: skip
    synthetic = table_of(mini, stated, drawn_moves(MOVES))
    assert {key for key, cell in synthetic.cells.items() if cell.data is DataStatus.CALIBRATED} == {
        ("C1", "2024", "net"), ("N1", "2024", "net")
    }  # fmt: skip
    real = table_of(mini, stated, drawn_moves(MOVES), synthetic=False)
    assert real.data_statuses == (DataStatus.COMPILED,)


TABLES_WITH_TOTALS = ("internal-by-region", "origin-destination", "external-by-country", "net-by-region")


@pytest.mark.parametrize("name", TABLES_WITH_TOTALS)
def test_one_count_that_is_off_is_found_and_named(mini: Profile, name: str) -> None:
    plan = mini.tables[name]
    table = table_of(mini, plan, drawn_moves(MOVES))
    fail_if_parts_differ_from_total(table, plan)
    off = next(key for key in table.keys() if table.cells[key].value and "_T" in key)  # noqa: SIM118
    with pytest.raises(StatisticianError) as told:
        fail_if_parts_differ_from_total(altered(table, off), plan)
    assert f"table {name}" in told.value.where
    assert ", ".join(off) in told.value.where
    assert told.value.exit_code == 4


def test_a_part_that_is_off_is_found_too(mini: Profile) -> None:
    plan = mini.tables["external-by-country"]
    table = table_of(mini, plan, drawn_moves(MOVES))
    with pytest.raises(StatisticianError, match="The parts add up to 19, the total is 18"):
        fail_if_parts_differ_from_total(altered(table, ("UNION", "2024", "arrivals")), plan)


def test_internal_flows_that_do_not_balance_are_found(mini: Profile) -> None:
    table = table_of(mini, mini.tables["internal-by-region"], drawn_moves(MOVES))
    fail_if_internal_flows_do_not_balance(table)
    with pytest.raises(
        StatisticianError, match="table internal-by-region: Internal arrivals and departures of 2024 differ by 1"
    ):
        fail_if_internal_flows_do_not_balance(altered(table, ("_T", "2024", "net")))


def altered(table: OutputTable, key: tuple[str, ...]) -> OutputTable:
    cell = table.cells[key]
    return msgspec.structs.replace(table, cells={**table.cells, key: cell._replace(value=(cell.value or 0) + 1)})


def test_the_setting_of_another_period_shows_the_areas_of_its_last_day(mini: Profile) -> None:
    areas = with_changes(mini.areas, areas=tuple(a for a in mini.areas.areas if a.code != "S1" or a.level != "region"))
    table = table_of(mini, design("area"), drawn_moves(MOVES), areas=areas)
    assert table.dimension("area").codes == ("N1", "C1", "S1")


TOTALS = {"2023": FlowTotals(1, 0, 9), "2024": FlowTotals(9, 18, 8)}


def test_a_table_that_leaves_nobody_out_has_the_totals_of_the_flows(mini: Profile) -> None:
    for universe, rows in (("all", "area"), ("internal", "area"), ("external", "sex"), ("all", "stream")):
        plan = design(rows, universe=universe, totals=tuple(rows.split()), years=2)
        table = table_of(mini, plan, drawn_moves(MOVES))
        fail_if_total_is_not_that_of_the_flows(table, plan, TOTALS)
        with pytest.raises(StatisticianError, match="all flows of 2024 give"):
            fail_if_total_is_not_that_of_the_flows(table, plan, {**TOTALS, "2024": FlowTotals(8, 17, 7)})


def test_a_table_of_some_is_not_held_against_the_totals_of_all(mini: Profile) -> None:
    for more in ({"only": {"area": ("N1",)}, "totals": ("area",)}, {}):
        plan = design("area", universe="all", **more)
        fail_if_total_is_not_that_of_the_flows(
            table_of(mini, plan, drawn_moves(MOVES)), plan, {"2024": FlowTotals(0, 0, 0)}
        )


def test_totals_of_flows_end_with_the_month_of_the_release() -> None:
    months = pa.table({
        "period": ["2023-01", "2023-03", "2024-01"], "internal": [1, 2, 4], "external_in": [8, 16, 32], "external_out": [0, 1, 2],
    })  # fmt: skip
    until_march, until_february = flow_totals(months, Period(2024, 3)), flow_totals(months, Period(2024, 2))
    assert until_march["2023-01-01/P3M"] == FlowTotals(3, 24, 1)
    assert until_february["2023-01-01/P2M"] == FlowTotals(1, 8, 0)
    assert until_february["2023-03"] == FlowTotals(2, 16, 1)
