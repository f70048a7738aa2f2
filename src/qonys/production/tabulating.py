"""The step *tabulate*: counts moves into flows, once for each data cut-off that the calendar names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from qonys.concepts.table_design import TableDesign
from qonys.datasets.outcome import Finding, Outcome
from qonys.production.office import Office
from qonys.queries.flows import MAIN_FLOWS, FlowTable, designs_by_flows, flows_at_query, spanned_flows_query
from qonys.store.states import Together

_NAMES: dict[FlowTable, str] = {MAIN_FLOWS: "flows", "statistics/rare_flows": "flows of rare dimensions"}


def tabulate(office: Office) -> Outcome[int]:
    """Make the flows anew from the moves that count when it begins.

    Returns:
        Number of flows; measures give the moves of each cut-off and its flows, those of rare dimensions apart: moves
        by flows is the compression.

    Raises:
        OperatorError: nothing was processed yet, or somebody else tabulates this register now.
    """
    with office.store.together("tabulate", office.lineage()) as states:
        return _tabulated(office.reading(), states)


def _tabulated(office: Office, states: Together) -> Outcome[int]:
    measures: dict[str, dict[str, int]] = {}
    flows = {
        table: pa.concat_tables(_flows(office, table, designs, measures))
        for table, designs in designs_by_flows(office.profile.tables.values()).items()
    }
    made_of, version = office.store.lineage("clean/moves"), office.store.version("clean/moves")
    lineage = {name: made_of[name] for name in ("deliveries", "counted", "decisions", "profile_hash")}
    for table, of_table in flows.items():
        states.replace(table, of_table, {**lineage, "moves": str(version)})
    findings = [_nothing_known(office, day) for day in _cut_offs(office) if measures[day.isoformat()]["moves"] == 0]
    return Outcome(sum(of_table.num_rows for of_table in flows.values()), tuple(findings), measures)


def _flows(
    office: Office, table: FlowTable, designs: tuple[TableDesign, ...], measures: dict[str, dict[str, int]]
) -> Iterator[pa.Table]:
    """The flows of each cut-off, of one pass over the moves; how many moves and flows, is written down in the measures."""
    keyed, cut_offs = office.profile.protection.needs_keys, _cut_offs(office)
    query, moves = spanned_flows_query(designs, cut_offs, keyed=keyed), office.store.files("clean/moves")
    spanned = office.counter.run(query, None, moves=moves, territory=office.territory)
    for place, cut_off in enumerate(cut_offs):
        flows = office.engine.run(flows_at_query(spanned.column_names, place), spanned=spanned)
        people = int(pc.sum(flows["n"]).as_py() or 0)
        measures.setdefault(cut_off.isoformat(), {"moves": people})[_NAMES[table]] = flows.num_rows
        office.progress(f"{_NAMES[table]} as of {cut_off}", people)
        yield flows.append_column("cut_off", pa.array([cut_off] * flows.num_rows, pa.date32()))


def _cut_offs(office: Office) -> list[date]:
    return sorted({day for entry in office.profile.calendar for day in entry.cut_offs.values()})


def _nothing_known(office: Office, cut_off: date) -> Finding:
    first = min(receipt.received for receipt in office.store.receipts())
    return Finding(
        f"No move was known on the data cut-off {cut_off}; the first delivery was received on {first}.",
        where="calendar.yaml",
        next_step="Say with `qonys collect --received DATE` when a delivery came, or mend the calendar.",
    )
