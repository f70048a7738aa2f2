"""Kills the steps of the line, over and over, and says what was found after each: run as a program of its own.

    python -m spec.crashes WORKSPACE DELIVERIES STEP MODE

Each run is a fork of this process, killed by SIGKILL: at its n-th write for every n (``writes``), or after a random time
(``moments``). The hook lives here: it sees what Python writes through an audit hook, and what the libraries beneath write
through their entry points. Nothing in Qonys knows of it.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow.parquet as pq

from qonys.country import loading
from qonys.errors import StatisticianError
from qonys.production import inspecting
from qonys.production.deciding import Request, decide
from qonys.production.inspecting import inspect
from qonys.production.line import Line
from qonys.production.office import Office
from qonys.production.withdrawn_deliveries import Why, withdraw_delivery
from qonys.store import delta_log, parquet_files
from qonys.store.states import State, Store
from qonys.store.workspace import Workspace
from spec.drawn_slips import KEYS, TODAY

MOMENTS = {"collect": 45, "process": 20, "correct": 20, "withdraw": 15}
OLD = ("2024-02-20",)
NEW = ("2024-03-20",)
_CLEAN: tuple[State, ...] = ("clean/moves", "clean/exceptions", "clean/flags", "clean/findings", "clean/amendments")
_OUT_OF_SIGHT = ("/locks/", "/.lock", "/spill")
PROFILE = loading.load_profile("mini")


def office_of(folder: Path) -> Office:
    office = Office(Workspace.open(folder), TODAY, lambda what, rows: None, KEYS, operator="tester")
    office.__dict__["profile"] = PROFILE
    return office


def step_of(name: str, deliveries: Path) -> Callable[[Office], None]:
    """A step that can be run again whatever became of the run before."""

    def collect(office: Office) -> None:
        Line(office).collect(_files(deliveries, NEW))

    def process(office: Office) -> None:
        Line(office).process()

    def correct(office: Office) -> None:
        left_out = Request(1, 4, "leave_out", "REVIEW", note="never moved")
        changed = Request(1, 3, "set", "OTHER_SOURCE", field="sex", new=None, source="a letter")
        try:
            decide(office, [changed, left_out])
        except StatisticianError as known:
            if "already" not in str(known):
                raise

    def withdraw(office: Office) -> None:
        withdraw_delivery(office, 1, Why("OTHER", "a file of another office"))

    return {"collect": collect, "process": process, "correct": correct, "withdraw": withdraw}[name]


def _files(deliveries: Path, days: tuple[str, ...]) -> list[Path]:
    return [
        path for day in days for path in sorted((deliveries / day).iterdir()) if path.suffix in (".csv", ".parquet")
    ]


def content(folder: Path) -> dict[str, Any]:
    """What a reader sees at one moment, in an order and with names that do not depend on how it came about."""
    store = Store(folder / "store").snapshot()
    files = {receipt.delivery: receipt.sha256 for receipt in store.receipts()}
    rows: dict[str, list[str]] = {sha256: [] for sha256 in files.values()}
    for state in ("input/registrations", "input/quarantine"):
        for row in _rows(store, state):
            if row["delivery"] in files:
                rows[files[row.pop("delivery")]].append(repr(sorted(row.items())))
    clean = [_line(state, row, files) for state in _CLEAN for row in _rows(store, state)]
    decisions = [repr(sorted(row.items())) for row in _rows(store, "input/decisions")]
    return {
        "deliveries": {sha256: _digest(lines) for sha256, lines in rows.items()},
        "clean": _digest(clean),
        "decisions": _digest(decisions),
    }


def _line(state: str, row: dict[str, Any], files: dict[int, str]) -> str:
    named = files[row["delivery"]] if row.get("delivery") is not None else None
    return state + repr(sorted({**row, "delivery": named}.items(), key=str))


def _rows(store: Store, state: State) -> Iterator[dict[str, Any]]:
    if store.version(state) is not None:
        files = store.files(state)
        for path in files.paths:
            # Not read_table: every fork would start threads, and the part of Arrow that reads folders.
            with pq.ParquetFile(path) as file:
                yield from file.read(use_threads=False).to_pylist()


def _digest(lines: list[str]) -> str:
    return f"{len(lines)} rows, {hashlib.sha256(chr(10).join(sorted(lines)).encode()).hexdigest()[:16]}"


@dataclass
class Killer:
    """Kills its process just before the n-th write below a folder; what comes after the last one is a run to its end."""

    folder: str
    at: int
    writes: int = 0

    def point(self) -> None:
        self.writes += 1
        if self.writes == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        sys.addaudithook(self._hear)
        self._before(delta_log, "create_table_with_add_actions")
        for name in ("create_write_transaction", "restore", "create_checkpoint"):
            self._before(delta_log.DeltaTable, name)
        for name in ("__init__", "write_table", "close"):
            self._before(parquet_files.pq.ParquetWriter, name)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            _, mode, flags = arguments
            writes = set(mode) & set("wax+") if isinstance(mode, str) else (flags or 0) & (os.O_WRONLY | os.O_RDWR)
            if not writes:
                return
        elif event not in ("os.rename", "os.link", "os.mkdir", "os.remove"):
            return
        path = str(arguments[0])
        if path.startswith(self.folder) and not any(part in path for part in _OUT_OF_SIGHT):
            self.point()

    def _before(self, owner: object, name: str) -> None:
        original = getattr(owner, name)

        def counted(*arguments: object, **named: object) -> object:
            self.point()
            return original(*arguments, **named)

        setattr(owner, name, counted)


def forked(work: Callable[[], Any], kill_after: float | None = None) -> tuple[bool, Any]:
    """Run work in a fork; whether it came to its end, and what it gave back."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            result = json.dumps(work()).encode()
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(result)
            code = 0
        except BaseException:  # noqa: BLE001 a fork must not go on as its parent would
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        result = pipe.read()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) != 0:
        raise AssertionError("a run failed by itself")
    return bool(result), json.loads(result) if result else None


