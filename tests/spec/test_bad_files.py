"""The corpus of bad files: each is refused, quarantined row by row, or taken with a note; never a traceback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from qonys.store.states import State, Store
from spec.bad_files.bad_file import MARK, BadFile
from spec.bad_files.corpus import CORPUS, profile_with_more_layouts
from spec.command_line import Ran, qonys

RECEIVED = "2025-01-20"


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile mini, with a layout more."""
    return profile_with_more_layouts(tmp_path_factory.mktemp("profile") / "mini")


@pytest.fixture
def office(tmp_path: Path, mini: Path, bad: BadFile) -> Path:
    folder = tmp_path / "office"
    assert qonys("new", folder, "--profile", mini if bad.profile == "mini" else bad.profile).code == 0
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
    assert len(list(_rows(office, "input/registrations"))) == bad.taken
    fail_if_an_identifier_got_away(office, ran)


@pytest.mark.parametrize("bad", [bad for bad in CORPUS if bad.judged], ids=lambda bad: bad.fault)
def test_a_row_that_says_what_cannot_be_is_taken_out_by_process(office: Path, tmp_path: Path, bad: BadFile) -> None:
    collected(office, tmp_path / "delivered", bad)
    ran = qonys("process", "--workspace", office, "--json")
    assert ran.code == 0, ran.said
    fail_unless_as_expected(reasons(office, "clean/exceptions"), bad.judged)
    told = account(office)
    assert told["moved"] == bad.taken - len(bad.judged)
    fail_unless_all_are_there(told, bad.rows)
    fail_if_an_identifier_got_away(office, ran)


def test_the_rows_of_bad_files_of_every_sort_in_one_office_are_each_in_one_place(tmp_path: Path, mini: Path) -> None:
    office = tmp_path / "office"
    qonys("new", office, "--profile", mini)
    taken = list({sort(bad): bad for bad in CORPUS if not bad.refused and bad.profile == "mini"}.values())
    # The same bytes under two names would be one delivery.
    assert len({bad.content for bad in taken}) == len(taken) > 50
    for number, bad in enumerate(taken):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / bad.name).write_bytes(bad.content)
    files = [tmp_path / str(number) / bad.name for number, bad in enumerate(taken)]
    ran = [qonys("collect", *files, "--workspace", office, "--received", RECEIVED, "--json")]
    assert ran[0].code == 0, ran[0].said
    told, refused = account(office), sum(len(bad.quarantined) for bad in taken)
    assert (told["delivered"], told["pending"], told["quarantined"]) == (
        sum(bad.rows for bad in taken),
        sum(bad.taken for bad in taken),
        refused,
    )
    ran += [qonys("process", "--workspace", office, *json) for json in ((), ("--json",))]
    assert {one.code for one in ran} == {0}
    fail_unless_all_are_there(account(office), sum(bad.rows for bad in taken))
    fail_if_an_identifier_got_away(office, *ran)


def sort(bad: BadFile) -> tuple[object, ...]:
    """Files of one form, of which the same is said for the same reasons: each is taken alone, of each sort one with others."""
    said = (frozenset(bad.quarantined.values()), frozenset(bad.judged.values()), bad.notes)
    return Path(bad.name).suffix, bad.layout, *said


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


def account(office: Path) -> Counter[str]:
    """The account of `qonys status`, all periods together."""
    ran = qonys("status", "--workspace", office, "--json")
    assert ran.code == 0, ran.said
    total: Counter[str] = Counter()
    for period in ran.json["periods"]:
        total.update({name: count for name, count in period.items() if isinstance(count, int)})
    return total


def fail_unless_all_are_there(told: Counter[str], rows: int) -> None:
    """Rows in = taken + quarantined + set apart."""
    assert told["pending"] == 0
    assert told["delivered"] == rows == told["moved"] + told["quarantined"] + told["set_apart"]


def reasons(office: Path, state: State) -> dict[int, str]:
    """Row -> all reasons for which it stands in this state."""
    return {row["row"]: _reasons(row) for row in _rows(office, state)}


def _reasons(row: dict[str, Any]) -> str:
    if "problems" in row:
        return "; ".join(problem["reason"] for problem in row["problems"])
    return "; ".join(row["reasons"])


def _rows(office: Path, state: State) -> Iterator[dict[str, Any]]:
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
