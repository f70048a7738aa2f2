"""Files that are not what their name says, or that no layout of the profile fits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spec.bad_files.bad_file import BadFile, csv_bytes
from spec.bad_files.fixed_width_files import GOOD

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PAGE = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"

AT_RANDOM = np.random.default_rng(7).bytes(20_000)
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def bad_files() -> Iterator[BadFile]:
    for fault, name, content, layout, what, then in _refused():
        yield BadFile(fault, name, content, refused=what, next_step=then, layout=layout)


def _refused() -> Iterator[tuple[str, str, bytes, str | None, str, str]]:
    again = "send it again"
    yield "an empty file", "arrivals_x.csv", b"", None, "The file is empty", again
    yield "an empty fixed-width file", "ledger_1.txt", b"", None, "The file is empty", again
    yield "an empty workbook file", "departures_x.xlsx", b"", None, "The file is empty", again
    yield "an empty Parquet file", "x.parquet", b"", None, "The file is empty", again
    yield (
        "a name that fits no layout",
        "slips.csv",
        csv_bytes(),
        None,
        "No layout fits the name",
        "arrivals (arrivals_*.csv)",
    )
    yield "a name in capitals", "ARRIVALS_1.CSV", csv_bytes(), None, "No layout fits the name", "--layout"
    yield "a name without an ending", "arrivals_1", csv_bytes(), None, "No layout fits the name", "--layout"
    yield (
        "a layout that there is not",
        "arrivals_1.csv",
        csv_bytes(),
        "arrival",
        "There is no layout “arrival”",
        "arrivals (arrivals_*.csv)",
    )
    yield (
        "the layout of another supplier",
        "arrivals_1.csv",
        csv_bytes(),
        "departures",
        "cannot be read by the layout “departures”",
        "",
    )
    yield (
        "a delimited file read as Parquet",
        "arrivals_1.csv",
        csv_bytes(),
        "bulk",
        "It seems to be plain text.",
        "a layout of a text format",
    )
    yield (
        "a fixed-width file read as delimited",
        "ledger_1.txt",
        f"{GOOD}\n".encode(),
        "arrivals",
        "This is not the layout “arrivals”",
        "",
    )
    yield (
        "a picture named like a table",
        "arrivals_1.csv",
        PICTURE,
        None,
        "It seems to be a picture.",
        "no table of slips",
    )
    yield "a page of print named like a table", "arrivals_1.csv", PAGE, None, "a PDF document", "no table of slips"
    yield (
        "a file of zeros",
        "arrivals_1.csv",
        bytes(10_000),
        None,
        "no text, and of no kind that is known",
        "which program",
    )
    yield "bytes at random", "arrivals_1.csv", AT_RANDOM, None, "no text, and of no kind that is known", "which program"
    yield "an old workbook named like a table", "arrivals_1.csv", OLD_WORKBOOK, None, "(XLS)", "the format spreadsheet"
    yield (
        "an archive of another packer",
        "arrivals_1.csv",
        b"7z\xbc\xaf\x27\x1c" + AT_RANDOM,
        None,
        "a 7z archive",
        "Unpack it",
    )
    yield "bytes at random as a workbook", "departures_1.xlsx", AT_RANDOM, None, "cannot be read", "arrived whole"
    yield (
        "a page of print named like a workbook",
        "departures_1.xlsx",
        PAGE,
        None,
        "a PDF document",
        "no table of slips",
    )
    yield "a file of one byte", "arrivals_1.csv", b"S", None, "This is not the layout “arrivals”", ""
    yield (
        "a page of the web instead of the file",
        "arrivals_1.csv",
        b"<!DOCTYPE html><html><title>Log in</title></html>\n",
        None,
        "none of them was found. It seems to be a page of the web.",
        "fetch the file again",
    )
    yield (
        "a message of an error instead of the file",
        "arrivals_1.csv",
        b'{"error": "access denied"}\n',
        None,
        "none of them was found",
        "",
    )
