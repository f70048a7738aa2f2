"""The outline of an area: where its borders run, for maps that are drawn of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Degrees: TypeAlias = tuple[float, float]
"""Longitude and latitude."""
Ring: TypeAlias = tuple[Degrees, ...]
"""A closed line; its first place stands once more at its end."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The outline of one area, as it was read; two outlines are the same only where they are one object.

    Args:
        code: code of the area.
        polygons: its parts; of each, the ring around it, then the rings of its holes.
    """

    code: str
    polygons: tuple[tuple[Ring, ...], ...]
