"""A cell that holds an error says nothing of a slip, and is not silence either: its row is quarantined, and told why."""

from __future__ import annotations

import io
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qonys.collect.readers import read_rows, spreadsheet
from qonys.collect.readers.error_cells import SheetNotFoundError, SheetPlace, error_cells
from qonys.country.loading import SHIPPED
from qonys.store.states import Store
from spec.command_line import qonys
from spec.test_formats import HEADING, SLIPS, layout
from spec.workbook_writers import Cell, Wrong, write_ods, write_xls, write_xlsb, write_xlsx

Write = Callable[..., None]
WORKBOOKS: dict[str, Write] = {"xlsx": write_xlsx, "xls": write_xls, "xlsb": write_xlsb, "ods": write_ods}
NAMED = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
BY = layout(format="spreadsheet")


def cells(path: Path) -> dict[int, tuple[str, ...]]:
    """Number of a row -> its cells as text."""
    reader = read_rows(path, BY)
    rows = {row.pop("row"): tuple(row.values()) for batch in reader.batches for row in batch.to_pylist()}
    assert reader.notes == []
    return rows


@pytest.mark.parametrize("kind", WORKBOOKS)
@pytest.mark.parametrize("formula", [True, False], ids=["of a formula", "typed in"])
def test_an_error_is_read_as_what_it_says_at_its_place(tmp_path: Path, kind: str, formula: bool) -> None:
    wrong = [("1", "05.03.2024", Wrong(error, formula), "a") for error in NAMED]
    rows: list[tuple[Cell, ...]] = [HEADING, *SLIPS, *wrong, (None, Wrong("#REF!", formula), None, None), *SLIPS]
    WORKBOOKS[kind](tmp_path / "slips", rows)
    found = cells(tmp_path / "slips")
    assert [found[at] for at in (2, 3, 12, 13)] == SLIPS * 2
    assert [found[at] for at in range(4, 11)] == [("1", "05.03.2024", error, "a") for error in NAMED]
    assert found[11] == ("", "#REF!", "", "")


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_empty_columns_and_rows_before_the_first_do_not_move_an_error(tmp_path: Path, kind: str) -> None:
    slip: tuple[Cell, ...] = (None, None, *SLIPS[0][:2], Wrong("#N/A"), "a")
    WORKBOOKS[kind](tmp_path / "slips", [(None,), (None,), (None, None, *HEADING), slip])
    assert cells(tmp_path / "slips") == {4: ("0007", "05.03.2024", "#N/A", "a")}


def test_an_error_in_the_language_of_its_program_is_told_as_some_error(tmp_path: Path) -> None:
    write_ods(tmp_path / "slips", [HEADING, ("1", Wrong("#ЗНАЧЕН!"), Wrong("Err:502"), "a")])
    assert cells(tmp_path / "slips") == {2: ("1", "#ERROR!", "Err:502", "a")}


CELL = "<table:table-cell"
ODS_CELLS = {
    "a nought that shows an error": (
        f'{CELL} table:formula="of:=1/0" office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p>',
        ["#DIV/0!"],
    ),
    "an error with a note": (
        f'{CELL} office:value-type="string" office:string-value="" calcext:value-type="error">'
        "<office:annotation><text:p>seen</text:p></office:annotation><text:p>#N/A</text:p>",
        ["#N/A"],
    ),
    "an error written once for two cells": (
        f'{CELL} table:number-columns-repeated="2" office:value-type="string" calcext:value-type="error">'
        "<text:p>#N/A</text:p>",
        ["#N/A", "#N/A"],
    ),
    "an error without a mark in another language, which is read as its value": (
        f'{CELL} table:formula="of:=1/0" office:value-type="float" office:value="0"><text:p>#ДЕЛ/0!</text:p>',
        ["0"],
    ),
    "a note that speaks of an error": (
        f'{CELL} office:value-type="string"><office:annotation><text:p>#N/A</text:p></office:annotation>'
        "<text:p>мужской</text:p>",
        ["мужской"],
    ),
}


