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

says = Console(stderr=True, highlight=False, emoji=False)
prints = Console(highlight=False, emoji=False)


def as_json(content: object) -> None:
    """Print a result for a machine."""
    _write_json(content)


def error_as_json(error: QonysError) -> dict[str, str | int]:
    """An error for a machine: its class, what it says, and the exit code."""
    return {
        "error": type(error).__name__,
        "what": error.what,
        "where": error.where,
        "next_step": error.next_step,
        "exit_code": error.exit_code,
    }


def _write_json(content: object) -> None:
    import msgspec

    encoded = msgspec.json.format(msgspec.json.encode(content, enc_hook=str), indent=2)
    sys.stdout.write(encoded.decode() + "\n")


def show_error(error: QonysError, *, as_json: bool) -> None:
    """Say what is wrong, where, and what to do next."""
    if as_json:
        _write_json(error_as_json(error))
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
    """A table on the terminal; numbers to the right, what is not available as a dash. The first column is not cut."""
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    cells = [[_cell(value) for value in row] for row in rows]
    for place, head in enumerate(heads):
        widest = max((len(row[0]) for row in cells), default=0) if place == 0 else 0
        table.add_column(head, justify="right" if place else "left", min_width=min(widest, _LABEL_WIDTH) or None)
    for row in cells:
        table.add_row(*row)
    prints.print(table)


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
