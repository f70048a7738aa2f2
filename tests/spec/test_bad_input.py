"""Bad input at the command line: a message and an exit code, never a traceback; every row in one place; nothing kept of
a file that is refused."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from qonys.collect import readers
from qonys.store.states import Store
from spec.command_line import KEY_SETTINGS, Ran, qonys
from spec.drawn_slips import PLAIN_SLIP, arrivals_csv, drawn

SUPPLIER, STATISTICIAN, PROFILE, OPERATOR = 3, 4, 5, 6
SLIPS = arrivals_csv(drawn("PERSON\nann\nbob\ncat"))
HEADING = ";".join(PLAIN_SLIP)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    assert qonys("new", folder, "--profile", "mini").code == 0
    return folder


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def collect(office: Path, *words: object) -> Ran:
    return qonys("collect", *words, "--workspace", office, "--received", "2025-01-20")


def accounts(office: Path) -> list[dict[str, Any]]:
    ran = qonys("status", "--workspace", office, "--json")
    assert ran.code == 0
    return list(ran.json["periods"])


def fail_unless_refused(ran: Ran, code: int, *told: str) -> None:
    assert ran.code == code, ran
    assert "Traceback" not in ran.said
    for words in told:
        assert words in ran.said


Broken = Callable[[Path], Path]


def broken_workbook(folder: Path) -> Path:
    return write(folder / "departures_x.xlsx", b"PK\x03\x04 this is no workbook")


def workbook_of_another_form(folder: Path) -> Path:
    path = folder / "departures_y.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["Slip", "Person", "Date"])
    return path


def empty_workbook(folder: Path) -> Path:
    path = folder / "departures_z.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    return path


def nested_parquet(folder: Path) -> Path:
    path = folder / "nested.parquet"
    columns = ["slip", "corrects", "person", "date", "registration_type", "sex", "birth_date", "ethnicity", "education"]
    columns += ["reason", "origin", "origin_locality", "destination", "destination_locality", "children"]
    pq.write_table(pa.table({name: [["a list"]] if name == "children" else ["x"] for name in columns}), path)
    return path


REFUSED_FILES: dict[str, tuple[Broken, tuple[str, ...]]] = {
    "missing": (lambda f: f / "arrivals_x.csv", ("arrivals_x.csv", "There is no such file", "Check the name")),
    "empty": (lambda f: write(f / "arrivals_x.csv", ""), ("arrivals_x.csv", "The file is empty", "send it again")),
    "heading only": (lambda f: write(f / "arrivals_x.csv", HEADING + "\n"), ("holds no rows",)),
    "blank lines only": (lambda f: write(f / "arrivals_x.csv", "\n\n"), ("arrivals_x.csv", "none of them was found")),
    "wrong heading": (
        lambda f: write(f / "arrivals_x.csv", SLIPS.replace("BORN", "BIRTHDAY")),
        ("layout “arrivals”", "the columns BORN are missing", "found are SLIP, CORRECTS", "BIRTHDAY", "--layout"),
    ),
    "no heading": (
        lambda f: write(f / "arrivals_x.csv", SLIPS.partition("\n")[2]),
        ("layout “arrivals”", "none of them was found"),
    ),
    "separated by commas": (
        lambda f: write(f / "arrivals_x.csv", SLIPS.replace(";", ",")),
        ("the columns SLIP", "are missing"),
    ),
    "bytes of cp1251 where utf-8 is expected": (
        lambda f: write(f / "arrivals_x.csv", SLIPS.replace("bob", "Болат").encode("cp1251")),
        ("arrivals_x.csv", "utf-8", "With the encoding cp1251"),
    ),
    "a heading that names a column twice": (
        lambda f: write(f / "arrivals_x.csv", SLIPS.replace("CHILDREN", "DAY")),
        ("the columns CHILDREN are missing",),
    ),
    "a heading with one column more, named twice": (
        lambda f: write(f / "arrivals_x.csv", SLIPS.replace("CHILDREN", "CHILDREN;DAY")),
        ("The columns DAY stand in the heading more than once",),
    ),
    "wrong bytes in a late row": (
        lambda f: write(f / "arrivals_x.csv", SLIPS.encode() + "s4;;Болат".encode("cp1251")),
        ("row 5 holds bytes that are not utf-8",),
    ),
    "a file of zeros": (lambda f: write(f / "arrivals_x.csv", bytes(300)), ("arrivals_x.csv", "layout “arrivals”")),
    "broken workbook": (broken_workbook, ("departures_x.xlsx", "broken or cut off", "send it again")),
    "workbook of another form": (workbook_of_another_form, ("the columns Day", "found are Slip, Person, Date")),
    "empty workbook": (empty_workbook, ("departures_z.xlsx",)),
    "broken Parquet": (lambda f: write(f / "x.parquet", b"PAR1 cut off"), ("x.parquet", "parquet", "arrived whole")),
    "nested Parquet": (nested_parquet, ("nested.parquet", "cannot be read")),
    "a name that fits no layout": (
        lambda f: write(f / "slips.csv", SLIPS),
        ("No layout fits", "slips.csv", "--layout", "arrivals (arrivals_*.csv)"),
    ),
    "a folder": (lambda f: f, ("No file of the folder fits a layout", "arrivals_*.csv, *.parquet, departures_*.xlsx")),
}


@pytest.mark.parametrize("kind", REFUSED_FILES)
def test_a_file_whose_layout_cannot_be_read_is_refused_whole(office: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "delivered"
    folder.mkdir()
    make, told = REFUSED_FILES[kind]
    fail_unless_refused(collect(office, make(folder)), SUPPLIER, *told)
    assert Store(office / "store").receipts() == ()
    assert accounts(office) == []


@pytest.mark.parametrize("kind", ["missing", "wrong heading", "broken Parquet"])
def test_json_says_what_the_message_says(office: Path, tmp_path: Path, kind: str) -> None:
    make, told = REFUSED_FILES[kind]
    ran = collect(office, make(tmp_path), "--json")
    assert (ran.code, ran.json["exit_code"], ran.json["error"]) == (SUPPLIER, SUPPLIER, "SupplierError")
    said = " ".join(ran.json[part] for part in ("where", "what", "next_step"))
    assert all(words in said for words in told)


def test_another_encoding_that_the_bytes_prove_is_read_and_stands_in_the_receipt(office: Path, tmp_path: Path) -> None:
    ran = collect(office, write(tmp_path / "arrivals_x.csv.gz", gzip.compress(SLIPS.encode("utf-16"))), "--json")
    (receipt,), told = ran.json["receipts"], "The file is in the encoding utf-16-le, by its byte order mark"
    assert (ran.code, receipt["registrations"]) == (0, 3)
    assert receipt["findings"][0].startswith(told)
    assert [finding["what"] for finding in ran.json["findings"] if told in finding["what"]] == receipt["findings"][:1]


def test_an_unknown_layout_is_refused_with_those_that_there_are(office: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "arrivals_x.csv", SLIPS)
    ran = collect(office, path, "--layout", "arrival")
    fail_unless_refused(ran, SUPPLIER, "no layout “arrival”", "arrivals (arrivals_*.csv)", "ledger (ledger_*.txt)")


def test_a_row_of_the_wrong_length_is_quarantined_with_its_number(office: Path, tmp_path: Path) -> None:
    lines = SLIPS.splitlines()
    cut = "\n".join([*lines[:2], "", lines[2] + ";more", lines[3][:20]])
    ran = collect(office, write(tmp_path / "arrivals_x.csv", cut))
    assert ran.code == 0
    assert "arrivals_x.csv, row 4: The row has 16 columns, the heading has 15." in ran.said
    assert "does not end with a line break" in ran.said
    assert Store(office / "store").receipts()[0].rows == 3
    assert quarantined_rows(office) == [4, 5]
    assert [(a["period"], a["delivered"], a["quarantined"]) for a in accounts(office)] == [
        ("2024", 1, 0), ("unknown", 2, 2)
    ]  # fmt: skip


@pytest.mark.parametrize("line", ['s9;;"ann', 's9;";";"', '"s9', 's9;;"a""b'])
def test_a_quotation_mark_that_is_not_closed_breaks_its_own_row_only(office: Path, tmp_path: Path, line: str) -> None:
    lines = SLIPS.splitlines()
    ran = collect(office, write(tmp_path / "arrivals_x.csv", "\n".join([lines[0], lines[1], line, *lines[2:]]) + "\n"))
    assert "row 3: A quotation mark is opened and not closed." in ran.said
    receipt = Store(office / "store").receipts()[0]
    assert (receipt.rows, receipt.registrations, receipt.quarantined) == (4, 3, 1)
    assert quarantined_rows(office) == [3]


def test_a_quoted_separator_is_text(office: Path, tmp_path: Path) -> None:
    collect(office, write(tmp_path / "arrivals_x.csv", SLIPS.replace("bob", '"bob; ""the"" builder"')))
    receipt = Store(office / "store").receipts()[0]
    assert (receipt.rows, receipt.registrations) == (3, 3)


def test_a_fixed_width_row_that_is_too_short_is_quarantined_with_its_number(office: Path, tmp_path: Path) -> None:
    ran = collect(office, write(tmp_path / "ledger_1.txt", "202403051 34N12\n2024030\n202403056 20N12\n"))
    assert "ledger_1.txt, row 2: The row has 7 characters, the layout needs 15." in ran.said
    assert quarantined_rows(office) == [2]


def test_an_unknown_column_is_left_aside_and_told(office: Path, tmp_path: Path) -> None:
    lines = [f"{line};{'COLOUR' if number == 0 else 'red'}" for number, line in enumerate(SLIPS.splitlines())]
    ran = collect(office, write(tmp_path / "arrivals_x.csv", "\n".join(lines) + "\n"))
    assert ran.code == 0
    assert "Columns that the layout does not know were left aside: COLOUR." in ran.said
    assert Store(office / "store").receipts()[0].registrations == 3


def test_what_an_unknown_column_holds_refuses_no_file(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers.delimited, "_BLOCK_BYTES", 250)
    lines = [f"{line};{['COLOUR', '1', '2', 'red'][number]}" for number, line in enumerate(SLIPS.splitlines())]
    assert collect(office, write(tmp_path / "arrivals_x.csv", "\n".join(lines) + "\n")).code == 0
    assert Store(office / "store").receipts()[0].registrations == 3


WRONG_VALUES = {
    "an impossible date": ("DAY", "31.02.2024", "no date of the form %d.%m.%Y", ()),
    "an unknown code": ("GROUP", "zzz", "no code of ethnicity", ("Allowed: ard, bor, cad, oth",)),
    "an unknown area": ("FROM", "Nowhere", "no area or country that the profile knows", ()),
    "an unknown registration": ("TYPE", "9", "no code of registration_type", ("1", "residence")),
    "a birth date of another form": ("BORN", "1990-02-01", "no date of the form %d.%m.%Y", ()),
}


@pytest.mark.parametrize("kind", WRONG_VALUES)
def test_a_wrong_value_is_told_with_file_row_field_found_and_allowed(office: Path, tmp_path: Path, kind: str) -> None:
    column, found, reason, allowed = WRONG_VALUES[kind]
    slips = arrivals_csv(drawn(f"{column}\n{PLAIN_SLIP[column]}\n{found}\n{found}"))
    ran = collect(office, write(tmp_path / "arrivals_x.csv", slips), "--json")
    (finding,) = ran.json["findings"]
    assert ran.code == 0
    assert finding["where"] == "arrivals_x.csv, row 3"
    assert finding["count"] == 2
    assert f"(column {column})" in finding["what"]
    assert f"found “{found}”" in finding["what"]
    assert reason in finding["what"]
    assert all(words in finding["next_step"] for words in (*allowed, "Quarantined", "arrivals"))
    (receipt,) = ran.json["receipts"]
    assert (receipt["rows"], receipt["registrations"], receipt["quarantined"]) == (3, 1, 2)


def test_a_delivery_of_which_no_row_can_be_used_is_taken_and_counted(office: Path, tmp_path: Path) -> None:
    assert collect(office, write(tmp_path / "arrivals_x.csv", arrivals_csv(drawn("DAY\n31.02.2024\n")))).code == 0
    assert qonys("process", "--workspace", office).code == 0
    (account,) = accounts(office)
    assert (account["period"], account["delivered"], account["quarantined"], account["moves"]) == ("unknown", 1, 1, 0)


def test_rows_that_a_rule_refuses_are_counted_by_the_rule(office: Path, tmp_path: Path) -> None:
    days = "ann | 05.03.2024 | 06.03.2024\nbob | 21.01.2025 | 01.02.1990\ncam | 05.03.2024 | 01.02.1990"
    slips = arrivals_csv(drawn(f"PERSON | DAY | BORN\n{days}"))
    collect(office, write(tmp_path / "arrivals_x.csv", slips))
    ran = qonys("process", "--workspace", office, "--json")
    fails = {rule["rule"]: rule["fails"] for rule in ran.json["rules"] if rule["action"] != "flag"}
    assert {rule: count for rule, count in fails.items() if count} == {"future": 1, "born-after": 1}
    assert {finding["what"]: finding["count"] for finding in ran.json["findings"]} == {"future": 1, "born-after": 1}
    assert [(a["period"], a["quarantined"], a["moved"]) for a in accounts(office)] == [("2024", 1, 1), ("future", 1, 0)]


def test_the_files_before_a_refused_one_are_taken(office: Path, tmp_path: Path) -> None:
    good = write(tmp_path / "arrivals_1.csv", SLIPS)
    ran = collect(office, good, write(tmp_path / "arrivals_2.csv", ""))
    fail_unless_refused(ran, SUPPLIER, "arrivals_2.csv")
    assert [receipt.file for receipt in Store(office / "store").receipts()] == ["arrivals_1.csv"]
    assert sum(account["delivered"] for account in accounts(office)) == 3


def test_the_same_file_twice_is_taken_once_and_said_so(office: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "arrivals_1.csv", SLIPS)
    collect(office, path)
    renamed = write(tmp_path / "arrivals_2.csv", SLIPS)
    ran = collect(office, renamed)
    assert ran.code == 0
    assert "taken before, as delivery 1 on 2025-01-20" in ran.said
    assert len(Store(office / "store").receipts()) == 1
    assert sum(account["delivered"] for account in accounts(office)) == 3


def test_keys_are_asked_for_where_identifiers_are_read(office: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "arrivals_1.csv", SLIPS)
    person, record = KEY_SETTINGS["QONYS_KEY"], KEY_SETTINGS["QONYS_RECORD_KEY"]
    inside = write(office / "key.txt", person)
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "QONYS_KEY and QONYS_RECORD_KEY"),
        ({"QONYS_KEY": person}, "Set QONYS_RECORD_KEY or QONYS_RECORD_KEY_FILE too"),
        ({"QONYS_KEY": "secret", "QONYS_RECORD_KEY": record}, "The person key is not 64 hexadecimal digits"),
        ({"QONYS_KEY": person, "QONYS_RECORD_KEY": record[:-2]}, "The record key is not 64 hexadecimal digits"),
        ({"QONYS_KEY_FILE": str(inside), "QONYS_RECORD_KEY": record}, "must not lie in the workspace"),
        ({"QONYS_KEY_FILE": str(tmp_path / "none"), "QONYS_RECORD_KEY": record}, "key file cannot be read"),
    ]
    for settings, told in wrong:
        ran = qonys("collect", path, "--workspace", office, settings=settings)
        fail_unless_refused(ran, OPERATOR, told)
        assert person not in ran.said
        assert "secret" not in ran.said
    assert Store(office / "store").receipts() == ()


def test_other_keys_than_those_of_the_first_delivery_are_refused(office: Path, tmp_path: Path) -> None:
    collect(office, write(tmp_path / "arrivals_1.csv", SLIPS))
    later = write(tmp_path / "arrivals_2.csv", SLIPS.replace("ann", "bea"))
    ran = qonys("collect", later, "--workspace", office, settings={**KEY_SETTINGS, "QONYS_KEY": "ab" * 32})
    fail_unless_refused(ran, OPERATOR, "not the keys with which the register was begun")
    assert len(Store(office / "store").receipts()) == 1


def test_keys_may_stand_in_files_outside_of_the_workspace(office: Path, tmp_path: Path) -> None:
    files = {f"{name}_FILE": str(write(tmp_path / name, f"{key}\n")) for name, key in KEY_SETTINGS.items()}
    path = write(tmp_path / "arrivals_1.csv", SLIPS)
    assert qonys("collect", path, "--workspace", office, settings=files).code == 0


@pytest.mark.parametrize(
    "command", ["collect x.csv", "process", "tabulate", "status", "release build 2024", "release publish", "serve"]
)
def test_a_folder_that_is_no_workspace_is_told(tmp_path: Path, command: str) -> None:
    ran = qonys(*command.split(), "--workspace", tmp_path)
    fail_unless_refused(ran, OPERATOR, str(tmp_path), "no workspace", "qonys new DIR")


@pytest.mark.parametrize(
    "settings", ["profile = ", "profile = 3", "profil = 'mini'", "profile = 'mini'\nthreads = 'x'"]
)
def test_settings_that_are_wrong_are_told_with_their_file(office: Path, settings: str) -> None:
    write(office / "qonys.toml", settings)
    fail_unless_refused(qonys("status", "--workspace", office), OPERATOR, "qonys.toml", "The settings are wrong")


def test_a_workspace_is_made_only_in_an_empty_folder_and_of_a_profile_that_exists(office: Path, tmp_path: Path) -> None:
    fail_unless_refused(qonys("new", office, "--profile", "mini"), OPERATOR, "not empty")
    ran = qonys("new", tmp_path / "other", "--profile", "atlantis")
    fail_unless_refused(ran, PROFILE, "no profile “atlantis”", "es, kz, mini")
    assert not (tmp_path / "other").exists()


def test_a_step_says_which_step_is_missing_before_it(office: Path, tmp_path: Path) -> None:
    for command in (["process"], ["tabulate"], ["release", "build", "2024"], ["release", "publish"]):
        fail_unless_refused(qonys(*command, "--workspace", office), OPERATOR, "Run `qonys ")
    collect(office, write(tmp_path / "arrivals_1.csv", SLIPS))
    fail_unless_refused(qonys("tabulate", "--workspace", office), OPERATOR, "qonys process")
    qonys("process", "--workspace", office)
    fail_unless_refused(qonys("release", "build", "2024", "--workspace", office), OPERATOR, "qonys tabulate")
    qonys("tabulate", "--workspace", office)
    fail_unless_refused(qonys("release", "publish", "--workspace", office), OPERATOR, "qonys release build")


@pytest.mark.parametrize(
    ("period", "code", "told"),
    [
        ("2024-13", STATISTICIAN, "is not a period"),
        ("last year", STATISTICIAN, "Write a year (2024)"),
        ("2020", PROFILE, "It has: 2024"),
    ],
)
def test_a_period_that_cannot_be_built_is_told(office: Path, period: str, code: int, told: str) -> None:
    fail_unless_refused(qonys("release", "build", period, "--workspace", office), code, period, told)


def test_a_release_of_which_nothing_was_known_in_time_is_not_built(office: Path, tmp_path: Path) -> None:
    late = write(tmp_path / "arrivals_1.csv", SLIPS)
    qonys("collect", late, "--workspace", office, "--received", "2025-02-10")
    qonys("process", "--workspace", office)
    assert "No move was known on the data cut-off 2025-01-31" in qonys("tabulate", "--workspace", office).said
    ran = qonys("release", "build", "2024", "--workspace", office)
    fail_unless_refused(ran, STATISTICIAN, "No flow is known as of 2025-01-31", "operational", "qonys status")


@pytest.mark.parametrize("port", ["taken", "99999", "-1"])
def test_a_port_that_cannot_be_used_is_told(walked_published: Path, port: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = str(other.getsockname()[1]) if port == "taken" else port
        ran = qonys("serve", walked_published, f"--port={number}")
    fail_unless_refused(ran, OPERATOR, number, "--port")


def test_a_folder_where_nothing_is_published_is_not_served(tmp_path: Path) -> None:
    fail_unless_refused(
        qonys("serve", tmp_path / "none"), OPERATOR, "Nothing is published here", "qonys release publish"
    )


@pytest.fixture
def walked_published(tmp_path: Path) -> Path:
    (tmp_path / "published").mkdir()
    return tmp_path / "published"


def test_words_that_no_command_knows_are_no_traceback(office: Path) -> None:
    for words in (["frobnicate"], ["collect", "x.csv", "--received", "yesterday"], ["status", "--periods"]):
        ran = qonys(*words, "--workspace", office)
        assert ran.code not in (0, SUPPLIER, STATISTICIAN, PROFILE, OPERATOR)
        assert "Traceback" not in ran.said
        assert ran.said


def quarantined_rows(office: Path) -> list[int]:
    paths = list(Store(office / "store").files("input/quarantine").paths)
    return sorted(row for path in paths for row in pq.read_table(path)["row"].to_pylist())


def test_an_error_as_json_is_the_only_thing_printed(office: Path) -> None:
    ran = qonys("process", "--workspace", office, "--json")
    assert json.loads(ran.out)["next_step"].startswith("Run `qonys collect")
