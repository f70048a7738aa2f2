"""The step *tabulate*: counts moves into flows, once for each data cut-off that the calendar names."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from qonys.datasets.outcome import Finding, Outcome
from qonys.production.office import Office
from qonys.queries.flows import flows_query
from qonys.store.states import Together


def tabulate(office: Office) -> Outcome[int]:
    """Make the flows anew from the moves that count when it begins.

    Returns:
        Number of flows; measures give moves and flows of each cut-off: their ratio is the compression.

    Raises:
        OperatorError: nothing was processed yet, or somebody else tabulates this register now.
    """
    with office.store.together("tabulate", office.lineage()) as states:
        return _tabulated(office.reading(), states)


def _tabulated(office: Office, states: Together) -> Outcome[int]:
    designs = tuple(office.profile.tables.values())
    query, moves = flows_query(designs), office.store.files("clean/moves")
    counted: list[pa.Table] = []
    measures: dict[str, dict[str, int]] = {}
    findings: list[Finding] = []
    for cut_off in _cut_offs(office):
        flows = office.engine.run(query, {"cut_off": cut_off.isoformat()}, moves=moves, territory=office.territory)
        people = int(pc.sum(flows["n"]).as_py() or 0)
        measures[cut_off.isoformat()] = {"moves": people, "flows": flows.num_rows}
        office.progress(f"flows as of {cut_off}", people)
        if people == 0:
            findings.append(_nothing_known(office, cut_off))
        stamp = pa.array([cut_off] * flows.num_rows, pa.date32())
        counted.append(flows.append_column("cut_off", stamp))
    flows = pa.concat_tables(counted)
    made_of, version = office.store.lineage("clean/moves"), office.store.version("clean/moves")
    lineage = {name: made_of[name] for name in ("deliveries", "counted", "decisions", "profile_hash")}
    states.replace("statistics/flows", flows, {**lineage, "moves": str(version)})
    return Outcome(flows.num_rows, tuple(findings), measures)


def _cut_offs(office: Office) -> list[date]:
    return sorted({day for entry in office.profile.calendar for day in entry.cut_offs.values()})


def _nothing_known(office: Office, cut_off: date) -> Finding:
    first = min(receipt.received for receipt in office.store.receipts())
    return Finding(
        f"No move was known on the data cut-off {cut_off}; the first delivery was received on {first}.",
        where="calendar.yaml",
        next_step="Say with `qonys collect --received DATE` when a delivery came, or mend the calendar.",
    )
