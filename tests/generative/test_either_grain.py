"""Tables of years are the same from flows of years as from flows that keep their month, whatever the designs are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from qonys.analyse.identities import FlowTotals, flow_totals, flow_totals_query
from qonys.concepts.classification import Membership
from qonys.concepts.period import Period
from qonys.concepts.table_design import Frequency, TableDesign
from qonys.country.loading import load_profile
from qonys.datasets.territory import days_of_change, division_table, group_table, territory_table
from qonys.queries.flow_tables import characteristics, frequency_of_flows
from qonys.queries.flows import flows_query
from qonys.queries.tables import table_query
from spec.counted_tables import ENGINE, moves_table

KZ = load_profile("kz")
TERRITORY = territory_table(KZ.areas, KZ.identity.level)
CHANGES = days_of_change(TERRITORY)
DIVISIONS = division_table(KZ.areas)
CUT_OFF = {"cut_off": "2026-01-01"}
YEAR = Period(2023)
DIMENSIONS = ("area", "partner", "stream", "locality", "partner_locality", "sex", "age_group", "ethnicity")
COUNTRIES = ("DE", "RU", "US")
CHANGED = {code for change in KZ.areas.changes for code in (change.source_code, change.target_code)}
PLACES = [*sorted(CHANGED), *COUNTRIES]
# Days about those on which the territory of Kazakhstan changed, and any other days of three years.
DAYS = st.one_of(
    st.sampled_from([day + timedelta(off) for day in CHANGES if 2020 <= day.year <= 2023 for off in (-1, 0, 1)]),
    st.integers(0, 4 * 365).map(lambda days: date(2020, 1, 1) + timedelta(days)),
)
MOVES = st.lists(
    st.fixed_dictionaries({
        "date": DAYS, "origin": st.sampled_from(PLACES), "destination": st.sampled_from(PLACES),
        "sex": st.sampled_from(["F", "M", None]), "age": st.none() | st.integers(0, 100),
        "ethnicity": st.sampled_from(["kaz", "rus", None]), "origin_locality": st.sampled_from(["U", "R", None]),
        "destination_locality": st.sampled_from(["U", "R", None]), "record_key": st.integers(-(2**63), 2**63 - 1),
        "known_from": st.sampled_from([date(2024, 1, 1), date(2027, 1, 1)]),
    }),
    max_size=40,
)  # fmt: skip
MEMBERS = st.lists(
    st.builds(
        Membership,
        group=st.sampled_from(["CIS", "EU"]),
        country=st.sampled_from(COUNTRIES),
        valid_from=st.none()
        | st.sampled_from([date(2022, 1, 1), date(2022, 7, 1), date(2015, 3, 1), date(2023, 2, 1)]),
        valid_to=st.none(),
    ),
    max_size=2,
    unique_by=lambda one: one.country,
)


@st.composite
def yearly_designs(draw: st.DrawFn) -> tuple[TableDesign, ...]:
    return tuple(draw(_design(number)) for number in range(draw(st.integers(1, 3))))


@st.composite
def _design(draw: st.DrawFn, number: int) -> TableDesign:
    names = draw(st.lists(st.sampled_from(DIMENSIONS), unique=True, max_size=3))
    return TableDesign(
        id=f"t{number}",
        title={},
        universe=draw(st.sampled_from(["all", "external", "internal", "interregional"])),
        frequency="year",
        measures=("arrivals",),
        rows=tuple(names),
        columns=("period", "measure"),
        years=draw(st.integers(1, 3)),
        totals=tuple(names[:1]),
        groups=("partner",) if "partner" in names and draw(st.booleans()) else (),
        boundaries=draw(st.sampled_from([None, "2018", "2024"])),
    )


def rows_of(table: pa.Table) -> list[str]:
    """In how many rows of flows a division matters depends on how many flows there are; whether it matters does not."""
    estimated = ("arrivals_estimated", "departures_estimated")
    rows = [{name: bool(n) if name in estimated else n for name, n in row.items()} for row in table.to_pylist()]
    return sorted(map(str, rows))


def counted(
    designs: Sequence[TableDesign],
    moves: pa.Table,
    members: Sequence[Membership],
    frequency: Frequency,
    *,
    codes_first: bool,
) -> tuple[dict[str, list[str]], dict[str, FlowTotals]]:
    """The cells of every design, and the totals with which they are compared, from flows of months or of years."""
    query = flows_query(tuple(designs), frequency=frequency, keyed=True, changes=CHANGES if codes_first else None)
    flows = ENGINE.run(query, CUT_OFF, moves=moves, territory=TERRITORY)
    assert frequency == "month" or set(flows["month"].to_pylist()) <= {1}
    shared: dict[str, Any] = {"groups": group_table(tuple(members)), "divisions": DIVISIONS}
    queries = {one.id: table_query(one, YEAR, characteristics(designs), "OTHER", keyed=True) for one in designs}
    cells = {name: rows_of(ENGINE.run(one, None, flows=flows, **shared)) for name, one in queries.items()}
    return cells, flow_totals(ENGINE.run(flow_totals_query(), None, flows=flows), YEAR)


@settings(max_examples=50, deadline=None)
@given(designs=yearly_designs(), drawn=MOVES, members=MEMBERS, codes_first=st.booleans())
def test_tables_of_years_are_the_same_from_flows_of_either_grain(
    designs: tuple[TableDesign, ...], drawn: list[dict[str, Any]], members: list[Membership], codes_first: bool
) -> None:
    days = [day for one in members for day in (one.valid_from, one.valid_to) if day]
    frequency, moves = frequency_of_flows(designs, [YEAR], days), moves_table(drawn)
    kept, months = counted(designs, moves, members, "month", codes_first=False)
    found, totals = counted(designs, moves, members, frequency, codes_first=codes_first)
    assert found == kept
    assert all(totals[period] == of for period, of in months.items() if frequency == "month" or "-" not in period)
