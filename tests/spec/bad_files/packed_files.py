"""Compressed deliveries: cut off, locked, empty, with more than one file, or not what their name says."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile
from collections.abc import Iterator

import pyarrow as pa

from spec.bad_files.bad_file import BadFile, csv_bytes, csv_text, slip, slips
from spec.bad_files.parquet_files import parquet
from spec.bad_files.parquet_files import row as bulk_row
from spec.bad_files.spreadsheets import HEADING, row, workbook

WHOLE = csv_bytes()
BROKEN = "cannot be unpacked: it is broken or cut off"
_ZSTANDARD = pa.Codec("zstd")


def bad_files() -> Iterator[BadFile]:
    for fault, name, content, what in _refused():
        yield BadFile(fault, name, content, refused=what)
    for fault, name, content in _taken():
        yield BadFile(fault, name, content, taken=3)
    yield BadFile(
        "a packed workbook", "departures_x.xlsx.gz", gzip.compress(workbook(HEADING, row(1), row(2))), taken=2
    )
    yield BadFile("a packed Parquet file", "x.parquet.gz", gzip.compress(parquet(bulk_row(1), bulk_row(2))), taken=2)
    bad_row = csv_bytes([slip(1), slip(2, DAY="31.02.2024"), slip(3)])
    yield BadFile(
        "a wrong date in a packed file",
        "arrivals_x.csv.gz",
        gzip.compress(bad_row),
        taken=2,
        quarantined={3: "no date of the form"},
    )
    utf_16 = gzip.compress(csv_text().encode("utf-16"))
    yield BadFile("another encoding in a packed file", "arrivals_x.csv.gz", utf_16, taken=3, notes=("utf-16-le",))
    long = gzip.compress(csv_bytes([slip(1, REASON="w" * 20_000_000), *slips(2)]))
    yield BadFile(
        "a small file that becomes a very long row",
        "arrivals_x.csv.gz",
        long,
        taken=2,
        quarantined={2: "no code of reason"},
    )


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def locked(packed: bytes) -> bytes:
    """The same archive, its members flagged as encrypted (APPNOTE.TXT of PKWARE, 4.4.4, bit 0)."""
    changed = bytearray(packed)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        changed[at + place] |= 1
    return bytes(changed)


def _zst(content: bytes) -> bytes:
    return _ZSTANDARD.compress(content, asbytes=True)


def _refused() -> Iterator[tuple[str, str, bytes, str]]:
    packed, archive = gzip.compress(WHOLE), zipped(("arrivals_x.csv", WHOLE))
    wrong_sum = packed[:-8] + bytes(4) + packed[-4:]
    yield "a gzip file cut off", "arrivals_x.csv.gz", packed[: len(packed) // 2], BROKEN
    yield "a gzip file without its end", "arrivals_x.csv.gz", packed[:-4], BROKEN
    yield "a gzip file with a wrong check sum", "arrivals_x.csv.gz", wrong_sum, BROKEN
    yield "a gzip file of nothing", "arrivals_x.csv.gz", gzip.compress(b""), "empty"
    yield "only the head of a gzip file", "arrivals_x.csv.gz", packed[:10], BROKEN
    yield "a file packed twice", "arrivals_x.csv.gz", gzip.compress(packed), "layout “arrivals”"
    yield "a bzip2 file named like gzip", "arrivals_x.csv.gz", bz2.compress(WHOLE), "layout “arrivals”"
    yield "a zstandard file cut off", "arrivals_x.csv.zst", _zst(WHOLE)[:-20], BROKEN
    yield "a zip file cut off", "arrivals_x.csv.zip", archive[: len(archive) // 2], BROKEN
    yield "a zip file with changed bytes", "arrivals_x.csv.zip", archive[:60] + bytes(20) + archive[80:], BROKEN
    yield (
        "a zip file of two files",
        "arrivals_x.csv.zip",
        zipped(("a.csv", WHOLE), ("b.csv", WHOLE)),
        "The archive holds 2 files",
    )
    yield "a zip file of nothing", "arrivals_x.csv.zip", zipped(), "The archive holds 0 files"
    yield "a zip file of an empty folder", "arrivals_x.csv.zip", zipped(("folder/", b"")), "The archive holds 0 files"
    yield "a zip file of an empty file", "arrivals_x.csv.zip", zipped(("arrivals_x.csv", b"")), "empty"
    yield "a zip file with a password", "arrivals_x.csv.zip", locked(archive), "locked with a password"
    yield (
        "a workbook in a zip file named like a table",
        "arrivals_x.csv.zip",
        zipped(("x.xlsx", workbook(HEADING, row(1)))),
        "layout “arrivals”",
    )


def _taken() -> Iterator[tuple[str, str, bytes]]:
    yield "a gzip file", "arrivals_x.csv.gz", gzip.compress(WHOLE)
    yield "a gzip file in two parts", "arrivals_x.csv.gz", gzip.compress(WHOLE[:200]) + gzip.compress(WHOLE[200:])
    yield "a gzip file named like a plain one", "arrivals_x.csv", gzip.compress(WHOLE)
    yield "a plain file named like gzip", "arrivals_x.csv.gz", WHOLE
    yield "a zstandard file", "arrivals_x.csv.zst", _zst(WHOLE)
    yield "a zip file of one file of another name", "arrivals_x.csv.zip", zipped(("export (3).txt", WHOLE))
    yield "a zip file with a path that leads out", "arrivals_x.csv.zip", zipped(("../../arrivals_x.csv", WHOLE))
    yield (
        "a zip file made on a Macintosh",
        "arrivals_x.csv.zip",
        zipped(("arrivals_x.csv", WHOLE), ("__MACOSX/._arrivals_x.csv", b"x")),
    )
    yield "a zip file with a folder", "arrivals_x.csv.zip", zipped(("march/", b""), ("march/arrivals_x.csv", WHOLE))
