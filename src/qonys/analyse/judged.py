"""How thoroughly counts were judged, so that no cap is silent: each count that is looked at stands in exactly one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from qonys.analyse.audit import Weakness


class Judged(msgspec.Struct, frozen=True):
    """Sensitive counts by how they were judged.

    Args:
        shown: published as they are; nothing is left to find out.
        by_sums: settled by what follows from each sum alone: known, at least k, or not above 0.
        searched: bounded over all tables of whole numbers.
        cut_short: of those, searched up to the most nodes: their bounds hold, and might be closer.
        left: bounded by each sum alone, which does not settle them; the work that may be spent was spent.
        left_out: numbers that were not looked at, by why.
    """

    shown: int = 0
    by_sums: int = 0
    searched: int = 0
    cut_short: int = 0
    left: int = 0
    left_out: Mapping[str, int] = {}

    @property
    def numbers(self) -> tuple[int, int, int, int, int]:
        """All but why numbers were left out, in the order of the fields."""
        return self.shown, self.by_sums, self.searched, self.cut_short, self.left

    @property
    def counts(self) -> int:
        """All that were looked at."""
        return self.shown + self.by_sums + self.searched + self.left

    def __add__(self, other: Judged) -> Judged:
        together = dict(self.left_out)
        for why, number in other.left_out.items():
            together[why] = together.get(why, 0) + number
        return Judged(
            self.shown + other.shown,
            self.by_sums + other.by_sums,
            self.searched + other.searched,
            self.cut_short + other.cut_short,
            self.left + other.left,
            together,
        )


@dataclass(frozen=True)
class Attacked:
    """What an attack found out, and how it judged counts.

    Args:
        weaknesses: what can be found out.
        judged: how many counts how.
    """

    weaknesses: tuple[Weakness, ...]
    judged: Judged
