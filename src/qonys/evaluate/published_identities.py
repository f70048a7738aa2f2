"""What a reader can add up in a published release without any record: parts and totals, both ends, both formats.

Laws: only what the release itself says must add up is held against it (`datasets.identities.Identities`); a sum with a figure
that was taken over from elsewhere, or that is not there, is not judged.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from qonys.concepts.text import TOTAL
from qonys.datasets.identities import Identities
from qonys.evaluate.differences import Difference

_COUNTS = frozenset({"arrivals", "departures", "net", "turnover"})


class Judged(NamedTuple):
    """How much was added up, and what did not hold."""

    sums: int
    faults: tuple[Difference, ...]


def judged_table(file: str, table: Mapping[str, Any], identities: Identities) -> Judged:
    """The identities of one published table, of the content of its JSON file."""
    cells = {_key(table, row): row for row in table["observations"]}
    checks = [
        *_parts(table, cells, identities.sums.get(table["id"], ())),
        *_nets(table, cells, additive=table["id"] in identities.sums),
        *_balances(table, cells, balanced=table["id"] in identities.balanced),
    ]
    return Judged(len(checks), tuple(Difference(file, what, at) for at, what in checks if what))


def differing_csv(file: str, table: Mapping[str, Any], content: bytes) -> tuple[Difference, ...]:
    """Values of a CSV file that are not those of the JSON file of the same table and language."""
    names = [dimension["id"] for dimension in table["dimensions"]]
    wanted = {_key(table, row): _written(row["value"]) for row in table["observations"]}
    found = {
        tuple(row.get(name, "") for name in names): row.get("value", "")
        for row in csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    }
    return tuple(
        Difference(file, f"{found.get(key, 'nothing')} instead of {wanted.get(key, 'nothing')} in JSON", ", ".join(key))
        for key in dict.fromkeys([*wanted, *found])
        if not _same(found.get(key), wanted.get(key))
    )


def _key(table: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[dimension["id"]] for dimension in table["dimensions"])


def _parts(
    table: Mapping[str, Any], cells: Mapping[tuple[str, ...], Any], names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Parts of each depth against the total: (cell, what does not hold, or nothing)."""
    dimensions = table["dimensions"]
    ids = [dimension["id"] for dimension in dimensions]
    for place in (ids.index(name) for name in names if name in ids):
        members = dimensions[place]["members"]
        for depth in sorted({member["depth"] for member in members} - {0}):
            parts = [member["code"] for member in members if member["depth"] == depth]
            for key in (key for key in cells if key[place] == TOTAL and key[ids.index("measure")] in _COUNTS):
                of_parts = [cells.get((*key[:place], part, *key[place + 1 :])) for part in parts]
                if all(map(_is_counted, [cells[key], *of_parts])):
                    yield _compared(
                        key, f"the parts by {ids[place]}", sum(p["value"] for p in of_parts if p), cells[key]["value"]
                    )


def _nets(
    table: Mapping[str, Any], cells: Mapping[tuple[str, ...], Any], *, additive: bool
) -> Iterator[tuple[str, str]]:
    """Net against arrivals less departures."""
    place = [dimension["id"] for dimension in table["dimensions"]].index("measure")
    for key in (key for key in cells if additive and key[place] == "net"):
        ends = [cells.get((*key[:place], end, *key[place + 1 :])) for end in ("arrivals", "departures")]
        if all(map(_is_counted, [cells[key], *ends])) and ends[0] and ends[1]:
            yield _compared(key, "arrivals less departures", ends[0]["value"] - ends[1]["value"], cells[key]["value"])


def _balances(
    table: Mapping[str, Any], cells: Mapping[tuple[str, ...], Any], *, balanced: bool
) -> Iterator[tuple[str, str]]:
    """Within the country, as many depart as arrive."""
    ids = [dimension["id"] for dimension in table["dimensions"]]
    for key in cells if balanced else ():
        total = all(code == TOTAL for code, name in zip(key, ids, strict=True) if name not in ("period", "measure"))
        if total and key[ids.index("measure")] == "net" and _is_counted(cells[key]):
            yield _compared(key, "arrivals less departures of all areas", 0, cells[key]["value"])


def _is_counted(cell: Mapping[str, Any] | None) -> bool:
    return cell is not None and cell["value"] is not None and "source" not in cell


def _compared(key: tuple[str, ...], what: str, sum_of: float, stated: float) -> tuple[str, str]:
    return ", ".join(key), "" if sum_of == stated else f"{what}: {sum_of}, but {stated} stands there"


def _written(value: float | None) -> str:
    return "" if value is None else str(value)


def _same(found: str | None, wanted: str | None) -> bool:
    if found is None or wanted is None or found == wanted:
        return found == wanted
    try:
        return float(found) == float(wanted)
    except ValueError:
        return False
