"""Moves drawn by hand -> flows -> a published table, as the line makes it, and the table as a drawn grid.

In a grid ``…`` is not available and ``.`` not applicable; codes of several dimensions are separated by blanks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa

from qonys.analyse.members import Setting
from qonys.analyse.populations import Populations
from qonys.analyse.tables import output_table
from qonys.concepts.period import Period
from qonys.concepts.status import ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.datasets.move import MOVE
from qonys.datasets.output import OutputTable
from qonys.datasets.territory import division_table, group_table, remainder_group, territory_table
from qonys.disseminate.words import table_words
from qonys.engine.duck import DuckDBEngine
from qonys.queries.flow_tables import characteristics, designs_by_flows, flow_table_of
from qonys.queries.flows import flows_query
from qonys.queries.tables import table_query
from spec.drawn_slips import drawn

YEAR = Period(2024)
CUT_OFF = date(2025, 2, 28)
ENGINE = DuckDBEngine(memory_limit="500MB", threads=1)


def moves_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Moves with what is not said of them: unknown, and known from the beginning."""
    known = {"delivery": 1, "line": 0, "record_key": 0, "known_from": date(2025, 1, 1)}
    return pa.Table.from_pylist([{**known, "row": n, **row} for n, row in enumerate(rows)], schema=MOVE)


def drawn_moves(text: str) -> pa.Table:
    """One row a kind of moves; ``n`` of them, 1 where it is not drawn; an empty cell is unknown."""
    rows: list[dict[str, Any]] = []
    for line in drawn(text):
        rows += [_move(line)] * int(line.get("n") or 1)
    return moves_table(rows)


def setting(profile: Profile, **changes: Any) -> Setting:  # noqa: ANN401 fields of Setting
    """What mini's release of 2024 shares, every month delivered; then what is changed."""
    months = frozenset(month for year in (2023, 2024) for month in Period(year).months)
    plain = Setting(
        period=Period(2024),
        cut_offs={"final": "2025-02-28", "operational": "2025-01-31"},
        covers=profile.covers,
        delivered={"final": months, "operational": months},
        synthetic=True,
        areas=profile.areas,
        level=profile.identity.level,
        classifications=profile.classifications,
        memberships=profile.memberships,
        words=table_words(profile),
        indicators=profile.indicators,
        populations=Populations(profile.population, profile.areas),
    )
    return replace(plain, **changes)


def counts_of(
    profile: Profile, design: TableDesign, moves: pa.Table, *, designs: Sequence[TableDesign] = (),
    period: Period = YEAR, cut_off: date = CUT_OFF, keyed: bool = False,
) -> pa.Table:  # fmt: skip
    """The counts of a table; its flows are those of all designs together."""
    every = tuple(designs) or (*profile.tables.values(), design)
    together = designs_by_flows(every)[flow_table_of(design)]
    territory = territory_table(profile.areas, profile.identity.level)
    flows = ENGINE.run(
        flows_query(together, keyed=keyed), {"cut_off": cut_off.isoformat()}, moves=moves, territory=territory
    )
    remainder = remainder_group(profile.classifications.get("country_group"))
    query = table_query(design, period, characteristics(together), remainder, keyed=keyed)
    divisions = {"divisions": division_table(profile.areas)} if design.boundaries else {}
    return ENGINE.run(query, flows=flows, groups=group_table(profile.memberships), **divisions)


def table_of(profile: Profile, design: TableDesign, moves: pa.Table, **changes: Any) -> OutputTable:  # noqa: ANN401
    """A published table of these moves."""
    shared = setting(profile, **changes)
    counts = counts_of(profile, design, moves, period=shared.period)
    return output_table(design, counts, shared)


def fail_unless_equal(table: OutputTable, grid: str) -> None:
    """A table equals a drawn grid: the same cells in the same order, the same values."""
    rows = [[part.strip() for part in line.split("|")] for line in grid.strip("\n").splitlines() if line.strip()]
    expected = {
        (*row[0].split(), *head.split()): value
        for row in rows[1:]
        for head, value in zip(rows[0][1:], row[1:], strict=True)
    }
    found = {key: _written(table, key) for key in table.keys()}  # noqa: SIM118 no mapping: the keys in order
    assert found == expected
    assert list(found) == list(expected)


def _written(table: OutputTable, key: tuple[str, ...]) -> str:
    cell = table.cells[key]
    if cell.value is None:
        return {ObservationStatus.NOT_AVAILABLE: "…", ObservationStatus.NOT_APPLICABLE: "."}[cell.observation]
    return f"{cell.value:.{table.measures[table.measure_of(key)].decimals}f}"


def _move(line: dict[str, str]) -> dict[str, Any]:
    typed: dict[str, Any] = {name: value or None for name, value in line.items() if name != "n"}
    for name in typed.keys() & {"date", "known_from", "known_to"}:
        typed[name] = date.fromisoformat(typed[name]) if typed[name] else None
    if typed.get("age"):
        typed["age"] = int(typed["age"])
    return typed
