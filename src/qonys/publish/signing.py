"""The key by which an office signs its releases. It is given like the other keys, and never written into a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from qonys.errors import OperatorError
from qonys.published.signatures import fingerprint_of

_BYTES = 32


@dataclass(frozen=True)
class SigningKey:
    """A private key of Ed25519."""

    seed: bytes = field(repr=False)

    @classmethod
    def from_hex(cls, written: str) -> SigningKey:
        """Read a key as 64 hexadecimal digits.

        Raises:
            OperatorError: it is not.
        """
        try:
            seed = bytes.fromhex(written.strip())
        except ValueError:
            seed = b""
        if len(seed) != _BYTES:
            raise OperatorError(
                f"The signing key is not {2 * _BYTES} hexadecimal digits.",
                next_step="Make one with `qonys keys signing FILE`.",
            )
        return cls(seed)

    @property
    def public_key(self) -> str:
        """The public key, 64 hexadecimal digits."""
        return self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @property
    def fingerprint(self) -> str:
        """What tells the public key from another one; it stands in release.json."""
        return fingerprint_of(self.public_key)

    def public_pem(self) -> bytes:
        """The public key as other programs read it."""
        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def signature(self, content: bytes) -> bytes:
        """The signature over some bytes, 64 bytes; the same for the same content."""
        return self._private.sign(content)

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def needed_signature(signer: str, key: SigningKey | None, content: bytes) -> bytes | None:
    """The signature that a release says it has; None where it says nothing of one.

    Args:
        signer: public key that the release names; empty where it names none.
        key: the key that was given.
        content: the bytes of release.json.

    Raises:
        OperatorError: the key was not given, or is another one.
    """
    if not signer:
        return None
    if key is None or key.public_key != signer:
        found = f"the key that is given is {key.fingerprint}" if key else "no key is given"
        raise OperatorError(
            f"The release says that it is signed by {fingerprint_of(signer)}; {found}.",
            where="release.json",
            next_step="Set QONYS_SIGNING_KEY or QONYS_SIGNING_KEY_FILE to that key; or build the release again with the "
            "key by which it shall be signed, or without one.",
        )
    return key.signature(content)
