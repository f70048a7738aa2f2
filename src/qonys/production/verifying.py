"""Verifies a release: it is built again from what its record pins, elsewhere and otherwise, and every byte is compared.

Laws: the old output is not read before the new one is whole; the new one is made by other processes, in an empty
folder, under another locale, time zone and hash seed, on one thread; the workspace is only read. What differs is named:
the file and its cell; the record that was changed, where the register is not what its deliveries make.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from qonys.concepts.period import Period
from qonys.country.loading import load_profile
from qonys.datasets.decision import decision_table
from qonys.errors import OperatorError, QonysError
from qonys.evaluate.differences import Difference, differences_of_files
from qonys.production.built_releases import Built, built_release
from qonys.production.changed_rows import changed_rows
from qonys.production.office import Office
from qonys.production.published_before import lay_out_followed
from qonys.published.bundles import PublishedFolder
from qonys.published.signatures import SIGNATURE_FILE
from qonys.store.disk import digest
from qonys.store.inspection import UNREADABLE
from qonys.store.kept_profiles import kept_profile
from qonys.store.rebuilding import lay_out_inputs
from qonys.store.receipts import counted_in
from qonys.store.release_record import ReleaseRecord
from qonys.store.states import State, Store
from qonys.store.workspace import SETTINGS, Workspace

_INPUTS: tuple[State, ...] = ("input/registrations", "input/quarantine", "input/decisions")
_ELSEWHERE = {"TZ": ("Pacific/Kiritimati", "Pacific/Marquesas"), "PYTHONHASHSEED": ("4242", "2424")}
_LOCALES = ("tr_TR.UTF-8", "ar_EG.UTF-8")
"""Languages in which much is otherwise: the letter i in upper case, digits, the order of words"""


class Verification(msgspec.Struct, frozen=True):
    """What became of a verification.

    Args:
        period: period of the release.
        vintage: its vintage.
        files: files that were compared.
        bytes: their bytes.
        places: where the release lies that was compared: as built, and as published.
        environment: under which it was built again.
        damaged: files of the register that are not as they were.
        records: rows of the register that do not come of its deliveries.
        differences: files of the release, and their cells, that were not built again as they are.
    """

    period: str
    vintage: str
    files: int
    bytes: int
    places: tuple[str, ...]
    environment: dict[str, str]
    damaged: tuple[Difference, ...]
    records: tuple[Difference, ...]
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Every byte is the same, and so is all of which it was made."""
        return not (self.damaged or self.records or self.differences)


def verify(office: Office, period: Period, vintage: str = "", *, environment: Mapping[str, str]) -> Verification:
    """Build a release again, and compare.

    Args:
        office: the office at work.
        period: the period of the release.
        vintage: which one, by its first digits; where empty the published one (or withdrawn one), else the one built last.
        environment: variables of this process, for those that build again.

    Raises:
        OperatorError: nothing was built; or another version of Qonys built it, or its profile is nowhere any more.
    """
    public = PublishedFolder(office.workspace.published)
    wanted = vintage or public.vintage_with_figures(office.profile.id, str(period)) or ""
    built = built_release(office, period, wanted)
    profile = _profile_of(office, built.record)
    damaged = tuple(_damaged(office, built.record))
    otherwise = _otherwise(environment)
    with tempfile.TemporaryDirectory(prefix="qonys-verify-") as folder:
        again = _workspace(office, built.record, profile, Path(folder))
        surroundings = {name: value for name, value in environment.items() if not name.startswith("QONYS_SIGNING_KEY")}
        failed = _built_again(office, again, period, {**surroundings, **otherwise})
        records = tuple(_changed_records(office, built.record, Store(again.store)))
        files = {} if failed else _files(again.releases / str(period) / built.record.vintage / "bundle")
    places = _places(built, public)
    differences = failed or tuple(_differences(built, places, files))
    return Verification(
        str(period), built.record.vintage, len(files), sum(map(len, files.values())), tuple(places), otherwise, damaged,
        records, differences,
    )  # fmt: skip


def _profile_of(office: Office, record: ReleaseRecord) -> Path:
    if record.essence.code_version != office.code_version:
        raise OperatorError(
            f"The release was built by Qonys {record.essence.code_version}; this is {office.code_version}.",
            where=f"release {record.essence.period}, vintage {record.vintage}",
            next_step="Install that version beside this one, and verify with it.",
        )
    wanted = record.essence.profile_hash
    kept = kept_profile(wanted, office.workspace.profiles)
    for folder in (kept, office.profile.folder):
        if folder.is_dir() and load_profile(str(folder)).content_hash == wanted:
            return folder
    raise OperatorError(
        "The profile from which the release was built is not here any more.",
        where=str(kept),
        next_step="Put the profile's folder as it was then there, or verify a release that was built from today's.",
    )


