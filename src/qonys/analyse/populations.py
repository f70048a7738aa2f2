"""Average populations, the denominators of rates.

Laws: a year's average is the mean of the populations at its start and at its end; within a year population goes from one to
the other in a straight line; where the end is not known yet, the start is carried forward and the average is provisional; where
the start is not known, there is no average. Of several vintages of a figure the newest counts that was known when the release
was published, and the first later one where there is none. On the borders of a boundary set, the population of a unit is that of the areas of
which it was made, as long as all of each lies in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from qonys.concepts.area import Area, AreaRegister
from qonys.concepts.boundaries import units_on
from qonys.concepts.history import PopulationFigure
from qonys.concepts.period import Period
from qonys.concepts.text import TOTAL

_STRUCTURE = ("sex", "age_group", "locality")
"""Dimensions by which a population may be given."""
NOT_OF_RESIDENTS = ("period", "measure", "stream", "partner", "partner_area", "partner_locality")
"""Dimensions that divide moves, and not the population to which they are related."""


Structure: TypeAlias = tuple[str, str, str]
"""Sex, age group and locality of a population; empty where it is of all."""


@dataclass(frozen=True, slots=True)
class AveragePopulation:
    """An average population.

    Args:
        persons: how many.
        provisional: the end of the period is not known yet.
        figures: of what it was computed.
    """

    persons: float
    provisional: bool
    figures: tuple[PopulationFigure, ...]


class Populations:
    """The populations of a country at the starts of years.

    Args:
        figures: what the profile carries.
        areas: all areas.
        published: ISO date of publication of the release; empty where every vintage counts as known.
    """

    def __init__(self, figures: Sequence[PopulationFigure], areas: AreaRegister, published: str = "") -> None:
        self._areas = areas
        self._found: dict[tuple[str, date, str, str, str], PopulationFigure] = {}
        for figure in sorted(figures, key=lambda figure: _preference(figure, published)):
            self._found.setdefault((figure.area, figure.date, figure.sex, figure.age_group, figure.locality), figure)

    def average(
        self, at: Mapping[str, str], period: Period, boundary_set: str | None, days: tuple[date, date] | None = None
    ) -> AveragePopulation | None:
        """The average population to which the moves of a cell are related; None where it is not known.

        Args:
            at: codes of the cell; ``area`` or ``place`` says whose population, the country's where there is none.
            period: a year or a month.
            boundary_set: on whose borders the area is.
            days: first day of what is counted of the period and the first day after; all of it without them.
        """
        others = [name for name, code in at.items() if code != TOTAL and name not in (*NOT_OF_RESIDENTS, *_STRUCTURE)]
        if any(name not in ("area", "place") for name in others):
            return None
        sex, age_group, locality = ("" if at.get(name, TOTAL) == TOTAL else at[name] for name in _STRUCTURE)
        structure = (sex, age_group, locality)
        code = next((at[name] for name in ("place", "area") if at.get(name, TOTAL) != TOTAL), self._areas.home)
        start, end = (
            self._start(code, date(year, 1, 1), structure, boundary_set) for year in (period.year, period.year + 1)
        )
        if not start:
            return None
        first = float(sum(figure.persons for figure in start))
        if not end:
            return AveragePopulation(first, provisional=True, figures=start)
        last = float(sum(figure.persons for figure in end))
        middle = _middle(days or period.span)
        return AveragePopulation(first + (last - first) * middle, provisional=False, figures=(*start, *end))

    def _start(
        self, code: str, day: date, structure: Structure, boundary_set: str | None
    ) -> tuple[PopulationFigure, ...]:
        """The figures that add up to the population of an area on the first day of a year; none where it is not known."""
        borders = self._areas.boundary_set(boundary_set) if boundary_set else None
        if borders is None or code == self._areas.home:
            found = self._found.get((code, day, *structure))
            return (found,) if found else ()
        parts: list[PopulationFigure] = []
        for area, figure in self._areas_on(day, borders.level, structure):
            units = units_on(self._areas, area, area.valid_from or day, borders)
            if code in units:
                if len(units) > 1:
                    return ()
                parts.append(figure)
        return tuple(parts)

    def _areas_on(self, day: date, level: str, structure: Structure) -> list[tuple[Area, PopulationFigure]]:
        """Areas of a level whose population is given for a day, though some of them may have been made later."""
        found = []
        for area in self._areas.areas:
            figure = self._found.get((area.code, day, *structure))
            if figure and area.level == level and (area.valid_to is None or area.valid_to > day):
                found.append((area, figure))
        return found


def _preference(figure: PopulationFigure, published: str) -> tuple[bool, list[int]]:
    """Vintages in the order in which they are taken: known ones, the newest first, then later ones, the first first."""
    later = published != "" and figure.vintage > published
    signs = [ord(sign) if later else -ord(sign) for sign in figure.vintage]
    return later, signs or [0]


def _middle(days: tuple[date, date]) -> float:
    """How far into its year the middle of a span of days is: a half for a year."""
    start = date(days[0].year, 1, 1)
    year = (date(start.year + 1, 1, 1) - start).days
    return sum((day - start).days / year for day in days) / 2
