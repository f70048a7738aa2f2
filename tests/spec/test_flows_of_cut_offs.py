"""The flows of several data cut-offs come of one pass over the moves, and are those that each cut-off gives alone."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from qonys.country.loading import load_profile
from qonys.datasets.territory import territory_table
from qonys.production.tabulating import flows_by_place
from qonys.queries.flow_tables import designs_by_flows
from qonys.queries.flows import flows_query, spanned_flows_query
from qonys.store.parquet_files import plain_schema
from spec.counted_tables import ENGINE, moves_table

MINI = load_profile("mini")
DESIGNS = designs_by_flows(MINI.tables.values())["statistics/flows"]
TERRITORY = territory_table(MINI.areas, MINI.identity.level)
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
    moves: list[tuple[str, str, date, date | None]], cut_offs: list[date]
) -> None:
    table = moves_table(
        {"origin": origin, "destination": destination, "date": date(2024, 1, 3), "known_from": since, "known_to": until, "record_key": 77}
        for origin, destination, since, until in moves
        if until is None or until > since
    )  # fmt: skip
    spanned = ENGINE.run(spanned_flows_query(DESIGNS, cut_offs, keyed=True), None, moves=table, territory=TERRITORY)
    for day, together in zip(cut_offs, flows_by_place(ENGINE, spanned, len(cut_offs)), strict=True):
        alone = ENGINE.run(
            flows_query(DESIGNS, keyed=True), {"cut_off": day.isoformat()}, moves=table, territory=TERRITORY
        )
        assert plain_schema(together.schema) == alone.schema
        assert rows_of(together) == rows_of(alone)
