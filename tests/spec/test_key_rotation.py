"""A rotated person key: persons are found again across it, nothing is rewritten, and the old key opens nothing."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qonys.collect.name_encodings import NameEncodings
from qonys.errors import OperatorError
from qonys.production.rotating import Rotation, rotate_person_key
from qonys.store.key_ring import pseudonym_pairs, ring_of
from qonys.store.keys import Keys
from qonys.store.sealed import unsealed
from spec.command_line import KEY_SETTINGS, qonys
from spec.drawn_slips import KEYS, Walk, arrivals_csv, drawn

SECOND, THIRD = (Keys(bytes([number]) * 32, KEYS.record) for number in (2, 3))


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    return Walk(tmp_path)


def rotate(walk: Walk, new: Keys) -> Rotation:
    done = rotate_person_key(walk.line.office, new.person.hex()).data
    walk.with_keys(new)
    return done


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file that a rotation must leave as it is."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "keys" not in path.parts and path.name != ".lock"]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_what_repeats_or_corrects_a_slip_is_found_across_two_rotations(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | PERSON | TO\ns1 | ann | C11\ns2 | bob | C11")
    assert rotate(walk, SECOND) == Rotation(version=2, deliveries=1, pseudonyms=4)
    walk.receive("2025-01-20", "SLIP | PERSON | TO\ns3 | ann | C11\ns4 | cat | C11")
    assert rotate(walk, THIRD).version == 3
    walk.receive("2025-01-30", "SLIP | CORRECTS | PERSON | TO\ns5 | s2 | bob | S11\ns6 | | cat | C11")
    walk.process()
    assert walk.set_apart_or_quarantined("delivery row reasons") == drawn("""
        delivery | row | reasons
        1        | 3   | corrected
        2        | 2   | duplicate
        3        | 3   | duplicate
    """)
    receipts = walk.line.office.store.receipts()
    assert [receipt.key_version for receipt in receipts] == [1, 2, 3]


def test_nothing_is_rewritten_and_every_source_opens_with_the_newest_key_alone(walk: Walk) -> None:
    walk.receive("2025-01-10", "PERSON\nann")
    store = walk.line.office.store
    before = contents(store.folder)
    rotate(walk, SECOND)
    walk.receive("2025-01-20", "PERSON\nbob")
    rotate(walk, THIRD)
    assert {path: hash_ for path, hash_ in contents(store.folder).items() if path in before} == before
    ring = ring_of(store.folder)
    for receipt in store.receipts():
        sealed = store.folder / "deliveries" / f"{receipt.delivery:06}" / "source.sealed"
        plain = b"".join(unsealed(sealed, ring.source_key(receipt.key_version, THIRD)))
        assert hashlib.sha256(plain).hexdigest() == receipt.sha256
        for earlier in (KEYS, SECOND):
            with pytest.raises(OperatorError, match=r"not the current keys|another one"):
                b"".join(unsealed(sealed, ring.source_key(receipt.key_version, earlier)))


def test_the_map_is_of_all_identifiers_and_can_be_read_with_the_new_key_only(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | CORRECTS | PERSON\ns1 | s0 | ann\ns2 | | ann")
    rotate(walk, SECOND)
    folder = walk.line.office.store.folder
    pairs = pseudonym_pairs(folder, 2, SECOND).to_pylist()
    registered = pq.read_table(walk.line.office.store.files("input/registrations").paths[0])
    old = {value for name in ("slip", "corrects", "person") for value in registered[name].to_pylist() if value}
    assert {pair["old"] for pair in pairs} == old
    assert len({pair["new"] for pair in pairs}) == len(old) == 4
    with pytest.raises(OperatorError, match="another one"):
        pseudonym_pairs(folder, 2, KEYS)
    content = (folder / "keys" / "pseudonyms-2.sealed").read_bytes()
    assert not any(value in content for pair in pairs for value in pair.values())


def test_names_keep_their_encodings(walk: Walk) -> None:
    walk.receive("2025-01-10", "PERSON\nann")
    rotate(walk, SECOND)
    rotate(walk, THIRD)
    key = ring_of(walk.line.office.store.folder).name_key(THIRD)
    assert NameEncodings(key).encoded("Anna") == NameEncodings(KEYS.name_key()).encoded("Anna")


def test_keys_that_are_not_the_current_ones_take_nothing_in_and_rotate_nothing(walk: Walk) -> None:
    with pytest.raises(OperatorError, match="Nothing was collected yet"):
        rotate_person_key(walk.line.office, SECOND.person.hex())
    walk.receive("2025-01-10", "PERSON\nann")
    with pytest.raises(OperatorError, match="the one so far"):
        rotate_person_key(walk.line.office, KEYS.person.hex())
    rotate(walk, SECOND)
    walk.with_keys(KEYS)
    with pytest.raises(OperatorError, match="not the current keys"):
        rotate_person_key(walk.line.office, THIRD.person.hex())
    with pytest.raises(OperatorError, match="not the keys with which"):
        walk.receive("2025-01-20", "PERSON\nbob")
    walk.with_keys(None)
    with pytest.raises(OperatorError, match="keys are missing"):
        walk.process()
    assert len(walk.line.office.store.receipts()) == 1


def test_the_command_rotates_and_says_what_comes_next(tmp_path: Path) -> None:
    office = tmp_path / "office"
    path = tmp_path / "arrivals_1.csv"
    path.write_text(arrivals_csv([{"PERSON": "QzxPerson"}]), "utf-8")
    qonys("new", office, "--profile", "mini")
    qonys("collect", path, "--workspace", office, "--received", date(2025, 1, 20))
    refused = qonys("keys", "rotate", "--workspace", office)
    assert (refused.code, "Set QONYS_NEW_KEY" in refused.said) == (6, True)
    ran = qonys("keys", "rotate", "--workspace", office, settings={**KEY_SETTINGS, "QONYS_NEW_KEY": "ab" * 32})
    assert ran.code == 0, ran.said
    assert "version 2" in ran.said
    assert "set QONYS_KEY to the new key" in ran.said
    assert "ab" * 32 not in ran.said
    later = {**KEY_SETTINGS, "QONYS_KEY": "ab" * 32}
    assert qonys("process", "--workspace", office, settings=later).code == 0
    assert qonys("doctor", "--workspace", office, settings=later).code == 0
    for file in (file for file in office.rglob("*") if file.is_file()):
        content = file.read_bytes()
        assert not any(secret in content for secret in (b"QzxPerson", b"ab" * 32, b"\xab" * 32)), file
