"""Every format, encoding and compression in which slips may come: what is read, and what is told of how it was read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from xlsxwriter import Workbook

from qonys.collect.opening import opened
from qonys.collect.readers import RowReader, read_rows
from qonys.collect.unpacking import unpacked_name
from qonys.concepts.layout import Column, Source, SourceLayout
from qonys.errors import SupplierError
from spec.workbook_writers import write_ods, write_xls, write_xlsx, zipped

LAYOUT = SourceLayout(
    id="slips",
    supplier="Registration office",
    names={"en": "Slips"},
    records="synthetic",
    format="delimited",
    covers=("internal",),
    match="slips_*.csv",
    columns=(Column("ТАЛОН", width=4), Column("ДЕНЬ"), Column("ПОЛ"), Column("ЗАМЕТКА")),
    variables={
        "date": Source(column="ДЕНЬ", date="%d.%m.%Y"),
        "sex": Source(column="ПОЛ", recode={"мужской": "M", "женский": "F"}),
    },
)
HEADING = tuple(column.name for column in LAYOUT.columns)
SLIPS = [("0007", "05.03.2024", "мужской", "a"), ("0012", "29.02.2024", "женский", "")]
TEXT = "".join(";".join(row) + "\n" for row in (HEADING, *SLIPS))
ALONE = "The file is in the encoding"


def layout(**changes: Any) -> SourceLayout:  # noqa: ANN401
    return msgspec.structs.replace(LAYOUT, **changes)


def read(path: Path, by: SourceLayout = LAYOUT) -> tuple[list[tuple[str, ...]], RowReader]:
    """The rows as text, what is missing as an empty one, and the reader with what it tells."""
    reader = read_rows(path, by)
    rows = [row for batch in reader.batches for row in batch.to_pylist()]
    return [tuple(row[name] or "" for name in HEADING) for row in rows], reader


def file(folder: Path, content: bytes, name: str = "slips_1.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


ENCODINGS = {
    "utf-8": (TEXT.encode(), ""),
    "utf-8 with a byte order mark": (TEXT.encode("utf-8-sig"), ""),
    "utf-16 with a byte order mark": (TEXT.encode("utf-16"), "utf-16-le, by its byte order mark"),
    "utf-16-le": (TEXT.encode("utf-16-le"), "utf-16-le, by the words"),
    "utf-16-be": (TEXT.encode("utf-16-be"), "utf-16-be, by the words"),
    "cp1251": (TEXT.encode("cp1251"), "cp1251, by the words"),
    "koi8-r": (TEXT.encode("koi8-r"), "koi8-r, by the words"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_that_the_bytes_prove_is_read_and_one_that_is_not_the_layouts_is_told(
    tmp_path: Path, encoding: str
) -> None:
    content, told = ENCODINGS[encoding]
    rows, reader = read(file(tmp_path, content))
    assert rows == SLIPS
    assert [note for note in reader.notes if ALONE in note] == ([reader.notes[0]] if told else [])
    assert told in " ".join(reader.notes)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-16-be", "koi8-r"])
def test_the_encoding_of_the_layout_needs_no_telling(tmp_path: Path, encoding: str) -> None:
    rows, reader = read(file(tmp_path, TEXT.encode(encoding)), layout(encoding=encoding))
    assert (rows, reader.notes) == (SLIPS, [])


def test_utf_8_where_a_code_page_is_expected_is_told_and_not_garbled(tmp_path: Path) -> None:
    rows, reader = read(file(tmp_path, TEXT.encode()), layout(encoding="cp1251"))
    assert rows == SLIPS
    assert "utf-8, by the words that the layout knows; the layout slips says cp1251" in reader.notes[0]


def test_a_likely_code_page_is_no_proof_so_wrong_bytes_are_told_with_their_row(tmp_path: Path) -> None:
    ascii_layout = layout(columns=(Column("SLIP"), Column("DAY"), Column("SEX"), Column("NOTE")), variables={})
    content = "SLIP;DAY;SEX;NOTE\n1;;;\n2;;;Болат\n".encode("cp1251")
    with pytest.raises(
        SupplierError, match=r"row 3 holds bytes that are not utf-8.*With the encoding cp1251"
    ) as refusal:
        list(read_rows(file(tmp_path, content), ascii_layout).batches)
    assert "Болат" not in str(refusal.value)


@pytest.mark.parametrize("seed", range(5))
def test_bytes_at_random_are_advised_no_encoding(tmp_path: Path, seed: int) -> None:
    by = layout(header=False, columns=(Column("ДЕНЬ"),), variables={})
    with pytest.raises(SupplierError, match="It seems to be no text") as refusal:
        list(read_rows(file(tmp_path, np.random.default_rng(seed).bytes(3_000)), by).batches)
    assert "With the encoding" not in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1251"])
def test_wrong_bytes_far_behind_the_first_are_told_with_their_row(tmp_path: Path, encoding: str) -> None:
    many = TEXT + "0001;05.03.2024;мужской;\n" * 90_000
    wrong = {"utf-8": b"\xff", "utf-16-le": b"\x00\xdc\x00\xdc", "cp1251": b"\x98"}[encoding]
    path = file(tmp_path, many.encode(encoding) + wrong)
    with pytest.raises(SupplierError, match=rf"row 90004 holds bytes that are not {encoding}"):
        list(read_rows(path, layout(encoding=encoding)).batches)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1251", "koi8-r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_of_the_wrong_length_is_told_in_any_encoding_and_the_others_are_read(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], encoding: str, quote: str
) -> None:
    longer = f"0013;29.02.2024;{quote}женский{quote};;ещё\n"
    rows, reader = read(
        file(tmp_path, f"{TEXT}{longer}{TEXT.splitlines()[1]}\n".encode(encoding)), layout(encoding=encoding)
    )
    assert rows == [*SLIPS, SLIPS[0]]
    assert [(row.row, row.reason) for row in reader.broken] == [(4, "The row has 5 columns, the heading has 4.")]
    assert capfd.readouterr().err == ""


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "gz in two parts": lambda content: gzip.compress(content[:40]) + gzip.compress(content[40:]),
    "zst": lambda content: bytes(pa.compress(content, "zstd", asbytes=True)),
    "zip": lambda content: zipped(content, "slips.csv"),
    "zip of a Macintosh": lambda content: zipped(content, "slips.csv", "__MACOSX/._slips.csv"),
}


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_a_packed_text_is_read_as_it_is(tmp_path: Path, packing: str, encoding: str) -> None:
    path = file(tmp_path, PACKED[packing](TEXT.encode(encoding)))
    assert read(path, layout(encoding=encoding))[0] == SLIPS
    assert [each.name for each in tmp_path.iterdir()] == ["slips_1.csv"]


def broken(content: bytes) -> bytes:
    return content[:60] + bytes([content[60] ^ 0xFF]) + content[61:]


def locked(content: bytes) -> bytes:
    """The flag of encryption set in both headers of a member."""
    archive = bytearray(zipped(content, "slips.csv"))
    archive[6] |= 1
    archive[archive.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(archive)


REFUSED_PACKING = {
    "gz cut off": (gzip.compress(TEXT.encode())[:-12], "broken or cut off"),
    "zst cut off": (pa.compress(TEXT.encode(), "zstd", asbytes=True)[:-6], "broken or cut off"),
    "zip cut off": (zipped(TEXT.encode(), "slips.csv")[:-30], "broken or cut off"),
    "zip with a wrong byte": (broken(zipped(TEXT.encode() * 9, "slips.csv")), "broken or cut off"),
    "zip with a password": (locked(TEXT.encode()), "locked with a password"),
    "zip of two files": (zipped(TEXT.encode(), "slips.csv", "more.csv"), "holds 2 files; a delivery is one"),
    "zip of nothing": (zipped(b""), "holds 0 files"),
    "gz of nothing": (gzip.compress(b""), "The file is empty"),
}


@pytest.mark.parametrize("kind", REFUSED_PACKING)
def test_an_archive_that_cannot_be_unpacked_is_refused(tmp_path: Path, kind: str) -> None:
    content, told = REFUSED_PACKING[kind]
    with pytest.raises(SupplierError, match=told):
        list(read_rows(file(tmp_path, bytes(content)), LAYOUT).batches)


@pytest.mark.parametrize("name", ["slips_1.csv", "slips_1.csv.gz", "slips_1.csv.ZIP", "slips_1.csv.zst"])
def test_the_ending_of_a_compression_is_no_part_of_a_name(name: str) -> None:
    assert unpacked_name(name) == "slips_1.csv"


def test_plain_utf_8_is_read_in_place_and_nothing_else_is(tmp_path: Path) -> None:
    plain = file(tmp_path, TEXT.encode())
    assert opened(plain, LAYOUT).in_place == plain
    for content in (TEXT.encode("utf-8-sig"), TEXT.encode("cp1251"), gzip.compress(TEXT.encode())):
        assert opened(file(tmp_path, content), LAYOUT).in_place is None


def test_delimited_text_may_come_without_a_heading(tmp_path: Path) -> None:
    rows, reader = read(file(tmp_path, "".join(TEXT.splitlines(keepends=True)[1:]).encode()), layout(header=False))
    assert (rows, reader.notes) == (SLIPS, [])


FIXED = layout(
    format="fixed",
    columns=(Column("ТАЛОН", start=1, width=4), Column("ДЕНЬ", start=5, width=10), Column("ПОЛ", start=15, width=7),
             Column("ЗАМЕТКА", start=22, width=1)),
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_fixed_width_is_counted_in_characters_not_bytes(tmp_path: Path, encoding: str, end: str) -> None:
    lines = [f"{slip}{day}{sex}{note or ' '}" for slip, day, sex, note in SLIPS]
    path = file(tmp_path, (end.join(lines) + end + "0001\n").encode(encoding))
    rows, reader = read(path, msgspec.structs.replace(FIXED, encoding=encoding))
    assert [tuple(cell.strip() for cell in row) for row in rows] == SLIPS
    assert [one.row for one in reader.broken] == [5 if end == "\n\n" else 3]
    assert reader.broken[0].reason == "The row has 4 characters, the layout needs 22."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_a_line_without_the_blanks_at_its_end_is_padded_where_the_layout_says_so(
    tmp_path: Path, encoding: str, end: str
) -> None:
    lines = [f"{slip}{day}{sex}{note or ' '}" for slip, day, sex, note in SLIPS]
    whole = file(tmp_path, (end.join([*lines, "0013".ljust(22), " "]) + end).encode(encoding))
    trimmed = end.join([*map(str.rstrip, lines), "0013", " "]) + end + "\x1a"
    short = file(tmp_path, trimmed.encode(encoding), "slips_2.csv")
    padded = msgspec.structs.replace(FIXED, encoding=encoding, short_lines="padded")
    rows, reader = read(short, padded)
    assert rows == read(whole, padded)[0]
    assert len(rows) == len(SLIPS) + 2
    assert reader.broken == []


def test_a_control_character_breaks_a_fixed_width_row_and_no_other(tmp_path: Path) -> None:
    lines = [f"{slip}{day}{sex}{note or ' '}" for slip, day, sex, note in SLIPS]
    rows, reader = read(file(tmp_path, f"{lines[0]}\n{lines[1][:9]}\x1f{lines[1][10:]}\n{lines[1]}".encode()), FIXED)
    assert [row[0] for row in rows] == ["0007", "0012"]
    assert [one.row for one in reader.broken] == [2]


DAYS = [date(2024, 3, 5), date(2024, 2, 29)]
AS_DATES = [("0007", DAYS[0], "мужской", "a"), ("0012", DAYS[1], "женский", None)]
AS_SERIALS = [(7, 45356, " мужской ", "a"), (12, 45351.75, "женский", None)]
WORKBOOKS: dict[str, Callable[..., None]] = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}


@pytest.mark.parametrize("kind", WORKBOOKS)
@pytest.mark.parametrize("slips", [SLIPS, AS_DATES, AS_SERIALS], ids=["texts", "dates", "numbers"])
@pytest.mark.parametrize("titled", [False, True])
def test_a_cell_may_be_a_text_a_date_or_a_number(tmp_path: Path, kind: str, slips: Any, titled: bool) -> None:  # noqa: ANN401
    above = [("Талоны за 2024 год",), (None,)] if titled else []
    path = tmp_path / f"slips.{kind}"
    WORKBOOKS[kind](path, [*above, HEADING, *slips])
    rows, reader = read(path, layout(format="spreadsheet"))
    assert rows == SLIPS
    reader = read_rows(path, layout(format="spreadsheet"))
    assert [row["row"] for batch in reader.batches for row in batch.to_pylist()] == [2 + len(above), 3 + len(above)]


def test_a_workbook_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "slips.xls", [HEADING, *SLIPS])
    assert read(tmp_path / "slips.xls", layout(format="spreadsheet"))[0] == SLIPS


@pytest.mark.parametrize("packing", PACKED)
def test_a_packed_workbook_is_read_as_it_is(tmp_path: Path, packing: str) -> None:
    write_xlsx(tmp_path / "slips.xlsx", [HEADING, *SLIPS], title="Талоны")
    path = file(tmp_path, PACKED[packing]((tmp_path / "slips.xlsx").read_bytes()))
    assert read(path, layout(format="spreadsheet"))[0] == SLIPS


def test_days_may_be_counted_from_1904(tmp_path: Path) -> None:
    slips = [(7, 45356 - 1462, "мужской", "a"), ("0012", DAYS[1], "женский", None)]
    write_xlsx(tmp_path / "slips.xlsx", [HEADING, *slips], since_1904=True)
    assert read(tmp_path / "slips.xlsx", layout(format="spreadsheet"))[0] == SLIPS


def test_a_number_that_is_a_date_in_the_layouts_own_form_is_no_serial_number(tmp_path: Path) -> None:
    years = layout(format="spreadsheet", variables={"date": Source(column="ДЕНЬ", date="%Y")})
    write_xlsx(tmp_path / "slips.xlsx", [HEADING, ("1", 2024, "мужской", "")])
    assert read(tmp_path / "slips.xlsx", years)[0][0][1] == "2024"


@pytest.mark.parametrize(("serial", "day"), [(1, "01.01.1900"), (59, "28.02.1900"), (60, "60"), (61, "01.03.1900")])
def test_the_day_that_was_not_in_1900_is_no_day(tmp_path: Path, serial: int, day: str) -> None:
    write_xlsx(tmp_path / "slips.xlsx", [HEADING, ("1", serial, "мужской", "")])
    assert read(tmp_path / "slips.xlsx", layout(format="spreadsheet"))[0][0][1] == day


def test_a_sheet_is_found_by_its_name_and_an_absent_one_is_told_with_those_there_are(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "slips.xlsx", [HEADING, *SLIPS], sheet="Март")
    assert read(tmp_path / "slips.xlsx", layout(format="spreadsheet", sheet="Март"))[0] == SLIPS
    with pytest.raises(SupplierError, match=r"no sheet “Апрель”.*It has: Март"):
        read(tmp_path / "slips.xlsx", layout(format="spreadsheet", sheet="Апрель"))


def test_an_empty_first_sheet_is_told_with_the_sheets_that_stand_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "slips.xlsx"
    with Workbook(path) as book:
        book.add_worksheet("Обложка")
        sheet = book.add_worksheet("Март")
        for number, row in enumerate([HEADING, *SLIPS]):
            sheet.write_row(number, 0, row)
    assert read(path, layout(format="spreadsheet", sheet="Март"))[0] == SLIPS
    with pytest.raises(SupplierError, match=r"first sheet holds none of its columns.*besides: Март"):
        read(path, layout(format="spreadsheet"))


def test_a_heading_without_a_column_is_told_by_the_row_that_holds_most_of_them(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "slips.xlsx", [HEADING[:3], *[slip[:3] for slip in SLIPS]], title="Талоны")
    with pytest.raises(SupplierError, match="the columns ЗАМЕТКА are missing; found are ТАЛОН, ДЕНЬ, ПОЛ"):
        read(tmp_path / "slips.xlsx", layout(format="spreadsheet"))


PARQUET: dict[str, dict[str, Any]] = {
    "texts": {"ДЕНЬ": pa.array(["05.03.2024", "29.02.2024"])},
    "dates": {"ДЕНЬ": pa.array(DAYS)},
    "instants": {"ДЕНЬ": pa.array([datetime(2024, 3, 5, 23, 59), datetime(2024, 2, 29)])},  # noqa: DTZ001
    "whole numbers": {"ТАЛОН": pa.array([7, 12])},
    "numbers that are floating": {"ТАЛОН": pa.array([7.0, 12.0])},
    "decimal numbers": {"ТАЛОН": pa.array([Decimal(7), Decimal(12)], pa.decimal128(12, 0))},
    "decimal numbers with decimals": {"ТАЛОН": pa.array([Decimal(7), Decimal(12)], pa.decimal128(12, 2))},
    "dictionaries": {"ПОЛ": pa.array(["мужской", "женский"]).dictionary_encode()},
}


@pytest.mark.parametrize("kind", PARQUET)
@pytest.mark.parametrize("packing", ["", "gz", "zst", "zip"])
def test_a_column_of_parquet_may_be_of_any_plain_type(tmp_path: Path, kind: str, packing: str) -> None:
    texts = {name: pa.array([slip[place] or None for slip in SLIPS]) for place, name in enumerate(HEADING)}
    path = tmp_path / "slips.parquet"
    pq.write_table(pa.table({**texts, **PARQUET[kind]}), path)
    if packing:
        path.write_bytes(PACKED[packing](path.read_bytes()))
    assert read(path, layout(format="parquet"))[0] == SLIPS


JSON = layout(format="json_lines")


def json_lines(*rows: object, encoding: str = "utf-8") -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(encoding)


def as_object(slip: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(HEADING, slip, strict=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_json_lines_may_leave_out_what_is_not_stated_and_write_numbers(tmp_path: Path, encoding: str) -> None:
    second = as_object((12, *SLIPS[1][1:]))
    del second["ЗАМЕТКА"]
    path = file(tmp_path, json_lines(as_object(SLIPS[0]), second, encoding=encoding))
    assert read(path, msgspec.structs.replace(JSON, encoding=encoding))[0] == SLIPS


def test_a_line_that_is_no_object_is_broken_by_itself(tmp_path: Path) -> None:
    listed = as_object((*SLIPS[0][:3], ["a", "b"]))
    content = json_lines(as_object(SLIPS[0]), [1], listed) + b'{"\n\n' + json_lines(as_object(SLIPS[1]))
    rows, reader = read(file(tmp_path, content), JSON)
    assert rows == SLIPS
    assert {one.row: one.reason for one in reader.broken} == {
        2: "The row is no JSON object.",
        3: "ЗАМЕТКА holds a list or an object.",
        4: "The row is no JSON object.",
    }


def test_a_column_that_stands_in_no_line_is_missing(tmp_path: Path) -> None:
    rows = [{name: "x" for name in HEADING if name != "ПОЛ"}, {"ТАЛОН": "1", "SEX": "f"}]
    with pytest.raises(SupplierError, match="the columns ПОЛ are missing; found are ТАЛОН, ДЕНЬ, ЗАМЕТКА, SEX"):
        read(file(tmp_path, json_lines(*rows)), JSON)


def test_one_list_of_objects_is_no_json_lines(tmp_path: Path) -> None:
    with pytest.raises(SupplierError, match="no line of it is a JSON object"):
        read(file(tmp_path, json_lines([as_object(SLIPS[0])])), JSON)


def test_a_query_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SupplierError, match=r"is a query, not a file.*collect --layout slips"):
        read(file(tmp_path, b"x"), layout(format="postgresql"))
