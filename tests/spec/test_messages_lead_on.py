"""A message about a mistake of the hand says what is wrong in words, and a step that can be taken."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from qonys.errors import OperatorError, StatisticianError, SupplierError
from spec.command_line import KEY_SETTINGS, Ran, qonys

HEAD = "SLIP;CORRECTS;PERSON;DAY;TYPE;SEX;BORN;GROUP;SCHOOL;REASON;FROM;FROM_KIND;TO;TO_KIND;CHILDREN\n"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    qonys("new", tmp_path / "office", "--profile", "mini")
    return tmp_path / "office"


def slips(folder: Path, name: str, *persons: str) -> Path:
    rows = (f"s{p};;{p};05.01.2025;1;f;01.02.1990;ard;3;work;N11;U;C11;U;\n" for p in persons)
    path = folder / name
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


def collect(office: Path, *words: object) -> Ran:
    return qonys("collect", *words, "--workspace", office)


def test_what_comes_on_a_later_day_than_today_is_refused(office: Path, tmp_path: Path) -> None:
    """A mistyped year would keep the slips out of every data cut-off for ever."""
    path, later = slips(tmp_path, "arrivals_1.csv", "ann"), date.today() + timedelta(days=2)  # noqa: DTZ011
    ran = collect(office, path, "--received", later)
    assert (ran.code, f"Nothing can have come on {later}" in ran.said) == (OperatorError.exit_code, True)
    assert collect(office, path, "--received", "2025-01-20").code == 0


def test_a_file_that_was_taken_already_does_not_seem_to_replace_another(office: Path, tmp_path: Path) -> None:
    """Taken without --replaces it stands beside the first; to pass it over in silence would leave both counting."""
    collect(office, slips(tmp_path, "arrivals_1.csv", "ann"), "--received", "2025-01-10")
    again = slips(tmp_path, "arrivals_2.csv", "ann", "bob")
    collect(office, again, "--received", "2025-01-20")
    ran = collect(office, again, "--received", "2025-01-20", "--replaces", 1)
    assert ran.code == StatisticianError.exit_code
    assert "taken before, as delivery 2 on 2025-01-20, which replaces none" in ran.said
    assert "qonys withdraw 1 --replaced-by 2" in ran.err


def test_the_command_that_replaced_a_delivery_can_be_run_again(office: Path, tmp_path: Path) -> None:
    collect(office, slips(tmp_path, "arrivals_1.csv", "ann"), "--received", "2025-01-10")
    words = (slips(tmp_path, "arrivals_2.csv", "bob"), "--received", "2025-01-20", "--replaces", 1)
    assert [collect(office, *words).code, collect(office, *words).code] == [0, 0]


def test_a_file_that_is_not_there_is_said_not_to_be_there_whatever_its_name(office: Path, tmp_path: Path) -> None:
    ran = collect(office, tmp_path / "nothing.csv")
    assert (ran.code, "There is no such file." in ran.said) == (SupplierError.exit_code, True)


@pytest.mark.parametrize(
    ("command", "step"),
    [
        ("review --export {}/none/waiting.csv", "Name another place."),
        ("review --import {}/none.csv", "Check the name and the folder."),
        ("rules try {}/none.yaml --month 2024-02", "Check the name and the folder."),
        ("release check http://127.0.0.1:1/", "Check the address and the network"),
    ],
)
def test_what_cannot_be_opened_is_told_in_words_and_with_a_step(
    office: Path, tmp_path: Path, command: str, step: str
) -> None:
    collect(office, slips(tmp_path, "arrivals_1.csv", "ann"), "--received", "2025-01-10")
    ran = qonys(*command.format(tmp_path).split(), "--workspace", office)
    assert ran.code == OperatorError.exit_code
    assert "Errno" not in ran.said
    assert "None" not in ran.said
    assert step in ran.said


def test_a_key_file_that_is_not_there_is_told_in_words(office: Path, tmp_path: Path) -> None:
    settings = {**KEY_SETTINGS, "QONYS_KEY_FILE": str(tmp_path / "none")}
    settings.pop("QONYS_KEY")
    path = slips(tmp_path, "arrivals_1.csv", "ann")
    ran = qonys("collect", path, "--workspace", office, settings=settings)
    assert "The key file cannot be read: No such file or directory. → Check its path" in ran.said


def test_a_state_that_there_is_not_is_refused_with_those_that_there_are(office: Path, tmp_path: Path) -> None:
    """An empty table would say that nobody did anything."""
    collect(office, slips(tmp_path, "arrivals_1.csv", "ann"), "--received", "2025-01-10")
    ran = qonys("history", "clean/mvoes", "--workspace", office)
    assert ran.code == OperatorError.exit_code
    assert "There is no state “clean/mvoes”. → There are: input/registrations." in ran.said
    assert "delivery 1" in qonys("history", "input", "--workspace", office).said


@pytest.mark.parametrize(("setting", "told"), [("memory = 'lots'", "“lots” is no size"), ("threads = 0", "threads")])
def test_a_setting_that_the_engine_cannot_use_is_told_with_its_file(office: Path, setting: str, told: str) -> None:
    (office / "qonys.toml").write_text(f"profile = 'mini'\n{setting}\n", encoding="utf-8")
    ran = qonys("status", "--workspace", office)
    assert ran.code == OperatorError.exit_code
    assert "qonys.toml" in ran.said
    assert told in ran.said


@pytest.mark.parametrize("harm", ["missing", "cut off", "overwritten", "other bytes within"])
def test_a_file_of_the_register_that_is_harmed_is_told_with_the_way_to_its_mending(
    office: Path, tmp_path: Path, harm: str
) -> None:
    collect(office, slips(tmp_path, "arrivals_1.csv", "ann", "bob"), "--received", "2025-01-10")
    (path,) = (office / "store" / "input" / "registrations").glob("*.parquet")
    content = path.read_bytes()
    path.unlink()
    if harm == "cut off":
        path.write_bytes(content[:-20])
    elif harm == "overwritten":
        path.write_bytes(b"x" * len(content))
    elif harm == "other bytes within":
        path.write_bytes(content[:4] + b"\xff" * (len(content) // 2) + content[4 + len(content) // 2 :])
    ran = qonys("process", "--workspace", office)
    assert ran.code == OperatorError.exit_code
    assert "A file of the register is missing or damaged." in ran.said
    assert "qonys doctor" in ran.said