@pytest.mark.parametrize("kind", ODS_CELLS)
def test_an_error_is_known_however_an_open_document_keeps_it(tmp_path: Path, kind: str) -> None:
    written, shown = ODS_CELLS[kind]
    write_ods(tmp_path / "drawn", [HEADING, ("1", "2", "HERE", "a"), ("2", "05.03.2024", "мужской", "a")])
    with zipfile.ZipFile(tmp_path / "drawn") as drawn, zipfile.ZipFile(tmp_path / "slips", "w") as archive:
        here = '<table:table-cell office:value-type="string"><text:p>HERE</text:p>'
        for name in drawn.namelist():
            content = drawn.read(name).decode()
            assert (name == "content.xml") == (here in content)
            archive.writestr(name, content.replace(here, written))
    found = cells(tmp_path / "slips")
    assert found == {2: ("1", "2", *shown, "a")[:4], 3: ("2", "05.03.2024", "мужской", "a")}


def test_rows_written_once_for_many_keep_an_error_each(tmp_path: Path) -> None:
    write_ods(tmp_path / "drawn", [HEADING, ("1", "2", Wrong("#N/A"), "a"), ("2", "05.03.2024", "мужской", "a")])
    with zipfile.ZipFile(tmp_path / "drawn") as drawn, zipfile.ZipFile(tmp_path / "slips", "w") as archive:
        for name in drawn.namelist():
            rows = drawn.read(name).decode().split("<table:table-row>")
            again = '<table:table-row table:number-rows-repeated="3">'
            made = "<table:table-row>".join(rows[:2]) + again + "<table:table-row>".join(rows[2:])
            archive.writestr(name, made if name == "content.xml" else rows[0])
    found = cells(tmp_path / "slips")
    assert [found[at][2] for at in (2, 3, 4, 5)] == ["#N/A"] * 3 + ["мужской"]


def test_cells_without_references_follow_the_one_before(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "drawn.xlsx", [HEADING, ("1", Wrong("#N/A"), "мужской", Wrong("#REF!"))])
    with zipfile.ZipFile(tmp_path / "drawn.xlsx") as drawn, zipfile.ZipFile(tmp_path / "slips", "w") as archive:
        for name in drawn.namelist():
            content = drawn.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for reference in (b' r="A2"', b' r="B2"', b' r="C2"', b' r="D2"', b' r="2" spans="1:4"'):
                    assert reference in content
                    content = content.replace(reference, b"")
            archive.writestr(name, content)
    assert cells(tmp_path / "slips") == {2: ("1", "#N/A", "мужской", "#REF!")}


def test_an_error_of_another_sheet_is_no_matter(tmp_path: Path) -> None:
    write_xlsb(tmp_path / "slips", [HEADING, *SLIPS])
    assert list(cells(tmp_path / "slips").values()) == SLIPS


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_an_error_in_the_last_row_and_column_is_not_lost(tmp_path: Path, kind: str) -> None:
    """The library that reads XLSB passes over the errors of formulas, so it knows no such row."""
    WORKBOOKS[kind](
        tmp_path / "slips", [HEADING, *SLIPS, ("1", "05.03.2024", "мужской", Wrong("#N/A")), (Wrong("#REF!"),)]
    )
    found = cells(tmp_path / "slips")
    assert (found[4], found[5]) == (("1", "05.03.2024", "мужской", "#N/A"), ("#REF!", "", "", ""))


def test_an_error_is_found_in_a_stream_of_xls_that_is_too_short_for_a_sector_of_its_own(tmp_path: Path) -> None:
    write_xls(tmp_path / "drawn", [("A", "B"), ("x", Wrong("#N/A"))])
    stream = (tmp_path / "drawn").read_bytes()[512 : 512 + 4095]
    assert error_cells(io.BytesIO(with_small_stream(stream)), SheetPlace("S", 0)) == {2: {1: "#N/A"}}


