"""The files of the release of Kazakhstan 2024: processor seconds for each bulletin, workbook, archive.

    .venv/bin/python bench/bulletin.py [--runs 3]

The release is counted first; that is not part of the figures. Each run is a process of its own, as the compiler remembers
what it has set. Processor seconds are those of all threads: on a machine that has nothing else to do no file takes longer.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

BUDGET_SECONDS = 1.5
PARTS = ("bulletin_file", "workbook_file", "archive")
TODAY = date(2025, 4, 1)


def main() -> None:
    """Count a release, then time its files in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="timed runs")
    parser.add_argument(
        "--once", type=Path, help="time the files of the release in this workspace, and say so by lines"
    )
    asked = parser.parse_args()
    if asked.once:
        time_files(asked.once)
        return
    with tempfile.TemporaryDirectory() as folder:
        workspace = counted(Path(folder))
        seconds: dict[str, list[float]] = defaultdict(list)
        for _ in range(asked.runs):
            command = [sys.executable, __file__, "--once", str(workspace)]
            for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
                part, second = line.split()
                seconds[part].append(float(second))
    for part, found in seconds.items():
        print(f"{part:<16}{statistics.median(found):6.2f} s   (median of {len(found)}, slowest {max(found):.2f})")
    slowest = max(seconds["bulletin_file"])
    print(f"slowest bulletin {slowest:.2f} s of {BUDGET_SECONDS} s: ratio {slowest / BUDGET_SECONDS:.2f}")


def counted(folder: Path) -> Path:
    """A workspace of kz whose flows are counted."""
    office = opened(folder / "office", new=True)
    from qonys.production.line import Line
    from qonys.production.simulating import simulate_register

    simulate_register("kz", folder / "deliveries", seed=2024, moves=None, progress=lambda *_: None)
    line = Line(office)
    line.collect([folder / "deliveries"])
    line.process()
    line.tabulate()
    return folder / "office"


def opened(folder: Path, *, new: bool = False) -> Any:  # noqa: ANN401
    """The office of a workspace, with keys that are worth nothing."""
    from qonys.production.office import Office
    from qonys.store.keys import Keys
    from qonys.store.workspace import Workspace

    workspace = Workspace.create(folder, "kz") if new else Workspace.open(folder)
    return Office(workspace, TODAY, lambda *_: None, Keys(bytes(range(32)), bytes(range(32, 64))))


def time_files(folder: Path) -> None:
    """Build the release with every part timed; a line a part: its name and its seconds."""
    from qonys.concepts.period import Period
    from qonys.disseminate import bundle
    from qonys.production import building

    parts: dict[str, Any] = {part: timed(part, getattr(bundle, part)) for part in PARTS}
    with mock.patch.multiple(bundle, **parts, Press=OneByOne):
        building.build(opened(folder), Period(2024))


class OneByOne:
    """A press that makes each file when it is ordered: processor seconds are then those of this file."""

    def __init__(self) -> None:
        self.made: dict[str, bytes] = {}

    def __enter__(self) -> OneByOne:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing runs."""

    def order(self, made: Callable[[], dict[str, bytes]]) -> None:
        self.made |= made()

    def files(self) -> dict[str, bytes]:
        return self.made


def timed(part: str, made: Callable[..., Any]) -> Callable[..., Any]:
    """A function that says how long it took."""

    def and_told(*arguments: Any) -> Any:  # noqa: ANN401
        start = time.process_time()
        result = made(*arguments)
        print(part, time.process_time() - start)
        return result

    return and_told


if __name__ == "__main__":
    main()
