"""Slips that wait as a spreadsheet, for those who prefer one: out, filled in by hand, and in again.

One line a field of a slip. A line with a new value corrects the field; an action on any line of a slip is about the slip.
Everything but the last five columns is only read: a line whose slip or value is another one by now is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from qonys.concepts.correction import REASONS
from qonys.datasets.decision import PAIR_ACTS, Key
from qonys.errors import StatisticianError
from qonys.production.deciding import Request
from qonys.production.office import Office
from qonys.production.reviewing import messages, slips_of, variable_order
from qonys.production.waiting import waiting_reasons

COLUMNS = (
    "delivery", "row", "waits_for", "message", "field", "value",
    "new_value", "action", "reason", "note", "source",
)  # fmt: skip
ACTIONS = ("release", "accept", "leave_out")
BYTE_ORDER_MARK = "\N{BYTE ORDER MARK}"
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
            writer.writerow([slip.delivery, slip.row, *map(guarded, shown), *[""] * 5])
    return BYTE_ORDER_MARK + text.getvalue()


def requests_of_sheet(text: str, name: str) -> list[Request]:
    """What a filled sheet asks for.

    Args:
        text: the content of the file.
        name: its name, for messages.

    Raises:
        StatisticianError: a line is no line of such a sheet, names no action or no reason, or says two things; every
            fault is told with its line.
    """
    return read_sheet(text, name, COLUMNS, _requests)


def read_sheet(
    text: str, name: str, columns: Sequence[str], asked: Callable[[dict[str, str], str], Iterator[Request]]
) -> list[Request]:
    """What a filled sheet with some columns asks for.

    Args:
        text: the content of the file.
        name: its name, for messages.
        columns: its columns.
        asked: what a line asks for, given its cells by column and where it stands; a ValueError is its fault.

    Raises:
        StatisticianError: it has other columns, a line has a fault, or two lines decide the same; every fault is told.
    """
    reader = csv.reader(io.StringIO(text.lstrip(BYTE_ORDER_MARK), newline=""), delimiter=_separator(text))
    head = next(reader, [])
    if tuple(head) != tuple(columns):
        raise StatisticianError(
            f"This is no sheet of `qonys review --export`: its columns are {', '.join(head) or 'missing'}.",
            where=f"{name}, line 1",
            next_step=f"Keep the columns as they were: {'; '.join(columns)}.",
        )
    found, faults = [], []
    for cells in (cells for cells in reader if any(cells)):
        where = f"{name}, line {reader.line_num}"
        try:
            found += list(asked(_line(cells, columns), where))
        except ValueError as fault:
            faults.append(f"{where}: {fault}")
    faults += _twice(found)
    if faults:
        more = f" And {len(faults) - _TOLD} more." if len(faults) > _TOLD else ""
        raise StatisticianError(
            " ".join(faults[:_TOLD]) + more, where=name, next_step="Nothing was taken. Mend these lines and try again."
        )
    return found


def _line(cells: list[str], columns: Sequence[str]) -> dict[str, str]:
    if len(cells) != len(columns):
        raise ValueError(f"{len(cells)} cells instead of {len(columns)}.")
    return {name: _plain(cell) for name, cell in zip(columns, cells, strict=True)}


def _requests(line: dict[str, str], where: str) -> Iterator[Request]:
    if not (line["new_value"] or line["action"]):
        if line["reason"] or line["note"] or line["source"]:
            raise ValueError("A reason without a new value or an action decides nothing.")
        return
    fail_if_no_code(line, ACTIONS)
    for act in (("set",) if line["new_value"] else ()) + ((line["action"],) if line["action"] else ()):
        of_field = {"field": line["field"], "new": line["new_value"], "old": line["value"]} if act == "set" else {}
        told = {name: line[name] for name in ("reason", "note", "source")}
        delivery, row = key_of(line["delivery"], line["row"])
        yield msgspec.convert(
            {"delivery": delivery, "row": row, "act": act, **told, **of_field, "where": where}, Request
        )


def fail_if_no_code(line: dict[str, str], actions: Sequence[str]) -> None:
    """A line names an action, if any, and a reason that there are; else a ValueError says what is allowed."""
    if line["action"] not in ("", *actions):
        raise ValueError(f"“{line['action']}” is no action. Allowed: {', '.join(actions)}.")
    if line["reason"] not in REASONS:
        raise ValueError(f"“{line['reason']}” is no reason. Allowed: {', '.join(REASONS)}.")


def key_of(delivery: str, row: str) -> Key:
    """The slip that two cells name; a ValueError where they name none."""
    if not (delivery.isdecimal() and row.isdecimal()):
        raise ValueError(f"“{delivery}”, “{row}” name no row of a delivery.")
    return int(delivery), int(row)


def _twice(requests: Iterable[Request]) -> list[str]:
    seen: set[tuple[object, ...]] = set()
    faults = []
    for request in requests:
        subject = (request.key, _subject(request))
        if subject in seen:
            faults.append(f"{request.where}: an earlier line decides the same.")
        seen.add(subject)
    return faults


def _subject(request: Request) -> str | None:
    """What of its slip a request decides."""
    if request.act in PAIR_ACTS:
        return request.new
    return request.field if request.act == "set" else request.act


def _separator(text: str) -> str:
    """What a spreadsheet made of the semicolons when it saved the file."""
    head = text.splitlines()[0] if text else ""
    return next((sign for sign in (";", ",", "\t") if sign in head), ";")


def guarded(cell: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe, which `_plain` takes away."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _plain(cell: str) -> str:
    return cell.removeprefix("'").strip() if cell.startswith("'") else cell.strip()
