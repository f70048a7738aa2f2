"""Shows results: for a person on the terminal, for a machine as JSON. Messages go to stderr, results to stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console

from qonys.errors import QonysError

if TYPE_CHECKING:
    from qonys.datasets.outcome import Finding

_SHOWN_FINDINGS = 20
_LABEL_WIDTH = 28
_ANY_WIDTH = 10_000

says = Console(stderr=True, highlight=False, emoji=False)
prints = Console(highlight=False, emoji=False)


def as_json(content: object) -> None:
    """Print a result for a machine."""
    import msgspec

    encoded = msgspec.json.format(msgspec.json.encode(content, enc_hook=str), indent=2)
    sys.stdout.write(encoded.decode() + "\n")


def error_as_json(error: QonysError) -> dict[str, str | int]:
    """An error for a machine: its class, what it says, and the exit code."""
    return {
        "error": type(error).__name__,
        "what": error.what,
        "where": error.where,
        "next_step": error.next_step,
        "exit_code": error.exit_code,
    }


def show_error(error: QonysError, *, json: bool = False) -> None:
    """Say what is wrong, where, and what to do next."""
    if json:
        as_json(error_as_json(error))
        return
    if error.where:
        says.print(error.where, style="bold", markup=False, soft_wrap=True)
    says.print(error.what, style="red", markup=False, soft_wrap=True)
    if error.next_step:
        says.print(f"→ {error.next_step}", markup=False, soft_wrap=True)


def show_findings(findings: Iterable[Finding]) -> None:
    """Findings, worst first; a long list is cut and says so."""
    order = {"error": 0, "warning": 1, "info": 2}
    listed = sorted(findings, key=lambda finding: (order.get(finding.severity, 3), -finding.count))
    for finding in listed[:_SHOWN_FINDINGS]:
        where = f"{finding.where}: " if finding.where else ""
        times = f" ({finding.count:,} rows)" if finding.count > 1 else ""
        says.print(f"  ! {where}{finding.what}{times}", style="yellow", markup=False, soft_wrap=True)
        if finding.next_step:
            says.print(f"    → {finding.next_step}", markup=False, soft_wrap=True)
    if len(listed) > _SHOWN_FINDINGS:
        says.print(f"  … and {len(listed) - _SHOWN_FINDINGS} more: use --json to see all")


def show_table(title: str, heads: list[str], rows: Iterable[Iterable[Any]]) -> None:
    """A table on the terminal; numbers to the right, what is not available as a dash.

    Nothing is cut: long texts are folded, and where the words and numbers still need more room than the terminal has,
    or where there is no terminal, the lines are as long as it takes.
    """
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    cells = [[_cell(value) for value in row] for row in rows]
    columns = [[row[place] for row in cells] for place in range(len(heads))]
    room = prints.width if prints.is_terminal else _ANY_WIDTH
    widths = _column_widths(heads, columns, room - _frame(len(heads)))
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", width=widths[place], overflow="fold")
    for row in cells:
        table.add_row(*row)
    broad = max(prints.width, sum(widths) + _frame(len(heads)))
    Console(highlight=False, emoji=False, markup=False, width=broad).print(table)


def _frame(columns: int) -> int:
    """Width of the lines between columns and of the blanks beside them."""
    return 3 * columns + 1


def _column_widths(heads: list[str], columns: list[list[str]], room: int) -> list[int]:
    """Each as wide as its longest text; where they have no room, the widest first gives way, to its longest word.

    Of the first column, which says what a row is, the whole text counts as a word. Words of a head may be broken.
    """
    widths = [max(len(text) for text in (head, *cells)) for head, cells in zip(heads, columns, strict=True)]
    least = [_least_width(cells, whole=place == 0) for place, cells in enumerate(columns)]
    while sum(widths) > room:
        place = max(range(len(widths)), key=lambda one: (widths[one] > least[one], widths[one]))
        if widths[place] <= least[place]:
            break
        widths[place] -= 1
    return widths


def _least_width(cells: list[str], *, whole: bool) -> int:
    words = cells if whole else [word for cell in cells for word in cell.split()]
    return max(1, min(max(map(len, words), default=0), _LABEL_WIDTH))


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)


@contextmanager
def progress_shown() -> Iterator[Callable[[str, int], None]]:
    """A progress callable: a live line on a terminal, one line a step elsewhere. Rows and rows a second."""
    steps: dict[str, _Step] = {}
    now = time.perf_counter()
    with _live_line() as show:

        def progress(what: str, rows: int) -> None:
            nonlocal now
            since = steps[what].since if what in steps else now
            now = time.perf_counter()
            steps[what] = _Step(since, now, rows)
            show(f"{what}: {steps[what]}")

        yield progress
    for what, step in steps.items():
        says.print(f"  {what}: {step}", markup=False)


@contextmanager
def _live_line() -> Iterator[Callable[[str], None]]:
    """Shows on a terminal what is being done, until it is done; elsewhere nothing, and nothing is loaded for it."""
    if not says.is_terminal:
        yield lambda _: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=says, transient=True) as bar:
        task = bar.add_task("…", total=None)
        yield lambda told: bar.update(task, description=told)


@dataclass(frozen=True)
class _Step:
    """A step of long work: it begins where the one before it was last heard of."""

    since: float
    until: float
    rows: int

    def __str__(self) -> str:
        passed = self.until - self.since
        speed = f" ({self.rows / passed:,.0f} a second)" if self.rows > 1000 and passed > 0.05 else ""
        return f"{self.rows:,}{speed}"
