"""What changed between two vintages of a release, and why: as far as records tell it, and no further."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

STREAMS = ("interregional", "intraregional", "external_in", "external_out")


class Movement(msgspec.Struct, frozen=True):
    """Moves that count at one of two data cut-offs and not at the other.

    Args:
        came: why they count at the later one alone -> stream -> persons: ``late`` their slip came in between;
            ``correction`` it came in between and corrects an earlier one; ``redelivery`` it came in between, in a
            delivery that replaces another; ``returned`` it was there, and what stood in its way has left.
        went: why they count at the earlier one alone -> stream -> persons: the reason of the exception that the slip
            became, or ``unknown``.
    """

    came: dict[str, dict[str, int]] = {}
    went: dict[str, dict[str, int]] = {}

    def persons(self, streams: tuple[str, ...]) -> tuple[dict[str, int], dict[str, int]]:
        """Persons by reason, those who came and those who went, of some streams."""
        came, went = (
            {why: n for why, of in side.items() if (n := sum(of.get(stream, 0) for stream in streams))}
            for side in (self.came, self.went)
        )
        return came, went


class RevisedTable(msgspec.Struct, frozen=True):
    """A table of which some cell differs from the vintage that was published before.

    Args:
        table: its id.
        cells: cells that stand in both vintages or in one.
        changed: those that differ.
        largest: largest absolute difference, None where no cell has a value in both.
        mean: mean absolute difference of the cells that differ and have a value in both.
        relative: Σ|difference| in percent of Σ|value| of now; None where no cell has a value in both, or that is 0.
        comparable: the two have the same dimensions; cells are not compared otherwise.
    """

    table: str
    cells: int
    changed: int
    largest: Decimal | None = None
    mean: Decimal | None = None
    relative: Decimal | None = None
    comparable: bool = True


class VintageReasons(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a vintage differs from the one that was published before it, by their two records.

    Args:
        cut_off_moved: the last data cut-off is another day.
        deliveries_added: deliveries that this one counts alone.
        backdated: of these, received by the earlier cut-off: they were counted after it.
        deliveries_gone: deliveries that the earlier one counts alone.
        whole_deliveries: deliveries of which persons said otherwise whether, and since when, they count.
        decisions: persons decided otherwise about slips.
        definition: files of the profile that say what is counted and how.
        territory: files of the profile that say where areas lie.
        protection: the plan of protection.
        program: another version of Qonys.
        undocumented: the record of the earlier vintage is not at hand, or does not say which files the profile had.
    """

    cut_off_moved: bool = False
    deliveries_added: int = 0
    backdated: int = 0
    deliveries_gone: int = 0
    whole_deliveries: int = 0
    decisions: bool = False
    definition: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    protection: bool = False
    program: bool = False
    undocumented: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of reasons that there are."""
        slips = self.cut_off_moved or self.deliveries_added or self.deliveries_gone
        told = {
            "slips": slips, "whole_deliveries": self.whole_deliveries, "decisions": self.decisions, "definition": self.definition, "territory": self.territory,
            "protection": self.protection, "program": self.program, "undocumented": self.undocumented,
        }  # fmt: skip
        return tuple(kind for kind, there in told.items() if there)


class CorrectionEntry(msgspec.Struct, frozen=True):
    """One line of the corrections log: a vintage that took the place of a published one.

    Args:
        vintage: the new vintage.
        follows: the one that was published before.
        published: announced day of the new one.
        tables: tables of which a cell differs.
        cells: cells that differ.
        kinds: kinds of reasons (`VintageReasons.kinds`).
    """

    vintage: str
    follows: str
    published: date
    tables: int
    cells: int
    kinds: tuple[str, ...]


class SincePublished(msgspec.Struct, frozen=True):
    """What differs from the vintage that was published before.

    Args:
        vintage: the earlier one.
        published: its announced day.
        cut_off: its last data cut-off.
        tables: tables of which some cell differs.
        unchanged: number of the tables that are the same.
        reasons: why.
        movement: moves that came and went between the two last data cut-offs.
        log: the corrections log of the period, the newest entry last.
    """

    vintage: str
    published: date
    cut_off: date
    tables: tuple[RevisedTable, ...]
    unchanged: int
    reasons: VintageReasons
    movement: Movement
    log: tuple[CorrectionEntry, ...]
