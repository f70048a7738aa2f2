"""Figures that a profile carries as facts: population and margins, each with its source and its data status."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from qonys.concepts.text import Text


class PopulationFigure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Population of an area on a day, in persons; of a sex, an age group or a locality where these are named."""

    area: str
    date: date
    persons: int
    status: Literal["published", "derived", "rounded", "invented"]
    source: str
    vintage: str = ""
    sex: str = ""
    age_group: str = ""
    locality: str = ""


class HistoryFigure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An aggregate that was published, of a year of which no record is at hand.

    Args:
        series: to which it belongs; a table design names one.
        period: a year.
        measure: arrivals, departures or net.
        value: in persons.
        status: ``published`` as it stands, ``derived`` from published figures, ``rounded`` in its source, ``invented``.
        source: where it stands.
        as_of: vintage of the source; None where it is not known.
        area: whose it is; the country's where it is empty.
        locality: U or R; both where it is empty.
    """

    series: str
    period: str
    measure: str
    value: float
    status: Literal["published", "derived", "rounded", "invented"]
    source: str
    as_of: date | None = None
    area: str = ""
    locality: str = ""

    @property
    def vintage(self) -> str:
        """ISO date of its source; empty where that is not known."""
        return self.as_of.isoformat() if self.as_of else ""


class Break(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A break in series: figures since a period are not comparable with earlier ones.

    Args:
        id: its name.
        period: the first year or month after it.
        tables: ids of the tables whose series it breaks.
        measures: those that it breaks; all of them where none is named.
        areas: codes of the areas whose series it breaks; all series where none is named.
        text: what changed, in every language.
        source: where that is written down.
    """

    id: str
    period: str
    tables: tuple[str, ...]
    text: Text
    source: str
    measures: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
