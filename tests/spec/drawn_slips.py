"""Slips drawn as a table and what becomes of them drawn as another: a test is the two tables.

    walk = Walk(tmp_path)
    walk.receive("2025-01-10", '''
        PERSON | DAY        | FROM | TO  | CHILDREN
        ann    | 05.03.2024 | N11  | C11 |
    ''')
    walk.process()
    assert walk.moves("row origin destination") == drawn('''
        row | origin | destination
        2   | N11    | C11
    ''')

A column that is not drawn holds what a plain slip says; a cell that is drawn empty is empty. The heading is row 1 of a
CSV file, so its first slip is row 2; a Parquet file has no heading.
"""

from __future__ import annotations

import copy
import dataclasses
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from qonys.datasets.outcome import Files, KnownOn
from qonys.production.line import Line
from qonys.production.office import Office
from qonys.store.keys import Keys
from qonys.store.workspace import Workspace

KEYS = Keys(bytes(range(32)), bytes(range(32, 64)))
TODAY = date(2025, 3, 1)
AFTER_PUBLICATION = datetime(2025, 3, 13, tzinfo=UTC)
"""After the hour at which mini's release of 2024 was due: it may be published."""
PLAIN_SLIP = {
    "SLIP": "", "CORRECTS": "", "PERSON": "", "DAY": "05.03.2024", "TYPE": "1", "SEX": "f", "BORN": "01.02.1990",
    "GROUP": "ard", "SCHOOL": "2", "REASON": "work", "FROM": "N11", "FROM_KIND": "", "TO": "C11", "TO_KIND": "",
    "CHILDREN": "",
}  # fmt: skip
"""A woman of 34 moves from Highmoor to the Harbour to work: the layout ``arrivals`` of mini, in its order."""
_BULK = {
    "SLIP": "slip", "CORRECTS": "corrects", "PERSON": "person", "DAY": "date", "TYPE": "registration_type", "SEX": "sex",
    "BORN": "birth_date", "GROUP": "ethnicity", "SCHOOL": "education", "REASON": "reason", "FROM": "origin",
    "FROM_KIND": "origin_locality", "TO": "destination", "TO_KIND": "destination_locality", "CHILDREN": "children",
}  # fmt: skip
_BULK_CODES = {"1": "residence", "2": "same_settlement", "3": "name_change", "m": "M", "f": "F"}
_LEDGER_WIDTH = 15

Rows = list[dict[str, str]]


def drawn(text: str) -> Rows:
    """The rows of a drawn table, every cell as text."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(lines[0], cells, strict=True)) for cells in lines[1:]]


def arrivals_csv(slips: Rows) -> str:
    """Slips in mini's layout ``arrivals``."""
    lines = [";".join(PLAIN_SLIP)]
    lines += [";".join({**PLAIN_SLIP, **slip}.values()) for slip in slips]
    return "\n".join(lines) + "\n"


def new_office(folder: Path, *, profile: str = "mini", keys: Keys | None = KEYS, today: date = TODAY) -> Office:
    """An office in a new workspace, with keys that are worth nothing."""
    workspace = Workspace.create(folder, profile)
    return Office(workspace, today, lambda what, rows: None, keys, now=AFTER_PUBLICATION)


class Walk:
    """A line in a workspace of its own, fed with drawn slips."""

    def __init__(self, folder: Path, *, profile: str = "mini") -> None:
        self.folder = folder
        self.line = Line(new_office(folder / "workspace", profile=profile))
        self._files = 0

    def copied(self, folder: Path) -> Self:
        """The same in a folder of its own: what is prepared once serves many tests, each of which may change it."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        again = copy.copy(self)
        again.folder = folder
        workspace = Workspace.open(folder / self.line.office.workspace.folder.relative_to(self.folder))
        again.line = Line(dataclasses.replace(self.line.office, workspace=workspace))
        return again

    def receive(self, day: str, text: str, *, layout: str = "arrivals", replaces: int | None = None) -> None:
        """Deliver drawn slips on a day, in the place of an earlier delivery where one is named."""
        self._files += 1
        suffix = {"arrivals": "csv", "bulk": "parquet", "ledger": "txt"}[layout]
        path = self.folder / f"{layout}_{self._files}.{suffix}"
        if layout == "ledger":
            lines = [line.strip().ljust(_LEDGER_WIDTH) for line in text.strip().splitlines()]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        elif layout == "bulk":
            _write_bulk(path, drawn(text))
        else:
            path.write_text(arrivals_csv(drawn(text)), encoding="utf-8")
        self.line.collect([path], received=date.fromisoformat(day), replaces=replaces)

    def with_keys(self, keys: Keys | None) -> None:
        """Go on in the same workspace with other keys."""
        self.line = Line(dataclasses.replace(self.line.office, keys=keys))

    def process(self) -> None:
        self.line.process()

    def moves(self, columns: str, *, as_of: str | None = None) -> Rows:
        """The moves by delivery, row, line and first day known; those that count at a data cut-off, or all."""
        condition = "true"
        if as_of:
            condition = f"known_from <= date '{as_of}' and (known_to is null or known_to > date '{as_of}')"
        files = self.line.office.store.files("clean/moves")
        order = "delivery, row, line, known_from"
        query = f"select {', '.join(columns.split())} from moves where {condition} order by {order}"
        return self.rows(query, moves=files)

    def set_apart_or_quarantined(self, columns: str = "row fate reasons", *, condition: str = "until is null") -> Rows:
        """The slips that process took out, in their order: those that are out now, or that meet another condition."""
        files = self.line.office.store.files("clean/exceptions")
        query = f"select {', '.join(columns.split())} from exceptions where {condition} order by delivery, row, since"
        return self.rows(query, exceptions=files)

    def quarantined_at_entry(self) -> Rows:
        """One row a problem: row, field, found, reason."""
        files = self.line.office.store.files("input/quarantine")
        query = """
            select row, problem.field, problem.found, problem.reason
            from (select delivery, row, unnest(problems) as problem from quarantine)
            order by delivery, row, problem.field, problem.found, problem.reason
        """
        return self.rows(query, quarantine=files)

    def rows(self, query: str, **tables: Files | KnownOn) -> Rows:
        found = self.line.office.engine.run(query, **tables).to_pylist()
        return [{name: _text(value) for name, value in row.items()} for row in found]


def _write_bulk(path: Path, slips: Rows) -> None:
    plain = {**PLAIN_SLIP, "DAY": "2024-03-05", "BORN": "1990-02-01"}
    rows = [_bulk_row({**plain, **slip}) for slip in slips]
    pq.write_table(pa.Table.from_pylist(rows), path)


def _bulk_row(slip: Mapping[str, str]) -> dict[str, str | None]:
    coded = {
        **slip,
        "TYPE": _BULK_CODES.get(slip["TYPE"], slip["TYPE"]),
        "SEX": _BULK_CODES.get(slip["SEX"], slip["SEX"]),
    }
    return {_BULK[name]: value or None for name, value in coded.items()}


def _text(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
