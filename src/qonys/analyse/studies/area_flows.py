"""Flows between the units of a table of origins and destinations as arrays, with their population and distances.

Laws: what a slip does not state of an end is no unit; a year counts where every flow of it is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qonys.analyse.studies.study import Study, parts_of, value_at
from qonys.concepts.period import Period
from qonys.concepts.text import NOT_STATED
from qonys.datasets.analysis import Centre
from qonys.methods.systems.distance import great_circle_distances

Centres: TypeAlias = Mapping[str, Centre]
"""Centres by area."""


def areas_of(study: Study) -> tuple[str, ...]:
    """The units of the table, without what is not stated."""
    return tuple(code for code in parts_of(study.source, "area") if code != NOT_STATED)


def flows_by_year(study: Study, areas: tuple[str, ...]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Each year and its flows, origins in rows; years with a flow that is not published are passed over."""
    table, measure = study.source, study.entry.measures[0]
    for year in table.dimension("period").codes:
        at = {**study.entry.at, "period": year, "measure": measure}
        flows = np.array(
            [[value_at(table, {**at, "partner_area": origin, "area": end}) for end in areas] for origin in areas]
        )
        if np.isfinite(flows[~np.eye(len(areas), dtype=bool)]).all():
            yield year, np.where(np.isfinite(flows), flows, 0.0)


def average_population(study: Study, areas: tuple[str, ...], year: str) -> NDArray[np.float64]:
    """Average population of each unit in a year; nan where it is not known."""
    known = study.setting.populations
    found = [known.average({"area": area}, Period.parse(year), None) if known else None for area in areas]
    return np.array([float("nan") if one is None else one.persons for one in found])


def distances_between(areas: tuple[str, ...], centres: Centres) -> NDArray[np.float64] | None:
    """Great circles between centres, km; None where a centre is not known."""
    if any(area not in centres for area in areas):
        return None
    places = [centres[area] for area in areas]
    return great_circle_distances([p.longitude for p in places], [p.latitude for p in places])
