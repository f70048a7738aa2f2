"""The signature of a release: Ed25519 (RFC 8032) over the bytes of release.json, which has the hash of every other file.

Law: reading needs the public key only, which the release itself names; whether that is the key of the office a reader knows
from elsewhere, by its fingerprint.
"""

from __future__ import annotations

import hashlib

SIGNATURE_FILE = "release.json.sig"
_FINGERPRINT_DIGITS = 16


def fingerprint_of(public_key: str) -> str:
    """The first digits of the SHA-256 of a public key: short enough to be read out.

    Args:
        public_key: 64 hexadecimal digits.
    """
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:_FINGERPRINT_DIGITS]


def is_signed_by(public_key: str, content: bytes, signature: bytes) -> bool:
    """Whether a signature is that of a key over these very bytes."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
