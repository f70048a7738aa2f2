"""Says of a whole delivery that it does not count, for another stands in its place or for none does; or that it counts again.

Law: what holds already is not said twice.
"""

from __future__ import annotations

from datetime import date

import msgspec

from qonys.datasets.decision import Act, Decision
from qonys.datasets.outcome import Finding, Outcome
from qonys.production.deciding import Request, decide
from qonys.production.office import Office
from qonys.store.withdrawals import Withdrawal, open_withdrawals


class Why(msgspec.Struct, frozen=True):
    """Why something is decided: code of the reason, what a reader should know besides, and who or what says so."""

    reason: str
    note: str = ""
    source: str = ""


def withdraw_delivery(
    office: Office, delivery: int, why: Why, *, by: int | None = None, since: date | None = None
) -> Outcome[Decision | None]:
    """Let a delivery count no more.

    Args:
        office: the office at work.
        delivery: its number.
        why: the reason.
        by: number of the delivery that stands in its place; None where none does.
        since: first day on which it does not count; today where None.

    Returns:
        The entry of the log, None where it holds already; findings tell what to know besides.

    Raises:
        OperatorError: nobody says who decides.
        StatisticianError: it cannot be said of these deliveries, or not of that day, or without a reason.
    """
    holding = open_withdrawals(office.withdrawals).get(delivery)
    if holding is not None and holding.by == by and since in (None, holding.since):
        return Outcome(None, (_known(f"Delivery {delivery} does not count since {holding.since}{_said_by(holding)}"),))
    entry = _decided(office, "withdraw", delivery, why, since, new=str(by) if by is not None else None)
    return Outcome(entry, tuple(_beside(office, delivery, by)))


def reinstate_delivery(
    office: Office, delivery: int, why: Why, *, since: date | None = None
) -> Outcome[Decision | None]:
    """Let a delivery count again that was withdrawn or replaced; arguments, result and errors as `withdraw_delivery`."""
    last = [one for one in office.withdrawals if one.delivery == delivery][-1:]
    for one in last:
        if one.until is not None and since in (None, one.until):
            return Outcome(None, (_known(f"Delivery {delivery} counts since {one.until}, by entry {one.undone_by}"),))
    return Outcome(_decided(office, "reinstate", delivery, why, since))


def _decided(office: Office, act: Act, delivery: int, why: Why, since: date | None, new: str | None = None) -> Decision:
    request = Request(
        delivery, 0, act, why.reason, new=new, note=why.note, source=why.source, where=f"delivery {delivery}", since=since
    )  # fmt: skip
    (entry,) = decide(office, [request])
    return entry


def _known(what: str) -> Finding:
    return Finding(f"{what}; nothing was done.", severity="info")


def _said_by(holding: Withdrawal) -> str:
    place = f", for delivery {holding.by} stands in its place" if holding.by is not None else ""
    return f"{place} ({f'entry {holding.entry}' if holding.entry else 'its receipt says so'})"


def _beside(office: Office, delivery: int, by: int | None) -> list[Finding]:
    """What whoever withdraws a delivery should know of others."""
    found, log = [], office.decision_log
    for one in open_withdrawals(office.withdrawals).values():
        if one.by == delivery and by is None:
            what = f"Delivery {one.delivery}, in whose place it stood, does not count either."
            then = f"If it shall, say so: qonys reinstate {one.delivery} --reason … --note “…”."
            found.append(Finding(what, next_step=then))
    open_ = [e for e in log.standing if e.delivery == delivery and e.act != "accept" and e.entry not in log.closed]
    if open_ and by is not None:
        what = f"{len(open_)} entries of the log are about slips of delivery {delivery}."
        then = (
            f"Decide them again in delivery {by}, where it has the error still, and close them: "
            f"qonys correct --close-delivery {delivery} --reason OWNER."
        )
        found.append(Finding(what, next_step=then))
    return found
