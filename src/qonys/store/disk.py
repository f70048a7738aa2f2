"""Files that survive a power cut: written beside their place, brought to the disk, then renamed.

Law: a reader sees a whole file or the one before, and what was said to be written is on the disk.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_AT_A_TIME = 16
"""Files that wait for the disk together: it notes many of them down in one go."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the whole of it or the one before."""
    _written(path, content)
    bring_to_disk(path.parent)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write files, each as `write_atomically` does, in whatever order; all are on the disk at the end."""
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        for _ in threads.map(_written, files, files.values()):
            pass
    for folder in {path.parent for path in files}:
        bring_to_disk(folder)


def _written(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def bring_to_disk(path: Path) -> None:
    """Wait until a file, or the list of the files of a folder, is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
