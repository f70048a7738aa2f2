"""Confronts the analyses of release designs with the tables that they read, and the centres with the areas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qonys.concepts.analysis import Analysis, AnalysisMethod
from qonys.concepts.period import Period
from qonys.concepts.release import ReleaseDesign
from qonys.concepts.table_design import COUNTS, TableDesign
from qonys.country.profile import Profile
from qonys.errors import StatisticianError

_NEEDED: Mapping[AnalysisMethod, tuple[str, ...]] = {
    "system": ("area", "partner_area"),
    "gravity": ("area", "partner_area"),
    "zones": ("area", "partner_area"),
    "ages": ("age_group",),
    "schedule": ("age_group",),
}
_FREQUENCY: Mapping[AnalysisMethod, str] = {
    "system": "year", "gravity": "year", "zones": "year", "schedule": "year", "seasonal": "month", "forecast": "month",
}  # fmt: skip


def analysis_contradictions(design: ReleaseDesign, profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Contradictions of the analyses of a release design as file, what is wrong, what to do."""
    where = f"release/designs/{design.id}.yaml"
    names = [analysis.id for analysis in design.analyses]
    for analysis in design.analyses:
        if analysis.id in profile.tables or names.count(analysis.id) > 1:
            yield (
                where,
                f"analyses: the name {analysis.id} is taken.",
                "Name it otherwise than every table and analysis.",
            )
        if analysis.method == "nowcast":
            yield from ((where, *told) for told in _nowcast(analysis))
        elif analysis.table not in profile.tables:
            tables = ", ".join(profile.tables)
            yield where, f"{analysis.id}: there is no table “{analysis.table}”.", f"Tables: {tables}."
        else:
            yield from ((where, *told) for told in _of_table(analysis, profile.tables[analysis.table]))
    codes = {area.code for area in profile.areas.areas}
    for centre in profile.centres:
        if centre.area not in codes:
            yield "areas/centres.csv", f"{centre.area} is no area.", "Mend the code."


def _nowcast(analysis: Analysis) -> Iterator[tuple[str, str]]:
    try:
        is_month = Period.parse(analysis.since).is_month
    except StatisticianError:
        is_month = False
    if not is_month or analysis.lags < 2:
        yield (
            f"{analysis.id}: a nowcast needs its first month and two lags or more.",
            "Write since: 2024-01 and lags: 6.",
        )


def _zones(analysis: Analysis) -> Iterator[tuple[str, str]]:
    if min(analysis.zones, default=2) < 2 or analysis.repetitions < 1 or analysis.seed < 0:
        yield (
            f"{analysis.id}: areas become two zones or more, at least once, by a seed that is not negative.",
            "Write zones: [2, 5, 10], repetitions: 200 and seed: 1.",
        )


def _of_table(analysis: Analysis, table: TableDesign) -> Iterator[tuple[str, str]]:
    yield from _zones(analysis)
    absent = [name for name in _NEEDED.get(analysis.method, ()) if name not in table.dimensions]
    if absent:
        yield f"{analysis.id}: the table {table.id} has no {', '.join(absent)}.", "Read another table."
    frequency = _FREQUENCY.get(analysis.method, table.frequency)
    if table.frequency != frequency:
        yield f"{analysis.id}: the table {table.id} is not by {frequency}.", "Read another table."
    for measure in analysis.measures:
        if measure not in table.measures or measure not in COUNTS:
            counts = ", ".join(name for name in table.measures if name in COUNTS)
            yield f"{analysis.id}: {table.id} has no count “{measure}”.", f"It has: {counts}."
    for name in analysis.at:
        if name not in table.dimensions:
            yield f"{analysis.id}: {name} is no dimension of {table.id}.", f"They are: {', '.join(table.dimensions)}."
