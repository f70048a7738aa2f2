"""A delivery with many bad rows: its quarantine is written as it fills, and counted once."""

from __future__ import annotations

from pathlib import Path

import pytest

from qonys.collect import delivery
from qonys.collect.readers import delimited
from spec.drawn_slips import Walk


def test_a_quarantine_that_is_written_in_parts_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_MOST_HELD", 1_000)
    monkeypatch.setattr(delimited, "_BLOCK_BYTES", 300)
    walk = Walk(tmp_path)
    days = ["05.03.2024" if number % 3 else "31.02.2024" for number in range(100)]
    walk.receive("2025-01-10", "DAY\n" + "\n".join(days))
    (receipt,) = walk.line.office.store.receipts()
    assert (receipt.rows, receipt.registrations, receipt.quarantined) == (100, 66, 34)
    bad = [str(row) for row, day in enumerate(days, start=2) if day == "31.02.2024"]
    assert sorted(int(row["row"]) for row in walk.quarantined_at_entry()) == [int(row) for row in bad]
    assert (walk.line.office.store.version("input/quarantine") or 0) > 2
    walk.process()
    assert len(walk.moves("row")) == 66
