"""The demonstration: every shipped country through the whole line, with throw-away keys."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from qonys.concepts.period import Period
from qonys.datasets.outcome import Progress
from qonys.errors import OperatorError
from qonys.production.line import Line
from qonys.production.office import Office
from qonys.production.simulating import simulate_register
from qonys.publish.publication import Publication
from qonys.store.keys import KEY_BYTES, Keys
from qonys.store.workspace import Workspace

SEED = 2024
_MARK = ".qonys-demo"
_SIMULATED = {"mini": ("2024-09", "2024"), "kz": ("2024-12", "2024", "2025")}
"""A month and a year; and how figures are revised: operational, final, and the year that is compared with both."""
_YEARS = {"mini": 10}
"""So many years, that its series can be adjusted for season; of others, those of their plan."""
_SPAIN = ("es", ("2016",), "es/sample_EVR_2016.txt")


@dataclass
class Demonstration:
    """What was shown: the releases, how long each step took, and what was left out."""

    published: Path
    releases: list[Publication] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - start, 2)


def real_data_folder(environment: Mapping[str, str]) -> Path | None:
    """Where real data are: ``QONYS_REAL_DATA``, else ``../shared/data``; None where neither is there."""
    named = Path(environment.get("QONYS_REAL_DATA", "../shared/data"))
    return named if named.is_dir() else None


def demonstrate(
    folder: Path, *, today: date, real_data: Path | None, progress: Progress, only: str | None = None
) -> Demonstration:
    """Build and publish a release of every shipped profile, or of the one that is named.

    Raises:
        OperatorError: the folder holds something that no demonstration made.
    """
    _empty(folder)
    shown = Demonstration((folder / "published").resolve())
    keys = Keys(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))
    for name, periods in _SIMULATED.items():
        if only not in (None, name):
            continue
        deliveries, told = folder / "deliveries" / name, _named(progress, name)
        with shown.timed(f"{name}: simulate"):
            simulate_register(
                name, deliveries, seed=SEED, moves=None, progress=_named(progress, f"{name} simulate"),
                years=_YEARS.get(name),
            )  # fmt: skip
        _walk(shown, name, periods, deliveries, Office(_workspace(folder, name), today, told, keys))
    name, periods, sample = _SPAIN
    if only not in (None, name):
        return shown
    if real_data is not None and (real_data / sample).is_file():
        told = _named(progress, name)
        _walk(shown, name, periods, real_data / sample, Office(_workspace(folder, name), today, told, keys))
    else:
        shown.left_out.append("es: its real registrations are not here; set QONYS_REAL_DATA to their folder")
    return shown


def _named(progress: Progress, name: str) -> Progress:
    return lambda what, rows: progress(f"{name}: {what}", rows)


def _walk(shown: Demonstration, name: str, periods: tuple[str, ...], deliveries: Path, office: Office) -> None:
    line = Line(office)
    received = None if deliveries.is_dir() else _last_cut_off(office, periods[-1])
    with shown.timed(f"{name}: collect"):
        line.collect([deliveries], received=received)
    with shown.timed(f"{name}: process"):
        line.process()
    with shown.timed(f"{name}: tabulate"):
        line.tabulate()
    for period in map(Period.parse, periods):
        with shown.timed(f"{name}: build {period}"):
            line.build(period)
        with shown.timed(f"{name}: publish {period}"):
            shown.releases.append(line.publish(period).data)


def _last_cut_off(office: Office, period: str) -> date:
    """A file without a date of its own is taken as received in time."""
    return max(office.profile.calendar_entry(period).cut_offs.values())


def _workspace(folder: Path, name: str) -> Workspace:
    return Workspace.create(folder / "workspaces" / name, name, published="../../published")


def _empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise OperatorError(
                "The folder holds something that no demonstration made; nothing was touched.",
                where=str(folder),
                next_step="Name a new folder.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("Made by `qonys demo`, which deletes and remakes this folder.\n", encoding="utf-8")
