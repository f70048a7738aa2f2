"""Two who write and two who read at once: every slip counts once, and nobody reads half of what another writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qonys.errors import OperatorError
from qonys.production.line import Line
from qonys.store.states import Store
from spec.command_line import KEY_SETTINGS
from spec.crashes import content
from spec.drawn_slips import Walk, new_office

TESTS = Path(__file__).parents[1]
READS = """
import json, sys, time
from pathlib import Path
from qonys.store.receipts import counted_in
from qonys.store.states import Store
import pyarrow.parquet as pq

def pairs(store, state):
    paths = store.files(state).paths if store.version(state) is not None else ()
    rows = [row for path in paths for row in pq.read_table(path, columns=["delivery", "row"]).to_pylist()]
    return {(row["delivery"], row["row"]) for row in rows}

store, stop, seen = Store(Path(sys.argv[1])), Path(sys.argv[2]), 0
while not stop.exists():
    still = store.snapshot()
    counted = {receipt.delivery: receipt.registrations for receipt in still.receipts()}
    there = [pair for pair in pairs(still, "input/registrations") if pair[0] in counted]
    moved, aside = pairs(still, "clean/moves"), pairs(still, "clean/exceptions")
    assert len(there) == sum(counted.values()), "a delivery was seen in part"
    assert not moved & aside, "a slip is a move and none"
    assert moved | aside <= set(there), "a move of no registration"
    processed = counted_in(still.lineage("clean/moves"))
    assert len(moved | aside) == sum(counted[number] for number in processed), "moves of one run, exceptions of another"
    seen += 1
    time.sleep(0.02)  # whoever never rests takes the machine from those who write
print(seen)
"""


def started(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        cwd=TESTS,
        env={**os.environ, **KEY_SETTINGS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    return out


def test_two_collectors_one_process_and_two_readers_count_every_slip_once(tmp_path: Path, simulated: Path) -> None:
    office = new_office(tmp_path / "кеңсе at work")
    folder, stop = office.workspace.folder, tmp_path / "stop"
    readers = [started("-c", READS, office.workspace.store, stop) for _ in range(2)]
    collect = ("-m", "qonys", "collect", simulated / "2024-02-20", simulated / "2024-03-20", "--workspace", folder)
    collectors = [started(*collect) for _ in range(2)]
    try:
        ended(collectors[0])
        ended(started("-m", "qonys", "process", "--workspace", folder))
        ended(collectors[1])
        ended(started("-m", "qonys", "process", "--workspace", folder))
    finally:
        stop.touch()
        seen = [ended(reader) for reader in readers]
    assert min(map(int, seen)) > 1
    alone = Line(new_office(tmp_path / "alone"))
    alone.collect([simulated / "2024-02-20", simulated / "2024-03-20"])
    alone.process()
    found, wanted = content(folder), content(alone.office.workspace.folder)
    assert found["deliveries"] == wanted["deliveries"]
    assert rows_of(found["clean"]) == rows_of(wanted["clean"]) > 0


def rows_of(digest: str) -> int:
    """Of slips that are told twice the one of the lower delivery counts, and who gets it is chance: the rows are compared."""
    return int(digest.split()[0])


def test_a_second_run_of_a_step_is_refused_and_reading_goes_on(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON\nann")
    walk.process()
    before = content(walk.line.office.workspace.folder)
    other = Store(walk.line.office.workspace.store)
    with other.together("process", {}):
        with pytest.raises(OperatorError, match=f"`qonys process` is at work .*process {os.getpid()}") as told:
            walk.process()
        assert "Wait until it has finished" in told.value.next_step
        assert content(walk.line.office.workspace.folder) == before
        walk.line.tabulate()
    walk.process()


def test_a_lock_of_a_program_that_died_is_free(tmp_path: Path) -> None:
    holds = (
        "import sys, time; from pathlib import Path; from qonys.store.states import Store\n"
        "with Store(Path(sys.argv[1])).together('process', {}): print('held', flush=True); time.sleep(100)"
    )
    process = started("-c", holds, tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(OperatorError), Store(tmp_path).together("process", {}):
        pass
    process.kill()
    process.wait()
    with Store(tmp_path).together("process", {}):
        pass


def test_states_made_together_count_together_or_not_at_all(tmp_path: Path) -> None:
    walk = Walk(tmp_path / "walk")
    walk.receive("2025-01-10", "PERSON\nann")
    walk.process()
    store = walk.line.office.store
    versions = (store.version("clean/moves"), store.version("clean/exceptions"))
    rows = store.files("clean/moves").schema.empty_table()
    with pytest.raises(ZeroDivisionError), store.together("process", {}) as states:
        states.replace("clean/moves", rows)
        assert Store(store.folder).version("clean/moves") == versions[0]
        assert store.version("clean/moves") != versions[0]
        raise ZeroDivisionError
    assert (store.version("clean/moves"), store.version("clean/exceptions")) == versions


def test_whoever_reads_several_states_reads_one_moment(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON\nann")
    walk.process()
    still = walk.line.office.reading()
    before = (still.store.version("clean/moves"), len(still.store.receipts()))
    walk.receive("2025-01-11", "PERSON\nbob")
    walk.process()
    assert (still.store.version("clean/moves"), len(still.store.receipts())) == before
    assert walk.line.office.store.version("clean/moves") != before[0]


def test_numbers_of_deliveries_are_given_once_to_many_who_ask_at_once(tmp_path: Path) -> None:
    asks = (
        "import sys; from pathlib import Path; from qonys.store.states import Store; store = Store(Path(sys.argv[1]))\n"
        "print(*(store.reserve_delivery()[0] for _ in range(40)))"
    )
    given = [
        number for process in [started("-c", asks, tmp_path) for _ in range(3)] for number in ended(process).split()
    ]
    assert sorted(map(int, given)) == list(range(1, 121))
