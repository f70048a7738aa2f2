"""How the tables of a country are protected: which are published exact, which are rounded, which are perturbed."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

ProtectionMethod: TypeAlias = Literal["exact", "additive", "cell_key"]


class CellKeyNoise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The noise of the cell-key method.

    Args:
        largest: no count changes by more.
        variance: of the noise.
        smallest_kept: counts from 1 up to this one are never published.
    """

    largest: int = 5
    variance: float = 3.0
    smallest_kept: int = 2


class Protection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """protection.yaml.

    Args:
        threshold: k; a count from 1 to k - 1 in a sensitive dimension must not be found out.
        sensitive: dimensions whose small counts tell something of a person.
        exact: tables that are published as counted, with the reason.
        additive: tables whose small counts are rounded so that their parts add up, and exact margins stay.
        base: small counts become 0 or this, in `additive`.
        cell_key: tables whose counts are perturbed one by one; their parts may not add up.
        noise: of `cell_key`.
        allowed: tables whose small counts in a sensitive dimension may be published, with the reason.
    """

    threshold: int = 3
    sensitive: tuple[str, ...] = ()
    exact: dict[str, str] = {}
    additive: tuple[str, ...] = ()
    base: int = 3
    cell_key: tuple[str, ...] = ()
    noise: CellKeyNoise = CellKeyNoise()
    allowed: dict[str, str] = {}

    def method(self, table: str) -> ProtectionMethod:
        """By which method a table is protected."""
        if table in self.additive:
            return "additive"
        return "cell_key" if table in self.cell_key else "exact"

    @property
    def needs_keys(self) -> bool:
        """Some table cannot be protected without the record keys of its cells."""
        return bool(self.additive or self.cell_key)
