"""The corpus of bad files: each is refused, quarantined row by row, or taken with a note; never a traceback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from qonys.store.states import Store
from spec.bad_files import delimited_files, fixed_width_files, parquet_files, spreadsheets, whole_files, wrong_values
from spec.bad_files.bad_file import MARK, BadFile
from spec.command_line import Ran, qonys

KINDS = (wrong_values, delimited_files, fixed_width_files, spreadsheets, parquet_files, whole_files)
CORPUS = [bad for kind in KINDS for bad in kind.bad_files()]
RECEIVED = "2025-01-20"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    assert qonys("new", folder, "--profile", "mini").code == 0
    return folder


def collected(office: Path, folder: Path, bad: BadFile) -> Ran:
    folder.mkdir(exist_ok=True)
    path = folder / bad.name
    path.write_bytes(bad.content)
    asked = ["--layout", bad.layout] if bad.layout else []
    return qonys("collect", path, "--workspace", office, "--received", RECEIVED, "--json", *asked)


@pytest.mark.parametrize("bad", [bad for bad in CORPUS if bad.refused], ids=lambda bad: bad.fault)
def test_a_file_that_cannot_be_read_is_refused_whole(office: Path, tmp_path: Path, bad: BadFile) -> None:
    ran = collected(office, tmp_path / "delivered", bad)
    assert ran.code == bad.exit_code, ran.said
    assert bad.refused in ran.json["what"]
    assert bad.name in ran.json["where"]
    assert ran.json["next_step"]
    assert bad.next_step in ran.json["next_step"]
    assert Store(office / "store").receipts() == ()
    fail_if_an_identifier_got_away(office, ran)


@pytest.mark.parametrize("bad", [bad for bad in CORPUS if not bad.refused], ids=lambda bad: bad.fault)
def test_every_row_of_a_file_that_can_be_read_is_in_one_place(office: Path, tmp_path: Path, bad: BadFile) -> None:
    ran = collected(office, tmp_path / "delivered", bad)
    assert ran.code == 0, ran.said
    (receipt,) = ran.json["receipts"]
    assert (receipt["rows"], receipt["registrations"], receipt["quarantined"]) == (
        bad.rows,
        bad.taken,
        len(bad.quarantined),
    ), ran.said
    fail_unless_told(bad, ran)
    fail_unless_as_expected(reasons(office, "input/quarantine"), bad.quarantined)
    processed = qonys("process", "--workspace", office, "--json")
    assert processed.code == 0, processed.said
    fail_unless_as_expected(reasons(office, "clean/exceptions"), bad.judged)
    told = qonys("status", "--workspace", office, "--json")
    fail_unless_all_are_there(told, bad)
    fail_if_an_identifier_got_away(office, ran, processed, told)


def fail_unless_told(bad: BadFile, ran: Ran) -> None:
    """What a person is told: each note and each reason, with the file and what to do next."""
    findings = ran.json["findings"]
    said = [finding["what"] for finding in findings]
    for wanted in (*bad.notes, *set(bad.quarantined.values())):
        assert any(wanted in what for what in said), said
    assert bool(findings) == bool(bad.notes or bad.quarantined), said
    for finding in findings:
        assert bad.name in finding["where"]
    rows = {row for row in bad.quarantined if any(finding["where"].endswith(f"row {row}") for finding in findings)}
    assert bool(rows) == bool(bad.quarantined)


def fail_unless_as_expected(found: dict[int, str], wanted: dict[int, str]) -> None:
    assert sorted(found) == sorted(wanted), found
    for row, reason in wanted.items():
        assert reason in found[row]


def fail_unless_all_are_there(told: Ran, bad: BadFile) -> None:
    """Rows in = taken + quarantined + set apart, by the account of `qonys status`."""
    total: Counter[str] = Counter()
    for period in told.json["periods"]:
        total.update({name: count for name, count in period.items() if isinstance(count, int)})
    assert total["delivered"] == bad.rows
    assert total["delivered"] == total["moved"] + total["quarantined"] + total["set_apart"]
    assert total["quarantined"] + total["set_apart"] == len(bad.quarantined) + len(bad.judged)
    assert total["pending"] == 0


def reasons(office: Path, state: str) -> dict[int, str]:
    """Row -> all reasons for which it stands in this state."""
    return {row["row"]: _reasons(row) for row in _rows(office, state)}


def _reasons(row: dict[str, Any]) -> str:
    if "problems" in row:
        return "; ".join(problem["reason"] for problem in row["problems"])
    return "; ".join(row["reasons"])


def _rows(office: Path, state: Any) -> Iterator[dict[str, Any]]:
    store = Store(office / "store")
    if store.version(state) is not None:
        for path in store.files(state).paths:
            yield from pq.read_table(path).to_pylist()


def fail_if_an_identifier_got_away(office: Path, *ran: Ran) -> None:
    for one in ran:
        assert MARK not in one.said
    for path in (path for path in office.rglob("*") if path.is_file()):
        assert MARK not in path.name
        assert MARK.encode() not in path.read_bytes(), path
        if path.suffix == ".parquet":
            assert MARK not in repr(pq.read_table(path).to_pylist()), path


def test_every_fault_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(bad.fault for bad in CORPUS).items() if count > 1] == []
    assert len(CORPUS) >= 150
