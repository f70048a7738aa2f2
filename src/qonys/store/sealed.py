"""Delivered files at rest: AES-256-GCM in chunks, so that a file of any size is sealed in flat memory.

Form: 8 random bytes, then chunks of 1 MiB plain text with a 16-byte tag each. The nonce of a chunk is those 8 bytes and
its number; the last chunk is marked in the associated data, so a file cannot be cut off unnoticed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qonys.errors import OperatorError, told_if_disk_full

_CHUNK = 1 << 20
_TAG = 16
_PREFIX = 8


def seal(source: BinaryIO, target: Path, key: bytes) -> None:
    """Encrypt a stream into a file, which is on the disk when this returns.

    Raises:
        DiskFullError: there is no room.
    """
    cipher, prefix = AESGCM(key), os.urandom(_PREFIX)
    with told_if_disk_full(str(target)), target.open("wb") as file:
        file.write(prefix)
        for number, (chunk, last) in enumerate(_chunks(source, _CHUNK)):
            file.write(cipher.encrypt(prefix + number.to_bytes(4), chunk, b"last" if last else b"more"))
        file.flush()
        os.fsync(file.fileno())


def unsealed(path: Path, key: bytes) -> Iterator[bytes]:
    """The plain bytes of a sealed file, chunk by chunk.

    Raises:
        OperatorError: the key is another one, or the file was changed or cut.
    """
    cipher = AESGCM(key)
    with path.open("rb") as file:
        prefix = file.read(_PREFIX)
        for number, (chunk, last) in enumerate(_chunks(file, _CHUNK + _TAG)):
            try:
                yield cipher.decrypt(prefix + number.to_bytes(4), chunk, b"last" if last else b"more")
            except InvalidTag:
                raise OperatorError(
                    "The sealed source cannot be opened: it was changed, or the person key is another one.",
                    where=str(path),
                ) from None


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    chunk = file.read(size)
    while True:
        following = file.read(size)
        yield chunk, not following
        if not following:
            return
        chunk = following
