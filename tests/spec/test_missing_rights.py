"""A workspace that can be read only: an auditor can look at all of it, and what would write is told as what it is."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from qonys.errors import NotAllowedError, not_allowed
from qonys.store import locking
from qonys.store.locks import Locks
from spec.command_line import qonys
from spec.drawn_slips import Walk


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A register whose locks cannot be opened: without them nobody writes (root of a test may write anywhere else)."""
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024")
    walk.process()

    def read_only(*arguments: object, **named: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "store/locks/writing")

    monkeypatch.setattr(Locks, "_opened", read_only)
    monkeypatch.setattr(locking.fcntl, "flock", read_only)
    return walk.line.office.workspace.folder


@pytest.mark.parametrize("command", ["doctor", "status", "history", "findings", "corrections"])
def test_what_only_reads_goes_on(office: Path, command: str) -> None:
    assert qonys(command, "--workspace", office).code == 0


@pytest.mark.parametrize(
    "words", [("process",), ("correct", "--delivery", 1, "--row", 2, "--set", "sex=F", "--reason", "REVIEW")]
)
def test_what_would_write_is_told_without_a_traceback(office: Path, words: tuple[object, ...]) -> None:
    ran = qonys(*words, "--workspace", office)
    assert ran.code == NotAllowedError.exit_code
    assert "can be read only" in ran.said and "on a copy that can be written" in ran.said


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(errno.EACCES, "Permission denied", "slips.csv"),
        OSError("Generic LocalFileSystem error: Unable to open file: Permission denied (os error 13)"),
    ],
)
def test_a_right_that_is_missing_is_known_whoever_met_it(error: Exception) -> None:
    assert isinstance(not_allowed(error), NotAllowedError)


@pytest.mark.parametrize("other", [OSError(errno.ENOENT, "No such file"), ValueError("os error 13"), KeyError(13)])
def test_no_other_error_is_taken_for_one(other: Exception) -> None:
    assert not_allowed(other) is None
