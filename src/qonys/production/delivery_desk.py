"""Withdraws and reinstates whole deliveries: what can be said of one, and what was said before.

Laws: what is said holds from a day on, which is not before anything that it is about came, nor before what was said of the
delivery earlier, nor after today; so figures of an earlier data cut-off stay. A delivery takes the place of another one
as with `qonys collect --replaces`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from qonys.datasets.decision import Act
from qonys.store.receipts import Receipt
from qonys.store.withdrawals import (
    Withdrawal,
    open_withdrawals,
    reinstated_later,
    replacement_fault,
    unknown_delivery,
    withdrawn_already,
)


class Said(msgspec.Struct, frozen=True):
    """What an entry about a delivery says: the other delivery, the entry that it takes back, and its first day."""

    since: date
    new: str | None = None
    of: int | None = None


class DeliveryDesk:
    """The deliveries that decisions are about, as they stand while one decision after the other is made an entry.

    Args:
        receipts: of all deliveries.
        found: days on which deliveries do not count.
        today: nothing is said of a day after it.
    """

    def __init__(self, receipts: Sequence[Receipt], found: Sequence[Withdrawal], today: date) -> None:
        self._receipts = {receipt.delivery: receipt for receipt in receipts}
        self._found, self._today = list(found), today

    def said(self, act: Act, delivery: int, by: str | None, since: date | None, *, entry: int) -> Said:
        """What an entry says that withdraws or reinstates a delivery.

        Args:
            act: ``withdraw`` or ``reinstate``.
            delivery: its number.
            by: number of the delivery that stands in its place; None where none does.
            since: first day on which it holds; today where None.
            entry: number of the entry.

        Raises:
            ValueError: it cannot be said; the message tells why, and what can.
        """
        if delivery not in self._receipts:
            raise _fault(unknown_delivery(delivery, self._receipts.values()))
        since = since or self._today
        if act == "withdraw":
            return self._withdrawn(delivery, int(by) if by else None, since, entry)
        return self._reinstated(delivery, since, entry)

    def _withdrawn(self, delivery: int, by: int | None, since: date, entry: int) -> Said:
        if by is not None:
            self._fail_if_not_in_its_place(delivery, by)
        elif holding := open_withdrawals(self._found).get(delivery):
            raise _fault(withdrawn_already(holding))
        for number in (delivery, *([by] if by is not None else [])):
            came = self._receipts[number].received
            if since < came:
                raise ValueError(f"Delivery {number} came on {came}: nothing can be said of {since}.")
        if fault := reinstated_later(delivery, since, self._found):
            raise _fault(fault)
        self._fail_if_to_come(since)
        self._found.append(Withdrawal(delivery, since, by, entry=entry))
        return Said(since, str(by) if by is not None else None)

    def _fail_if_not_in_its_place(self, delivery: int, by: int) -> None:
        other = self._receipts.get(by)
        if other is None:
            raise _fault(unknown_delivery(by, self._receipts.values()))
        if by == delivery:
            raise ValueError(f"Delivery {by} cannot stand in its own place. To leave it out: qonys withdraw {by}")
        fault = replacement_fault(
            delivery, f"delivery {by}", other.layout, other.received, self._receipts.values(), self._found
        )
        if fault:
            raise _fault(fault)
        gone, at, way = open_withdrawals(self._found), by, list[int]()
        while at in gone and (following := gone[at].by) is not None:
            at, way = following, [*way, following]
            if at == delivery:
                told = ", then by ".join(map(str, way))
                raise ValueError(
                    f"Delivery {by} was itself replaced by {told}: they would stand in each other's place."
                )

    def _reinstated(self, delivery: int, since: date, entry: int) -> Said:
        holding = open_withdrawals(self._found).get(delivery)
        if holding is None:
            raise ValueError(f"Delivery {delivery} counts: nothing withdrew it. See `qonys corrections`.")
        if since < holding.since:
            raise ValueError(f"Delivery {delivery} counts until {holding.since} anyhow: --since that day or later.")
        self._fail_if_to_come(since)
        self._found.remove(holding)
        self._found.append(msgspec.structs.replace(holding, until=since, undone_by=entry))
        by = str(holding.by) if holding.by is not None else None
        return Said(since, None if holding.entry else by, holding.entry)

    def _fail_if_to_come(self, since: date) -> None:
        if since > self._today:
            raise ValueError(f"{since} is still to come: today is {self._today}.")


def _fault(told: tuple[str, str]) -> ValueError:
    return ValueError(" ".join(told))
