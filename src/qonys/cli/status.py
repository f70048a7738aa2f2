"""`qonys status`: the page that a statistician reads each morning."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, prints, progress_shown, says, show_table

if TYPE_CHECKING:
    from qonys.evaluate.accounts import Account
    from qonys.evaluate.deliveries import ExpectedDelivery
    from qonys.production.lagging import Lag
    from qonys.production.situation import Situation

_LAG_HEADS = ("0", "1", "2", "3", "4", "5", "6–11", "12+")
_MONTHS_SHOWN = 24
_STATES = ("in_time", "late", "incomplete", "double", "missing", "awaited")


def status(
    *,
    on: date | None = None,
    lags: bool = False,
    strict: bool = False,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Show what came and what did not, what waits, where every slip is, and what to do next.

    Args:
        on: day as of which deliveries are looked at (2024-02-25); today where not given.
        lags: show how late moves became known: month of the move by months until it was known.
        strict: exit with code 3 where a delivery is missing, double or incomplete.
        workspace: folder of the workspace.
        json: print all of it as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.errors import SupplierError

    with progress_shown() as progress:
        line = line_of(workspace, progress)
        found = line.situation(on)
        triangle = line.lags() if lags else ()
    if json:
        content: dict[str, Any] = {
            "day": found.day,
            "expected": found.expected,
            "periods": found.periods,
            "waiting": found.waiting,
            "next_steps": found.next_steps,
        }
        as_json(content | {"lags": triangle} if lags else content)
    else:
        _show(found)
        if lags:
            _show_lags(triangle)
    if strict and found.lacking:
        raise SystemExit(SupplierError.exit_code)


def _show(found: Situation) -> None:
    if found.expected:
        _show_expected(found.expected, found.day)
    _show_accounts(found.periods)
    waiting = found.waiting
    says.print(
        f"In quarantine: {waiting.at_entry:,} slips since they were read, {waiting.by_rule:,} by a rule.",
        soft_wrap=True,
    )
    prints.print("What to do next:" if found.next_steps else "Nothing is left to do.", style="bold")
    for step in found.next_steps:
        prints.print(f"  → {step}", markup=False, soft_wrap=True)


def _show_expected(expected: Iterable[ExpectedDelivery], day: date) -> None:
    by_layout: dict[str, list[ExpectedDelivery]] = defaultdict(list)
    for one in expected:
        by_layout[one.layout].append(one)
    counts = {layout: Counter[str](line.state for line in lines) for layout, lines in by_layout.items()}
    states = [state for state in _STATES if state == "in_time" or any(count[state] for count in counts.values())]
    rows = [
        [layout, lines[0].supplier, len(lines), *(counts[layout][state] for state in states)]
        for layout, lines in by_layout.items()
    ]
    titles = [state.replace("_", " ").capitalize() for state in states]
    show_table(f"Deliveries expected by {day}", ["Layout", "Supplier", "Expected", *titles], rows)
    odd = [
        [f"{one.layout} {one.period}", one.state, str(one.due), one.days_late or None, _came(one), _list(one.absent)]
        for one in expected
        if one.state != "in_time"
    ]
    if odd:
        show_table("Not in time, or not in order", ["Delivery", "State", "Due", "Days late", "Came as", "Absent"], odd)


def _came(one: ExpectedDelivery) -> str | None:
    return _list(map(str, one.deliveries))


def _list(words: Iterable[str]) -> str | None:
    return ", ".join(words) or None


def _show_accounts(periods: Iterable[Account]) -> None:
    import msgspec

    from qonys.evaluate.accounts import FUTURE, Account

    rows = [msgspec.to_builtins(account) for account in periods]
    counts = [name for name in Account.__struct_fields__ if name != "period"]
    lines = [[name.replace("_", " "), *(row[name] for row in rows)] for name in counts]
    show_table("Slips and moves by year of registration", ["", *(row["period"] for row in rows)], lines)
    says.print("delivered = registrations + quarantined; registrations = set apart + moved + pending.")
    says.print("moves = moved + accompanying = internal + external in + external out. A dash: not available.")
    if any(row["period"] == FUTURE for row in rows):
        says.print(f"{FUTURE}: slips that are dated after the day on which they came; they open no year.")


def _show_lags(triangle: Iterable[Lag]) -> None:
    by_month: dict[str, Counter[str]] = defaultdict(Counter)
    for one in triangle:
        by_month[one.event_month][_lag_head(one)] += one.moves - one.withdrawn
    months = sorted(by_month)[-_MONTHS_SHOWN:]
    heads = [head for head in _LAG_HEADS if any(head in by_month[month] for month in months)]
    rows = [[month, *map(by_month[month].get, heads), by_month[month].total()] for month in months]
    show_table("Moves by month, and by months until they were known", ["Month", *heads, "All"], rows)
    if len(by_month) > len(months):
        says.print(f"The last {len(months)} of {len(by_month)} months; --json gives all.")


def _lag_head(one: Lag) -> str:
    (year, month), (known_year, known_month) = (
        map(int, text.split("-")) for text in (one.event_month, one.known_month)
    )
    lag = 12 * (known_year - year) + known_month - month
    if lag < 6:
        return _LAG_HEADS[max(lag, 0)]
    return _LAG_HEADS[6 if lag < 12 else 7]
