"""The flows that count at a data cut-off, of one version of the state that holds those of all cut-offs."""

from __future__ import annotations

from datetime import date

from qonys.datasets.outcome import KnownOn
from qonys.errors import StatisticianError
from qonys.production.office import Office
from qonys.queries.flow_tables import FlowTable

_SPAN = {"known_from", "known_to"}


def known_flows(office: Office, table: FlowTable, cut_off: date, *, version: int | None = None) -> KnownOn:
    """The flows of a data cut-off.

    Raises:
        StatisticianError: an earlier program counted them, which kept flows for each cut-off apart.
    """
    flows = office.store.files(table, version)
    if not set(flows.schema.names) >= _SPAN:
        raise StatisticianError(
            "The flows were counted by an earlier version of Qonys, which kept them in another form.",
            where=table if version is None else f"{table}, version {version}",
            next_step="Run `qonys tabulate`. A release that was built from such flows is explained and verified by the "
            "version of Qonys that built it.",
        )
    return KnownOn(flows, cut_off)
