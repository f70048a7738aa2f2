"""The ages of those who move: the composition of each stream, and the Rogers–Castro curve of one.

Laws: bounds of a curve are as wide as the counts scatter, not as Poisson counts would; persons whose age is not stated are no part of a composition; a group of ages stands for its middle year, and the
open group is left out of a curve, as it has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qonys.analyse.studies.study import Study, parts_of, value_at
from qonys.concepts.age import age_groups
from qonys.concepts.period import Period
from qonys.concepts.text import NOT_STATED
from qonys.datasets.analysis import Analysed
from qonys.datasets.output import Dimension, Member
from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.ages.model_schedule import schedule_indices

if TYPE_CHECKING:
    from qonys.methods.ages.fitting import FittedSchedule

_PARAMETERS = 7
"""Groups of five years tell no more: retirement and old age are curves of few of them."""
_GROUP = "age_group"
_PER = 1000


def age_composition(study: Study) -> Analysed:
    """The shares of groups of ages among the movers of each kind that the table tells, in percent."""
    table = study.source
    groups = tuple(code for code in parts_of(table, _GROUP) if code != NOT_STATED)
    kinds = [d for d in table.dimensions if d.id not in (_GROUP, "measure", *study.entry.at)]
    values: dict[tuple[str, ...], float] = {}
    for codes in product(*(kind.codes for kind in kinds)):
        for measure in study.entry.measures:
            at = {**study.entry.at, **dict(zip((k.id for k in kinds), codes, strict=True)), "measure": measure}
            counts = np.array([value_at(table, {**at, _GROUP: group}) for group in groups])
            if np.isfinite(counts).all() and counts.sum() > 0:
                shares = 100 * counts / counts.sum()
                values |= {(g, *codes, f"{measure}_share"): float(s) for g, s in zip(groups, shares, strict=True)}
    if not values:
        return study.refused("no_flows")
    rows = Dimension(_GROUP, table.dimension(_GROUP).label, _members(table.dimension(_GROUP), groups))
    measures = study.measures([f"{measure}_share" for measure in study.entry.measures])
    return study.result([rows], [*kinds, measures], values, age_composition, {})


def model_schedule(study: Study) -> Analysed:
    """Rates by age of the last year of the table, and the model schedule fitted to them, per thousand persons."""
    # What fits curves takes half a second to load; a composition needs none of it.
    from qonys.methods.ages.fitting import fit_counts

    table = study.source
    year = table.dimension("period").codes[-1]
    shown = table.dimension(_GROUP).codes
    groups = tuple((code, low) for code, low, high in age_groups() if high is not None and code in shown)
    at = {**study.entry.at, "period": year, "measure": study.entry.measures[0]}
    moved = np.array([value_at(table, {**at, _GROUP: code}) for code, _ in groups])
    persons = _population(study, year, [code for code, _ in groups])
    if not np.isfinite(moved).all():
        return study.refused("no_flows")
    if not np.isfinite(persons).all():
        return study.refused("no_population_by_age")
    try:
        fitted = fit_counts([low + 2 for _, low in groups], moved, persons, parameters=_PARAMETERS)
    except (StatisticianError, UndefinedIndicatorError):
        return study.refused("no_schedule")
    said = _said(fitted)
    if said is None:
        return study.refused("no_schedule")
    codes = [code for code, _ in groups]
    values = dict(_rates(codes, year, moved / persons, fitted))
    rows = Dimension(_GROUP, table.dimension(_GROUP).label, _members(table.dimension(_GROUP), codes))
    measures = study.measures(("observed_rate", "fitted_rate", "lower_rate", "upper_rate"))
    return study.result([rows], [study.periods([year]), measures], values, fit_counts, said)


def _rates(
    codes: list[str], year: str, observed: NDArray[np.float64], fitted: FittedSchedule
) -> Iterator[tuple[tuple[str, ...], float]]:
    scatter = max(fitted.dispersion, 1.0) ** 0.5
    found = {
        "observed_rate": observed,
        "fitted_rate": fitted.rates,
        "lower_rate": np.maximum(fitted.rates - scatter * (fitted.rates - fitted.intervals.curve_lower), 0.0),
        "upper_rate": fitted.rates + scatter * (fitted.intervals.curve_upper - fitted.rates),
    }
    for measure, rates in found.items():
        yield from (((code, year, measure), _PER * float(rate)) for code, rate in zip(codes, rates, strict=True))


def _said(fitted: FittedSchedule) -> Mapping[str, tuple[float, int]] | None:
    """What the note says of the curve; None where it has no peak in the working ages, and so is no model schedule."""
    peak = schedule_indices(fitted.parameters).labour_peak
    if not isfinite(peak):
        return None
    return {
        "parameters": (float(_PARAMETERS), 0),
        "told": (float(fitted.identifiability.told_by_data), 0),
        "peak": (peak, 1),
        "dispersion": (fitted.dispersion, 1),
    }


def _population(study: Study, year: str, groups: list[str]) -> NDArray[np.float64]:
    known = study.setting.populations
    found = [known.average({_GROUP: group}, Period.parse(year), None) if known else None for group in groups]
    return np.array([float("nan") if one is None else one.persons for one in found])


def _members(dimension: Dimension, codes: Sequence[str]) -> tuple[Member, ...]:
    return tuple(member for member in dimension.members if member.code in codes)
