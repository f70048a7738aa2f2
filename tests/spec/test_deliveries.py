"""A delivery: its receipt, its redelivery, what happens when it comes twice, and when a file among many is bad."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from qonys.collect import delivery
from qonys.errors import StatisticianError, SupplierError
from qonys.production.line import Line
from qonys.production.office import Office
from qonys.store.receipts import Receipt, fail_if_a_row_is_lost
from qonys.store.workspace import Workspace
from spec.command_line import KEY_SETTINGS, Ran, qonys
from spec.drawn_slips import KEYS, TODAY, Walk, arrivals_csv, drawn, new_office

NOW = datetime(2025, 3, 1, 8, 30, tzinfo=UTC)


def slips(folder: Path, name: str, table: str) -> Path:
    path = folder / name
    path.write_text(arrivals_csv(drawn(table)), encoding="utf-8")
    return path


def receipts(walk: Walk) -> tuple[Receipt, ...]:
    return walk.line.office.store.receipts()


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    assert qonys("new", folder, "--profile", "mini").code == 0
    return folder


def collect(office: Path, *words: object) -> Ran:
    return qonys("collect", *words, "--workspace", office)


def test_a_receipt_says_what_came_of_which_days_who_took_it_and_when(tmp_path: Path) -> None:
    plain = new_office(tmp_path / "workspace")
    office = Office(plain.workspace, TODAY, plain.progress, KEYS, "Asel", NOW)
    path = slips(
        tmp_path,
        "arrivals_1.csv",
        """
        DAY        | CORRECTS
        05.02.2024 |
        29.01.2024 |
        31.02.2024 |
        06.02.2024 | s1
        07.08.2024 |
        """,
    )
    (receipt,) = Line(office).collect([path], received=date(2024, 2, 10)).data
    assert (receipt.supplier, receipt.layout, receipt.delivery) == ("Registration office", "arrivals", 1)
    assert (receipt.rows, receipt.registrations, receipt.quarantined) == (5, 4, 1)
    # The slip of August is dated after the delivery: no period holds it.
    assert (receipt.first_day, receipt.last_day) == (date(2024, 1, 29), date(2024, 2, 6))
    assert receipt.months == {"2024-01": 1, "2024-02": 2}
    assert receipt.corrections == 1
    assert (receipt.operator, receipt.taken, receipt.key_version, receipt.replaces) == ("Asel", NOW, 1, None)
    assert office.store.receipts() == (receipt,)
    assert office.store.lineage("input/registrations")["operator"] == "Asel"


def test_the_operator_is_the_one_that_is_named_else_the_login(office: Path, tmp_path: Path) -> None:
    named = slips(tmp_path, "arrivals_1.csv", "PERSON\nann")
    ran = qonys("collect", named, "--workspace", office, settings={**KEY_SETTINGS, "QONYS_OPERATOR": "Asel"})
    assert ran.code == 0
    other = slips(tmp_path, "arrivals_2.csv", "PERSON\nbob")
    ran = qonys("collect", other, "--workspace", office, "--json", settings={**KEY_SETTINGS, "LOGNAME": "bolat"})
    assert ran.json["receipts"][0]["operator"] == "bolat"
    assert datetime.fromisoformat(ran.json["receipts"][0]["taken"]).tzinfo is not None


def test_a_row_that_went_to_no_place_or_to_two_stops_the_delivery() -> None:
    receipt = Receipt(1, "f.csv", "arrivals", "office", "ab", 9, TODAY, 3, 2, 1, "synthetic", (), "0", "ff")
    fail_if_a_row_is_lost(receipt, 3)
    with pytest.raises(StatisticianError, match="4 rows were read, but 2 registrations and 1 quarantined"):
        fail_if_a_row_is_lost(receipt, 4)
    with pytest.raises(StatisticianError, match="3 rows were read"):
        fail_if_a_row_is_lost(msgspec.structs.replace(receipt, quarantined=0), 3)


def test_a_redelivery_replaces_the_first_and_both_stay_in_history(office: Path, tmp_path: Path) -> None:
    collect(office, slips(tmp_path, "arrivals_1.csv", "PERSON\nann\nbob"), "--received", "2025-01-10")
    mended = slips(tmp_path, "arrivals_1_mended.csv", "PERSON\nann\nbob\ncat")
    ran = collect(office, mended, "--received", "2025-01-20", "--replaces", 1, "--json")
    assert ran.code == 0
    assert [(r["delivery"], r["replaces"]) for r in ran.json["receipts"]] == [(2, 1)]
    line = Line(office_of(office))
    assert line.office.counting_deliveries().select(["delivery", "received", "withdrawn_on"]).to_pylist() == [
        {"delivery": 1, "received": date(2025, 1, 10), "withdrawn_on": date(2025, 1, 20)},
        {"delivery": 2, "received": date(2025, 1, 20), "withdrawn_on": None},
    ]
    assert [receipt.replaces for receipt in line.office.store.receipts()] == [None, 1]


def office_of(folder: Path) -> Office:
    return Office(Workspace.open(folder), TODAY, lambda what, rows: None, KEYS)


WRONG_REPLACEMENTS = {
    "an unknown delivery": (["--replaces", "9"], "There is no delivery 9."),
    "one that was replaced": (["--replaces", "1"], "Delivery 1 was replaced already, by delivery 2 on 2025-01-20."),
    "one of another layout": (
        ["--replaces", "2", "--layout", "ledger"],
        "Delivery 2 is of the layout “arrivals”, this file of “ledger”.",
    ),
    "one that came later": (
        ["--replaces", "2", "--received", "2025-01-19"],
        "Delivery 2 came on 2025-01-20, after this file (2025-01-19).",
    ),
}


@pytest.mark.parametrize("kind", WRONG_REPLACEMENTS)
def test_what_cannot_be_replaced_is_refused_and_nothing_counts(office: Path, tmp_path: Path, kind: str) -> None:
    collect(office, slips(tmp_path, "arrivals_1.csv", "PERSON\nann"), "--received", "2025-01-10")
    collect(office, slips(tmp_path, "arrivals_2.csv", "PERSON\nbob"), "--received", "2025-01-20", "--replaces", 1)
    words, told = WRONG_REPLACEMENTS[kind]
    ran = collect(office, slips(tmp_path, "arrivals_3.csv", "PERSON\ncat"), *words)
    assert ran.code == StatisticianError.exit_code
    assert told in ran.said
    assert "→" in ran.err
    assert len(Line(office_of(office)).office.store.receipts()) == 2


def test_two_files_cannot_replace_one_delivery(office: Path, tmp_path: Path) -> None:
    files = [slips(tmp_path, f"arrivals_{name}.csv", f"PERSON\n{name}") for name in ("ann", "bob")]
    ran = collect(office, *files, "--replaces", 1)
    assert (ran.code, "2 files cannot replace one delivery" in ran.said) == (StatisticianError.exit_code, True)


def test_the_same_bytes_again_are_refused_politely_with_their_receipt(office: Path, tmp_path: Path) -> None:
    path = slips(tmp_path, "arrivals_1.csv", "PERSON\nann\nbob")
    collect(office, path, "--received", "2025-01-10")
    ran = collect(office, path, "--json")
    assert ran.code == 0
    assert (ran.json["taken"], ran.json["again"]) == ([], [1])
    assert [(r["delivery"], r["rows"]) for r in ran.json["receipts"]] == [(1, 2)]
    shown = collect(office, path)
    assert "taken before, as delivery 1 on 2025-01-10" in shown.said
    assert "arrivals_1.csv" in shown.out


def test_one_bad_file_stops_no_other_and_the_same_command_resumes(office: Path, tmp_path: Path) -> None:
    folder = tmp_path / "delivered"
    folder.mkdir()
    for name in ("ann", "bob", "cat"):
        slips(folder, f"arrivals_{name}.csv", f"PERSON\n{name}")
    (folder / "arrivals_b.csv").write_text("not;the;heading\n", encoding="utf-8")
    first = collect(office, folder)
    assert first.code == SupplierError.exit_code
    assert "3 taken, 0 were there already, 1 refused." in first.said
    assert "arrivals_b.csv" in first.said
    assert "→" in first.err
    slips(folder, "arrivals_b.csv", "PERSON\ndan")
    slips(folder, "arrivals_c.csv", "PERSON\neve")
    second = collect(office, folder)
    assert second.code == 0
    assert "2 taken, 3 were there already, 0 refused." in second.said
    assert "taken before" not in second.said
    assert "arrivals_ann.csv" not in second.out
    third = collect(office, folder, "--json")
    assert (third.code, third.json["taken"], len(third.json["again"]), third.json["refused"]) == (0, [], 5, [])


def test_the_refused_files_stand_in_the_json_beside_the_receipts(office: Path, tmp_path: Path) -> None:
    good = slips(tmp_path, "arrivals_1.csv", "PERSON\nann")
    (tmp_path / "arrivals_2.csv").write_bytes(b"")
    ran = collect(office, tmp_path / "arrivals_2.csv", good, tmp_path / "arrivals_none.csv", "--json")
    assert ran.code == SupplierError.exit_code
    assert [receipt["file"] for receipt in ran.json["receipts"]] == ["arrivals_1.csv"]
    refused = [(Path(one["where"]).name, one["error"], one["exit_code"]) for one in ran.json["refused"]]
    assert refused == [("arrivals_2.csv", "SupplierError", 3), ("arrivals_none.csv", "SupplierError", 3)]


def test_of_two_collectors_of_one_file_exactly_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Walk(tmp_path)
    path = slips(tmp_path, "arrivals_1.csv", "PERSON\nann\nbob")
    both_have_looked = threading.Barrier(2)
    reserve = walk.line.office.store.reserve_delivery

    def reserve_together() -> tuple[int, Path]:
        both_have_looked.wait(timeout=30)
        return reserve()

    monkeypatch.setattr(walk.line.office.store, "reserve_delivery", reserve_together)
    outcomes: list[dict[str, object]] = []
    collectors = [threading.Thread(target=lambda: outcomes.append(walk.line.collect([path]).measures)) for _ in "ab"]
    for collector in collectors:
        collector.start()
    for collector in collectors:
        collector.join(timeout=60)
    assert sorted((len(o["taken"]), len(o["again"])) for o in outcomes) == [(0, 1), (1, 0)]  # type: ignore[arg-type]
    assert len(receipts(walk)) == 1
    walk.process()
    assert len(walk.moves("row")) == 2
    (account,) = walk.line.status()
    assert (account.delivered, account.moved) == (2, 2)


def test_two_programs_that_collect_one_folder_at_once_take_every_file_once(office: Path, tmp_path: Path) -> None:
    folder = tmp_path / "delivered"
    folder.mkdir()
    for number in range(6):
        slips(folder, f"arrivals_{number}.csv", f"PERSON\nann{number}\nbob{number}")
    command = [sys.executable, "-m", "qonys", "collect", str(folder), "--workspace", str(office), "--json"]
    environment = {**os.environ, **KEY_SETTINGS}
    programs = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in "ab"]
    told = [json.loads(program.communicate(timeout=120)[0]) for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    taken = sorted(number for one in told for number in one["taken"])
    kept = office_of(office).store.receipts()
    assert taken == [receipt.delivery for receipt in kept]
    assert sorted(receipt.file for receipt in kept) == sorted(path.name for path in folder.iterdir())
    assert sum(account.delivered for account in Line(office_of(office)).status()) == 12


def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Walk(tmp_path)
    path = slips(tmp_path, "arrivals_1.csv", "PERSON\nann")
    seal = delivery.seal

    def sealed_and_changed(*words: object) -> None:
        seal(*words)  # type: ignore[arg-type]
        slips(tmp_path, "arrivals_1.csv", "PERSON\nann\nbob")

    monkeypatch.setattr(delivery, "seal", sealed_and_changed)
    with pytest.raises(SupplierError, match="changed while it was read"):
        walk.line.collect([path])
    assert receipts(walk) == ()
