"""Sealed files: what goes in comes out; what was changed, cut, reordered or sealed otherwise does not open."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest

from qonys.errors import OperatorError
from qonys.store.sealed import seal, unsealed

KEY = b"k" * 32
CHUNK = 1 << 20
SEALED_CHUNK = CHUNK + 16


def sealed(folder: Path, content: bytes) -> Path:
    path = folder / "source.sealed"
    seal(BytesIO(content), path, KEY)
    return path


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_what_was_sealed_opens_to_the_same_bytes(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = sealed(tmp_path, content)
    assert b"".join(unsealed(path, KEY)) == content
    assert content[:16] not in path.read_bytes() or size < 16


def test_the_same_bytes_are_sealed_differently_each_time(tmp_path: Path) -> None:
    assert sealed(tmp_path, b"slip").read_bytes() != sealed(tmp_path, b"slip").read_bytes()


@pytest.mark.parametrize("change", ["another key", "a bit", "the last chunk cut off", "half a chunk", "chunks swapped"])
def test_nothing_opens_that_was_changed(tmp_path: Path, change: str) -> None:
    path = sealed(tmp_path, os.urandom(2 * CHUNK + 5))
    raw, key = bytearray(path.read_bytes()), KEY
    first, second = slice(8, 8 + SEALED_CHUNK), slice(8 + SEALED_CHUNK, 8 + 2 * SEALED_CHUNK)
    if change == "another key":
        key = b"x" * 32
    elif change == "a bit":
        raw[SEALED_CHUNK + 100] ^= 1
    elif change == "the last chunk cut off":
        raw = raw[: second.stop]
    elif change == "half a chunk":
        raw = raw[: second.stop - 1000]
    else:
        raw[first], raw[second] = raw[second], raw[first]
    path.write_bytes(raw)
    with pytest.raises(OperatorError, match="cannot be opened") as told:
        list(unsealed(path, key))
    assert str(path) in told.value.where
