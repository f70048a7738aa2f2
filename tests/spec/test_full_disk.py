"""A full disk is told as such, whoever met it, and leaves the register as it was; with room, the same command goes on."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from qonys.engine.duck import DuckDBEngine
from qonys.errors import DiskFullError, disk_full
from qonys.production.line import Line
from qonys.store import delta_log, disk, parquet_files, sealed
from spec.crashes import content
from spec.drawn_slips import Walk

TESTS = Path(__file__).parents[1]
RECEIVED = date(2025, 1, 20)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    walk = Walk(tmp_path_factory.mktemp("prepared"))
    walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024\nbob | 31.02.2024")
    walk.process()
    return walk


@pytest.fixture
def walk(prepared: Walk, tmp_path: Path) -> Walk:
    return prepared.copied(tmp_path)


def no_room(*arguments: object, **named: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def no_room_for_delta(*arguments: object, **named: object) -> None:
    raise OSError("Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)")


PLACES: dict[str, tuple[object, str, Callable[..., None]]] = {
    "a Parquet file is begun": (parquet_files, "_writer", no_room),
    "a row group is written": (parquet_files.pq.ParquetWriter, "write_table", no_room),
    "a Parquet file is closed": (parquet_files.pq.ParquetWriter, "close", no_room),
    "a file is brought to the disk": (parquet_files, "bring_to_disk", no_room),
    "a version is committed": (delta_log.DeltaTable, "create_write_transaction", no_room_for_delta),
    "a receipt or a set is written": (disk.os, "fsync", no_room),
    "a source is sealed": (sealed.os, "fsync", no_room),
}


CASES = [("collect", place) for place in PLACES]
CASES += [("process", f"a {place}") for place in ("row group is written", "version is committed")]
CASES += [("process", "a receipt or a set is written")]


@pytest.mark.parametrize(("step", "place"), CASES)
def test_a_disk_that_is_full_when(walk: Walk, monkeypatch: pytest.MonkeyPatch, step: str, place: str) -> None:
    again = deliver(walk) if step == "collect" else walk.process
    if step == "process":
        deliver(walk)()
    before = content(walk.line.office.workspace.folder)
    with monkeypatch.context() as small:
        small.setattr(*PLACES[place])
        with pytest.raises(DiskFullError, match="The disk is full") as told:
            again()
    assert told.value.exit_code == 6
    assert "Make room" in told.value.next_step
    assert content(walk.line.office.workspace.folder) == before
    again()
    assert content(walk.line.office.workspace.folder) != before


def deliver(walk: Walk) -> Callable[[], None]:
    walk.folder.joinpath("arrivals_9.csv").write_text(
        (walk.folder / "arrivals_1.csv").read_text().replace("bob", "cat")
    )
    return lambda: _collect(walk.line, walk.folder / "arrivals_9.csv")


def _collect(line: Line, path: Path) -> None:
    line.collect([path], received=RECEIVED)


def test_a_checkpoint_that_finds_no_room_is_no_loss(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta_log, "_SUMMED_UP_EVERY", 1)
    monkeypatch.setattr(delta_log.DeltaTable, "create_checkpoint", no_room)
    before = content(walk.line.office.workspace.folder)
    deliver(walk)()
    assert len(content(walk.line.office.workspace.folder)["deliveries"]) == len(before["deliveries"]) + 1


@pytest.mark.parametrize(
    "said", ["No space left on device (os error 28)", "Disk quota exceeded", "limit set by 'max_temp_directory_size'"]
)
def test_what_libraries_say_of_a_full_disk_is_known(said: str) -> None:
    assert isinstance(disk_full(RuntimeError(f"IO Error: {said}")), DiskFullError)


@pytest.mark.parametrize(
    "other", [OSError(errno.EACCES, "Permission denied"), ValueError("os error 280"), KeyError(28)]
)
def test_no_other_error_is_taken_for_a_full_disk(other: Exception) -> None:
    assert disk_full(other) is None


SMALL_FILES = """
import resource, sys
from qonys.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = ["qonys", *sys.argv[2:]]
main()
"""


@pytest.mark.parametrize("room", [0, 700, 3000])
def test_a_program_that_may_write_small_files_only_leaves_the_register_as_it_was(walk: Walk, room: int) -> None:
    folder = walk.line.office.workspace.folder
    before = content(folder)
    words = [sys.executable, "-c", SMALL_FILES, str(room), "process", "--workspace", str(folder), "--json"]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=TESTS)
    assert (ran.returncode, json.loads(ran.stdout)["error"]) == (6, "DiskFullError"), ran
    assert "Traceback" not in ran.stderr
    assert content(folder) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_keeps_the_last_register(small_disk: Path) -> None:
    walk = Walk(small_disk)
    walk.receive("2025-01-10", "PERSON\nann")
    walk.process()
    folder = walk.line.office.workspace.folder
    before = content(folder)
    filler = small_disk / "filler"
    fill(filler)
    with pytest.raises(DiskFullError):
        walk.process()
    assert content(folder) == before
    filler.unlink()
    walk.receive("2025-01-11", "PERSON\nbob")
    walk.process()
    assert content(folder) != before


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError as full:
            assert full.errno == errno.ENOSPC


def test_an_engine_that_cannot_spill_says_that_the_disk_is_full(small_disk: Path) -> None:
    engine = DuckDBEngine(memory_limit="60MB", threads=2, spill=small_disk / "spill")
    query = "select i, hash(i)::varchar || i as text from range(6_000_000) as r(i) order by text"
    with pytest.raises(DiskFullError, match="The disk is full"):
        engine.run(query)
    with pytest.raises(DiskFullError, match="The disk is full"):
        for _ in engine.stream(query):
            pass
