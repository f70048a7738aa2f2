"""The hash of a delivered file, computed beside whatever else goes on: one core loads the program, the other one hashes.

This module loads no library, so that a hash can be begun before those that read the file are there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

_PIECE = 64 << 20
"""Bytes that are hashed in one go: between two of them the thread waits for its turn."""


@dataclass(frozen=True)
class FileHash:
    """What a file was: hash of its bytes; their number and the time of its last change, as they were before."""

    sha256: str
    size: int
    changed: int


class Hashing:
    """The hash of a file that is being computed.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._stopped = path, Event()
        thread = ThreadPoolExecutor(max_workers=1)
        self._found = thread.submit(self._hashed)
        thread.shutdown(wait=False)

    def found(self) -> FileHash:
        """The hash, once it is there.

        Raises:
            OSError: the file is missing or cannot be read.
        """
        return self._found.result()

    def goes_on(self) -> bool:
        """The hash is not there yet."""
        return not self._found.done()

    def close(self) -> None:
        """Nobody will ask."""
        self._stopped.set()

    def _hashed(self) -> FileHash:
        with self.path.open("rb", buffering=0) as file:
            told = os.fstat(file.fileno())
            digest, room = hashlib.sha256(), bytearray(min(_PIECE, told.st_size + 1))
            with memoryview(room) as whole:
                while not self._stopped.is_set() and (taken := file.readinto(room)):
                    digest.update(whole[:taken])
        return FileHash(digest.hexdigest(), told.st_size, told.st_mtime_ns)


@contextmanager
def hashed_ahead(files: Iterable[Path]) -> Iterator[Hashing | None]:
    """The hash of the first of some files, begun now; None where there is none. What is not asked for by the end is left."""
    first = next(iter(files), None)
    hashing = None if first is None or not first.is_file() else Hashing(first)
    try:
        yield hashing
    finally:
        if hashing:
            hashing.close()
