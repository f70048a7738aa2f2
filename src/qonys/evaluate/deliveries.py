"""What was expected against what came.

Laws: every expected period has one line, whatever came; a delivery stands for at most one period of its layout, the one
in which most of its slips were registered; what another delivery replaces, what was withdrawn, and what holds nothing but
corrections of earlier slips, stands for none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

import msgspec

from qonys.concepts.expectation import Expectation, Rhythm
from qonys.concepts.period import Period
from qonys.store.receipts import Receipt
from qonys.store.withdrawals import Withdrawal, withdrawals_on

DeliveryState = Literal["in_time", "late", "awaited", "missing", "double", "incomplete"]


class ExpectedDelivery(msgspec.Struct, frozen=True):
    """A delivery that a supplier owed, as of a day.

    Args:
        layout: its layout.
        supplier: who owed it.
        period: month or year.
        due: last day on which it is in time.
        state: ``in_time``; ``late``: it came after it was due; ``awaited``: not here, not yet due; ``missing``: not here,
            overdue; ``double``: two deliveries stand for the period and neither replaces the other; ``incomplete``: a
            region or an office that should be in it is not.
        days_late: days after ``due`` on which the first delivery of the period came, or by now where none has; 0 in time.
        deliveries: numbers of the deliveries that stand for the period.
        absent: regions and offices of which no slip came.
    """

    layout: str
    supplier: str
    period: str
    due: date
    state: DeliveryState
    days_late: int
    deliveries: tuple[int, ...]
    absent: tuple[str, ...] = ()


def expected_deliveries(
    expectations: Iterable[Expectation],
    suppliers: Mapping[str, str],
    receipts: Iterable[Receipt],
    day: date,
    *,
    withdrawn: Iterable[Withdrawal],
    held: Mapping[int, frozenset[str]],
) -> tuple[ExpectedDelivery, ...]:
    """Every delivery that was owed by a day, by layout and period.

    Args:
        expectations: what is owed.
        suppliers: layout -> its supplier.
        receipts: of all deliveries.
        day: the day as of which is asked; what came later does not count.
        withdrawn: days on which deliveries do not count.
        held: number of a delivery -> regions and offices of its slips; needed of those that are expected to hold some.
    """
    gone = withdrawals_on(withdrawn, day)
    came = [receipt for receipt in receipts if receipt.received <= day and not _never_meant(receipt, gone)]
    lines = []
    for expected in expectations:
        by_period = _by_period(came, expected)
        for period in expected.periods(day):
            of_period = by_period.get(period, [])
            lines.append(_line(expected, suppliers[expected.layout], period, of_period, day, held, gone))
    return tuple(lines)


def period_of_delivery(receipt: Receipt, every: Rhythm) -> Period | None:
    """The month or year in which most slips of a delivery were registered, of equal ones the last.

    None where no date can be read, or where it holds nothing but corrections.
    """
    counts: Counter[Period] = Counter()
    for month, slips in receipt.months.items():
        period = Period.parse(month)
        counts[period if every == "month" else Period(period.year)] += slips
    if not counts or receipt.corrections == receipt.registrations:
        return None
    return max(counts, key=lambda period: (counts[period], period.first_day))


def _never_meant(receipt: Receipt, gone: Mapping[int, Withdrawal]) -> bool:
    """Whether a delivery was withdrawn, and nothing stands in its place: it did not come in time either."""
    return receipt.delivery in gone and gone[receipt.delivery].by is None


def _by_period(receipts: Iterable[Receipt], expected: Expectation) -> dict[Period, list[Receipt]]:
    found: dict[Period, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        period = period_of_delivery(receipt, expected.every) if receipt.layout == expected.layout else None
        if period is not None:
            found[period].append(receipt)
    return found


def _line(
    expected: Expectation,
    supplier: str,
    period: Period,
    receipts: list[Receipt],
    day: date,
    held: Mapping[int, frozenset[str]],
    gone: Mapping[int, Withdrawal],
) -> ExpectedDelivery:
    due = expected.due_day(period)
    numbers = tuple(receipt.delivery for receipt in receipts if receipt.delivery not in gone)
    arrived = min(receipt.received for receipt in receipts) if numbers else None
    found = frozenset[str]().union(*(held.get(number, frozenset()) for number in numbers))
    absent = tuple(code for code in (*expected.regions, *expected.offices) if code not in found) if numbers else ()
    return ExpectedDelivery(
        expected.layout,
        supplier,
        str(period),
        due,
        _state(arrived, due, day, numbers, absent),
        max(((arrived or day) - due).days, 0),
        numbers,
        absent,
    )


def _state(
    arrived: date | None, due: date, day: date, numbers: tuple[int, ...], absent: tuple[str, ...]
) -> DeliveryState:
    if arrived is None:
        return "missing" if day > due else "awaited"
    if len(numbers) > 1:
        return "double"
    if absent:
        return "incomplete"
    return "late" if arrived > due else "in_time"
