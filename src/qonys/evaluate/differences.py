"""Where two releases differ: by file, and in a table by cell.

Laws: pure, bytes in and differences out; a file that is the same byte for byte is the same, every other one is named.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

_CSV_VALUES = frozenset(
    {"value", "unit", "obs_status", "conf_status", "data_status", "source", "source_as_of", "related_to", "related_to_as_of"}
    | {"release_period", "release_vintage", "data_cut_off", "data_cut_off_date", "notice", "before", "after", "difference"}
)  # fmt: skip
CELLS_TOLD = 50
"""Cells of one file that are named; the rest is counted."""


class Difference(msgspec.Struct, frozen=True):
    """One difference.

    Args:
        file: the file, or the state of the register, in which it is.
        at: cell, row or byte; empty where the whole file differs.
        what: what stands there, and what should.
    """

    file: str
    what: str
    at: str = ""


def differences_of_files(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> Iterator[Difference]:
    """Every difference between two sets of files.

    Args:
        one: path -> content, as it is.
        other: path -> content, as it should be.
    """
    for name in sorted(one.keys() | other.keys()):
        if name not in one:
            yield Difference(name, "is missing")
        elif name not in other:
            yield Difference(name, "should not be there")
        elif one[name] != other[name]:
            yield from _differences_within(name, one[name], other[name])


def _differences_within(name: str, one: bytes, other: bytes) -> Iterator[Difference]:
    cells = list(cell_differences(name, one, other))
    yield from cells[:CELLS_TOLD]
    if len(cells) > CELLS_TOLD:
        yield Difference(name, f"{len(cells) - CELLS_TOLD} more cells differ")
    if not cells:
        yield Difference(name, f"{len(one):,} bytes instead of {len(other):,}", f"byte {_first_byte(one, other):,}")


def cell_differences(name: str, one: bytes, other: bytes) -> Iterator[Difference]:
    """Cells of a table in which two CSV or JSON files differ; none where the files are no tables, or differ elsewhere."""
    cells = _cells_of_json if name.endswith(".json") else _cells_of_csv if name.endswith(".csv") else None
    if cells is None:
        return
    try:
        before, after = cells(one), cells(other)
    except (ValueError, KeyError, TypeError, msgspec.DecodeError):
        return
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            yield Difference(name, _told(before.get(key), after.get(key)), key)


def _told(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    if before is None:
        return "the cell is missing"
    if after is None:
        return "the cell should not be there"
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return "; ".join(f"{name} is {_shown(before.get(name))} instead of {_shown(after.get(name))}" for name in names)


def _shown(value: object) -> str:
    return "nothing" if value is None or value == "" else str(value)


def _cells_of_json(content: bytes) -> dict[str, dict[str, Any]]:
    table = msgspec.json.decode(content)
    names = [dimension["id"] for dimension in table["dimensions"]]
    return {
        ", ".join(f"{name}={row[name]}" for name in names): {k: v for k, v in row.items() if k not in names}
        for row in table["observations"]
    }


def _cells_of_csv(content: bytes) -> dict[str, dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    names = [name for name in rows.fieldnames or () if name not in _CSV_VALUES and not name.endswith("_label")]
    return {
        ", ".join(f"{name}={row[name]}" for name in names): {k: v for k, v in row.items() if k not in names}
        for row in rows
    }


def _first_byte(one: bytes, other: bytes) -> int:
    """Number of the first byte that differs, from 1; one beyond the shorter file where it begins like the longer one."""
    shorter = min(len(one), len(other))
    low, high = 0, shorter
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low + 1
