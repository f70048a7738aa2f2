"""Room on the disk for what does not fit into memory: a folder for each process, since two in one would meet.

Laws: what a process leaves when it is killed is deleted by the next one on the same machine; nothing else is.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from pathlib import Path


def spill_of_this_process(folder: Path) -> Path:
    """A name for a new folder; whoever spills makes it, and removes it in the end. Left-overs of the dead go first."""
    folder.mkdir(parents=True, exist_ok=True)
    remove_spill(dead_spill(folder))
    return folder / f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"


def dead_spill(folder: Path) -> tuple[Path, ...]:
    """Folders of processes of this machine that are no more."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if path.is_dir() and _is_dead(path.name)))


def remove_spill(folders: tuple[Path, ...]) -> None:
    """Delete what dead processes left."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def is_dead(process: int) -> bool:
    """Whether a process of this machine is no more."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _is_dead(name: str) -> bool:
    machine, _, process = name.rpartition("-")[0].rpartition("-")
    return machine == _machine() and process.isdigit() and is_dead(int(process))


def _machine() -> str:
    return socket.gethostname().replace(os.sep, "_") or "unknown"
