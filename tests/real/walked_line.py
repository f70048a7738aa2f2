"""A whole line walked for a test: from deliveries to a published release, with throw-away keys."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qonys.concepts.period import Period
from qonys.datasets.outcome import Finding
from qonys.evaluate.accounts import Account
from qonys.production.line import Line
from qonys.production.office import Office
from qonys.store.keys import Keys
from qonys.store.workspace import Workspace

KEYS = Keys(b"p" * 32, b"r" * 32)


@dataclass(frozen=True)
class WalkedLine:
    """What is left when a line was walked: its published release and the account of its slips."""

    release: Path
    accounts: tuple[Account, ...]
    line: Line
    findings: tuple[Finding, ...] = ()

    def page(self, language: str) -> str:
        return (self.release / language / "index.html").read_text(encoding="utf-8")

    def rows(self, table: str, language: str = "en") -> list[dict[str, str]]:
        """The observations of a published table, as its CSV file says them."""
        (path,) = (self.release / "files").glob(f"*-{table}-{language}-*.csv")
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def walked_line(profile: str, folder: Path, deliveries: Path, period: str, received: date | None = None) -> WalkedLine:
    """Collect, process, tabulate, build and publish."""
    workspace = Workspace.create(folder / "office", profile)
    line = Line(Office(workspace, date(2025, 12, 31), lambda _what, _rows: None, KEYS))
    line.collect([deliveries], received=received)
    line.process()
    line.tabulate()
    built = line.build(Period.parse(period))
    published = line.publish().data
    return WalkedLine(Path(published.folder), line.status(), line, built.findings)
