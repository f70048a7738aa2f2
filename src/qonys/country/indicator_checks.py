"""Confronts indicators with what can be computed: with the populations, the calendar and the tables that show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from qonys.concepts.indicator import WITH_POPULATION, Indicator
from qonys.concepts.table_design import Measure, TableDesign
from qonys.concepts.text import Text
from qonys.country.profile import Profile

_WHERE = "indicators.yaml"
_MOST_DECIMALS = 3


def indicator_contradictions(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Contradictions of indicators as file, what is wrong, what to do."""
    for indicator in profile.indicators.values():
        yield from ((_WHERE, f"{indicator.id}: {what}", todo) for what, todo in _wrong(indicator, profile))
    for design in profile.tables.values():
        where = f"tables/{design.id}.yaml"
        for one in (profile.indicators[measure] for measure in design.measures if measure in profile.indicators):
            yield from ((where, f"{one.id}: {what}", todo) for what, todo in _misplaced(one, design, profile))


def indicator_texts(profile: Profile) -> Iterator[tuple[str, str, Text]]:
    """The texts of indicators as file, owner, text."""
    for indicator in profile.indicators.values():
        for text in (indicator.names, indicator.unit, indicator.formula, indicator.meaning):
            yield _WHERE, indicator.id, text
        if isinstance(indicator.source, dict):
            yield _WHERE, f"{indicator.id}, source", indicator.source


def _wrong(indicator: Indicator, profile: Profile) -> Iterator[tuple[str, str]]:
    if indicator.id in get_args(Measure):
        yield "this is the name of a count or a share.", "Give the indicator another id."
    if not 0 <= indicator.decimals <= _MOST_DECIMALS:
        yield f"{indicator.decimals} decimals cannot be written.", f"Allowed: 0 to {_MOST_DECIMALS}."
    if indicator.per < 1:
        yield f"a rate per {indicator.per} persons is none.", "Write per: 1000."
    if indicator.function == "growth" and indicator.of == "net":
        yield (
            "a balance has no growth: between two signs the ratio means nothing.",
            "Allowed: arrivals, departures, turnover.",
        )
    if indicator.base and indicator.function != "growth":
        yield "only a growth has a base.", "Leave `base` out."
    for entry in profile.calendar:
        if indicator.base and indicator.base not in entry.cut_offs and _is_shown(indicator, entry.release, profile):
            known = ", ".join(entry.cut_offs)
            yield f"base: {entry.period} has no data cut-off “{indicator.base}”.", f"It has: {known}."


def _is_shown(indicator: Indicator, release: str, profile: Profile) -> bool:
    design = profile.releases.get(release)
    tables = [profile.tables[name] for name in design.tables if name in profile.tables] if design else []
    return any(indicator.id in table.measures for table in tables)


def _misplaced(indicator: Indicator, design: TableDesign, profile: Profile) -> Iterator[tuple[str, str]]:
    if indicator.function in WITH_POPULATION and not profile.population:
        yield "its denominator is missing: the profile has no population.", "Fill population/population.csv."
    if indicator.base and profile.protection.method(design.id) != "exact":
        yield (
            "growth against another data cut-off needs a table that is published as counted.",
            "Leave `base` out, or list the table as exact in protection.yaml.",
        )
