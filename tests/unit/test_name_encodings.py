"""Names as keyed hashes of their bigrams: what is alike is encoded alike, and nothing can be read or made without the key."""

from __future__ import annotations

import hashlib
import hmac

import pyarrow as pa
import pytest

from qonys.collect.name_encodings import NameEncodings, normalised

NAMES = NameEncodings(b"k" * 32)


def shared(one: str, other: str) -> float:
    """Dice's coefficient of two encodings."""
    a, b = set(NAMES.encoded(one)), set(NAMES.encoded(other))
    return 2 * len(a & b) / (len(a) + len(b))


def test_an_encoding_is_the_ascending_set_of_keyed_hashes_of_padded_bigrams() -> None:
    bigrams = [" a", "an", "nn", "na", "a "]
    hashes = (hmac.new(b"k" * 32, bigram.encode(), hashlib.sha256).digest()[:4] for bigram in bigrams)
    assert NAMES.encoded("Anna") == sorted(int.from_bytes(one, "big", signed=True) for one in hashes)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Әлиев", "ӘЛИЕВ"), ("  van  der Berg ", "VAN DER-BERG"), ("Núñez", "Nunez"), ("O'Hara", "O’Hara")],
)
def test_writings_of_one_name_are_encoded_alike(one: str, other: str) -> None:
    assert NAMES.encoded(one) == NAMES.encoded(other)
    assert normalised(one) == normalised(other)


def test_a_mistyped_name_shares_most_of_its_hashes_and_another_name_few() -> None:
    assert shared("Nurmagambetov", "Nurmaganbetov") > 0.8
    assert shared("Nurmagambetov", "Ivanov") < 0.3


def test_another_key_gives_other_hashes() -> None:
    assert not set(NAMES.encoded("Nurmagambetov")) & set(NameEncodings(b"x" * 32).encoded("Nurmagambetov"))


def test_what_is_not_stated_or_holds_no_letter_has_no_encoding() -> None:
    found = NAMES.of(pa.array(["Anna", None, "-", "", " Anna ", "!?"]), ("", "-"))
    assert found.type == pa.list_(pa.int32())
    assert found.to_pylist() == [NAMES.encoded("Anna"), None, None, None, NAMES.encoded("Anna"), None]
