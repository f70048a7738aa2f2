"""Slips that wait as a spreadsheet, for those who prefer one: out, filled in by hand, and in again.

One line a field of a slip. A line with a new value corrects the field; an action on any line of a slip is about the slip.
Everything but the last five columns is only read: a line whose slip or value is another one by now is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import msgspec

from qonys.concepts.correction import REASONS
from qonys.datasets.decision import Key
from qonys.errors import StatisticianError
from qonys.production.deciding import Request
from qonys.production.office import Office
from qonys.production.reviewing import messages, slips_of, variable_order, waiting_reasons

COLUMNS = (
    "delivery", "row", "waits_for", "message", "field", "value",
    "new_value", "action", "reason", "note", "source",
)  # fmt: skip
ACTIONS = ("release", "accept", "leave_out")
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")
_TOLD = 10


def review_sheet(office: Office, language: str) -> str:
    """All slips that wait, as text of a file: separated by semicolons, with a byte order mark, as spreadsheets read it."""
    told = messages(office, language)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for slip in slips_of(office, list(waiting_reasons(office))):
        message = " ".join(told.get(reason, reason) for reason in slip.reasons)
        for field in variable_order(slip.values) or [""]:
            shown = (", ".join(slip.reasons), message, field, slip.values.get(field) or "")
            writer.writerow([slip.delivery, slip.row, *map(_guarded, shown), *[""] * 5])
    return "\N{BYTE ORDER MARK}" + text.getvalue()


def requests_of_sheet(text: str, name: str) -> list[Request]:
    """What a filled sheet asks for.

    Args:
        text: the content of the file.
        name: its name, for messages.

    Raises:
        StatisticianError: a line is no line of such a sheet, names no action or no reason, or says two things; every
            fault is told with its line.
    """
    reader = csv.reader(io.StringIO(text.lstrip("\N{BYTE ORDER MARK}"), newline=""), delimiter=_separator(text))
    head = next(reader, [])
    if tuple(head) != COLUMNS:
        raise StatisticianError(
            f"This is no sheet of `qonys review --export`: its columns are {', '.join(head) or 'missing'}.",
            where=f"{name}, line 1",
            next_step=f"Keep the columns as they were: {'; '.join(COLUMNS)}.",
        )
    found, faults = [], []
    for cells in reader:
        where = f"{name}, line {reader.line_num}"
        try:
            found += list(_requests(cells, where))
        except ValueError as fault:
            faults.append(f"{where}: {fault}")
    faults += _twice(found)
    if faults:
        more = f" And {len(faults) - _TOLD} more." if len(faults) > _TOLD else ""
        raise StatisticianError(
            " ".join(faults[:_TOLD]) + more, where=name, next_step="Nothing was taken. Mend these lines and try again."
        )
    return found


def _requests(cells: list[str], where: str) -> Iterator[Request]:
    if not any(cells):
        return
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(cells)} cells instead of {len(COLUMNS)}.")
    line = {name: _plain(cell) for name, cell in zip(COLUMNS, cells, strict=True)}
    if not (line["new_value"] or line["action"]):
        if line["reason"] or line["note"] or line["source"]:
            raise ValueError("A reason without a new value or an action decides nothing.")
        return
    _fail_if_no_code(line)
    for act in (("set",) if line["new_value"] else ()) + ((line["action"],) if line["action"] else ()):
        of_field = {"field": line["field"], "new": line["new_value"], "old": line["value"]} if act == "set" else {}
        told = {name: line[name] for name in ("reason", "note", "source")}
        delivery, row = _key(line)
        yield msgspec.convert(
            {"delivery": delivery, "row": row, "act": act, **told, **of_field, "where": where}, Request
        )


def _fail_if_no_code(line: dict[str, str]) -> None:
    if line["action"] not in ("", *ACTIONS):
        raise ValueError(f"“{line['action']}” is no action. Allowed: {', '.join(ACTIONS)}.")
    if line["reason"] not in REASONS:
        raise ValueError(f"“{line['reason']}” is no reason. Allowed: {', '.join(REASONS)}.")


def _key(line: dict[str, str]) -> Key:
    if not (line["delivery"].isdecimal() and line["row"].isdecimal()):
        raise ValueError(f"“{line['delivery']}”, “{line['row']}” name no row of a delivery.")
    return int(line["delivery"]), int(line["row"])


def _twice(requests: Iterable[Request]) -> list[str]:
    seen: set[tuple[object, ...]] = set()
    faults = []
    for request in requests:
        subject = (request.key, request.act if request.act != "set" else request.field)
        if subject in seen:
            faults.append(f"{request.where}: an earlier line decides the same.")
        seen.add(subject)
    return faults


def _separator(text: str) -> str:
    """What a spreadsheet made of the semicolons when it saved the file."""
    head = text.splitlines()[0] if text else ""
    return next((sign for sign in (";", ",", "\t") if sign in head), ";")


def _guarded(cell: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe, which `_plain` takes away."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _plain(cell: str) -> str:
    return cell.removeprefix("'").strip() if cell.startswith("'") else cell.strip()
