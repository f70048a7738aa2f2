"""An analysis of a release: which method is applied to which table of counts."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from qonys.concepts.text import Text

AnalysisMethod: TypeAlias = Literal["system", "gravity", "zones", "ages", "schedule", "seasonal", "nowcast", "forecast"]


class Analysis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One analysis of a release design. A section that names its id among its tables shows it; others are for `analyse`.

    Args:
        id: name of the analysis in sections, files and addresses; that of no table.
        title: title in every language; ``{period}`` stands for the period of the release.
        method: ``system`` indices of the migration system by year; ``gravity`` the effect of distance; ``zones`` what
            the choice of areas does to the indices; ``ages`` composition by age; ``schedule`` the Rogers–Castro curve; ``seasonal`` adjustment; ``nowcast``; ``forecast``.
        table: the table design that it reads, on whose level of areas it is; none for a nowcast.
        measures: counts of that table that it reads.
        at: codes of the other dimensions at which it reads them; a dimension that is not named is read at its total.
        since: of a nowcast: first month of events (``2024-01``).
        lags: of a nowcast: months in which a move may become known, its own among them.
        zones: of zones: into how many the areas are merged; by default up to eight numbers from 2 to that of the areas.
        repetitions: of zones: how often the areas are merged into each number of zones.
        seed: of zones: where chance begins.
    """

    id: str
    title: Text
    method: AnalysisMethod
    table: str = ""
    measures: tuple[str, ...] = ("arrivals",)
    at: dict[str, str] = {}
    since: str = ""
    lags: int = 6
    zones: tuple[int, ...] = ()
    repetitions: int = 200
    seed: int = 1
