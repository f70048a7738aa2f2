"""Rows that were quarantined at entry, typed again from what was kept of them and what a person put right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa

from qonys.collect.coding import accepted_texts
from qonys.collect.pseudonyms import Pseudonyms
from qonys.collect.typed_rows import RowCoder
from qonys.concepts.layout import SourceLayout
from qonys.concepts.variable import VARIABLES, Kind
from qonys.datasets.decision import AMENDMENT, Key, Log
from qonys.datasets.registration import QUARANTINE
from qonys.production.office import Office
from qonys.production.quarantine import Row, Texts, corrected_texts, quarantined_rows
from qonys.production.register import stale_entry

_HASHED = (Kind.IDENTIFIER, Kind.ENCODED)
KEPT = tuple(name for name in QUARANTINE.names if name not in ("date", "problems", "content"))
"""Columns that a quarantined row takes along into the register: all that was hashed, or read off what was hashed."""
_NO_KEY = {"inner": bytes(64), "outer": bytes(64)}
"""Nothing is hashed again."""


def released_rows(office: Office, log: Log) -> pa.Table:
    """The rows that were released, as `datasets.decision.AMENDMENT`.

    Raises:
        StatisticianError: a row is no more in quarantine, says something else than was corrected, or still cannot be typed.
    """
    releases = {entry.key: entry for entry in log.acts("release")}
    rows = {(row["delivery"], row["row"]): row for row in quarantined_rows(office, list(releases))}
    for key, entry in releases.items():
        if key not in rows:
            raise stale_entry(entry.entry, key, "the row is not in quarantine", "there is nothing to release.")
    typed = typed_again(office, list(rows.values()), {key: _corrected(rows[key], log) for key in rows})
    notes = {key: [f"row:released:{entry.entry}"] for key, entry in releases.items()}
    for _, last in log.chains("entry"):
        for variable in _variables_of(office, rows.get(last.key), last.field):
            notes[last.key].append(f"{variable}:reviewed:{last.entry}")
    found = []
    for row in typed:
        key = (row["delivery"], row["row"])
        if row["problems"]:
            raise stale_entry(releases[key].entry, key, told(row["problems"]), "The row still cannot be read.")
        found.append({**{name: row.get(name) for name in AMENDMENT.names}, "edits": notes[key]})
    return pa.Table.from_pylist(found, schema=AMENDMENT)


def typed_again(office: Office, rows: Sequence[Row], texts: dict[Key, Texts]) -> list[Row]:
    """Quarantined rows as registrations with their ``problems``, typed by the layout of their delivery."""
    layouts = {receipt.delivery: receipt.layout for receipt in office.store.receipts()}
    by_layout: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_layout[layouts[row["delivery"]]].append(row)
    found: list[Row] = []
    for name, some in by_layout.items():
        found += _typed(office, office.profile.layouts[name], some, texts)
    return found


def told(problems: Sequence[dict[str, str]]) -> str:
    """Problems of a row in words."""
    return "; ".join(
        f"{p['field']}: {p['reason']}" + (f", found “{p['found']}”" if p["found"] else "") for p in problems
    )


def _corrected(row: Row, log: Log) -> Texts:
    texts = row["content"] or {}
    for first, _ in log.chains("entry"):
        if first.key == (row["delivery"], row["row"]) and texts.get(first.field or "") != first.old:
            found = f"“{first.field}” is “{texts.get(first.field or '')}”, not “{first.old}”"
            raise stale_entry(first.entry, first.key, found, "its error is gone.")
    return corrected_texts(row, log)


def _variables_of(office: Office, row: Row | None, column: str | None) -> list[str]:
    """The variables that a layout takes from one column alone; the column's name where there is none."""
    if row is None or column is None:
        return []
    layouts = {receipt.delivery: receipt.layout for receipt in office.store.receipts()}
    layout = office.profile.layouts[layouts[row["delivery"]]]
    return [name for name, source in layout.variables.items() if source.column == column] or [column]


def _typed(office: Office, layout: SourceLayout, rows: Sequence[Row], texts: dict[Key, Texts]) -> list[Row]:
    """Rows of one layout typed again; identifiers were hashed when the rows came, and are not read a second time."""
    plain = msgspec.structs.replace(
        layout, variables={n: s for n, s in layout.variables.items() if VARIABLES[n].kind not in _HASHED}
    )
    columns: dict[str, pa.Array[Any]] = {"row": pa.array(range(len(rows)), pa.int64())}
    for column in (column for column in layout.columns if not column.identifier):
        said = [texts[row["delivery"], row["row"]].get(column.name) for row in rows]
        columns[column.name] = pa.array(said, pa.string())
    accepted, nothing_hashed = accepted_texts(office.profile, plain), Pseudonyms(_NO_KEY)
    coder = RowCoder(office.profile, plain, accepted, nothing_hashed, lambda: office.engine)
    typed = coder(pa.RecordBatch.from_pydict(columns))
    values = {name: column.to_pylist() for name, column in typed.columns.items()}
    return [
        {
            **{name: row[name] for name in KEPT},
            **{name: column[place] for name, column in values.items()},
            "problems": typed.problems.get(place, []),
        }
        for place, row in enumerate(rows)
    ]
