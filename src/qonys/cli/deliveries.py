"""The commands about whole deliveries: that one does not count, for another stands in its place or none does; that it does."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from qonys.cli.decisions import fields_of, office_of, what_was_decided
from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, says, show_findings

if TYPE_CHECKING:
    from qonys.datasets.decision import Decision
    from qonys.datasets.outcome import Outcome


def withdraw(
    delivery: int,
    /,
    *,
    replaced_by: int | None = None,
    since: date | None = None,
    reason: str,
    note: str = "",
    source: str = "",
    author: str | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Say of a delivery that it does not count: another stands in its place, or it should not have been taken.

    It is written into the log, takes effect with the next `qonys process`, and holds from a day on: a data cut-off before
    it keeps its figures. Both deliveries stay in history.

    Args:
        delivery: number of the delivery that does not count.
        replaced_by: number of the delivery that stands in its place, where that was not said as it was collected.
        since: first day on which it does not count (2025-01-20), no earlier than either came; today where not given.
        reason: OTHER_SOURCE, REVIEW, OWNER, MARGINAL_UNIT, DUPLICATE or OTHER.
        note: what a reader should know besides; needed with OTHER.
        source: document or register that says so.
        author: who decides; whoever runs it where not given.
        workspace: folder of the workspace.
        json: print the entry as JSON.
    """
    from qonys.production.withdrawn_deliveries import Why, withdraw_delivery

    office, why = office_of(workspace, author), Why(reason, note, source)
    _told(withdraw_delivery(office, delivery, why, by=replaced_by, since=since), json=json)


def reinstate(
    delivery: int,
    /,
    *,
    since: date | None = None,
    reason: str,
    note: str = "",
    source: str = "",
    author: str | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Say of a delivery that was withdrawn or replaced that it counts again.

    Args:
        delivery: number of the delivery.
        since: first day on which it counts again; today where not given. The day on which it was withdrawn: as if it
            never had been.
        reason: OTHER_SOURCE, REVIEW, OWNER, MARGINAL_UNIT, DUPLICATE or OTHER.
        note: what a reader should know besides; needed with OTHER.
        source: document or register that says so.
        author: who decides; whoever runs it where not given.
        workspace: folder of the workspace.
        json: print the entry as JSON.
    """
    from qonys.production.withdrawn_deliveries import Why, reinstate_delivery

    office = office_of(workspace, author)
    _told(reinstate_delivery(office, delivery, Why(reason, note, source), since=since), json=json)


def _told(outcome: Outcome[Decision | None], *, json: bool) -> None:
    entry = outcome.data
    if json:
        as_json({"decisions": [fields_of(entry)] if entry else [], "findings": outcome.findings})
        return
    if entry is not None:
        says.print(f"Entry {entry.entry}: delivery {entry.delivery}: {what_was_decided(entry)}", markup=False)
        says.print(f"A data cut-off before {entry.since} keeps its figures; --since names another day.")
        says.print("It takes effect with `qonys process`.")
    show_findings(outcome.findings)
