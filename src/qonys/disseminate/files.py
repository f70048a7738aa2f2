"""The machine-readable files of a table: CSV, one row an observation, and JSON, one object that explains itself.

Laws: values are rounded to the decimals that the page shows and written with a point; statuses stand in columns of
their own, and what a cell shows is the same in every file (`shown_cells`); a figure that was taken over names its source,
a rate its denominator and a growth its base, each with its vintage; every file carries the notice, the vintage and the
data cut-off, so that it can be read alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from qonys.datasets.output import MEASURED, REFERENCES, Cell, OutputTable, ReleaseFacts
from qonys.disseminate.changes import Change
from qonys.disseminate.shown_cells import Shown, status_codes
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.words import Words

_TOLD = ("release_period", "release_vintage", "data_cut_off", "data_cut_off_date", "notice")


def file_name(facts: ReleaseFacts, table: str, language: str, suffix: str) -> str:
    """Path of a file in the bundle: profile, period, table, language and vintage tell it from every other one."""
    parts = (facts.profile, facts.period, *((table,) if table else ()), language, facts.vintage)
    return f"files/{'-'.join(parts)}.{suffix}"


def csv_file(layout: TableLayout, facts: ReleaseFacts, notice: str) -> bytes:
    """A table as CSV (RFC 4180, UTF-8): for each dimension its code and its label, then value, unit and statuses."""
    table = layout.table
    heads = [name for d in table.dimensions for name in (d.id, f"{d.id}_label")]
    told = _told(table, facts, notice)
    rows = ([*_coded(layout, key), *_measured(layout, key), *told] for key in table.keys())  # noqa: SIM118 in order
    return _written([*heads, *MEASURED, *_TOLD], rows)


def changes_csv(changes: Iterable[Change], table: OutputTable, words: Words, facts: ReleaseFacts) -> bytes:
    """Where two vintages of a table differ, as CSV: codes and labels, value before, value after, difference."""
    layout = TableLayout(table, words)
    heads = [name for d in table.dimensions for name in (d.id, f"{d.id}_label")]
    told = [facts.period, facts.vintage]
    rows = (
        [*_coded(layout, change.key), *map(_plain, (change.before, change.after, change.difference)), *told]
        for change in changes
    )
    return _written([*heads, "before", "after", "difference", "release_period", "release_vintage"], rows)


def json_file(layout: TableLayout, facts: ReleaseFacts, notice: str) -> bytes:
    """A table as one JSON object: title, notice, vintage, dimensions with their members, measures, observations."""
    table, language = layout.table, layout.language
    content = {
        "id": table.id,
        "title": table.title[language],
        "language": language,
        "notice": notice,
        "release": {
            "profile": facts.profile, "period": facts.period, "vintage": facts.vintage,
            "published": facts.published, "next": facts.next, "code_version": facts.code_version,
        },
        "data_cut_off": {"name": table.vintage, "date": table.cut_off},
        "dimensions": [
            {
                "id": d.id,
                "label": layout.dimension_label(d.id),
                "members": [{"code": m.code, "label": layout.label(d.id, m.code), "depth": m.depth} for m in d.members],
            }
            for d in table.dimensions
        ],
        "measures": {m: {"decimals": f.decimals, "unit": f.unit[language]} for m, f in table.measures.items()},
        "notes": [note[language] for note in table.notes],
        "observations": list(_observations(layout)),
    }  # fmt: skip
    return msgspec.json.encode(content)


def _observations(layout: TableLayout) -> Iterator[dict[str, Any]]:
    table = layout.table
    names = [d.id for d in table.dimensions]
    for key in table.keys():  # noqa: SIM118 no mapping: the keys in order
        cell, said = table.cells[key], layout.shown_at(key)
        yield {
            **dict(zip(names, key, strict=True)),
            "value": _value(said, table.measures[table.measure_of(key)].decimals),
            "obs_status": status_codes(said),
            "conf_status": cell.confidentiality.value,
            "data_status": cell.data.value,
            **{name: said for name, said in zip(REFERENCES, _referred(cell), strict=True) if said},
        }


def _value(said: Shown, decimals: int) -> float | int | None:
    if said.value is None:
        return None
    return float(said.value) if decimals else int(said.value)


def _referred(cell: Cell) -> list[str]:
    """Sources and vintages of what a figure was taken from, and of what it is related to."""
    if not (cell.taken_from or cell.related_to):
        return ["", "", "", ""]
    return [
        "; ".join(dict.fromkeys(said))
        for references in (cell.taken_from, cell.related_to)
        for said in ([r.source for r in references], [r.as_of for r in references if r.as_of])
    ]


def _coded(layout: TableLayout, key: tuple[str, ...]) -> list[str]:
    pairs = zip(layout.table.dimensions, key, strict=True)
    return [text for d, code in pairs for text in (code, layout.label(d.id, code))]


def _measured(layout: TableLayout, key: tuple[str, ...]) -> list[str]:
    table, said = layout.table, layout.shown_at(key)
    cell, unit = table.cells[key], table.measures[table.measure_of(key)].unit[layout.language]
    return [
        _plain(said.value), unit, status_codes(said), cell.confidentiality.value, cell.data.value, *_referred(cell),
    ]  # fmt: skip


def _told(table: OutputTable, facts: ReleaseFacts, notice: str) -> list[str]:
    return [facts.period, facts.vintage, table.vintage, table.cut_off, notice]


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _written(heads: list[str], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue().encode()
