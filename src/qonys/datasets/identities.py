"""What must add up in a published release, said by the release itself, so that a reader can add it up."""

from __future__ import annotations

import msgspec


class Identities(msgspec.Struct, frozen=True):
    """Tables whose published numbers keep their identities; those that are perturbed one by one are not among them.

    Args:
        sums: table -> dimensions whose members add up to the total.
        balanced: tables of moves within the country: over all areas as many arrive as depart.
    """

    sums: dict[str, tuple[str, ...]] = {}
    balanced: tuple[str, ...] = ()