def run(folder: Path, step: Callable[[Office], None], kill_at: int = 0) -> int:
    """Run a step, and count its writes."""
    killer = Killer(str(folder), kill_at)
    killer.install()
    step(office_of(folder))
    return killer.writes


def mended(folder: Path, *, quick: bool) -> dict[str, Any]:
    """What the doctor still finds after it has mended, and what a reader sees then."""
    with mock.patch.object(inspecting, "load_profile", lambda name: PROFILE):
        found = inspect(office_of(folder), quick=quick, mend=True)
    return {"symptoms": [s.what for s in found.symptoms if s.severity != "info"], **content(folder)}


def know_modules_of(work: Callable[[], object]) -> None:
    """Import here what some work imports, so that forks need not."""

    def named() -> list[str]:
        work()
        return list(sys.modules)

    for name in forked(named)[1]:
        if name != "__main__":
            with suppress(ImportError):
                importlib.import_module(name)


@dataclass
class Crashes:
    """Crashes of one step, each in a workspace that is as it was before; or, for a chain, as the crash before left it."""

    base: Path
    step: Callable[[Office], None]
    chained: bool
    kills: int = 0
    finished: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = self.base.with_name(f"{self.base.name} сыналатын")
        self.fresh()
        _, self.before = forked(lambda: content(self.folder))
        know_modules_of(lambda: (run(self.folder, self.step), mended(self.folder, quick=False)))
        self.fresh()
        start = time.perf_counter()
        _, self.writes = forked(lambda: run(self.folder, self.step))
        self.seconds = time.perf_counter() - start
        _, self.wanted = forked(lambda: content(self.folder))
        self.fresh()

    def fresh(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.base, self.folder)

    def at_every_write(self) -> None:
        at, ended = 0, False
        while not ended:
            at += 1
            ended, _ = forked(lambda at=at: run(self.folder, self.step, at))
            self.look(f"write {at}", ended=ended)

    def at_moments(self, kills: int, seed: int) -> None:
        """A run that ended before its moment was quicker than thought, and the moments after it are drawn from less time."""
        chance = random.Random(seed)  # noqa: S311 no secret
        while self.kills < kills:
            moment = chance.uniform(0.0, self.seconds)
            ended, _ = forked(lambda: run(self.folder, self.step), kill_after=moment)
            self.seconds = moment if ended else self.seconds
            self.look(f"moment {moment:.3f} s, after {self.kills} kills", ended=ended)

    def look(self, where: str, *, ended: bool) -> None:
        self.kills += not ended
        if self.chained:
            _, seen = forked(lambda: content(self.folder))
        else:
            seen = self.finish(where)
            self.fresh()
        self.compare(where, "a reader sees", seen)

    def finish(self, where: str) -> dict[str, Any]:
        """Run the step again, to its end, and let the doctor mend what was left; what a reader saw before."""

        def work() -> tuple[dict[str, Any], dict[str, Any]]:
            seen = content(self.folder)
            self.step(office_of(self.folder))
            return seen, mended(self.folder, quick=self.finished % 10 != 1)

        self.finished += 1
        _, (seen, last) = forked(work)
        if symptoms := last.pop("symptoms"):
            self.faults.append(f"{where}: after mending: {symptoms}")
        if last != self.wanted:
            self.faults.append(f"{where}: run again: {last} instead of {self.wanted}")
        return dict(seen)

    def compare(self, where: str, what: str, seen: dict[str, Any]) -> None:
        for part in ("clean", "decisions"):
            if seen[part] not in (self.before[part], self.wanted[part]):
                self.faults.append(f"{where}: {what} {part} {seen[part]}")
        if not self.before["deliveries"].items() <= seen["deliveries"].items() <= self.wanted["deliveries"].items():
            self.faults.append(f"{where}: {what} deliveries {seen['deliveries']}")


def prepared(folder: Path, deliveries: Path, step: str) -> Path:
    """A workspace in which the step is due."""
    base = folder / step

    def prepare() -> None:
        Workspace.create(base, "mini")
        line = Line(office_of(base))
        line.collect(_files(deliveries, OLD))
        if step != "collect":
            line.process()
        if step == "process":
            line.collect(_files(deliveries, NEW))

    forked(prepare)
    return base


def main(folder: str, deliveries: str, step: str, mode: str) -> None:
    base = prepared(Path(folder) / mode, Path(deliveries), step)
    crashes = Crashes(base, step_of(step, Path(deliveries)), chained=step == "process")
    if mode == "writes":
        crashes.at_every_write()
    else:
        crashes.at_moments(MOMENTS[step], seed=len(step))
    if crashes.chained:
        crashes.finish("in the end")
    changed = crashes.before != crashes.wanted
    found = {"kills": crashes.kills, "writes": crashes.writes, "changed": changed, "faults": crashes.faults}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
