"""The flows of several data cut-offs come of one pass over the moves, and are those that each cut-off gives alone."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qonys.country.loading import load_profile
from qonys.datasets.outcome import Files, KnownOn
from qonys.datasets.territory import territory_table
from qonys.production.tabulating import counted_on
from qonys.queries.flow_tables import designs_by_flows
from qonys.queries.flows import flows_query, spanned_flows_query
from spec.counted_tables import ENGINE, moves_table

MINI = load_profile("mini")
DESIGNS = designs_by_flows(MINI.tables.values())["statistics/flows"]
TERRITORY = territory_table(MINI.areas, MINI.identity.level)
SUMMED = """
select columns(* exclude (n, key_high, key_low)), cast(sum(n) as bigint) as n, cast(sum(key_high) as bigint) as key_high,
  cast(sum(key_low) as bigint) as key_low
from flows group by all
"""
START = date(2024, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: START + timedelta(days))
MOVES = st.lists(
    st.tuples(st.sampled_from(["C1", "N1", "S1"]), st.sampled_from(["C1", "XB"]), DAYS, st.none() | DAYS), max_size=12
)


def rows_of(flows: pa.Table) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in flows.to_pylist())


@settings(max_examples=60, deadline=None)
@given(moves=MOVES, cut_offs=st.sets(DAYS, min_size=1, max_size=4).map(sorted))
def test_one_pass_gives_the_flows_of_every_cut_off(
    moves: list[tuple[str, str, date, date | None]], cut_offs: list[date], tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = moves_table(
        {"origin": origin, "destination": destination, "date": date(2024, 1, 3), "known_from": since, "known_to": until, "record_key": 77}
        for origin, destination, since, until in moves
        if until is None or until > since
    )  # fmt: skip
    query = spanned_flows_query(DESIGNS, cut_offs, keyed=True)
    together = ENGINE.run(query, None, moves=table, territory=TERRITORY)
    path = tmp_path_factory.mktemp("flows") / "flows.parquet"
    pq.write_table(together, path)
    for day, (people, number) in zip(cut_offs, counted_on(ENGINE, together, cut_offs), strict=True):
        known = KnownOn(Files((str(path),), together.schema), day)
        summed = ENGINE.run(SUMMED, None, flows=known)
        alone = ENGINE.run(
            flows_query(DESIGNS, keyed=True), {"cut_off": day.isoformat()}, moves=table, territory=TERRITORY
        )
        assert summed.schema == alone.schema
        assert rows_of(summed) == rows_of(alone)
        assert (people, number) == (sum(alone["n"].to_pylist()), alone.num_rows)


def test_a_move_that_came_and_went_between_two_cut_offs_is_in_no_flow() -> None:
    table = moves_table([
        {"origin": "C1", "destination": "XB", "date": START, "known_from": date(2024, 1, 5), "known_to": date(2024, 1, 9)}
    ])  # fmt: skip
    cut_offs = [date(2024, 1, 4), date(2024, 1, 10)]
    flows = ENGINE.run(spanned_flows_query(DESIGNS, cut_offs), None, moves=table, territory=TERRITORY)
    assert flows.num_rows == 0


def test_a_flow_has_a_row_for_each_span_and_one_that_goes_on_has_no_end() -> None:
    since, until = date(2024, 1, 5), date(2024, 2, 1)
    table = moves_table(
        {"origin": "C1", "destination": "XB", "date": START, "known_from": since, "known_to": end}
        for end in (until, None)
    )
    cut_offs = [date(2024, 1, 10), date(2024, 2, 10)]
    flows = ENGINE.run(spanned_flows_query(DESIGNS, cut_offs), None, moves=table, territory=TERRITORY)
    spans = {(row["known_from"], row["known_to"], row["n"]) for row in flows.to_pylist()}
    assert spans == {(cut_offs[0], cut_offs[1], 1), (cut_offs[0], None, 1)}
    assert list(counted_on(ENGINE, flows, cut_offs)) == [(2, 1), (1, 1)]
