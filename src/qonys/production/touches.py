"""Which rules and corrections touched the slips of each cell of a table: counts by rule and by reason, for all cells at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

import pyarrow as pa

from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.datasets.explanation import Touch
from qonys.datasets.finding import FLAG
from qonys.production.office import Office
from qonys.production.slips_counted import Versions, state_at
from qonys.queries.explaining import TAG, touched_design, touched_moves_query
from qonys.queries.flow_tables import FlowTable, characteristics, designs_by_flows, flow_table_of
from qonys.queries.flows import flows_query
from qonys.queries.tables import table_query

Touches: TypeAlias = Mapping[tuple[str, ...], tuple[Touch, ...]]
"""Period and dimensions -> what touched the slips."""
_ORDER = ("flagged", "corrected", "edited", "filled", "reviewed", "released", "imputed")


def touched_flows(office: Office, table: FlowTable, cut_off: str, versions: Versions) -> pa.Table:
    """The flows of the moves whose slips something touched, by what it was (column ``touch``).

    Args:
        office: the office at work.
        table: which flows.
        cut_off: ISO date of the data cut-off.
        versions: versions of the derived states.
    """
    known = {"cut_off": cut_off}
    moves = office.engine.run(
        touched_moves_query(),
        known,
        moves=office.store.files("clean/moves", versions["clean/moves"]),
        flags=state_at(office, "clean/flags", FLAG, versions),
    )
    designs = designs_by_flows(office.profile.tables.values())[table]
    return office.engine.run(flows_query(designs, more=(TAG,)), known, moves=moves, territory=office.territory)


def touches_by_cell(office: Office, design: TableDesign, period: Period, flows: pa.Table) -> Touches:
    """What touched the slips of each cell of a table.

    Args:
        office: the office at work.
        design: the table.
        period: period of the release.
        flows: `touched_flows` of its data cut-off.
    """
    designs = designs_by_flows(office.profile.tables.values())[flow_table_of(design)]
    carried = (*characteristics(designs), TAG)
    query = table_query(touched_design(design), period, carried, office.remainder)
    counts = office.engine.run(query, None, flows=flows, groups=office.groups, **office.divisions_of(design))
    names, reasons = ("period", *design.dimensions), _reasons(office)
    found: dict[tuple[str, ...], dict[tuple[str, str, str], list[float]]] = defaultdict(dict)
    for row in counts.to_pylist():
        told = found[tuple(row[name] for name in names)].setdefault(_touch(row[TAG], reasons), [0, 0])
        told[0] += row["arrivals"]
        told[1] += row["departures"]
    return {key: tuple(_in_order(told)) for key, told in found.items()}


def _in_order(told: Mapping[tuple[str, str, str], list[float]]) -> list[Touch]:
    touches = [Touch(how, what, field, *counts) for (how, what, field), counts in told.items()]
    return sorted(touches, key=lambda touch: (_ORDER.index(touch.how), touch.what, touch.field))


def _touch(tag: str, reasons: Mapping[str, str]) -> tuple[str, str, str]:
    """How, what and field of a note such as ``sex:reviewed:12``; an entry of the log is told by its reason code alone."""
    field, how, *rest = tag.split(":", 2)
    what = rest[0] if rest else ""
    return how, reasons.get(what, "") if how in ("reviewed", "released") else what, field


def _reasons(office: Office) -> dict[str, str]:
    return {str(entry.entry): entry.reason for entry in office.decision_log.entries}
