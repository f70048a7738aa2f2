"""What a look at a register finds: each symptom with what it means and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

Severity = Literal["error", "warning", "info"]


class Symptom(msgspec.Struct, frozen=True):
    """Something that is not as it should be.

    Args:
        check: what was looked at: ``files``, ``receipts`` …
        severity: error: figures or evidence are damaged; warning: something is left over; info: good to know.
        what: what was found.
        meaning: what it means for the register.
        mend: what to do.
        where: file or folder.
        removable: paths that are provably left over by an interrupted run.
    """

    check: str
    severity: Severity
    what: str
    meaning: str
    mend: str
    where: str = ""
    removable: tuple[Path, ...] = ()


class StateSize(msgspec.Struct, frozen=True):
    """How large a state is: versions; files, rows and bytes of the version that counts; bytes of all versions."""

    state: str
    versions: int
    files: int
    rows: int
    bytes: int
    bytes_of_all_versions: int
