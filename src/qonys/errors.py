"""Every error Qonys raises on purpose, grouped by who must act.

A message says what is wrong, where, why it matters and what to do next. The command line prints it without a
traceback and exits with the code of its class; anything else that reaches the top is a defect of ours.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager


class QonysError(Exception):
    """Something that a person can put right.

    Args:
        what: what is wrong, in one sentence.
        where: file, row, rule or setting, as far as it is known.
        next_step: what to do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what, self.where, self.next_step = what, where, next_step
        super().__init__(": ".join(part for part in (where, what) if part) + (f" {next_step}" if next_step else ""))


class SupplierError(QonysError):
    """A delivery cannot be read: whoever supplied the file must act."""

    exit_code = 3


class StatisticianError(QonysError):
    """A definition, a design or an identity is broken: the statistician must act."""

    exit_code = 4


class ProfileError(StatisticianError):
    """A file of a country's profile is wrong."""

    exit_code = 5


class QueryError(StatisticianError):
    """A query cannot be run over the data: an expression of it fails, or a table or column is missing."""


class InfeasibleError(StatisticianError):
    """No table satisfies everything that was asked of it: the margins, zeros or nets must be mended."""


class UndefinedIndicatorError(StatisticianError):
    """An indicator has no value for these data: it is told as not available, never as 0."""


class OperatorError(QonysError):
    """A key, a folder, a port or a setting is missing: whoever runs the machine must act."""

    exit_code = 6


class NotAllowedError(OperatorError):
    """A file may not be read, or a folder may not be written; what was there before is as it was."""


class DiskFullError(OperatorError):
    """There is no room for what was to be written; what was there before is as it was."""


_NOT_ALLOWED = {
    errno.EROFS: "The folder can be read only, so nothing can be written into it.",
    errno.EACCES: "You have no right to this file or folder.",
    errno.EPERM: "You have no right to this file or folder.",
}
_SAID_OF_RIGHTS = re.compile(r"\(os error (\d+)\)")
"""The library beneath the states says the number in its text."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SAID = re.compile(
    "No space left on device|Disk quota exceeded|File too large|max_temp_directory_size"
    rf"|os error ({'|'.join(map(str, sorted(_FULL)))})\b"
)
"""What the libraries beneath say, each in its own kind of error"""


def disk_full(error: BaseException, where: str = "") -> DiskFullError | None:
    """The error to tell where a disk was full; None where something else went wrong."""
    if isinstance(error, DiskFullError):
        return error
    if not (isinstance(error, OSError) and error.errno in _FULL) and not _SAID.search(str(error)):
        return None
    return DiskFullError(
        "The disk is full, or the room that you may use of it. What was finished before stands; of the rest nothing counts.",
        where=where or str(getattr(error, "filename", None) or ""),
        next_step="Make room, then run the same command again. `qonys doctor --mend` removes what interrupted runs left.",
    )


@contextmanager
def told_if_disk_full(where: str) -> Iterator[None]:
    """Tell of a full disk as such, whichever library met it.

    Raises:
        DiskFullError: there was no room.
    """
    try:
        yield
    except QonysError:
        raise
    except Exception as error:
        if full := disk_full(error, where):
            raise full from error
        raise


def not_allowed(error: BaseException) -> NotAllowedError | None:
    """The error to tell where a right is missing; None where something else went wrong."""
    said = _SAID_OF_RIGHTS.search(str(error))
    number = error.errno if isinstance(error, OSError) and error.errno else int(said[1]) if said else 0
    if number not in _NOT_ALLOWED:
        return None
    return NotAllowedError(
        _NOT_ALLOWED[number],
        where=str(getattr(error, "filename", None) or ""),
        next_step="Run it as a user who has the right, or on a copy that can be written.",
    )


@contextmanager
def told_if_not_allowed() -> Iterator[None]:
    """Tell of a missing right as such.

    Raises:
        NotAllowedError: a file may not be read, or a folder may not be written.
    """
    try:
        yield
    except QonysError:
        raise
    except Exception as error:
        if missing := not_allowed(error):
            raise missing from error
        raise


@contextmanager
def told_if_damaged(what: str, where: object, next_step: str = "") -> Iterator[None]:
    """Tell of a JSON file of ours that is missing, cut off or overwritten as such; of a missing right `told_if_not_allowed` tells.

    Args:
        what: what the file is, as a sentence begins with it.
        where: the file.
        next_step: what to do about it.

    Raises:
        OperatorError: it cannot be read.
    """
    import msgspec  # here: the methods have these errors too, and do without it

    try:
        yield
    except PermissionError:
        raise
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise OperatorError(f"{what} cannot be read: {error}", where=str(where), next_step=next_step) from error
