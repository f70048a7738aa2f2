"""Areas: everything that can be an end of a move. A country abroad is an area; a code holds only at a date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, TypeAlias

from qonys.concepts.text import Text

ABROAD_LEVEL = "country"

ChangeKind: TypeAlias = Literal["renamed", "recoded", "merged", "split", "part"]
"""``renamed``: the same code. ``recoded``: the whole of it has another code. ``merged``: the whole of it became part of
another. ``split``: it ended and became several. ``part``: a part of it became or went to another; the rest keeps its code."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area in one span of time.

    Args:
        code: national code, or ISO 3166-1 alpha-2 of a country abroad.
        level: ``country``, or a level of the profile such as ``region`` or ``district``.
        parent: code of the area above, empty at the top.
        names: name in every language of the profile.
        valid_from: first day on which the code means this area; None: since ever.
        valid_to: first day on which it no longer does; None: still.
        locality: ``U`` or ``R`` where the whole area is urban or rural, else empty.
        iso: ISO 3166-2 code, where there is one.
    """

    code: str
    level: str
    parent: str
    names: Text
    valid_from: date | None = None
    valid_to: date | None = None
    locality: str = ""
    iso: str = ""

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class BoundarySet:
    """The borders of one day: which areas of one level make up the country, in the order in which they are shown."""

    id: str
    day: date
    level: str
    names: Text


@dataclass(frozen=True, slots=True)
class TerritoryChange:
    """One entry: on a day an area, or a part of it, became another.

    Args:
        date: first day of the new borders.
        source_code: the area before.
        target_code: the area since.
        kind: what happened.
        weight: share of the persons of the area before who live in the area since; None: unknown.
        source: where it is written down.
    """

    date: date
    source_code: str
    target_code: str
    kind: ChangeKind
    weight: float | None
    source: str


@dataclass(frozen=True)
class AreaRegister:
    """All areas of a profile, in their order of presentation."""

    home: str
    areas: tuple[Area, ...]
    boundary_sets: tuple[BoundarySet, ...]
    aliases: dict[str, dict[str, str]] = field(default_factory=dict)
    """source id -> text as the source writes it -> code"""
    changes: tuple[TerritoryChange, ...] = ()

    def on(self, day: date, level: str) -> tuple[Area, ...]:
        return tuple(area for area in self.areas if area.level == level and area.holds_on(day))

    def ancestor(self, area: Area, level: str, day: date) -> Area | None:
        """The area of a level that contains an area on a day; None where there is none (abroad, or above it)."""
        here: Area | None = area
        while here is not None and here.level != level:
            here = next((a for a in self._by_code.get(here.parent, ()) if a.holds_on(day)), None)
        return here

    def of_code(self, code: str) -> tuple[Area, ...]:
        """The areas that a code means, each in its span of time."""
        return tuple(self._by_code.get(code, ()))

    def boundary_set(self, name: str) -> BoundarySet | None:
        """The boundary set of an id; None where there is none."""
        return next((borders for borders in self.boundary_sets if borders.id == name), None)

    @cached_property
    def _by_code(self) -> dict[str, list[Area]]:
        found: dict[str, list[Area]] = {}
        for area in self.areas:
            found.setdefault(area.code, []).append(area)
        return found