def _damaged(office: Office, record: ReleaseRecord) -> Iterator[Difference]:
    """Files of the register that are not as the record, or the log of their state, says."""
    for state, pinned in record.states.items():
        for name, sha256 in pinned.files.items():
            yield from _fault(state, office.store.folder / name, sha256)
    for state in _INPUTS:
        try:
            log = office.store.log(state)
            hashes, files = log.hashes(), log.files() if log.version() is not None else ()
        except UNREADABLE as error:
            yield Difference(state, f"cannot be read: {str(error).splitlines()[0]}")
            continue
        for file in files:
            yield from _fault(state, file.path, hashes.get(file.path.name))


def _fault(state: str, path: Path, sha256: str | None) -> Iterator[Difference]:
    if not path.is_file():
        yield Difference(state, "the file is missing", path.name)
    elif sha256 is not None and digest(path) != sha256:
        yield Difference(state, "the file was changed: its hash is another one", path.name)


def _workspace(office: Office, record: ReleaseRecord, profile: Path, folder: Path) -> Workspace:
    """A workspace that has the inputs of the release, and nothing that was ever made of them."""
    again = Workspace.create(folder / "workspace", str(profile.resolve()))
    with (again.folder / SETTINGS).open("a", encoding="utf-8") as settings:
        settings.write(f'threads = 1\nsigner = "{record.signer}"\n')
    lay_out_followed(office, record, again)
    lineage = office.store.log("clean/moves").commit(record.states["clean/moves"].version).lineage
    last = int(lineage.get("decisions", 0))
    entries = [entry for entry in office.decision_log.entries if entry.entry <= last]
    lay_out_inputs(office.store, again.store, counted_in(lineage), decision_table(entries) if entries else None)
    return again


def _otherwise(environment: Mapping[str, str]) -> dict[str, str]:
    """Settings of the surroundings, each another one than here."""
    changed = {name: next(v for v in values if v != environment.get(name)) for name, values in _ELSEWHERE.items()}
    locale = next(name for name in _LOCALES if name != environment.get("LC_ALL", environment.get("LANG")))
    return {**changed, "LC_ALL": locale, "LANG": locale, "LANGUAGE": locale.split("_")[0]}


def _built_again(
    office: Office, again: Workspace, period: Period, environment: Mapping[str, str]
) -> tuple[Difference, ...]:
    """Run the steps of the line; what failed, if one did."""
    for words in (("process",), ("tabulate",), ("release", "build", str(period))):
        office.progress(f"again: {' '.join(words)}", 0)
        command = [sys.executable, "-m", "qonys", *words, "--workspace", str(again.folder), "--json"]
        ran = subprocess.run(command, env=dict(environment), capture_output=True, check=False)  # noqa: S603 our own
        if ran.returncode:
            return (Difference("", f"cannot be built again: {_reason(ran)}", f"qonys {' '.join(words)}"),)
    return ()


def _reason(ran: subprocess.CompletedProcess[bytes]) -> str:
    try:
        return str(msgspec.json.decode(ran.stdout)["what"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return (ran.stderr.decode("utf-8", "replace").strip().splitlines() or ["it ended without a word"])[-1]


def _changed_records(office: Office, record: ReleaseRecord, again: Store) -> Iterator[Difference]:
    for state, pinned in record.states.items():
        name = msgspec.convert(state, State)
        try:
            made = again.files(name)
            yield from changed_rows(office.engine, state, office.store.files(name, pinned.version), made)
        except (*UNREADABLE, QonysError) as error:
            yield Difference(state, f"cannot be compared: {str(error).splitlines()[0]}")


def _places(built: Built, public: PublishedFolder) -> dict[str, Path]:
    essence = built.record.essence
    published = public.folder / essence.profile / essence.period / built.record.vintage
    return {str(path): path for path in (built.bundle, published) if path.is_dir()}


def _files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != SIGNATURE_FILE
    }


def _differences(built: Built, places: Mapping[str, Path], again: Mapping[str, bytes]) -> Iterator[Difference]:
    if not again:
        yield Difference("", "another vintage was built: what decides the figures is not the same any more")
        return
    manifest = {name: hashlib.sha256(content).hexdigest() for name, content in again.items()}
    for name in sorted(manifest.keys() | built.record.manifest.keys()):
        if manifest.get(name) != built.record.manifest.get(name):
            yield Difference(name, "has another hash than the record of the release says", "record.json")
    for place, folder in places.items():
        for difference in differences_of_files(_files(folder), again):
            yield msgspec.structs.replace(difference, file=f"{place}/{difference.file}")
