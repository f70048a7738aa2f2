"""Pairs of slips that wait as a spreadsheet, one line a pair: out, filled in by hand, and in again.

Everything but the last four columns is only read; of names it says whether they agree. An ``action`` is ``same`` or ``different``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import msgspec

from qonys.datasets.decision import PAIR_ACTS
from qonys.process.linkage import NAMES
from qonys.production.deciding import Request
from qonys.production.linking import SHOWN, waiting_pairs
from qonys.production.office import Office
from qonys.production.review_sheet import BYTE_ORDER_MARK, fail_if_no_code, guarded, key_of, read_sheet

COLUMNS = (
    "delivery", "row", "other_delivery", "other_row", "probability",
    *(column for name in SHOWN for column in (name, f"other_{name}")), *NAMES, "action", "reason", "note", "source",
)  # fmt: skip


def link_sheet(office: Office) -> str:
    """All pairs that wait, the most probable first, as text of a file that spreadsheets read."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for pair in waiting_pairs(office):
        said = [said.get(name) or "" for name in SHOWN for said in (pair.values, pair.other_values)]
        probability = "" if pair.probability is None else f"{pair.probability:.4f}"
        slips = (pair.delivery, pair.row, pair.other_delivery, pair.other_row)
        names = [pair.names[name] or "" for name in NAMES]
        writer.writerow([*slips, probability, *map(guarded, said), *names, *[""] * 4])
    return BYTE_ORDER_MARK + text.getvalue()


def requests_of_links(text: str, name: str) -> list[Request]:
    """What a filled sheet of pairs asks for.

    Args:
        text: the content of the file.
        name: its name, for messages.

    Raises:
        StatisticianError: a line is no line of such a sheet, or names no action or no reason; every fault is told.
    """
    return read_sheet(text, name, COLUMNS, _requests)


def _requests(line: dict[str, str], where: str) -> Iterator[Request]:
    if not line["action"]:
        if line["reason"] or line["note"] or line["source"]:
            raise ValueError("A reason without an action decides nothing.")
        return
    fail_if_no_code(line, PAIR_ACTS)
    delivery, row = key_of(line["delivery"], line["row"])
    other = key_of(line["other_delivery"], line["other_row"])
    told = {name: line[name] for name in ("reason", "note", "source")}
    pair = {"delivery": delivery, "row": row, "new": f"{other[0]}:{other[1]}"}
    yield msgspec.convert({**pair, "act": line["action"], **told, "where": where}, Request)
