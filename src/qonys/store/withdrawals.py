"""Which deliveries do not count, from when until when: for another stands in their place, or a person withdrew them.

Laws: receipts and entries of the log are read, never changed; a withdrawal holds from its day on, until the day from which
on an entry reinstates the delivery; of one delivery at most one holds on any day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import msgspec

from qonys.datasets.decision import Decision, Log
from qonys.store.receipts import Receipt


class Withdrawal(msgspec.Struct, frozen=True):
    """Days on which a delivery does not count.

    Args:
        delivery: its number.
        since: first day on which it does not count.
        by: number of the delivery that stands in its place; None where none does.
        until: first day on which it counts again; None while it does not.
        entry: number of the entry that says so; None where the receipt of ``by`` does.
        undone_by: number of the entry that reinstates it.
    """

    delivery: int
    since: date
    by: int | None = None
    until: date | None = None
    entry: int | None = None
    undone_by: int | None = None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def withdrawals(receipts: Iterable[Receipt], log: Log) -> tuple[Withdrawal, ...]:
    """All withdrawals, by delivery and in the order of their days; also those that were taken back from their first day on."""
    said = [Withdrawal(one.replaces, one.received, one.delivery) for one in receipts if one.replaces is not None]
    said += [
        Withdrawal(entry.delivery, entry.since or entry.day, _number(entry.new), entry=entry.entry)
        for entry in log.entries
        if entry.act == "withdraw"
    ]
    back = {_subject(entry): entry for entry in log.entries if entry.act == "reinstate"}
    found = [_until(one, back.get((one.delivery, one.entry, None if one.entry else one.by))) for one in said]
    return tuple(sorted(found, key=lambda one: (one.delivery, one.since, one.until or date.max, one.entry or 0)))


def open_withdrawals(found: Iterable[Withdrawal]) -> dict[int, Withdrawal]:
    """Number of a delivery that does not count any more -> its withdrawal."""
    return {one.delivery: one for one in found if one.until is None}


def withdrawals_on(found: Iterable[Withdrawal], day: date) -> dict[int, Withdrawal]:
    """Number of a delivery that does not count on a day -> its withdrawal."""
    return {one.delivery: one for one in found if one.holds_on(day)}


def withdrawals_told(
    found: Iterable[Withdrawal], counted: Mapping[int, str], last: date
) -> tuple[tuple[str, str, str, str], ...]:
    """What entries of the log say of deliveries as of a day: delivery, since, until, what stands in its place.

    What is said of later days has no say, nor what receipts alone say: so a data cut-off before keeps its vintage.

    Args:
        found: all withdrawals.
        counted: deliveries that came by the day -> their SHA-256.
        last: the day.
    """
    told = []
    for one in found:
        until = one.until if one.until is not None and one.until <= last else None
        has_a_say = until is not None if one.entry is None else until != one.since
        if has_a_say and one.delivery in counted and one.since <= last:
            by = counted.get(one.by, "") if one.by is not None else ""
            told.append((counted[one.delivery], str(one.since), str(until or ""), by))
    return tuple(sorted(told))


def replacement_fault(
    number: int, named: str, layout: str, received: date, receipts: Collection[Receipt], found: Collection[Withdrawal]
) -> tuple[str, str] | None:
    """Why something cannot take the place of a delivery, and what to do; None where it can.

    A delivery is replaced by one of the same layout that came on the same day or later, and it is not withdrawn.

    Args:
        number: the delivery that is to be replaced.
        named: what is to replace it, in words.
        layout: layout of that.
        received: day on which that came.
        receipts: of all deliveries.
        found: all withdrawals.
    """
    replaced = next((receipt for receipt in receipts if receipt.delivery == number), None)
    if replaced is None:
        return unknown_delivery(number, receipts)
    if holding := open_withdrawals(found).get(number):
        return withdrawn_already(holding)
    if replaced.layout != layout:
        what = f"Delivery {number} is of the layout “{replaced.layout}”, {named} of “{layout}”."
        return what, "A redelivery has the layout of what it replaces."
    if replaced.received > received:
        what = f"Delivery {number} came on {replaced.received}, after {named} ({received})."
        return what, "A redelivery comes later, or on the same day; --received says when a file came, as it is taken."
    return None


def reinstated_later(number: int, since: date, found: Iterable[Withdrawal]) -> tuple[str, str] | None:
    """That a delivery does not count until a day after the one from which on it shall not count; None where it does."""
    last = max(
        (one.until for one in found if one.delivery == number and one.until and one.since < one.until), default=since
    )
    if last <= since:
        return None
    return (
        f"Delivery {number} was reinstated as of {last}, after {since}.",
        "It is withdrawn from that day on, or a later one.",
    )


def unknown_delivery(number: int, receipts: Collection[Receipt]) -> tuple[str, str]:
    """That there is no such delivery, and which there are."""
    last = max((receipt.delivery for receipt in receipts), default=0)
    known = f"Deliveries are 1 to {last}" if last else "Nothing was collected yet"
    return f"There is no delivery {number}.", f"{known}; see `qonys status`."


def withdrawn_already(holding: Withdrawal) -> tuple[str, str]:
    """That a delivery does not count any more, since when, and what can be said instead."""
    number = holding.delivery
    otherwise = (
        f"To say otherwise, or of another day: qonys reinstate {number} --since {holding.since}, and say it anew."
    )
    if holding.by is None:
        return f"Delivery {number} was withdrawn already, as of {holding.since}.", otherwise
    what = f"Delivery {number} was replaced already, by delivery {holding.by} on {holding.since}."
    return what, f"Replace the later one: --replaces {holding.by}. {otherwise}"


def _until(one: Withdrawal, back: Decision | None) -> Withdrawal:
    if back is None:
        return one
    return msgspec.structs.replace(one, until=back.since or back.day, undone_by=back.entry)


def _subject(entry: Decision) -> tuple[int, int | None, int | None]:
    """What an entry reinstates: delivery, and the entry that withdrew it or else the delivery that replaced it."""
    return entry.delivery, entry.of, None if entry.of else _number(entry.new)


def _number(text: str | None) -> int | None:
    return int(text) if text else None
