"""Tabulating counts by codes first where they are few beside moves; the flows are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qonys.production import tabulating
from spec.drawn_slips import Walk

SLIPS = """
    PERSON | DAY        | FROM | TO  | GROUP
    ann    | 05.03.2024 | N11  | S11 | ard
    bob    | 06.03.2024 | N11  | S11 | ard
    cat    | 06.03.2024 | S11  | C11 | bor
    dan    | 06.05.2024 | XC   | C11 | cad
    eve    | 07.05.2024 | S12  | N12 | ard
"""


def flows(walk: Walk) -> list[Any]:
    walk.line.tabulate()
    office = walk.line.office
    rows = office.engine.run("select * from flows", None, flows=office.store.files("statistics/flows")).to_pylist()
    return sorted(tuple(map(str, row.values())) for row in rows)


def test_the_flows_are_the_same_whichever_way_they_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", SLIPS)
    walk.process()
    asked: list[tuple[int, int, int, tuple[int, ...]]] = []
    monkeypatch.setattr(tabulating, "counts_codes_first", lambda *given: asked.append(given))
    afterwards = flows(walk)
    moves, areas, months, codes = asked[0]
    assert (moves, months) == (5, 3)
    assert areas > 10
    assert min(codes) > 2
    monkeypatch.setattr(tabulating, "counts_codes_first", lambda *_: True)
    assert flows(walk) == afterwards != []
