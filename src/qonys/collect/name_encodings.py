"""Names as sets of keyed hashes of their bigrams: two writings of a name can be compared, and neither can be read.

A name is normalised (letters without marks, small; words one blank apart), padded by a blank at both ends and cut into
pairs of letters; each pair is hashed with HMAC-SHA-256 under a key derived from the person key, of which four bytes are
kept. The form is that of a bigram set encoded by keyed hashes, without a Bloom filter. It protects less than a pseudonym:
who holds many encodings can guess frequent names by their frequency, so they stay in the confidential states.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_BYTES = 4
ENCODING = pa.list_(pa.int32())


class NameEncodings:
    """Encodes names under one key."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod=hashlib.sha256)
        self._hashes: dict[str, int] = {}

    def of(self, texts: pa.Array[Any], missing: tuple[str, ...]) -> pa.Array[Any]:
        """The encoding of each text: its distinct hashes, ascending; null where nothing is stated."""
        coded: Any = pc.utf8_trim_whitespace(texts.cast(pa.string())).dictionary_encode()
        encoded = [None if text in missing else self.encoded(text) for text in coded.dictionary.to_pylist()]
        found: pa.Array[Any] = pa.array([one or None for one in encoded], ENCODING).take(coded.indices)
        return found

    def encoded(self, name: str) -> list[int]:
        """The hashes of a name's bigrams; none where it holds no letter."""
        normal = normalised(name)
        padded = f" {normal} "
        return sorted({self._hash(padded[at : at + 2]) for at in range(len(padded) - 1)}) if normal else []

    def _hash(self, bigram: str) -> int:
        found = self._hashes.get(bigram)
        if found is None:
            keyed = self._keyed.copy()
            keyed.update(bigram.encode())
            found = self._hashes[bigram] = int.from_bytes(keyed.digest()[:_BYTES], "big", signed=True)
        return found


def normalised(name: str) -> str:
    """Small letters and digits without marks, one blank between words; whatever else was written is left out."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    kept = (letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join("".join(kept).split())
