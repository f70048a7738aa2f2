"""What interrupted runs left behind, and what does not belong into a store.

Law: only what is provably left over may be removed: no log, set or receipt names it, nobody writes, and whoever wrote it
is no more. A delivery's folder stays even when it is empty: it is why its number is never given again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from qonys.store.delta_log import LOG
from qonys.store.inspection import UNREADABLE, state_names
from qonys.store.spill import dead_spill, is_dead
from qonys.store.states import State, Store
from qonys.store.symptoms import Symptom

_KNOWN = {"deliveries", "sets", "locks", "spill", "keys", "keys.fingerprint", "lifecycle", ".lock"}
_UNFINISHED = re.compile(r"\.(?P<name>.+)\.(?P<process>\d+)")
_LOG_FILE = re.compile(r"\d{20}(\.checkpoint\.parquet|\.json)|_last_checkpoint")
_STAGED = re.compile(r"(_commit_.+\.json\.tmp|.+#\d+)")
_HARMLESS = "It takes room and is read by nobody."
_MEND = "Run `qonys doctor --mend` to remove it."


def unfinished_deliveries(store: Store, *, at_work: bool) -> Iterator[Symptom]:
    """Deliveries that were begun and have no receipt."""
    for folder in sorted((store.folder / "deliveries").glob("[0-9]*")):
        if (folder / "receipt.json").is_file():
            continue
        sealed = tuple(path for path in sorted(folder.iterdir()) if path.name == "source.sealed")
        yield Symptom(
            "deliveries",
            "info",
            f"Delivery {int(folder.name)} was begun and never finished"
            + (", or is being taken now." if at_work else "."),
            "The file was refused, or the run interrupted. Nothing of it counts; its number is not given again.",
            "Collect its file again, if that was not done." if not sealed or at_work else _MEND,
            str(folder),
            () if at_work else sealed,
        )


def orphans(store: Store, *, at_work: bool) -> Iterator[Symptom]:
    """Files of states that no version names, and halves of commits."""
    written = {state for state in state_names(store) if store.log(state).version() is not None}
    for state in sorted({*written, *_begun(store)}):
        folder = store.folder / state
        try:
            named = set(store.log(state).hashes())
        except UNREADABLE:
            continue
        lost = tuple(path for path in sorted(folder.glob("*.parquet")) if path.name not in named)
        staged = tuple(path for path in _children(folder / LOG) if _STAGED.fullmatch(path.name))
        if lost or staged:
            size = sum(path.stat().st_size for path in (*lost, *staged))
            doing = " Somebody writes now: they may be of that run." if at_work else ""
            yield Symptom(
                "orphans",
                "info" if at_work else "warning",
                f"{len(lost) + len(staged)} files of {state} belong to no version ({size:,} bytes).{doing}",
                f"A run was interrupted before they counted. {_HARMLESS}",
                "Look again when nobody writes." if at_work else _MEND,
                str(folder),
                () if at_work else (*lost, *staged),
            )


def spilled(folder: Path) -> Iterator[Symptom]:
    """Spill of processes that are no more."""
    if dead := dead_spill(folder):
        yield Symptom(
            "spill",
            "warning",
            f"{len(dead)} runs left what they had spilled to the disk.",
            f"They were interrupted. It holds rows of the register, without identifiers. {_HARMLESS}",
            _MEND,
            str(folder),
            dead,
        )


def unfinished_builds(releases: Path, *, at_work: bool) -> Iterator[Symptom]:
    """Releases without a record."""
    for folder in sorted(path for path in releases.glob("*/*") if path.is_dir()):
        if not (folder / "record.json").is_file():
            yield Symptom(
                "releases",
                "info" if at_work else "warning",
                "A release was begun and never finished" + (", or is being built now." if at_work else "."),
                "It cannot be published.",
                "Look again when nobody writes." if at_work else _MEND,
                str(folder),
                () if at_work else (folder,),
            )


def unknown_files(store: Store) -> Iterator[Symptom]:
    """What Qonys did not write, and halves of files that it did not finish."""
    for path in _strangers(store):
        half = _UNFINISHED.fullmatch(path.name)
        gone = half is not None and is_dead(int(half["process"]))
        if half and not gone:
            continue
        yield Symptom(
            "unknown",
            "warning",
            "A file was begun and never finished." if half else "This is nothing of Qonys.",
            f"A run was interrupted. {_HARMLESS}"
            if half
            else "Nothing reads it; it may hold what should lie elsewhere.",
            _MEND if half else "Look what it is, and move it out of the workspace.",
            str(path),
            (path,) if half else (),
        )


def _begun(store: Store) -> Iterator[str]:
    """States without a version: the run that was to make the first version was interrupted, or met a full disk.

    A log may have been lost, too. So one with files is only taken for begun where nothing that counts is of it: of *input*
    while there is no receipt, of what is derived while no set names it.
    """
    numbers, received = store.sets.numbers(), any((store.folder / "deliveries").glob("*/receipt.json"))
    try:
        counted = {state for number in numbers for state in store.sets.read(number).states}
    except UNREADABLE:
        return
    for state in get_args(State):
        folder = store.folder / state
        counts = received if state.startswith("input/") else state in counted
        if folder.is_dir() and store.log(state).version() is None and not (counts and _children(folder)):
            yield state


def _strangers(store: Store) -> Iterator[Path]:
    states = {*state_names(store), *_begun(store)}
    groups = {state.split("/")[0] for state in states} | {"input", "clean", "statistics"}
    for path in _children(store.folder):
        if path.name not in _KNOWN | groups:
            yield path
    for group in groups:
        yield from (path for path in _children(store.folder / group) if f"{group}/{path.name}" not in states)
    for state in states:
        yield from (p for p in _children(store.folder / state) if p.name != LOG and p.suffix != ".parquet")
        logged = _children(store.folder / state / LOG)
        yield from (p for p in logged if not _LOG_FILE.fullmatch(p.name) and not _STAGED.fullmatch(p.name))
    yield from (path for path in _children(store.folder / "sets") if not re.fullmatch(r"\d+\.json", path.name))
    yield from (
        path for path in _children(store.folder / "lifecycle") if not re.fullmatch(r"\d+\.json|\.lock", path.name)
    )
    kept = re.compile(r"ring\.json|pseudonyms-\d+\.sealed")
    yield from (path for path in _children(store.folder / "keys") if not kept.fullmatch(path.name))
    yield from (path for path in _children(store.folder / "deliveries") if not path.name.isdigit())
    for folder in (store.folder / "deliveries").glob("[0-9]*"):
        yield from (path for path in _children(folder) if path.name not in ("receipt.json", "source.sealed"))


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
