"""Looks at every state of a store: can it be read, is every file there, whole and as it was written?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError

from qonys.datasets.outcome import Progress
from qonys.errors import QonysError
from qonys.store.delta_log import LOG, DeltaLog, LoggedFile
from qonys.store.disk import digest
from qonys.store.receipts import Receipt
from qonys.store.states import Store
from qonys.store.symptoms import StateSize, Symptom

UNREADABLE = (QonysError, DeltaError, OSError, ValueError, KeyError, msgspec.MsgspecError, pa.ArrowException)
"""What libraries raise on a broken file"""
_FROM_BACKUP = "Restore it from a backup of the workspace."


def state_names(store: Store) -> tuple[str, ...]:
    """Every state that has a log."""
    logs = (path.parent for path in sorted(store.folder.glob(f"*/*/{LOG}")))
    return tuple(folder.relative_to(store.folder).as_posix() for folder in logs)


def inspect_states(store: Store, progress: Progress, *, quick: bool) -> Iterator[Symptom]:
    """Symptoms of all states: logs, files of the versions that count, sets.

    Args:
        store: the store.
        progress: is told how many files were looked at.
        quick: do not read whole files to compare their hashes.
    """
    yield from _sets(store)
    looked_at = 0
    for state in state_names(store):
        try:
            version = counting_version(store, state)
            files = store.log(state).files(version) if version is not None else ()
            hashes = {} if quick else store.log(state).hashes()
            latest = store.log(state).version()
        except UNREADABLE as error:
            yield _unreadable(store, state, error)
            continue
        for file in files:
            yield from _file(state, file, hashes.get(file.path.name))
            looked_at += 1
            progress("files", looked_at)
        if version != latest:
            yield _unpublished(state, version, latest)


def inspect_receipts(store: Store, receipts: tuple[Receipt, ...]) -> Iterator[Symptom]:
    """Whether the rows of every delivery are there that its receipt names."""
    try:
        taken, aside = _rows_by_delivery(store, "input/registrations"), _rows_by_delivery(store, "input/quarantine")
    except UNREADABLE as error:
        yield _unreadable(store, "input", error)
        return
    for receipt in receipts:
        found = (taken[receipt.delivery], aside[receipt.delivery])
        if found != (receipt.registrations, receipt.quarantined):
            yield Symptom(
                "receipts",
                "error",
                f"Delivery {receipt.delivery} ({receipt.file}) has {found[0]} registrations and {found[1]} quarantined "
                f"rows; its receipt says {receipt.registrations} and {receipt.quarantined}.",
                "Rows of the register were lost or added outside of Qonys: figures made of them are not to be trusted.",
                f"{_FROM_BACKUP} Or collect the delivery again into a new workspace.",
                str(store.delivery_folder(receipt.delivery)),
            )


def sizes(store: Store) -> tuple[StateSize, ...]:
    """How large the states are that can be read."""
    found = []
    for state in state_names(store):
        try:
            version = counting_version(store, state)
            log = store.log(state)
            files = log.files(version) if version is not None else ()
            versions = (log.version() or 0) + 1
        except UNREADABLE:
            continue
        on_disk = sum(path.stat().st_size for path in log.folder.glob("*.parquet"))
        rows, size = sum(file.rows for file in files), sum(file.size for file in files)
        found.append(StateSize(state, versions, len(files), rows, size, on_disk))
    return tuple(found)


def counting_version(store: Store, state: str) -> int | None:
    """The version of a state that counts, whatever its name is."""
    if state.startswith("input/"):
        return store.log(state).version()
    return store.sets.last().states.get(state)


def _file(state: str, file: LoggedFile, sha256: str | None) -> Iterator[Symptom]:
    fault = _fault(file, sha256)
    if fault:
        again = {"clean": "process", "statistics": "tabulate"}.get(state.split("/")[0])
        otherwise = f"Run `qonys {again}`: it makes the state anew." if again else (
            f"{_FROM_BACKUP} Without one, begin a new workspace and collect the delivered files again."
        )  # fmt: skip
        yield Symptom(
            "files",
            "error",
            f"A file of {state} {fault}.",
            "Rows of the state that counts are missing or changed.",
            otherwise,
            str(file.path),
        )


def _fault(file: LoggedFile, sha256: str | None) -> str:
    if not file.path.is_file():
        return "is missing"
    size = file.path.stat().st_size
    if size != file.size:
        return f"has {size:,} bytes instead of {file.size:,}"
    try:
        rows = pq.read_metadata(file.path).num_rows
    except UNREADABLE:
        return "has no readable footer"
    if rows != file.rows:
        return f"has {rows:,} rows instead of {file.rows:,}"
    return "was changed: its hash is another one" if sha256 is not None and digest(file.path) != sha256 else ""


def _sets(store: Store) -> Iterator[Symptom]:
    numbers = store.sets.numbers()
    for number in numbers:
        try:
            store.sets.read(number)
        except UNREADABLE:
            yield Symptom(
                "sets",
                "error" if number == numbers[-1] else "warning",
                "A set of states cannot be read.",
                "Which versions stand together is known from it; the last one is what every step reads.",
                f"{_FROM_BACKUP} Or delete it: the set before it counts then; run `qonys process` and `qonys tabulate`.",
                str(store.sets.path(number)),
            )


def _unpublished(state: str, version: int | None, latest: int | None) -> Symptom:
    counts = "none counts yet" if version is None else f"version {version} counts"
    return Symptom(
        "sets",
        "info",
        f"{state} has a version {latest} that no run finished; {counts}.",
        "A run was interrupted, or is at work now. Nobody reads that version.",
        "Nothing: the next run makes a new one.",
    )


def _unreadable(store: Store, state: str, error: Exception) -> Symptom:
    return Symptom(
        "logs",
        "error",
        f"{state} cannot be read: {str(error).splitlines()[0]}",
        "The log says which files belong to the state; without it the state is lost.",
        _FROM_BACKUP
        if state.startswith("input")
        else "Move the folder aside and run `qonys process` and `qonys tabulate`.",
        str(store.folder / state),
    )


def _rows_by_delivery(store: Store, state: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for file in DeltaLog(store.folder / state).files():
        if not file.path.is_file():
            continue
        rows = pq.read_table(file.path, columns=["delivery"])
        for row in rows.group_by("delivery").aggregate([([], "count_all")]).to_pylist():
            found[row["delivery"]] += row["count_all"]
    return found
