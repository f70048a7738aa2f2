"""The step *tabulate*: counts moves into flows, once for each data cut-off that the calendar names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qonys.concepts.age import age_groups
from qonys.concepts.period import Period
from qonys.concepts.table_design import Frequency, TableDesign
from qonys.datasets.outcome import Engine, Finding, Outcome
from qonys.datasets.territory import END, days_of_change
from qonys.production.office import Office
from qonys.queries.flow_tables import MAIN_FLOWS, FlowTable, characteristics, designs_by_flows, frequency_of_flows
from qonys.queries.flows import counts_codes_first, spanned_flows_query, told_apart_query
from qonys.store.states import Together

_MANY = 1000
"""Stands for the number of codes of a characteristic without a list."""
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
    cut_offs, measures, found = _cut_offs(office), dict[str, dict[str, int]](), 0
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="flows") as beside:
        # Flows are written on one core, while the next ones are counted.
        written = []
        for table, designs in designs_by_flows(office.profile.tables.values()).items():
            flows = _flows(office, designs, cut_offs)
            written.append(beside.submit(_write, states, table, flows, _made_of(office)))
            for cut_off, (people, number) in zip(cut_offs, counted_on(office.engine, flows, cut_offs), strict=True):
                measures.setdefault(cut_off.isoformat(), {"moves": people})[_NAMES[table]] = number
                office.progress(f"{_NAMES[table]} as of {cut_off}", people)
                found += number
        for one in written:
            one.result()
    findings = [_nothing_known(office, day) for day in cut_offs if measures[day.isoformat()]["moves"] == 0]
    return Outcome(found, tuple(findings), measures)


def _write(states: Together, table: FlowTable, flows: pa.Table, made_of: dict[str, str]) -> None:
    states.replace(table, _with_short_texts(flows), made_of)


def _made_of(office: Office) -> dict[str, str]:
    """What the flows say of the moves of which they are made."""
    moves = office.store.lineage("clean/moves")
    told = {name: moves[name] for name in ("deliveries", "counted", "decisions", "profile_hash")}
    return {**told, "moves": str(office.store.version("clean/moves"))}


def _flows(office: Office, designs: tuple[TableDesign, ...], cut_offs: Sequence[date]) -> pa.Table:
    """The flows of all cut-offs, of one pass over the moves."""
    moves = office.store.files("clean/moves")
    span = "select count(*) as moves, min(date) as first, max(date) as last from moves"
    known = _Known(**office.counter.run(span, None, moves=moves).to_pylist()[0])
    query = spanned_flows_query(
        designs,
        cut_offs,
        frequency=_frequency(office, designs, known),
        keyed=office.profile.protection.needs_keys,
        changes=_changes(office, designs, known),
    )
    return office.counter.run(query, None, moves=moves, territory=office.territory)


class _Known(NamedTuple):
    """How many moves there are, and from when to when; no day where there is none."""

    moves: int
    first: date | None
    last: date | None

    def while_known(self, days: Iterable[date | None]) -> tuple[date, ...]:
        """Of days of change those after the first move, and not after the last one."""
        first, last = self.first or END, self.last or END
        return tuple(day for day in days if day and first < day <= last)


def _frequency(office: Office, designs: tuple[TableDesign, ...], known: _Known) -> Frequency:
    """Flows of months, unless nothing of the profile asks for months."""
    released = (Period.parse(entry.period) for entry in office.profile.calendar)
    days = (day for member in office.profile.memberships for day in (member.valid_from, member.valid_to))
    return frequency_of_flows(designs, released, known.while_known(days))


def counted_on(engine: Engine, flows: pa.Table, cut_offs: Sequence[date]) -> Iterator[tuple[int, int]]:
    """How many moves and flows there are at each cut-off.

    Args:
        engine: tells the flows apart.
        flows: those of all cut-offs (`spanned_flows_query`); nearly all of them have one row.
        cut_offs: the days.
    """
    told = engine.run(told_apart_query(flows.column_names), flows=flows)
    _, flow, rows = np.unique(told["flow"].to_numpy(), return_inverse=True, return_counts=True)
    several, persons = rows[flow] > 1, told["n"].to_numpy()
    since, until = told["known_from"].to_numpy(), told["known_to"].to_numpy()
    for day in map(np.datetime64, cut_offs):
        counting = (since <= day) & (day < until)
        number = int(np.count_nonzero(counting & ~several)) + len(np.unique(flow[counting & several]))
        yield int(persons[counting].sum()), number


def _with_short_texts(table: pa.Table) -> pa.Table:
    """Each text once, in a dictionary: rows are then written by their numbers."""
    columns = [column.dictionary_encode() if pa.types.is_string(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _changes(office: Office, designs: tuple[TableDesign, ...], known: _Known) -> tuple[date, ...] | None:
    """The days on which the territory changes while there are moves, where it is quicker to count by codes first."""
    if known.first is None or known.last is None:
        return None
    months = 12 * (known.last.year - known.first.year) + known.last.month - known.first.month + 1
    codes = [_codes(office, designs, name) for name in characteristics(designs)]
    localities = [9] if any({"locality", "partner_locality"} & set(design.dimensions) for design in designs) else []
    areas = len(pc.unique(office.territory["code"]))
    if not counts_codes_first(known.moves, areas, months, (*codes, *localities)):
        return None
    return known.while_known(days_of_change(office.territory))


def _codes(office: Office, designs: tuple[TableDesign, ...], name: str) -> int:
    """How many codes a characteristic can have, what is not stated and not applicable among them."""
    listed = office.profile.classifications.get(name)
    known = {"age_group": len(age_groups()), "age_band": len({band for design in designs for band in design.bands})}
    return 2 + known.get(name, len(listed.codes) if listed else _MANY)


def _cut_offs(office: Office) -> list[date]:
    return sorted({day for entry in office.profile.calendar for day in entry.cut_offs.values()})


def _nothing_known(office: Office, cut_off: date) -> Finding:
    first = min(receipt.received for receipt in office.store.receipts())
    return Finding(
        f"No move was known on the data cut-off {cut_off}; the first delivery was received on {first}.",
        where="calendar.yaml",
        next_step="Say with `qonys collect --received DATE` when a delivery came, or mend the calendar.",
    )
