"""Receipts: what was delivered, by whom, when, and where every row of it went."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec


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
