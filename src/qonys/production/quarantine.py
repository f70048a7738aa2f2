"""The rows that were quarantined at entry, with what they said and what a person set instead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from qonys.datasets.decision import Key, Log
from qonys.production.office import Office
from qonys.production.register import key_table

Row = dict[str, Any]
Texts = dict[str, str | None]


def quarantined_rows(office: Office, keys: Sequence[Key] | None = None) -> list[Row]:
    """Rows of the quarantine at entry, of counting deliveries: all, or those with some keys; ``content`` as texts."""
    if office.store.version("input/quarantine") is None:
        return []
    tables: dict[str, Any] = {
        "quarantine": office.with_current_pseudonyms(office.store.files("input/quarantine")),
        "wanted": key_table(keys or ()),
    }
    chosen = "semi join wanted using (delivery, row)" if keys is not None else ""
    query = f"select * from quarantine semi join deliveries using (delivery) {chosen} order by delivery, row"
    rows = office.engine.run(query, deliveries=office.counting_deliveries(), **tables).to_pylist()
    return [{**row, "content": None if row["content"] is None else json.loads(row["content"])} for row in rows]


def corrected_texts(row: Row, log: Log) -> Texts:
    """The texts of a quarantined row, those that were set in place of those that were found."""
    changes = {last.field: last.new for _, last in log.chains("entry") if last.key == (row["delivery"], row["row"])}
    return {column: changes.get(column, text) for column, text in (row["content"] or {}).items()}
