"""The release record: from which bytes, definitions and code a release came. Its hash names the vintage.

The vintage is a function of what decides the figures and of nothing else: deliveries, profile, code, cut-offs, dates.
Built twice from the same, a release has the same vintage and the same files.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from qonys.datasets.outcome import Files
from qonys.store.disk import digest

VINTAGE_DIGITS = 12


class PinnedState(msgspec.Struct, frozen=True):
    """A version of a state: Delta table version, and the hash of each of its files."""

    version: int
    files: dict[str, str]


class Essence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What decides the figures of a release."""

    profile: str
    profile_hash: str
    code_version: str
    period: str
    design: str
    published: str
    next: str
    cut_offs: dict[str, str]
    deliveries: tuple[str, ...]
    """SHA-256 of every delivery received up to the last cut-off"""
    decisions: str = ""
    """SHA-256 of what persons decided about slips of these deliveries; empty where nothing was"""
    withdrawals: tuple[tuple[str, ...], ...] = ()
    """what persons said of whole deliveries as of the last cut-off: SHA-256 of one that does not count, since when, until when,
    SHA-256 of the one that stands in its place; a last day or a delivery that there is not is empty"""
    follows: str = ""
    """vintage that was published before it, with which it is compared; empty for the first one of a period"""

    @property
    def vintage(self) -> str:
        """First digits of the SHA-256 of the essence in canonical JSON."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:VINTAGE_DIGITS]


class ReleaseRecord(msgspec.Struct, frozen=True):
    """Everything needed to build a release again and to compare; stays on the confidential side."""

    vintage: str
    essence: Essence
    states: dict[str, PinnedState]
    manifest: dict[str, str]
    """path in the release -> SHA-256"""
    operator: str = ""
    """who built it"""
    built: datetime | None = None
    """instant at which it was built, in UTC"""
    profile_files: dict[str, str] = {}
    """file of the profile -> SHA-256: what tells a changed definition from a changed border"""
    signer: str = ""
    """public key of the one who signs it; empty for nobody"""


def hashed_files(files: Files, folder: Path) -> dict[str, str]:
    """File, relative to the store -> SHA-256."""
    paths = map(Path, files.paths)
    return {path.resolve().relative_to(folder.resolve()).as_posix(): digest(path) for path in paths}
