"""Who writes into a workspace for longer than a moment (`store.locking` is for the moment).

Laws: a lock belongs to a process, and when that dies, however, it is free; readers take none.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from qonys.errors import OperatorError


class Locks:
    """The locks of one store, files in a folder of their own.

    Args:
        folder: folder of the lock files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One at a time, for a whole step of the line; a second one is refused.

        Raises:
            OperatorError: the step is being run by another program.
        """
        with self._opened(name) as file:
            if not _taken(file, fcntl.LOCK_EX):
                raise OperatorError(
                    f"`qonys {name}` is at work on this register already (process {_holder(file)}).",
                    where=str(self.folder.parent),
                    next_step="Wait until it has finished; the register can be read meanwhile.",
                )
            _sign(file)
            yield

    def writing(self) -> IO[bytes]:
        """A mark that somebody writes; it lasts as long as the file that is given back is open."""
        file = self._opened("writing")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody writes; if so, nobody begins to before the end.

        In a folder that can be read only it is not known: somebody may write into it from elsewhere.
        """
        try:
            file = self._opened("writing")
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EACCES):
                raise
            yield False
            return
        with file:
            yield _taken(file, fcntl.LOCK_EX)

    def _opened(self, name: str) -> IO[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        return (self.folder / name).open("a+b")


def _taken(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(file: IO[bytes]) -> None:
    with suppress(OSError):
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()


def _holder(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(20).decode("ascii", "replace") or "unknown"
