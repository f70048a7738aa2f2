"""The hash of a delivered file is begun before anybody asks for it."""

from __future__ import annotations

import hashlib
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from qonys.collect import hashing as module
from qonys.collect.hashing import Hashing, hashed_ahead
from qonys.errors import SupplierError
from spec.drawn_slips import PLAIN_SLIP, Walk, arrivals_csv


def test_a_hash_is_that_of_all_bytes_however_many_pieces_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PIECE", 7)
    path = tmp_path / "slips.csv"
    for size in (0, 1, 6, 7, 8, 14, 50):
        path.write_bytes(bytes(range(size)))
        with closing(Hashing(path)) as hashing:
            found = hashing.found()
        assert (found.sha256, found.size) == (hashlib.sha256(bytes(range(size))).hexdigest(), size)
        assert found.changed == path.stat().st_mtime_ns


def test_a_hash_that_was_begun_is_the_one_that_the_receipt_keeps(tmp_path: Path) -> None:
    walk, path = Walk(tmp_path), tmp_path / "arrivals_1.csv"
    path.write_text(arrivals_csv([PLAIN_SLIP]), encoding="utf-8")
    with hashed_ahead([path]) as hashing:
        (receipt,) = walk.line.collect([path], received=date(2024, 2, 20), hashing=hashing).data
    assert receipt.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_changed_since_its_hash_was_begun_is_not_taken(tmp_path: Path) -> None:
    walk, path = Walk(tmp_path), tmp_path / "arrivals_1.csv"
    path.write_text(arrivals_csv([PLAIN_SLIP]), encoding="utf-8")
    with hashed_ahead([path]) as hashing:
        assert hashing is not None
        hashing.found()
        path.write_text(arrivals_csv([PLAIN_SLIP] * 2), encoding="utf-8")
        with pytest.raises(SupplierError, match="The file changed while it was read"):
            walk.line.collect([path], received=date(2024, 2, 20), hashing=hashing)
    assert walk.line.office.store.receipts() == ()


def test_a_hash_begun_of_one_file_is_not_taken_for_that_of_another(tmp_path: Path) -> None:
    walk, one, other = Walk(tmp_path), tmp_path / "arrivals_1.csv", tmp_path / "arrivals_2.csv"
    one.write_text(arrivals_csv([PLAIN_SLIP]), encoding="utf-8")
    other.write_text(arrivals_csv([PLAIN_SLIP] * 2), encoding="utf-8")
    with hashed_ahead([one]) as hashing:
        receipts = walk.line.collect([other, one], received=date(2024, 2, 20), hashing=hashing).data
    assert [r.sha256 for r in receipts] == [hashlib.sha256(p.read_bytes()).hexdigest() for p in (other, one)]


def test_of_no_file_and_of_a_folder_nothing_is_hashed(tmp_path: Path) -> None:
    with hashed_ahead([]) as of_none, hashed_ahead([tmp_path]) as of_a_folder:
        assert (of_none, of_a_folder) == (None, None)
