"""Examines a release as any reader can: hashes, sums, and that every format and language says the same numbers.

Law: nothing of the workspace is needed, neither records nor keys.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from qonys.evaluate.differences import Difference
from qonys.evaluate.published_identities import differing_csv, judged_table
from qonys.published.bundles import RELEASE_FILE, ReleaseFile
from qonys.published.signatures import SIGNATURE_FILE, fingerprint_of, is_signed_by
from qonys.published.sources import Source, release_in

_SUMS_FILE = "SHA256SUMS"
_BESIDE = frozenset({RELEASE_FILE, _SUMS_FILE, SIGNATURE_FILE})
"""Files that tell the hashes of the others, and so cannot tell their own"""


class Examination(msgspec.Struct, frozen=True):
    """What a reader found out.

    Args:
        place: folder or address of the release.
        profile: id of its profile.
        period: its period.
        vintage: its vintage.
        files: files whose hash was compared.
        bytes: their bytes.
        tables: tables whose numbers were added up.
        sums: identities that were recomputed.
        signed_by: fingerprint of the key whose signature is valid; empty where it is not signed.
        faults: what does not hold.
    """

    place: str
    profile: str
    period: str
    vintage: str
    files: int
    bytes: int
    tables: int
    sums: int
    signed_by: str
    faults: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def examine(source: Source, *, fingerprint: str = "", draft: bool = False) -> Examination:
    """Check a release.

    Args:
        source: where it is read from.
        fingerprint: of the key by which it must be signed; empty for any.
        draft: it is signed only when it is published.

    Raises:
        OperatorError: there is no release, or the address cannot be reached.
    """
    release = release_in(source)
    files = {name: source.file(name) for name in release.files}
    there = {name: content for name, content in files.items() if content is not None}
    faults = [*_hashes(release, there), *_beside(source, release), *_listed_sums(source, release)]
    unsigned = () if draft else tuple(_signature_faults(source, release, fingerprint))
    faults += unsigned
    tables, sums = 0, 0
    by_table: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for name, table in _tables(there):
        judged = judged_table(name, table, release.identities)
        tables, sums = tables + 1, sums + judged.sums
        faults += [*judged.faults, *_as_csv(name, table, there)]
        by_table[table["id"]].append((name, table))
    faults += _by_language(by_table)
    facts = release.facts
    return Examination(
        source.place, facts.profile, facts.period, facts.vintage, len(there), sum(map(len, there.values())), tables, sums,
        "" if unsigned or draft else release.signed_by, tuple(faults),
    )  # fmt: skip


def _hashes(release: ReleaseFile, there: Mapping[str, bytes]) -> Iterator[Difference]:
    for name, wanted in release.files.items():
        if name not in there:
            yield Difference(name, "is missing")
        elif hashlib.sha256(there[name]).hexdigest() != wanted:
            yield Difference(name, "was changed: its hash is not the one in release.json")


def _beside(source: Source, release: ReleaseFile) -> Iterator[Difference]:
    for name in sorted((source.names() or frozenset()) - release.files.keys() - _BESIDE):
        yield Difference(name, "is not of the release")


def _signature_faults(source: Source, release: ReleaseFile, fingerprint: str) -> Iterator[Difference]:
    if fingerprint and release.signed_by != fingerprint:
        signed = f"by {release.signed_by}" if release.signed_by else "by nobody"
        yield Difference(SIGNATURE_FILE, f"is signed {signed}, not by {fingerprint}")
    if not release.public_key:
        return
    if release.signed_by != fingerprint_of(release.public_key):
        yield Difference(RELEASE_FILE, "names a fingerprint that is not that of its public key")
    signature, content = source.file(SIGNATURE_FILE), source.file(RELEASE_FILE) or b""
    if signature is None:
        yield Difference(SIGNATURE_FILE, "is missing, although the release says that it is signed")
    elif not is_signed_by(release.public_key, content, signature):
        yield Difference(SIGNATURE_FILE, "is not the signature of this release: one of the two was changed")


def _listed_sums(source: Source, release: ReleaseFile) -> Iterator[Difference]:
    """The list for ``sha256sum -c`` against release.json, where the release has one."""
    content = source.file(_SUMS_FILE)
    for line in content.decode("utf-8", "replace").splitlines() if content else ():
        sha256, _, name = line.partition("  ")
        wanted = release.files.get(name)
        if wanted is not None and wanted != sha256:
            yield Difference(_SUMS_FILE, "another hash than in release.json", name)


def _tables(there: Mapping[str, bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, content in there.items():
        if name.startswith("files/") and name.endswith(".json"):
            try:
                table = msgspec.json.decode(content)
            except msgspec.DecodeError:
                continue  # its hash was found to be another one
            if isinstance(table, dict) and {"id", "dimensions", "observations", "language"} <= table.keys():
                yield name, table


def _as_csv(name: str, table: Mapping[str, Any], there: Mapping[str, bytes]) -> tuple[Difference, ...]:
    other = f"{name.removesuffix('.json')}.csv"
    return differing_csv(other, table, there[other]) if other in there else ()


def _by_language(by_table: Mapping[str, list[tuple[str, dict[str, Any]]]]) -> Iterator[Difference]:
    for (_, first), *others in by_table.values():
        for name, table in others:
            if table["observations"] != first["observations"]:
                yield Difference(name, f"says other numbers than the file in “{first['language']}”")
