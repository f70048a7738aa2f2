"""Looks at a whole workspace as a doctor does: settings, keys, states, sources, releases; mends what is left over.

Laws: looking changes nothing; mending removes only what is provably left over by an interrupted run, while nobody writes.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from qonys.country.loading import load_profile
from qonys.datasets.outcome import Progress
from qonys.errors import QonysError
from qonys.production.office import Office
from qonys.store.disk import digest
from qonys.store.inspection import UNREADABLE, inspect_receipts, inspect_states, sizes
from qonys.store.key_ring import ring_of
from qonys.store.keys import Keys
from qonys.store.leftovers import orphans, spilled, unfinished_builds, unfinished_deliveries, unknown_files
from qonys.store.receipts import Receipt
from qonys.store.release_record import ReleaseRecord
from qonys.store.sealed import unsealed
from qonys.store.states import Store
from qonys.store.symptoms import StateSize, Symptom


class Diagnosis(msgspec.Struct, frozen=True):
    """What the doctor found.

    Args:
        symptoms: worst first.
        removed: what was removed, where mending was asked for.
        sizes: how large the states are.
        free: free bytes on the disk of the workspace.
    """

    symptoms: tuple[Symptom, ...]
    removed: tuple[str, ...]
    sizes: tuple[StateSize, ...]
    free: int

    @property
    def is_damaged(self) -> bool:
        return any(symptom.severity == "error" for symptom in self.symptoms)


def inspect(office: Office, *, quick: bool = False, mend: bool = False) -> Diagnosis:
    """Look at everything in a workspace.

    Args:
        office: the office; with its keys, sealed sources are opened too.
        quick: compare no hashes of whole files.
        mend: remove what interrupted runs left over.
    """
    store = office.store
    found = list(_symptoms(office, quick=quick))
    removed: list[str] = []
    with store.locks.alone() as alone:
        left = [
            *unfinished_deliveries(store, at_work=not alone),
            *orphans(store, at_work=not alone),
            *unfinished_builds(office.workspace.releases, at_work=not alone),
            *spilled(office.workspace.spill),
            *unknown_files(store),
        ]
        if mend:
            removed = [str(path) for symptom in left for path in symptom.removable if _removed(path)]
            left = [symptom for symptom in left if not symptom.removable]
    order = {"error": 0, "warning": 1, "info": 2}
    symptoms = tuple(sorted([*found, *left], key=lambda symptom: order[symptom.severity]))
    return Diagnosis(symptoms, tuple(removed), sizes(store), shutil.disk_usage(office.workspace.folder).free)


def _removed(path: Path) -> bool:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return not path.exists()


def _symptoms(office: Office, *, quick: bool) -> Iterator[Symptom]:
    store = office.store
    yield from _profile(office)
    yield from _keys(office)
    yield from inspect_states(store, office.progress, quick=quick)
    receipts = []
    for path in sorted((store.folder / "deliveries").glob("*/receipt.json")):
        try:
            receipts.append(msgspec.json.decode(path.read_bytes(), type=Receipt))
        except UNREADABLE as error:
            yield _broken_receipt(path, error)
    yield from inspect_receipts(store, tuple(receipts))
    yield from _decisions(office, {receipt.delivery for receipt in receipts})
    if not quick:
        yield from _sources(store, tuple(receipts), office.keys, office.progress)
    yield from _releases(office, quick=quick)


def _profile(office: Office) -> Iterator[Symptom]:
    try:
        load_profile(office.workspace.profile)
    except QonysError as error:
        yield Symptom(
            "settings",
            "error",
            f"The profile cannot be read: {error.what}",
            "No step of the line runs without it. What was published stays as it is.",
            error.next_step or "Mend the profile: `qonys profile check` shows where.",
            error.where or office.workspace.profile,
        )


def _keys(office: Office) -> Iterator[Symptom]:
    known = ring_of(office.store.folder).fingerprint
    if known is None:
        return
    if office.keys is None:
        yield Symptom(
            "keys",
            "info",
            "The keys were not given: no sealed source was opened.",
            "That the delivered files can still be opened was not shown.",
            "Set QONYS_KEY and QONYS_RECORD_KEY, and look again.",
        )
    elif known != office.keys.fingerprint():
        yield Symptom(
            "keys",
            "error",
            "These are not the keys of this register.",
            "With them no source can be opened, and the same person would get another pseudonym.",
            "Give the keys of the register.",
            str(office.store.folder),
        )


def _decisions(office: Office, known: set[int]) -> Iterator[Symptom]:
    """Entries of the log about deliveries that have no receipt."""
    try:
        entries = office.decision_log.entries
    except (*UNREADABLE, QonysError):  # of the state itself is told beside
        return
    for entry in entries:
        named = {entry.delivery, *([int(entry.new)] if entry.act == "withdraw" and entry.new else [])}
        for number in sorted(named - known):
            yield Symptom(
                "decisions",
                "error",
                f"Entry {entry.entry} of the log of decisions names delivery {number}, which has no receipt.",
                "The delivery counted when the entry was written: its receipt was lost, and with it its slips do not count.",
                "Restore the receipt from a backup of the workspace.",
                str(office.store.delivery_folder(number)),
            )


def _broken_receipt(path: Path, error: Exception) -> Symptom:
    return Symptom(
        "receipts",
        "error",
        f"The receipt cannot be read: {str(error).splitlines()[0]}",
        "Whether the delivery counts is known from its receipt; no step of the line runs.",
        "Restore it from a backup of the workspace.",
        str(path),
    )


def _sources(store: Store, receipts: tuple[Receipt, ...], keys: Keys | None, progress: Progress) -> Iterator[Symptom]:
    ring = ring_of(store.folder)
    fits = keys is not None and ring.fingerprint == keys.fingerprint()
    for number, receipt in enumerate(receipts, 1):
        path = store.delivery_folder(receipt.delivery) / "source.sealed"
        fault = _source_fault(path, receipt, ring.source_key(receipt.key_version, keys) if keys and fits else None)
        if fault:
            yield Symptom(
                "sources",
                "error",
                f"The sealed source of delivery {receipt.delivery} ({receipt.file}) {fault}.",
                "The register still has its rows; but what the supplier sent can no longer be shown.",
                "Restore it from a backup, or keep the file that the supplier sent beside the receipt's SHA-256.",
                str(path),
            )
        progress("sources", number)


def _source_fault(path: Path, receipt: Receipt, key: bytes | None) -> str:
    if not path.is_file():
        return "is missing"
    if key is None:
        return ""
    plain = hashlib.sha256()
    try:
        for chunk in unsealed(path, key):
            plain.update(chunk)
    except QonysError:
        return "cannot be opened: it was changed or cut"
    return "" if plain.hexdigest() == receipt.sha256 else "is not the file of the receipt: its hash is another one"


def _releases(office: Office, *, quick: bool) -> Iterator[Symptom]:
    for path in sorted(office.workspace.releases.glob("*/*/record.json")):
        try:
            record = msgspec.json.decode(path.read_bytes(), type=ReleaseRecord)
        except UNREADABLE as error:
            yield _broken_release(path, f"Its record cannot be read: {str(error).splitlines()[0]}")
            continue
        pinned = {name: sha256 for state in record.states.values() for name, sha256 in state.files.items()}
        if fault := _first_fault(office.store.folder, pinned, quick=quick):
            yield _broken_release(path, f"A file of its pinned states {fault}")
        if fault := _first_fault(path.parent / "bundle", record.manifest, quick=quick):
            yield _broken_release(path, f"A file of the release {fault}")


def _first_fault(folder: Path, wanted: dict[str, str], *, quick: bool) -> str:
    for name, sha256 in wanted.items():
        path = folder / name
        if not path.is_file():
            return f"is missing: {name}."
        if not quick and digest(path) != sha256:
            return f"was changed: {name}."
    return ""


def _broken_release(path: Path, what: str) -> Symptom:
    return Symptom(
        "releases",
        "error",
        what,
        "The release cannot be compared or built again from what it names.",
        "Restore the file from a backup; or build the release again with `qonys release build`.",
        str(path.parent),
    )
