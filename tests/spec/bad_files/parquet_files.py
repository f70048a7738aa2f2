"""Parquet files: cut off, of other types, with other columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from spec.bad_files.bad_file import MARK, BadFile, csv_bytes

COLUMNS = ["slip", "corrects", "person", "date", "registration_type", "sex", "birth_date", "ethnicity", "education", "reason", "origin", "origin_locality", "destination", "destination_locality", "children"]  # fmt: skip


def row(number: int, **said: Any) -> dict[str, Any]:  # noqa: ANN401 a cell of Parquet holds anything
    plain = {
        "slip": f"{MARK}{number:04}", "person": f"{MARK}{number:03}", "date": f"2024-02-{number:02}", "sex": "F",
        "registration_type": "residence", "birth_date": "1980-01-01", "ethnicity": "ard", "education": "2",
        "reason": "work", "origin": "N11", "destination": "C11",
    }  # fmt: skip
    return {**dict.fromkeys(COLUMNS), **plain, **said}


def parquet(*rows: dict[str, Any], types: dict[str, pa.DataType] | None = None, **options: Any) -> bytes:  # noqa: ANN401 options of pyarrow
    names = list(dict.fromkeys(name for one in rows for name in one)) or COLUMNS
    schema = pa.schema([(name, (types or {}).get(name, pa.string())) for name in names])
    buffer = BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), buffer, **options)
    return buffer.getvalue()


def bad_files() -> Iterator[BadFile]:
    for fault, content, what in _refused():
        yield BadFile(fault, "x.parquet", content, refused=what)
    for fault, content, notes in _taken():
        yield BadFile(fault, "x.parquet", content, taken=2, notes=notes)
    for fault, said, reason in _partly():
        yield BadFile(fault, "x.parquet", parquet(row(1), row(2, **said)), taken=1, quarantined={2: reason})


def _refused() -> Iterator[tuple[str, bytes, str]]:
    whole, lists = parquet(row(1), row(2)), pa.list_(pa.string())
    yield "a Parquet file cut off", whole[: len(whole) // 2], "cannot be read"
    yield "a Parquet file without its last byte", whole[:-1], "cannot be read"
    yield "a Parquet file with bytes changed in the middle", _with_changed_bytes(whole), "cannot be read"
    yield "a Parquet file of zeros", bytes(500), "cannot be read"
    yield "a CSV file named like Parquet", csv_bytes(), "cannot be read"
    yield "a Parquet file without rows", parquet(), "holds no rows"
    yield (
        "a Parquet file with a column missing",
        parquet({name: "x" for name in COLUMNS if name != "date"}),
        "the columns date are missing",
    )
    yield (
        "a Parquet file with columns in capitals",
        parquet({name.upper(): "x" for name in COLUMNS}),
        "none of them was found",
    )
    yield (
        "a Parquet file of lists",
        parquet(row(1, children=["F20150302"]), types={"children": lists}),
        "cannot be read",
    )
    yield (
        "a Parquet file of records",
        parquet(row(1, origin={"code": "N11"}), types={"origin": pa.struct([("code", pa.string())])}),
        "cannot be read",
    )


def _taken() -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    days = [date(2024, 2, 1), date(2024, 2, 2)]
    yield (
        "dates of Parquet's own type",
        parquet(*(row(n, date=day) for n, day in enumerate(days, 1)), types={"date": pa.date32()}),
        (),
    )
    yield (
        "dates with a time at midnight",
        parquet(
            *(row(n, date=datetime.combine(date(2024, 2, n), time())) for n in (1, 2)),
            types={"date": pa.timestamp("us")},
        ),
        (),
    )
    yield (
        "codes as whole numbers in Parquet",
        parquet(row(1, education=2), row(2, education=1), types={"education": pa.int64()}),
        (),
    )
    yield (
        "identifiers as whole numbers in Parquet",
        parquet(*(row(n, person=int(f"{MARK}00{n}")) for n in (1, 2)), types={"person": pa.int64()}),
        (),
    )
    yield "texts as dictionaries in Parquet", parquet(row(1), row(2), use_dictionary=True), ()
    yield "a column of nothing in Parquet", parquet(row(1), row(2), types={"children": pa.null()}), ()
    yield (
        "a column that the layout of Parquet does not know",
        parquet(row(1, colour="red"), row(2, colour="blue")),
        ("left aside: colour",),
    )
    yield "one row a group in Parquet", parquet(row(1), row(2), row_group_size=1), ()
    yield (
        "texts as large texts in Parquet",
        parquet(row(1), row(2), types=dict.fromkeys(COLUMNS, pa.large_string())),
        (),
    )
    yield (
        "texts as bytes in Parquet",
        parquet(row(1, origin=b"N11"), row(2, origin=b"N11"), types={"origin": pa.binary()}),
        (),
    )
    yield (
        "codes as decimal numbers in Parquet",
        parquet(
            row(1, education=Decimal("2")), row(2, education=Decimal("1")), types={"education": pa.decimal128(5, 0)}
        ),
        (),
    )


def _partly() -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "an impossible date in Parquet", {"date": "2024-02-30"}, "no date of the form %Y-%m-%d"
    yield "no date in Parquet", {"date": None}, "needed, but not stated"
    yield "an unknown code in Parquet", {"sex": "woman"}, "no code of sex"
    yield "an identifier in the wrong column of Parquet", {"date": f"{MARK}002"}, "identifier"
    yield "an area of another country's list in Parquet", {"origin": "750000000"}, "no area or country"


def _with_changed_bytes(whole: bytes) -> bytes:
    middle = len(whole) // 4
    return whole[:middle] + bytes(byte ^ 0xFF for byte in whole[middle : middle + 200]) + whole[middle + 200 :]
