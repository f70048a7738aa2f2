"""The two keys of a workspace and what is derived from them. Neither is ever written, logged or put into a query's text.

The *person key* makes pseudonyms and encrypts sources. The *record key* seeds disclosure noise and is never rotated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from qonys.errors import OperatorError

KEY_BYTES = 32
_HMAC_BLOCK = 64
_AES_BLOCK = 16
_RECORD_BYTES = 8
_ROWS_A_BLOCK = _AES_BLOCK // _RECORD_BYTES


@dataclass(frozen=True)
class Keys:
    """Two secrets of 32 bytes."""

    person: bytes = field(repr=False)
    record: bytes = field(repr=False)

    @classmethod
    def from_hex(cls, person: str, record: str) -> Keys:
        """Read both keys as 64 hexadecimal digits.

        Raises:
            OperatorError: one of them is not.
        """
        return cls(_decoded(person, "person key"), _decoded(record, "record key"))

    def pseudonym_blocks(self) -> dict[str, bytes]:
        """Inner and outer block of HMAC-SHA-256 (RFC 2104) under the pseudonym key, as parameters of a query."""
        block = self._derived(b"qonys pseudonym").ljust(_HMAC_BLOCK, b"\0")
        return {"inner": bytes(b ^ 0x36 for b in block), "outer": bytes(b ^ 0x5C for b in block)}

    def name_key(self) -> bytes:
        """Key of HMAC-SHA-256 for the bigrams of names."""
        return self._derived(b"qonys name")

    def source_key(self) -> bytes:
        """Key of AES-256-GCM for delivered files."""
        return self._derived(b"qonys source")

    def wrapping_key(self) -> bytes:
        """Key of AES-256-GCM for what earlier versions of the person key left behind."""
        return self._derived(b"qonys wrapping")

    def pseudonym_pairs_key(self) -> bytes:
        """Key of AES-256-GCM for the map of earlier pseudonyms to those of this key."""
        return self._derived(b"qonys pseudonym pairs")

    def record_key_stream(self, delivery_sha256: str) -> Callable[[int, int], bytes]:
        """Eight pseudo-random bytes a row of a delivery, the same for the same file: an AES-256-CTR key stream.

        Returns:
            What gives the bytes of so many rows from a row number on; the counter of CTR goes to any row at once.
        """
        key = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"qonys record " + delivery_sha256.encode()).derive(self.record)

        def of_rows(first: int, rows: int) -> bytes:
            block, skipped = divmod(first, _ROWS_A_BLOCK)
            stream = Cipher(algorithms.AES(key), modes.CTR(block.to_bytes(_AES_BLOCK, "big"))).encryptor()
            return stream.update(bytes(_RECORD_BYTES * (skipped + rows)))[_RECORD_BYTES * skipped :]

        return of_rows

    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that tell this pair of keys from another, and nothing of the keys."""
        digest = Hash(SHA256())
        for key in (self.person, self.record):
            digest.update(HKDF(SHA256(), KEY_BYTES, salt=None, info=b"qonys fingerprint").derive(key))
        return digest.finalize()[:8].hex()

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(self.person)


def _decoded(text: str, name: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise OperatorError(
            f"The {name} is not {2 * KEY_BYTES} hexadecimal digits.", next_step="Make one with: openssl rand -hex 32"
        )
    return key
