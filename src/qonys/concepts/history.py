"""Figures that a profile carries as facts: population and margins, each with its source and its data status."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec


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
