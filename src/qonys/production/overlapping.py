"""Tells of a delivery that most of its slips were there already: a file that came anew, and nobody said what it replaces.

Laws: slips are known by their numbers, so of a layout without them nothing is said. Receipts are asked first: where months
and days of earlier deliveries cannot hold most of the slips, no file is read. A number is hashed, so the hashes below a
bound are slips taken at random, and the same ones of every delivery: of a large one no more than these are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from qonys.datasets.outcome import Finding, Outcome
from qonys.errors import QonysError
from qonys.production.office import Office
from qonys.store.receipts import Receipt
from qonys.store.withdrawals import open_withdrawals

COMPARED = 100_000
"""Slips of a delivery that are compared at most, about."""
_LENGTH = 16
"""Bytes of a pseudonym."""
_NAMED = 3
_THERE_BEFORE = """
with mine as (select distinct slip from registrations where delivery = $delivery and slip < $bound),
before as (
  select distinct delivery, slip from registrations semi join mine using (slip)
  where delivery in ({earlier}) and slip < $bound
)
select delivery, count(distinct slip) as slips from before group by grouping sets ((delivery), ())
union all select $delivery, count(*) from mine
"""


class _Overlap(msgspec.Struct, frozen=True):
    """How many of the slips that were compared were there already: of all earlier deliveries, and of each."""

    compared: int
    again: int
    by_delivery: dict[int, int]


def with_overlap(office: Office, outcome: Outcome[Receipt]) -> Outcome[Receipt]:
    """What came of a delivery, and a finding besides where more than half of its slips were there already.

    Compared are deliveries of its layout that count. Of one that replaces another, or was taken before, nothing is said.
    """
    receipt = outcome.data
    if receipt.replaces is not None or outcome.measures.get("again"):
        return outcome
    try:
        told = _told(office, receipt)
    except QonysError as error:
        told = _unknown(receipt, error)
    return msgspec.structs.replace(outcome, findings=(*outcome.findings, told)) if told else outcome


def _told(office: Office, receipt: Receipt) -> Finding | None:
    earlier = _earlier(office, receipt)
    found = _overlap(office, receipt, earlier) if earlier else None
    if found is None or 2 * found.again <= found.compared:
        return None
    return _finding(receipt, {one.delivery: one for one in earlier}, found)


def _earlier(office: Office, receipt: Receipt) -> list[Receipt]:
    """Deliveries that count and may hold most of the slips by what their receipts say; none where they cannot."""
    if "slip" not in office.profile.layouts[receipt.layout].variables:
        return []
    others = [one for one in office.store.receipts() if _may_share(one, receipt)]
    if not _may_hold_most(others, receipt):
        return []
    gone = open_withdrawals(office.withdrawals)
    counting = [one for one in others if one.delivery not in gone]
    return counting if _may_hold_most(counting, receipt) else []


def _may_share(one: Receipt, other: Receipt) -> bool:
    """Whether two deliveries of a layout are of the same days, in part at least."""
    if one.delivery == other.delivery or one.layout != other.layout:
        return False
    if one.first_day is None or one.last_day is None or other.first_day is None or other.last_day is None:
        return False
    return one.first_day <= other.last_day and other.first_day <= one.last_day


def _may_hold_most(others: Iterable[Receipt], receipt: Receipt) -> bool:
    months: Counter[str] = Counter()
    for one in others:
        months.update(one.months)
    return 2 * sum(min(slips, months[month]) for month, slips in receipt.months.items()) > receipt.registrations


def _overlap(office: Office, receipt: Receipt, earlier: Iterable[Receipt]) -> _Overlap:
    query = _THERE_BEFORE.replace("{earlier}", ", ".join(str(one.delivery) for one in earlier))
    bound = _bound(receipt.registrations)
    found = office.engine.run(query, {"delivery": receipt.delivery, "bound": bound}, registrations=office.registrations)
    rows = found.to_pylist()
    slips = {row["delivery"]: row["slips"] for row in rows}
    compared, again = slips.pop(receipt.delivery), slips.pop(None)
    return _Overlap(compared, again, slips)


def _bound(slips: int) -> bytes:
    """The pseudonym below which `COMPARED` of so many slips are, about; one above all where there are no more."""
    if slips <= COMPARED:
        return b"\xff" * (_LENGTH + 1)
    below: int = 256**_LENGTH * COMPARED // slips
    return below.to_bytes(_LENGTH, "big")


def _finding(receipt: Receipt, earlier: dict[int, Receipt], found: _Overlap) -> Finding:
    numbers = sorted(found.by_delivery, key=lambda number: (-found.by_delivery[number], number))
    first = earlier[numbers[0]]
    # The one that came later stands in the place of the other, in whichever order they were collected.
    old, new = sorted((first, receipt), key=lambda one: (one.received, one.delivery))
    whole = receipt.registrations <= COMPARED
    of = f"its {found.compared:,} slips" if whole else f"{found.compared:,} slips of it, taken at random,"
    return Finding(
        f"{found.again:,} of {of} were there already, in {_named(numbers, first)}.",
        where=receipt.file,
        count=found.again if whole else round(found.again / found.compared * receipt.registrations),
        next_step=f"Where they differ, both count. If delivery {new.delivery} stands for delivery {old.delivery}, say so: "
        f"qonys withdraw {old.delivery} --replaced-by {new.delivery} --since {new.received} --reason OWNER --note “…”. "
        f"If it should not have been taken: qonys withdraw {receipt.delivery} --reason DUPLICATE --note “…”.",
    )


def _unknown(receipt: Receipt, error: QonysError) -> Finding:
    """The delivery was taken all the same: it has its receipt."""
    what = f"It was taken, but not compared with what came before: {error.what}"
    return Finding(what, where=receipt.file, next_step=error.next_step)


def _named(numbers: Sequence[int], first: Receipt) -> str:
    if len(numbers) == 1:
        return f"delivery {first.delivery} ({first.file}, {first.received})"
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"deliveries {', '.join(map(str, numbers[:_NAMED]))}{more}, most in {first.delivery} ({first.file}, {first.received})"
