"""The versions of the person key: what each left behind, readable with the newest one alone.

Laws: a receipt says which version made its pseudonyms; no key stands here in the clear; the file ``ring.json`` is the
switch, so a rotation that was cut off has not happened. The record key has no versions.
"""

from __future__ import annotations

import os
from datetime import datetime
from io import BytesIO
from pathlib import Path

import msgspec
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qonys.errors import OperatorError, told_if_damaged
from qonys.store.disk import write_atomically
from qonys.store.keys import Keys
from qonys.store.sealed import seal, unsealed

_NONCE = 12
_FOLDER = "keys"
PSEUDONYM_PAIRS = pa.schema([("old", pa.binary()), ("new", pa.binary())])


class KeyVersion(msgspec.Struct, frozen=True):
    """One version: its fingerprint, its key of sealed sources, wrapped with the newest version's, who made it current when."""

    fingerprint: str
    sources: str = ""
    operator: str = ""
    rotated: datetime | None = None


class KeyRing(msgspec.Struct, frozen=True):
    """All versions, oldest first; none where nothing was collected yet.

    Args:
        versions: the last one is current.
        names: the first version's key of names, wrapped: the hashes of bigrams keep it.
    """

    versions: tuple[KeyVersion, ...] = ()
    names: str = ""

    @property
    def version(self) -> int:
        """Number of the current version, from 1."""
        return max(len(self.versions), 1)

    @property
    def fingerprint(self) -> str | None:
        """Of the current keys."""
        return self.versions[-1].fingerprint if self.versions else None

    def source_key(self, version: int, keys: Keys) -> bytes:
        """The key that opens a source which was sealed under a version, by the current keys.

        Raises:
            OperatorError: these are not the current keys.
        """
        if version == self.version:
            return keys.source_key()
        return _unwrapped(self.versions[version - 1].sources, keys, f"source {version}")

    def name_key(self, keys: Keys) -> bytes:
        """The key of names, by the current keys. See `source_key`."""
        return _unwrapped(self.names, keys, "names") if self.names else keys.name_key()

    def rotated(self, old: Keys, new: Keys, *, operator: str = "", instant: datetime | None = None) -> KeyRing:
        """The ring with one version more, everything in it wrapped with the new key."""
        earlier = tuple(
            msgspec.structs.replace(one, sources=_wrapped(self.source_key(number, old), new, f"source {number}"))
            for number, one in enumerate(self.versions, start=1)
        )
        newest = KeyVersion(new.fingerprint(), operator=operator, rotated=instant)
        return KeyRing((*earlier, newest), _wrapped(self.name_key(old), new, "names"))


def ring_of(store: Path) -> KeyRing:
    """The key ring of a store; of one that was never rotated, the version by which it was begun.

    Raises:
        OperatorError: it cannot be read.
    """
    path, begun = store / _FOLDER / "ring.json", store / "keys.fingerprint"
    if path.is_file():
        with told_if_damaged("The ring of keys", path, "Restore it from a backup of the workspace."):
            return msgspec.json.decode(path.read_bytes(), type=KeyRing)
    return KeyRing((KeyVersion(begun.read_text("ascii", "replace")),)) if begun.is_file() else KeyRing()


def write_ring(store: Path, ring: KeyRing) -> None:
    """From then on the last version of the ring is the current one."""
    write_atomically(store / _FOLDER / "ring.json", msgspec.json.format(msgspec.json.encode(ring), indent=2))


def write_pseudonym_pairs(store: Path, version: int, pairs: pa.Table, keys: Keys) -> None:
    """Keep which pseudonym of earlier versions is which of this one, encrypted; see `PSEUDONYM_PAIRS`."""
    plain = BytesIO()
    with pa.ipc.new_stream(plain, PSEUDONYM_PAIRS) as stream:
        stream.write_table(pairs.cast(PSEUDONYM_PAIRS))
    plain.seek(0)
    (store / _FOLDER).mkdir(parents=True, exist_ok=True)
    seal(plain, _pairs_path(store, version), keys.pseudonym_pairs_key())


def pseudonym_pairs(store: Path, version: int, keys: Keys) -> pa.Table:
    """The pairs of a version, in memory.

    Raises:
        OperatorError: these are not the current keys.
    """
    plain = b"".join(unsealed(_pairs_path(store, version), keys.pseudonym_pairs_key()))
    with pa.ipc.open_stream(plain) as stream:
        return stream.read_all()


def _pairs_path(store: Path, version: int) -> Path:
    return store / _FOLDER / f"pseudonyms-{version}.sealed"


def _wrapped(key: bytes, keys: Keys, purpose: str) -> str:
    nonce = os.urandom(_NONCE)
    return (nonce + AESGCM(keys.wrapping_key()).encrypt(nonce, key, purpose.encode())).hex()


def _unwrapped(wrapped: str, keys: Keys, purpose: str) -> bytes:
    content = bytes.fromhex(wrapped)
    try:
        return AESGCM(keys.wrapping_key()).decrypt(content[:_NONCE], content[_NONCE:], purpose.encode())
    except InvalidTag:
        raise OperatorError(
            "An earlier key cannot be unwrapped: these are not the current keys of the register.",
            next_step="Give the person key of the last rotation.",
        ) from None
