"""Flows and every table design of every profile, counted by DuckDB and by Sail: the same rows, of the same types.

The moves are drawn at random and worse than any register: ages below 0 and above 110, ends that are not stated, codes that
hold quotes, backslashes and characters of a pattern, record keys over the whole range of their type.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import isclose
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from msgspec.structs import replace

from qonys.analyse.identities import flow_totals_query
from qonys.concepts.classification import Membership
from qonys.concepts.period import Period
from qonys.concepts.table_design import Frequency, TableDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.move import CHARACTERISTICS, MOVE
from qonys.datasets.outcome import Engine
from qonys.datasets.territory import days_of_change, division_table, group_table, remainder_group, territory_table
from qonys.engine.duck import DuckDBEngine
from qonys.engine.spark_connect import SparkConnectEngine
from qonys.queries.flow_tables import FlowTable, characteristics, designs_by_flows, flow_table_of
from qonys.queries.flows import counts_codes_first, flows_query
from qonys.queries.tables import flows_of_ends_query, table_query

MOVES = 3_000
ODD = ("o'clock", "back\\slash", "50%_", "Ә", "")
CUT_OFF = {"cut_off": "2025-02-28"}
DUCKDB = DuckDBEngine(memory_limit="500MB", threads=1)


@pytest.fixture(scope="module")
def sail() -> Iterator[SparkConnectEngine]:
    engine = SparkConnectEngine("sail")
    yield engine
    engine.close()


def random_moves(profile: Profile) -> pa.Table:
    drawn = random.Random(2024)  # noqa: S311 no secret
    codes = {name: _codes(profile, name) for name in CHARACTERISTICS if name in MOVE.names}
    return pa.Table.from_pylist([_move(drawn, profile, codes, row) for row in range(MOVES)], schema=MOVE)


def _codes(profile: Profile, name: str) -> Sequence[str | None]:
    listed = profile.classifications.get(name)
    return [*(code.code for code in (listed.codes if listed else ())), *ODD, None]


def _move(
    drawn: random.Random, profile: Profile, codes: dict[str, Sequence[str | None]], row: int
) -> dict[str, object]:
    known_from = date(2024, 1, 1) + timedelta(drawn.randrange(500))
    areas = profile.areas.areas
    return {
        "delivery": 1,
        "row": row,
        "line": 0,
        "record_key": drawn.randrange(-(2**63), 2**63),
        "known_from": known_from,
        "known_to": drawn.choice([None, None, known_from + timedelta(drawn.randrange(1, 300))]),
        "date": drawn.choice([date(2017, 6, 1), date(2023, 1, 1)]) + timedelta(drawn.randrange(731)),
        "origin": drawn.choice(areas).code,
        "destination": drawn.choice(areas).code,
        "origin_locality": drawn.choice(["U", "R", None]),
        "destination_locality": drawn.choice(["U", "R", None]),
        "age": drawn.choice([None, -6, -1, 0, 4, 5, 14, 15, 17, 18, 84, 85, 120, drawn.randrange(100)]),
        **{name: drawn.choice(listed) for name, listed in codes.items()},
    }


def with_known_shares(divisions: pa.Table) -> pa.Table:
    """Every other share of a division known, as a profile may say it: those counts are fractions."""
    shares = [0.3 if row % 2 else None for row in range(divisions.num_rows)]
    place = divisions.schema.get_field_index("weight")
    return divisions.set_column(place, "weight", pa.array(shares, pa.float64()))


def designs_of(profile: Profile) -> tuple[TableDesign, ...]:
    """The designs, and those on borders on the later ones too, over so many years that areas were divided in between."""
    late = max((borders.id for borders in profile.areas.boundary_sets), default="")
    on_borders = [design for design in profile.tables.values() if design.boundaries]
    later = [replace(design, id=f"{design.id}-later", boundaries=late, years=9) for design in on_borders]
    return (*profile.tables.values(), *later)


def counted(engine: Engine, profile: Profile, *, codes_first: bool = False) -> dict[str, pa.Table]:
    """Flows of each kind, their totals, and the counts of each design, all with the sums of record keys."""
    moves, territory = random_moves(profile), territory_table(profile.areas, profile.identity.level)
    changes = days_of_change(territory) if codes_first else None
    by_flows = designs_by_flows(designs_of(profile))
    flows: dict[FlowTable, pa.Table] = {
        name: engine.run(flows_query(designs, keyed=True, changes=changes), CUT_OFF, moves=moves, territory=territory)
        for name, designs in by_flows.items()
    }
    found: dict[str, pa.Table] = dict(flows)
    for name, table in flows.items():
        found[f"totals of {name}"] = engine.run(flow_totals_query(), None, flows=table)
    shared = {"groups": group_table(profile.memberships), "divisions": with_known_shares(division_table(profile.areas))}
    remainder = remainder_group(profile.classifications.get("country_group"))
    for design in designs_of(profile):
        source = flow_table_of(design)
        query = table_query(design, Period(2024), characteristics(by_flows[source]), remainder, keyed=True)
        found[design.id] = engine.run(query, None, flows=flows[source], **shared)
    return found


def rows_in_order(table: pa.Table) -> list[tuple[Any, ...]]:
    rows = [tuple(row.values()) for row in table.to_pylist()]
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row if not isinstance(value, float)])


def same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Fractions are sums in any order, so their last digits may differ; all else is exact."""
    return all(
        isclose(a, b, rel_tol=1e-12, abs_tol=1e-9) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("name", ["mini", "kz", "es"])
def test_every_design_of_a_profile_is_counted_alike(name: str, sail: SparkConnectEngine) -> None:
    profile = load_profile(name)
    by_duckdb = counted(DUCKDB, profile)
    assert len(by_duckdb) >= len(profile.tables) + 2
    fail_unless_alike(by_duckdb, counted(sail, profile))
    fail_unless_alike(by_duckdb, counted(sail, profile, codes_first=True))


def fail_unless_alike(one: dict[str, pa.Table], other: dict[str, pa.Table]) -> None:
    assert list(one) == list(other)
    for made, expected in one.items():
        assert other[made].schema == expected.schema, made
        pairs = zip(rows_in_order(expected), rows_in_order(other[made]), strict=True)
        assert [pair for pair in pairs if not same(*pair)] == [], made


@pytest.mark.parametrize("name", ["mini", "kz", "es"])
def test_codes_that_are_counted_before_they_are_looked_up_make_the_same_flows(name: str) -> None:
    profile = load_profile(name)
    fail_unless_alike(counted(DUCKDB, profile), counted(DUCKDB, profile, codes_first=True))


@pytest.mark.parametrize("codes_first", [False, True])
@pytest.mark.parametrize("name", ["mini", "kz", "es"])
def test_tables_by_year_are_the_same_from_flows_of_years(name: str, codes_first: bool) -> None:
    profile = load_profile(name)
    yearly = [replace(design, frequency="year") for design in designs_of(profile)]
    territory = territory_table(profile.areas, profile.identity.level)
    new_year = [member for member in profile.memberships if _at_new_year(member)]
    shared = {"groups": group_table(tuple(new_year)), "divisions": with_known_shares(division_table(profile.areas))}
    for designs in designs_by_flows(yearly).values():
        counts: list[dict[str, pa.Table]] = []
        rows: list[int] = []
        frequencies: tuple[Frequency, ...] = ("month", "year")
        for frequency in frequencies:
            query = flows_query(
                designs, frequency=frequency, keyed=True, changes=days_of_change(territory) if codes_first else None
            )
            flows = DUCKDB.run(query, CUT_OFF, moves=random_moves(profile), territory=territory)
            tables = {
                one.id: table_query(one, Period(2024), characteristics(designs), "OTHER", keyed=True) for one in designs
            }
            made = {one: DUCKDB.run(query, None, flows=flows, **shared) for one, query in tables.items()}
            counts.append({one: _with_estimated_or_not(found) for one, found in made.items()})
            rows.append(flows.num_rows)
        assert rows[1] < rows[0]
        fail_unless_alike(*counts)


def _at_new_year(member: Membership) -> bool:
    return all((day.month, day.day) == (1, 1) for day in (member.valid_from, member.valid_to) if day)


@pytest.mark.parametrize("name", ["mini", "kz"])
def test_tables_without_characteristics_are_the_same_from_flows_summed_over_them(name: str) -> None:
    profile = load_profile(name)
    designs = designs_by_flows(designs_of(profile))["statistics/flows"]
    territory = territory_table(profile.areas, profile.identity.level)
    flows = DUCKDB.run(flows_query(designs, keyed=True), CUT_OFF, moves=random_moves(profile), territory=territory)
    of_ends = DUCKDB.run(flows_of_ends_query(designs, keyed=True), None, flows=flows)
    assert of_ends.num_rows < flows.num_rows
    assert set(of_ends.column_names) == set(flows.column_names) - set(characteristics(designs))
    shared = {"groups": group_table(profile.memberships), "divisions": with_known_shares(division_table(profile.areas))}
    plain = [design for design in designs if not characteristics((design,))]
    assert len(plain) > 5
    counts: list[dict[str, pa.Table]] = []
    for table, carried in ((flows, characteristics(designs)), (of_ends, ())):
        queries = {one.id: table_query(one, Period(2024), carried, "OTHER", keyed=True) for one in plain}
        made = {one: DUCKDB.run(query, None, flows=table, **shared) for one, query in queries.items()}
        # How many rows an estimate is made of is another number; whether it is made of some is the same.
        counts.append({one: _with_estimated_or_not(found) for one, found in made.items()})
    fail_unless_alike(*counts)


def _with_estimated_or_not(counts: pa.Table) -> pa.Table:
    for side in ("arrivals_estimated", "departures_estimated"):
        if side in counts.column_names:
            place = counts.schema.get_field_index(side)
            counts = counts.set_column(place, side, pc.greater(counts[side], 0))
    return counts


def test_a_code_that_changes_its_meaning_within_a_month_is_counted_apart() -> None:
    """Without the days of change the moves of a month would all be looked up as of its first day."""
    profile = load_profile("kz")
    territory = territory_table(profile.areas, profile.identity.level)
    within = {day.isoformat() for day in days_of_change(territory) if day.day > 1}
    assert "2022-06-08" in within
    rows = [
        {"date": date(2022, 6, day), "origin": "191000000", "destination": "750000000", "known_from": date(2023, 1, 1)}
        for day in (7, 8)
    ]
    moves = pa.Table.from_pylist(rows, schema=MOVE)
    designs = designs_by_flows(designs_of(profile))["statistics/flows"]
    found = [
        DUCKDB.run(flows_query(designs, changes=changes), CUT_OFF, moves=moves, territory=territory)
        for changes in (None, days_of_change(territory), ())
    ]
    assert rows_in_order(found[0]) == rows_in_order(found[1]) != rows_in_order(found[2])


def test_codes_are_counted_first_where_they_are_few_beside_moves() -> None:
    assert counts_codes_first(20_000_000, 20, 12, (4,))
    assert not counts_codes_first(2_600_000, 500, 24, (4, 20, 100))
    assert not counts_codes_first(20_000_000, 20, 12, (4, 20, 100))


def test_the_random_moves_reach_what_is_hard() -> None:
    """Fractions, sums of keys beyond 32 bits, and moves that no longer count."""
    profile = load_profile("kz")
    found = counted(DUCKDB, profile)
    on_borders = [design.id for design in designs_of(profile) if design.boundaries]
    arrivals = [value for name in on_borders for value in found[name]["arrivals"].to_pylist()]
    assert any(value != int(value) for value in arrivals)
    assert max(found[on_borders[0]]["arrivals_key_low"].to_pylist()) > 2**32
    assert sum(found["statistics/flows"]["n"].to_pylist()) < MOVES
