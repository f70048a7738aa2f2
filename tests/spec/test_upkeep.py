"""`qonys doctor` finds what is wrong, says what it means and how to mend it, and removes only what is left over;
`qonys history` tells who did what."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qonys.store.states import Store
from spec.command_line import KEY_SETTINGS, Ran, qonys
from spec.crashes import content
from spec.drawn_slips import Walk

DAMAGED = 6


@pytest.fixture(scope="module")
def walked_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    walk = Walk(tmp_path_factory.mktemp("upkeep"))
    walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024\nbob | 31.02.2024\ncat | 05.03.2023")
    walk.process()
    walk.line.tabulate()
    folder = walk.line.office.workspace.folder
    assert qonys("release", "build", "2024", "--workspace", folder).code == 0
    return folder


@pytest.fixture
def office(walked_office: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "көшірілген workspace of ours"
    shutil.copytree(walked_office, folder)
    return folder


def doctor(office: Path, *words: object) -> Ran:
    return qonys("doctor", "--workspace", office, *words)


def symptoms(office: Path, *words: object) -> dict[str, str]:
    return {one["check"]: one["what"] for one in doctor(office, "--json", *words).json["symptoms"]}


def test_a_workspace_that_was_moved_is_sound_and_goes_on(office: Path) -> None:
    before = content(office)
    ran = doctor(office)
    assert (ran.code, "No damage; 0 other things to know" in ran.said) == (0, True), ran
    for step in ("process", "tabulate"):
        assert qonys(step, "--workspace", office).code == 0
    assert qonys("release", "build", "2024", "--workspace", office).code == 0
    assert content(office)["deliveries"] == before["deliveries"]
    assert doctor(office).code == 0


def test_the_sizes_of_all_states_are_told(office: Path) -> None:
    sizes = {size["state"]: size for size in doctor(office, "--json").json["sizes"]}
    assert sizes["input/registrations"]["rows"] == 2
    assert sizes["input/quarantine"]["rows"] == 1
    assert all(size["versions"] >= 1 and size["bytes_of_all_versions"] >= size["bytes"] for size in sizes.values())


def state_file(office: Path, state: str) -> Path:
    return Path(Store(office / "store").files(state).paths[0])  # type: ignore[arg-type]


def flip(path: Path, place: int = 40) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)


def flip_sealed(office: Path) -> None:
    flip(office / "store/deliveries/000001/source.sealed")


def swap_rows(office: Path) -> None:
    receipt = office / "store/deliveries/000001/receipt.json"
    receipt.write_text(receipt.read_text().replace('"registrations": 2', '"registrations": 3'))


DAMAGES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "file missing": (lambda o: state_file(o, "clean/moves").unlink(), "files", "is missing"),
    "file cut": (lambda o: _cut(state_file(o, "input/registrations")), "files", "bytes instead of"),
    "file changed": (lambda o: flip(state_file(o, "input/registrations")), "files", "its hash is another one"),
    "footer changed": (lambda o: flip(state_file(o, "clean/moves"), -6), "files", "no readable footer"),
    "log broken": (lambda o: _break_log(o, "clean/moves"), "logs", "clean/moves cannot be read"),
    "set broken": (lambda o: _last_set(o).write_text("{"), "sets", "cannot be read"),
    "receipt broken": (lambda o: _receipt(o).write_text("{"), "receipts", "The receipt cannot be read"),
    "rows differ": (swap_rows, "receipts", "its receipt says 3 and 1"),
    "source gone": (lambda o: (o / "store/deliveries/000001/source.sealed").unlink(), "sources", "is missing"),
    "source changed": (flip_sealed, "sources", "was changed or cut"),
    "release changed": (lambda o: flip(next(o.glob("releases/*/*/bundle/*.json"))), "releases", "was changed"),
    "release record broken": (lambda o: next(o.glob("releases/*/*/record.json")).write_text("{"), "releases", "record"),
    "profile broken": (lambda o: _settings(o, '"mini"', '"./nothing"'), "settings", "profile cannot be read"),
}  # fmt: skip


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _break_log(office: Path, state: str) -> None:
    for path in (office / "store" / state / "_delta_log").iterdir():
        path.write_text("{")


def _last_set(office: Path) -> Path:
    return max((office / "store/sets").iterdir())


def _receipt(office: Path) -> Path:
    return office / "store/deliveries/000001/receipt.json"


def _settings(office: Path, old: str, new: str) -> None:
    path = office / "qonys.toml"
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damage_is_told_with_what_it_means_and_how_to_mend_it(office: Path, kind: str) -> None:
    damage, check, told = DAMAGES[kind]
    damage(office)
    ran = doctor(office, "--json")
    assert ran.code == DAMAGED, ran
    found = [one for one in ran.json["symptoms"] if one["check"] == check and told in one["what"]]
    assert found, ran.out
    assert found[0]["severity"] == "error"
    assert found[0]["meaning"]
    assert found[0]["mend"]
    shown = doctor(office)
    assert shown.code == DAMAGED
    assert "Traceback" not in shown.said
    assert "→" in shown.said


def test_other_keys_are_told_and_none_are_asked_for(office: Path) -> None:
    other = {**KEY_SETTINGS, "QONYS_KEY": "ab" * 32}
    ran = qonys("doctor", "--workspace", office, "--json", settings=other)
    assert (ran.code, ran.json["symptoms"][0]["check"]) == (DAMAGED, "keys")
    ran = qonys("doctor", "--workspace", office, "--json", settings={})
    assert (ran.code, ran.json["symptoms"][0]["what"]) == (0, "The keys were not given: no sealed source was opened.")


def leave_over(office: Path) -> list[Path]:
    """What runs that were killed leave behind."""
    store, dead = office / "store", 2**22 + 1
    left = [
        store / "clean/moves/9f3c.parquet",
        store / "clean/moves/_delta_log/_commit_9f3c.json.tmp",
        store / "deliveries/000007/source.sealed",
        office / "releases/2023/0a1b2c/bundle/index.html",
        store / f"sets/.000009.json.{dead}",
        store / f"deliveries/000001/.receipt.json.{dead}",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    return left


def test_mending_removes_what_is_left_over_and_nothing_else(office: Path) -> None:
    before = {path for path in office.rglob("*") if path.is_file()}
    left = leave_over(office)
    stranger = office / "store/notes.txt"
    stranger.write_text("do not touch")
    found = symptoms(office)
    assert {"orphans", "deliveries", "unknown"} <= set(found)
    assert all(path.exists() for path in left)
    ran = doctor(office, "--mend", "--json")
    assert ran.code == 0
    half_built = office / "releases/2023/0a1b2c"
    assert sorted(ran.json["removed"]) == sorted(map(str, {*left, half_built} - {half_built / "bundle/index.html"}))
    after = {path for path in office.rglob("*") if path.is_file()}
    assert after - {stranger} == before
    assert (office / "store/deliveries/000007").is_dir()
    assert Store(office / "store").reserve_delivery()[0] == 8
    assert symptoms(office)["unknown"] == "This is nothing of Qonys."


def test_what_the_first_run_left_of_a_state_is_known_and_removed(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024")
    folder = walk.line.office.workspace.folder
    empty, begun, shared = (
        folder / "store/clean/moves",
        folder / "store/clean/flags",
        folder / "store/clean/lags/_delta_log",
    )
    for path in (empty, begun, shared):
        path.mkdir(parents=True)
    left = [begun / "9f3c.parquet", shared.parent / "8f3c.parquet"]
    for path in left:
        path.write_bytes(b"half")
    assert set(symptoms(folder)) == {"orphans"}
    assert sorted(doctor(folder, "--mend", "--json").json["removed"]) == sorted(map(str, left))
    assert "0 other things to know" in doctor(folder).said
    walk.process()
    assert "0 other things to know" in doctor(folder).said


@pytest.mark.parametrize("state", ["input/registrations", "clean/moves"])
def test_files_of_a_state_that_counts_and_lost_its_log_are_never_removed(office: Path, state: str) -> None:
    shutil.rmtree(office / "store" / state / "_delta_log")
    files = list((office / "store" / state).glob("*.parquet"))
    (office / "store" / state / "_delta_log").mkdir()
    doctor(office, "--mend")
    shutil.rmtree(office / "store" / state / "_delta_log")
    doctor(office, "--mend")
    assert files
    assert all(path.exists() for path in files)


def test_nothing_of_a_run_that_is_at_work_is_removed(office: Path) -> None:
    left = leave_over(office)[0]
    with Store(office / "store").together("process", {}):
        ran = doctor(office, "--mend", "--json")
        assert str(left) not in ran.json["removed"]
        assert any("Somebody writes now" in one["what"] for one in ran.json["symptoms"])
    assert left.exists()
    assert str(left) in doctor(office, "--mend", "--json").json["removed"]


def test_the_history_tells_who_did_what_in_order(office: Path) -> None:
    events = qonys("history", "--workspace", office, "--json").json["events"]
    assert [event["step"] for event in events] == ["collect", "process", "tabulate", "build"]
    assert [event["instant"] for event in events[1:3]] == sorted(event["instant"] for event in events[1:3])
    assert "arrivals_1.csv, 3 rows" in events[0]["what"]
    assert events[0]["states"] == {"input/registrations": 0, "input/quarantine": 0}
    assert events[1]["states"]["clean/moves"] == 0
    assert all(event["code_version"] for event in events)
    of_flows = qonys("history", "statistics", "--workspace", office, "--json").json["events"]
    assert [event["step"] for event in of_flows] == ["tabulate", "build"]
    assert "release 2024, vintage" in qonys("history", "--workspace", office).said


def test_the_history_names_the_operator(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    qonys("process", "--workspace", office, settings={**KEY_SETTINGS, "QONYS_OPERATOR": "aigul"})
    last = qonys("history", "clean/moves", "--workspace", office, "--json").json["events"]
    assert "aigul" in json.dumps(last)


def test_a_folder_that_the_library_would_misread_is_refused(tmp_path: Path) -> None:
    ran = qonys("new", tmp_path / "100%25", "--profile", "mini")
    assert (ran.code, "percent sign" in ran.said) == (6, True)
