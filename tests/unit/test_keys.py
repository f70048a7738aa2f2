"""Keys and what is derived from them, against other implementations of the same standards."""

from __future__ import annotations

import hashlib
import hmac

import pyarrow as pa
import pytest

from qonys.collect.pseudonyms import Pseudonyms
from qonys.errors import OperatorError
from qonys.store.keys import Keys

KEYS = Keys(b"p" * 32, b"r" * 32)


def hkdf(key: bytes, info: bytes) -> bytes:
    """RFC 5869 with an empty salt, one block of output."""
    extracted = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def test_pseudonyms_are_hmac_sha256_under_a_derived_key() -> None:
    texts = pa.array(["010203450678", " 010203450678 ", "Ән", None, "-", ""])
    found = Pseudonyms(KEYS.pseudonym_blocks()).of(texts, ("", "-")).to_pylist()
    key = hkdf(KEYS.person, b"qonys pseudonym")
    one, other = (hmac.new(key, text.encode(), hashlib.sha256).digest()[:16] for text in ("010203450678", "Ән"))
    assert found == [one, one, other, None, None, None]


def test_every_row_of_a_long_column_has_the_pseudonym_of_its_own_identifier() -> None:
    texts = [f"{number:012}" for number in range(100_000)]
    found = Pseudonyms(KEYS.pseudonym_blocks()).of(pa.array(texts), ()).to_pylist()
    key = bytes(byte ^ 0x36 for byte in KEYS.pseudonym_blocks()["inner"])
    assert found == [hmac.digest(key, text.encode(), "sha256")[:16] for text in texts]


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert KEYS.source_key() == hkdf(KEYS.person, b"qonys source")
    assert len({KEYS.source_key(), KEYS.person, KEYS.record, hkdf(KEYS.person, b"qonys pseudonym")}) == 4


def test_record_keys_depend_on_the_file_and_the_record_key_alone() -> None:
    keys = KEYS.record_key_stream("a" * 64)(0, 1000)
    assert len(keys) == 8000
    for first in (0, 1, 2, 501):
        assert KEYS.record_key_stream("a" * 64)(first, 10) == keys[8 * first : 8 * first + 80]
    assert keys == Keys(b"x" * 32, KEYS.record).record_key_stream("a" * 64)(0, 1000)
    assert keys != KEYS.record_key_stream("b" * 64)(0, 1000)
    assert keys != Keys(KEYS.person, b"x" * 32).record_key_stream("a" * 64)(0, 1000)
    assert len({keys[at : at + 8] for at in range(0, 8000, 8)}) == 1000


def test_a_key_is_64_hexadecimal_digits() -> None:
    assert Keys.from_hex("00" * 32 + "\n", "ff" * 32).record == b"\xff" * 32
    for person, record, name in (("00" * 31, "00" * 32, "person key"), ("00" * 32, "zz" * 32, "record key")):
        with pytest.raises(OperatorError, match=name) as told:
            Keys.from_hex(person, record)
        assert "openssl rand -hex 32" in told.value.next_step


def test_a_key_is_not_shown() -> None:
    assert repr(KEYS) == "Keys()"
