"""A register that an earlier version of the program wrote: columns that it did not know are missing in its rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from qonys.datasets.registration import NUMBER_SAYS
from qonys.store import states
from spec.command_line import qonys
from spec.drawn_slips import Walk

NOT_KNOWN_THEN = {"speciality", *NUMBER_SAYS}
REVIEWED = ("--reason", "REVIEW", "--author", "Asel")
FIRST = "SLIP | PERSON | DAY\na | ann | 05.03.2024\nb | bea | 31.02.2024"


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    """One delivery of an earlier program: a good slip and a bad one."""
    walk, stream = Walk(tmp_path), states._stream

    def stream_of_then(rows: states.Rows, schema: pa.Schema | None) -> tuple[Iterator[pa.Table], pa.Schema]:
        tables, wanted = stream(rows, schema)
        known = [field for field in wanted if field.name not in NOT_KNOWN_THEN]
        names = [field.name for field in known]
        return (table.select([n for n in names if n in table.column_names]) for table in tables), pa.schema(known)

    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(states, "_stream", stream_of_then)
        walk.receive("2025-01-10", FIRST)
    yield walk
    columns = {name for state in ("input/registrations", "input/quarantine") for name in first_file(walk, state)}
    assert not NOT_KNOWN_THEN & columns, "the files of then were written anew"


def first_file(walk: Walk, state: states.State) -> list[str]:
    """The columns of the files that the first version has."""
    return walk.line.office.store.log(state).schema(0).names  # type: ignore[union-attr]


def test_its_rows_are_processed_and_its_quarantine_released(walk: Walk) -> None:
    walk.process()
    assert walk.moves("row speciality") == [{"row": "2", "speciality": ""}]
    release(walk, row=3)
    walk.process()
    assert walk.moves("row speciality") == [{"row": "2", "speciality": ""}, {"row": "3", "speciality": ""}]


def test_rows_of_today_stand_beside_them_with_all_that_they_say(walk: Walk) -> None:
    walk.receive("2025-01-12", "SLIP | PERSON | DAY | BORN\nc | cem | 05.03.2024 |\nd | dan | 31.02.2024 | 01.01.1980")
    kept = walk.rows(
        "select delivery, row, number_valid from q order by delivery",
        q=walk.line.office.store.files("input/quarantine"),
    )
    assert [row["delivery"] for row in kept] == ["1", "2"]
    release(walk, row=3)
    walk.process()
    assert [(move["delivery"], move["row"]) for move in walk.moves("delivery row")] == [
        ("1", "2"), ("1", "3"), ("2", "2"),
    ]  # fmt: skip


def release(walk: Walk, *, row: int) -> None:
    slip = ("--workspace", walk.line.office.workspace.folder, "--delivery", 1, "--row", row)
    assert qonys("correct", *slip, "--set", "date=2024-03-05", "--release", *REVIEWED).code == 0
