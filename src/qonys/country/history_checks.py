"""Confronts history and breaks with areas, tables and measures: a figure that fits nowhere would be lost without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import get_args

from qonys.concepts.history import Break, HistoryFigure
from qonys.concepts.period import Period
from qonys.concepts.table_design import COUNTS, Measure
from qonys.concepts.variable import BUILT_IN_CODES
from qonys.country.profile import Profile
from qonys.errors import StatisticianError

_WHERE = "history"


def history_contradictions(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Contradictions of history and breaks as file, what is wrong, what to do."""
    for figure in profile.history:
        place = f"{figure.series}, {figure.period}, {figure.area or profile.identity.home}, {figure.measure}"
        yield from ((_WHERE, f"{place}: {what}", todo) for what, todo in _wrong(figure, profile))
    places = Counter((f.series, f.period, f.area, f.locality, f.measure) for f in profile.history)
    for where, times in places.items():
        if times > 1:
            told = ", ".join(part for part in where if part)
            yield _WHERE, f"{told} stands {times} times.", "A series has one figure a place; keep the newest."
    for one in profile.breaks:
        yield from (("breaks.yaml", f"{one.id}: {what}", todo) for what, todo in _wrong_break(one, profile))


def _wrong(figure: HistoryFigure, profile: Profile) -> Iterator[tuple[str, str]]:
    period = _period(figure.period)
    if period is None or period.month is not None:
        yield f"“{figure.period}” is no year.", "History is yearly: write 2016."
        return
    if figure.measure not in COUNTS:
        yield f"“{figure.measure}” is no count.", f"Allowed: {', '.join(COUNTS)}."
    if figure.locality not in ("", *BUILT_IN_CODES["locality"]):
        yield f"“{figure.locality}” is no locality.", "Allowed: U, R, or nothing for both."
    if figure.area and not _is_unit(figure.area, period.last_day, profile):
        yield (
            f"{figure.area} was no area of the level {profile.identity.level} at the end of the year.",
            "See areas/areas.csv; the country itself is an empty cell.",
        )


def _is_unit(code: str, day: date, profile: Profile) -> bool:
    level = profile.identity.level
    return any(area.level == level and area.holds_on(day) for area in profile.areas.of_code(code))


def _wrong_break(one: Break, profile: Profile) -> Iterator[tuple[str, str]]:
    if _period(one.period) is None:
        yield f"“{one.period}” is no period.", "Write a year (2016) or a month (2018-06)."
    for table in one.tables:
        if table not in profile.tables:
            yield f"there is no table “{table}”.", f"Known: {', '.join(profile.tables)}."
    measures = (*get_args(Measure), *profile.indicators)
    for measure in one.measures:
        if measure not in measures:
            yield f"measures: there is no “{measure}”.", f"Allowed: {', '.join(measures)}."
    areas = {area.code for area in profile.areas.areas}
    for code in one.areas:
        if code not in areas:
            yield f"{code} is no area.", "See areas/areas.csv."


def _period(written: str) -> Period | None:
    try:
        return Period.parse(written)
    except StatisticianError:
        return None
