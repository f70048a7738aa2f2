"""The same slips give the same registrations in whatever format, encoding and compression they come."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qonys.collect.delivery import Desk, Handed, take_delivery
from qonys.concepts.layout import Column, SourceLayout
from qonys.country.loading import load_profile
from qonys.engine.duck import DuckDBEngine
from qonys.store.states import Store
from spec.drawn_slips import KEYS, PLAIN_SLIP
from spec.workbook_writers import write_ods, write_xls, write_xlsx, zipped

MINI = load_profile("mini")
WIDTH = 24

Slips = list[list[str]]
Writer = Callable[[Path, Slips, str], SourceLayout]

TEXT = st.text(st.sampled_from("abzАБЯая019'\"-.,"), max_size=8).map(str.strip)
"""Letters that every encoding of the test has; no separator, for fixed width knows no quoting either."""
SLIP = st.fixed_dictionaries(
    {
        "SLIP": TEXT,
        "PERSON": TEXT,
        "DAY": st.sampled_from(["05.03.2024", "29.02.2024", "30.02.2024", "1.1.2024", ""]),
        "SEX": st.sampled_from(["m", "f", "x", "-", ""]),
        "BORN": st.dates(date(1930, 1, 1), date(2010, 1, 1)).map(lambda day: day.strftime("%d.%m.%Y")),
        "GROUP": st.sampled_from(["ard", "bor", "Ард", ""]),
        "FROM": st.sampled_from(["N11", "N12", "XX9"]),
        "CHILDREN": st.sampled_from(["", "F20150302", "F20150302 M20180711", "none"]),
    }
)


def by_layout(**changes: object) -> SourceLayout:
    return msgspec.structs.replace(MINI.layouts["arrivals"], **changes)


def quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


def delimited(path: Path, slips: Slips, encoding: str) -> SourceLayout:
    lines = ["\t".join(map(quoted, row)) for row in (list(PLAIN_SLIP), *slips)]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return by_layout(encoding=encoding, separator="\t")


def delimited_without_heading(path: Path, slips: Slips, encoding: str) -> SourceLayout:
    path.write_bytes("".join(";".join(map(quoted, row)) + "\n" for row in slips).encode(encoding))
    return by_layout(encoding=encoding, header=False)


def fixed(path: Path, slips: Slips, encoding: str) -> SourceLayout:
    path.write_bytes("".join("".join(cell.ljust(WIDTH) for cell in row) + "\n" for row in slips).encode(encoding))
    columns = MINI.layouts["arrivals"].columns
    placed = [msgspec.structs.replace(column, start=1 + WIDTH * at, width=WIDTH) for at, column in enumerate(columns)]
    return by_layout(format="fixed", encoding=encoding, columns=tuple[Column, ...](placed))


def json_lines(path: Path, slips: Slips, encoding: str) -> SourceLayout:
    objects = [dict(zip(PLAIN_SLIP, row, strict=True)) for row in slips]
    path.write_bytes("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects).encode(encoding))
    return by_layout(format="json_lines", encoding=encoding)


def parquet(path: Path, slips: Slips, encoding: str) -> SourceLayout:
    columns = {name: pa.array([row[at] or None for row in slips], pa.string()) for at, name in enumerate(PLAIN_SLIP)}
    pq.write_table(pa.table(columns), path)
    return by_layout(format="parquet")


def workbook(write: Callable[..., None]) -> Writer:
    def written(path: Path, slips: Slips, encoding: str) -> SourceLayout:
        write(path, [["Slips of a day"], [None], list(PLAIN_SLIP), *[[cell or None for cell in row] for row in slips]])
        return by_layout(format="spreadsheet")

    return written


WRITERS: dict[str, Writer] = {
    "delimited": delimited,
    "delimited without a heading": delimited_without_heading,
    "fixed": fixed,
    "JSON lines": json_lines,
    "Parquet": parquet,
    "XLSX": workbook(write_xlsx),
    "XLS": workbook(write_xls),
    "ODS": workbook(write_ods),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1251")
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gz": gzip.compress,
    "zst": lambda content: bytes(pa.compress(content, "zstd", asbytes=True)),
    "zip": lambda content: zipped(content, "slips"),
}


def registrations(folder: Path, layout: SourceLayout, path: Path) -> list[dict[str, object]]:
    """What a register of its own holds after the file: registrations, then quarantined rows, by their order."""
    store = Store(folder / "store")
    store.fail_if_other_keys(KEYS.fingerprint())
    profile = replace(MINI, layouts={layout.id: layout})
    instant = datetime(2025, 1, 20, tzinfo=UTC)
    engine = DuckDBEngine()
    desk = Desk(profile, store, lambda: engine, KEYS, "test", lambda what, rows: None, "tester", instant, tuple)
    receipt = take_delivery(desk, Handed(path, layout, date(2025, 1, 20))).data
    taken = store.files("input/registrations")
    rows = engine.run("select * exclude (row, record_key) from registrations order by row", registrations=taken)
    if receipt.quarantined == 0:
        return rows.to_pylist()
    aside = store.files("input/quarantine")
    refused = engine.run("select problems, content from quarantine order by row", quarantine=aside).to_pylist()
    return [*rows.to_pylist(), *[{**row, "content": what_is_said(row["content"])} for row in refused]]


def what_is_said(content: str) -> dict[str, str]:
    """The texts of a quarantined row without the blanks by which fixed width fills its columns."""
    said = {name: (text or "").strip() for name, text in json.loads(content).items()}
    return {name: text for name, text in said.items() if text}


WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=5, deadline=None, phases=WITHOUT_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(
    drawn=st.lists(SLIP, min_size=1, max_size=6),
    encoding=st.sampled_from(ENCODINGS),
    packing=st.sampled_from(list(PACKINGS)),
)
def test_formats_encodings_and_compressions_agree(
    drawn: list[dict[str, str]], kind: str, encoding: str, packing: str
) -> None:
    slips = [list({**PLAIN_SLIP, **slip}.values()) for slip in drawn]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        first = folder / "first" / "slips"
        other = folder / "other" / "slips"
        for path in (first, other):
            path.parent.mkdir()
        expected = registrations(first.parent, delimited(first, slips, "utf-8"), first)
        layout = WRITERS[kind](other, slips, encoding)
        other.write_bytes(PACKINGS[packing](other.read_bytes()))
        assert registrations(other.parent, layout, other) == expected
