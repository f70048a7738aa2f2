"""Which codes a dimension of a table shows, in which order, under which names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qonys.analyse.places import places
from qonys.analyse.populations import Populations
from qonys.concepts.age import age_groups
from qonys.concepts.area import AreaRegister
from qonys.concepts.classification import Classification, Membership
from qonys.concepts.indicator import Indicator
from qonys.concepts.layout import Stream
from qonys.concepts.period import Period
from qonys.concepts.table_design import INSIDE, STREAMS, TableDesign
from qonys.concepts.text import NOT_STATED, TOTAL, Text
from qonys.datasets.output import Dimension, Member, TableWords
from qonys.datasets.territory import DIVIDED, remainder_group
from qonys.queries.tables import DIVIDED_STREAM

Counts = Mapping[tuple[str, ...], tuple[float, float]]
"""period and the design's dimensions -> arrivals, departures"""

_CODE_LIST = {"partner_locality": "locality", "citizenship": "country"}
_ONLY_IF_COUNTED = ("citizenship", "stream")


@dataclass(frozen=True)
class Setting:
    """What all tables of a release share.

    Args:
        period: period of the release.
        cut_offs: ISO date of each data cut-off, by its name.
        covers: kinds of moves that the sources hold.
        delivered: months of which some move is known, by data cut-off.
        synthetic: some record is synthetic.
        areas: the areas of the country and abroad.
        level: level by which is published.
        classifications: code lists by id.
        memberships: groups of countries.
        words: names that no classification holds.
        indicators: what a table may show besides counts, by id.
        populations: denominators of rates.
        published: ISO date of publication.
    """

    period: Period
    cut_offs: Mapping[str, str]
    covers: frozenset[Stream]
    delivered: Mapping[str, frozenset[Period]]
    synthetic: bool
    areas: AreaRegister
    level: str
    classifications: Mapping[str, Classification]
    memberships: tuple[Membership, ...]
    words: TableWords
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    populations: Populations | None = None
    published: str = ""


def dimension_of(name: str, design: TableDesign, counts: Counts, setting: Setting) -> Dimension:
    """A dimension of a table with its members in order of presentation."""
    words = setting.words
    if name == "measure":
        members = [Member(measure, _measure_name(measure, setting)) for measure in design.measures]
    elif name == "period":
        members = [Member(str(period), words.period(period)) for period in _periods(design, setting.period)]
    else:
        members = _members(name, design, counts, setting)
    return Dimension(name, words.dimensions[name], tuple(members))


def _measure_name(measure: str, setting: Setting) -> Text:
    return setting.indicators[measure].names if measure in setting.indicators else setting.words.measures[measure]


def _periods(design: TableDesign, last: Period) -> list[Period]:
    years = [last.year_so_far.years_back(back) for back in reversed(range(design.years))]
    return years if design.frequency == "year" else [month for year in years for month in year.months]


def _members(name: str, design: TableDesign, counts: Counts, setting: Setting) -> list[Member]:
    place = 1 + design.dimensions.index(name)
    counted = {key[place] for key in counts}
    counted |= set(INSIDE) if DIVIDED_STREAM in counted else set()
    total = [Member(TOTAL, setting.words.members[TOTAL], 0)] if name in design.totals else []
    if name == "partner":
        return total + _partners(design, counts, place, setting)
    if name == "place":
        day, unknown = setting.period.last_day, setting.words.members[NOT_STATED]
        grouped = name in design.groups
        return total + places(setting.areas, setting.level, day, counted, under_units=grouped, not_stated=unknown)
    labels = _labels(name, design, setting)
    wanted = design.only.get(name, tuple(labels))
    shown = [code for code in labels if code in wanted and (code in counted or name not in _ONLY_IF_COUNTED)]
    late = sorted(_shown_late(counted) - {TOTAL, *shown}, key=lambda code: (code == NOT_STATED, code))
    return total + [Member(code, labels.get(code) or _any_label(code, setting)) for code in (*shown, *late)]


def _shown_late(counted: Iterable[str]) -> set[str]:
    """Codes besides those of the day; what is divided among units is no member: its units are not available instead."""
    return {code for code in counted if not code.startswith(DIVIDED) and code != DIVIDED_STREAM}


def _partners(design: TableDesign, counts: Counts, place: int, setting: Setting) -> list[Member]:
    """Groups in their order, each followed by its countries; the largest turnover of all periods stands first."""
    groups = setting.classifications["country_group"].names() if "partner" in design.groups else {}
    turnover: dict[str, float] = {}
    for key, (arrivals, departures) in counts.items():
        turnover[key[place]] = turnover.get(key[place], 0) + arrivals + departures
    countries = sorted(turnover.keys() - {TOTAL} - groups.keys(), key=lambda code: (-turnover[code], code))
    if not groups:
        return [Member(code, _any_label(code, setting)) for code in countries]
    group_of = {code: _group_on_last_day(code, setting) for code in countries}
    members: list[Member] = []
    for group, label in groups.items():
        members.append(Member(group, label))
        members += [Member(code, _any_label(code, setting), 2) for code in countries if group_of[code] == group]
    return members


def _group_on_last_day(country: str, setting: Setting) -> str:
    day = setting.period.last_day
    for member in setting.memberships:
        since_then = member.valid_from is None or member.valid_from <= day
        if member.country == country and since_then and (member.valid_to is None or day < member.valid_to):
            return member.group
    return remainder_group(setting.classifications.get("country_group"))


def _labels(name: str, design: TableDesign, setting: Setting) -> dict[str, Text]:
    """The codes of a dimension that are shown even where nobody moved, in order, with their names."""
    if name in ("area", "partner_area"):
        borders = setting.areas.boundary_set(design.boundaries) if design.boundaries else None
        day, level = (borders.day, borders.level) if borders else (setting.period.last_day, setting.level)
        return {unit.code: unit.names for unit in setting.areas.on(day, level)}
    if name == "age_band":
        return {code: setting.words.members[code] for code in design.bands}
    if name == "age_group":
        return {code: setting.words.members[code] for code, _, _ in age_groups()}
    if name == "stream":
        return {stream: setting.words.members[stream] for stream in STREAMS}
    return setting.classifications[_CODE_LIST.get(name, name)].names()


def _any_label(code: str, setting: Setting) -> Text:
    """The name of a code that is not of the day: an area of other borders, a country, what is not stated."""
    if code in setting.words.members:
        return setting.words.members[code]
    named: Iterable[Text] = (area.names for area in setting.areas.areas if area.code == code)
    return next(iter(named), dict.fromkeys(setting.words.members[TOTAL], code))
