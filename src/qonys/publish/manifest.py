"""release.json: what a published release says of itself to a machine, with the hash of each of its files."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from qonys.concepts.text import Text
from qonys.datasets.identities import Identities
from qonys.datasets.output import ReleaseFacts
from qonys.published.bundles import RELEASE_FILE, ReleaseFile
from qonys.published.signatures import fingerprint_of

__all__ = ["RELEASE_FILE", "manifest_file"]


def manifest_file(
    facts: ReleaseFacts,
    titles: Text,
    hashes: Mapping[str, str],
    identities: Identities = Identities(),  # noqa: B008 it is frozen
    signer: str = "",
) -> bytes:
    """The content of release.json.

    Args:
        facts: period, vintage, dates.
        titles: the title of the release in every language, in words.
        hashes: path in the bundle -> SHA-256.
        identities: the sums by which a reader checks the tables.
        signer: public key of the one who will sign it; empty for nobody.
    """
    content = ReleaseFile(
        facts=facts,
        titles=titles,
        files=dict(sorted(hashes.items())),
        identities=identities,
        signed_by=fingerprint_of(signer) if signer else "",
        public_key=signer,
    )
    return msgspec.json.format(msgspec.json.encode(content), indent=2)
