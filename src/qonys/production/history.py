"""Who did what when in a workspace, as it stands in receipts, commits, sets of states and release records.

Law: nothing is written for the history alone; it is read from what counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from qonys.errors import OperatorError
from qonys.production.office import Office
from qonys.store.inspection import UNREADABLE, state_names
from qonys.store.key_ring import ring_of
from qonys.store.release_record import ReleaseRecord
from qonys.store.states import Store

_BY_RECEIPT = ("input/registrations", "input/quarantine")


class Event(msgspec.Struct, frozen=True):
    """Something that was done.

    Args:
        instant: when, in UTC.
        step: what: collect, process, tabulate, build …
        operator: who; empty where it was not written down.
        what: the delivery, release or entry that it was about.
        states: state -> version that came of it.
        code_version: version of Qonys that did it.
        day: day on the wall of the office, where it was written down.
    """

    instant: datetime
    step: str
    operator: str
    what: str
    states: dict[str, int]
    code_version: str
    day: str = ""


def history(office: Office, state: str | None = None) -> tuple[Event, ...]:
    """Everything that was done, the first thing first.

    Args:
        office: the office.
        state: only what made a version of this state, or of any whose name begins so (``clean``).

    Raises:
        OperatorError: no state is called so.
    """
    store = office.store
    if state is not None and not any(name.startswith(state) for name in state_names(store)):
        raise OperatorError(
            f"There is no state “{state}”.", next_step=f"There are: {', '.join(state_names(store)) or 'none yet'}."
        )
    events = [*_deliveries(store), *_entries(store), *_runs(store)]
    events += [*_rotations(store), *_releases(office.workspace.releases), *_lifecycle(store)]
    wanted = [event for event in events if state is None or any(name.startswith(state) for name in event.states)]
    return tuple(sorted(wanted, key=lambda event: event.instant))


def _deliveries(store: Store) -> Iterator[Event]:
    versions: dict[str, dict[str, int]] = {}
    for state in _BY_RECEIPT:
        for commit in store.log(state).commits():
            if number := commit.lineage.get("delivery"):
                versions.setdefault(number, {})[state] = commit.version
    for receipt in store.receipts():
        path = store.delivery_folder(receipt.delivery) / "receipt.json"
        replaces = f", replaces delivery {receipt.replaces}" if receipt.replaces else ""
        yield Event(
            receipt.taken or _modified(path),
            "collect",
            receipt.operator,
            f"delivery {receipt.delivery}: {receipt.file}, {receipt.rows:,} rows{replaces}",
            versions.get(str(receipt.delivery), {}),
            receipt.code_version,
            receipt.received.isoformat(),
        )


def _entries(store: Store) -> Iterator[Event]:
    """What was appended to the input besides deliveries: decisions, and what else is kept there."""
    for state in state_names(store):
        if state.startswith("input/") and state not in _BY_RECEIPT:
            for commit in store.log(state).commits():
                if commit.operation in _WRITES:
                    told = commit.lineage
                    what = told.get("what", state.split("/")[1])
                    yield _event(commit.instant, told.get("step", "decide"), what, {state: commit.version}, told)


_WRITES = ("WRITE", "CREATE TABLE")


def _runs(store: Store) -> Iterator[Event]:
    for number in store.sets.numbers():
        run = store.sets.read(number)
        made = {state: run.states[state] for state in run.made}
        instants = [store.log(state).commit(version).instant for state, version in made.items()]
        of = f", of {run.lineage['deliveries']} deliveries" if "deliveries" in run.lineage else ""
        yield _event(
            max(instants, default=_modified(store.sets.path(number))), run.step, f"set {number}{of}", made, run.lineage
        )


def _rotations(store: Store) -> Iterator[Event]:
    for number, version in enumerate(ring_of(store.folder).versions, 1):
        if version.rotated is not None:
            what = f"person key, version {number}"
            yield Event(version.rotated, "rotate", version.operator, what, {}, "", version.rotated.date().isoformat())


def _releases(folder: Path) -> Iterator[Event]:
    for path in sorted(folder.glob("*/*/record.json")):
        try:
            record = msgspec.json.decode(path.read_bytes(), type=ReleaseRecord)
        except UNREADABLE:
            continue
        yield Event(
            record.built or _modified(path),
            "build",
            record.operator,
            f"release {record.essence.period}, vintage {record.vintage}",
            {state: pinned.version for state, pinned in record.states.items()},
            record.essence.code_version,
        )


def _lifecycle(store: Store) -> Iterator[Event]:
    """What became of the releases after they were built."""
    for entry in store.lifecycle.entries():
        told = [f"release {entry.period}, vintage {entry.vintage}", f"for {entry.due.isoformat()}" if entry.due else ""]
        what = ", ".join(part for part in (*told, entry.note) if part)
        yield Event(entry.instant, entry.act, entry.operator, what, {}, entry.code_version)


def _event(instant: datetime, step: str, what: str, states: dict[str, int], told: Mapping[str, str]) -> Event:
    return Event(
        instant, step, told.get("operator", ""), what, states, told.get("code_version", ""), told.get("day", "")
    )


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
