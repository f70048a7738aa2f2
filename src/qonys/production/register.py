"""The register as it stands: the registrations, what was amended in their place, and the log of what persons decided."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from qonys.datasets.decision import Key
from qonys.datasets.outcome import Overlay, Table
from qonys.errors import StatisticianError
from qonys.production.office import Office


def current_registrations(office: Office) -> Table:
    """The register as it counted when it was last processed: registrations with the amended slips in their place."""
    below = office.registrations
    if office.store.version("clean/amendments") is None:
        return below
    return Overlay(below, office.engine.run("select * from a", a=office.store.files("clean/amendments")))


def key_table(keys: Sequence[Key]) -> pa.Table:
    """Keys as a table with columns delivery and row."""
    return pa.table(
        {
            "delivery": pa.array([delivery for delivery, _ in keys], pa.int32()),
            "row": pa.array([row for _, row in keys], pa.int64()),
        }
    )


def stale_entry(entry: int, key: Key, what: str, why: str) -> StatisticianError:
    """The guard's error: an entry of the log holds no more."""
    return StatisticianError(
        f"Entry {entry} of the log of decisions matches nothing any more: {what}; {why}",
        where=f"delivery {key[0]}, row {key[1]}",
        next_step=f"See it with `qonys corrections`, then take it back: "
        f"qonys correct --undo {entry} --reason OTHER --note “no longer needed”.",
    )
