"""Receipts: what was delivered, by whom, when, and where every row of it went.

Laws: rows = registrations + quarantined; a receipt is never changed. That a delivery was replaced stands in the receipt
of the one that replaces it, or in the log of decisions (`store.withdrawals`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from qonys.errors import StatisticianError


class Receipt(msgspec.Struct, frozen=True):
    """A delivery that was taken: rows = registrations + quarantined.

    Args:
        delivery: its number in the workspace.
        file: name of the delivered file.
        layout: layout by which it was read.
        supplier: who delivered it.
        sha256: hash of its bytes.
        size: bytes.
        received: day on which it came; a data cut-off counts deliveries up to its day.
        rows: rows in the file.
        registrations: rows taken into the register.
        quarantined: rows kept aside with their reasons.
        records: real or synthetic.
        findings: what was noticed besides.
        code_version: version of Qonys that read it.
        profile_hash: profile by which it was read.
        first_day: first day on which one of its slips was registered; None where no date can be read.
        last_day: the last one that is not after ``received``: with ``first_day`` the period that it covers.
        months: month of registration (``2024-03``) -> slips of it, of those rows that were taken.
        corrections: rows taken that correct an earlier slip.
        operator: who took it.
        taken: instant at which it was taken, in UTC.
        key_version: version of the person key that made its pseudonyms.
        replaces: number of the delivery in whose place it stands.
    """

    delivery: int
    file: str
    layout: str
    supplier: str
    sha256: str
    size: int
    received: date
    rows: int
    registrations: int
    quarantined: int
    records: Literal["real", "synthetic"]
    findings: tuple[str, ...]
    code_version: str
    profile_hash: str
    first_day: date | None = None
    last_day: date | None = None
    months: dict[str, int] = {}
    corrections: int = 0
    operator: str = ""
    taken: datetime | None = None
    key_version: int = 1
    replaces: int | None = None


def fail_if_a_row_is_lost(receipt: Receipt, read: int) -> None:
    """Check that every row of the file stands in the register or in quarantine.

    Args:
        receipt: before it is written.
        read: rows as the reader counted them.

    Raises:
        StatisticianError: a row stands in neither, or in both.
    """
    if not receipt.rows == read == receipt.registrations + receipt.quarantined:
        raise StatisticianError(
            f"{read} rows were read, but {receipt.registrations} registrations and {receipt.quarantined} quarantined "
            "rows came of them.",
            where=receipt.file,
            next_step="This is a defect of ours: a row must go to exactly one place. The delivery was not taken.",
        )


def made_of(deliveries: Iterable[int]) -> dict[str, str]:
    """What to write down of a state that was made of deliveries: how many, and which (``1-4 6``)."""
    numbers = sorted(deliveries)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return {"deliveries": str(len(numbers)), "counted": " ".join("-".join(map(str, run)) for run in runs)}


def counted_in(lineage: Mapping[str, str]) -> frozenset[int]:
    """Numbers of the deliveries of which a state was made: the reverse of `made_of`."""
    numbers: set[int] = set()
    for run in lineage.get("counted", "").split():
        first, _, last = run.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)