def with_small_stream(stream: bytes) -> bytes:
    """A compound file of 512-byte sectors that keeps one stream in small sectors of 64 bytes ([MS-CFB])."""
    sectors, smalls = -(-len(stream) // 512), -(-len(stream) // 64)
    end = 0xFFFFFFFE
    content = stream.ljust(sectors * 512, b"\0")
    chain = struct.pack(f"<{smalls}I", *range(1, smalls), end).ljust(512, b"\xff")
    names = [("Root Entry", 5, 0, sectors * 512), ("Workbook", 2, 0, len(stream))]
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HB", len(name) * 2 + 2, kind)
        + bytes(49)
        + struct.pack("<IQ", start, size)
        for name, kind, start, size in names
    ).ljust(512, b"\0")
    fat = struct.pack(f"<{sectors + 3}I", *range(1, sectors), end, end, end, 0xFFFFFFFD).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, sectors, 0, 4096, sectors + 1, 1, end, 0)
    return head + struct.pack("<109I", sectors + 2, *[0xFFFFFFFF] * 108) + content + entries + chain + fat


def test_a_workbook_of_which_the_errors_cannot_be_told_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_xlsx(tmp_path / "slips", [HEADING, *SLIPS])
    with (tmp_path / "slips").open("rb") as file, pytest.raises(SheetNotFoundError):
        error_cells(file, SheetPlace("No such sheet", 0))

    def untold(*_: object) -> None:
        raise SheetNotFoundError

    monkeypatch.setattr(spreadsheet, "error_cells", untold)
    reader = read_rows(tmp_path / "slips", BY)
    assert sum(batch.num_rows for batch in reader.batches) == len(SLIPS)
    assert reader.notes == ["Cells that hold an error (#N/A) could not be told from empty ones in this workbook."]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A workspace of mini."""
    assert qonys("new", tmp_path / "office", "--profile", SHIPPED / "mini").code == 0
    return tmp_path / "office"


HEAD = "SLIP;CORRECTS;PERSON;DAY;TYPE;SEX;BORN;GROUP;SCHOOL;REASON;FROM;FROM_KIND;TO;TO_KIND;CHILDREN"


def test_the_error_of_a_spreadsheet_saved_as_text_is_told_and_makes_no_person(office: Path, tmp_path: Path) -> None:
    path = tmp_path / "arrivals_1.csv"
    lines = [
        "7391846251;;#N/A;05.03.2024;1;f;01.02.1990;ard;2;work;N11;;C11;;",
        "7391846252;;#N/A;05.03.2024;1;f;#REF!;ard;2;work;N11;;Err:502;;",
        "7391846253;;7391846259;05.03.2024;1;f;01.02.1990;ard;2;work;N11;;C11;;",
    ]
    path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    ran = qonys("collect", path, "--workspace", office, "--received", "2024-03-20", "--json")
    (receipt,) = ran.json["receipts"]
    assert (receipt["registrations"], receipt["quarantined"]) == (1, 2)
    told = {finding["what"]: finding["count"] for finding in ran.json["findings"]}
    assert told == {
        "person (column PERSON): an error of the spreadsheet, found “#N/A”.": 2,
        "birth_date (column BORN): an error of the spreadsheet, found “#REF!”.": 1,
        "destination (column TO): an error of the spreadsheet, found “Err:502”.": 1,
    }
    store = Store(office / "store")
    rows = [row for file in store.files("input/quarantine").paths for row in pq.read_table(file).to_pylist()]
    assert [row["person"] for row in rows] == [None, None]


def test_a_layout_may_say_that_an_error_means_not_stated_or_something_else(tmp_path: Path) -> None:
    mini = tmp_path / "mini"
    shutil.copytree(SHIPPED / "mini", mini)
    source = mini / "sources" / "arrivals.yaml"
    text = source.read_text(encoding="utf-8")
    missing = 'missing: ["", "-"]'
    assert missing in text
    changed = text.replace(missing, 'missing: ["", "#N/A"]').replace("{m: M, f: F}", '{f: F, "#REF!": M}')
    source.write_text(changed, encoding="utf-8")
    qonys("new", tmp_path / "office", "--profile", mini)
    path = tmp_path / "arrivals_1.csv"
    line = "7391846251;;#N/A;05.03.2024;1;#REF!;#N/A;ard;2;work;N11;;C11;;"
    path.write_text(f"{HEAD}\n{line}\n", encoding="utf-8")
    ran = qonys("collect", path, "--workspace", tmp_path / "office", "--received", "2024-03-20", "--json")
    assert ran.json["receipts"][0]["registrations"] == 1, ran.said
