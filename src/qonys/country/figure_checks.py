"""Confronts figure designs with the tables that they draw: dimensions, codes, measures, and what each kind needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qonys.concepts.age import age_groups
from qonys.concepts.figure import FigureDesign, FigureKind
from qonys.concepts.release import ReleaseDesign
from qonys.concepts.table_design import STREAMS, TableDesign
from qonys.concepts.text import NOT_STATED, TOTAL, Text
from qonys.country.profile import Profile

_FEW = 12
_SIDES = 2
_BETWEEN_AREAS = ("heat_map", "chord")
_ALONG: Mapping[FigureKind, tuple[str, ...]] = {"lines": ("period", "age_group"), "multiples": ("period",)}
_CODE_LIST = {"partner_locality": "locality", "citizenship": "country"}


def figure_contradictions(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Contradictions of figure designs as file, what is wrong, what to do."""
    for design in profile.releases.values():
        where = f"release/designs/{design.id}.yaml"
        for what, next_step in _of_release(design, profile):
            yield where, what, next_step


def figure_texts(design: ReleaseDesign) -> Iterator[tuple[str, Text]]:
    """The texts of the figures of a release design: owner, text."""
    for figure in design.figures:
        yield f"figure {figure.id}, title", figure.title
        yield f"figure {figure.id}, subtitle", figure.subtitle
        yield f"figure {figure.id}, finding", figure.finding


def _of_release(design: ReleaseDesign, profile: Profile) -> Iterator[tuple[str, str]]:
    ids = [figure.id for figure in design.figures]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"There are several figures “{name}”.", "Give each its own id."
    for section in design.every_section:
        for name in (name for name in section.figures if name not in ids):
            yield f"{section.id}: there is no figure “{name}”.", f"Figures: {', '.join(ids) or 'none'}."
    for figure in design.figures:
        table = profile.tables.get(figure.table)
        if table is None:
            yield (
                f"figure {figure.id}: there is no table “{figure.table}”.",
                f"Tables: {', '.join(profile.tables)}.",
            )
            continue
        for what, next_step in (*_dimensions(figure, table), *_codes(figure, table, profile), *_kind(figure, profile)):
            yield f"figure {figure.id}: {what}", next_step


def _dimensions(figure: FigureDesign, table: TableDesign) -> Iterator[tuple[str, str]]:
    placed = (*table.rows, *table.columns)
    for name in (figure.along, figure.by, *figure.at):
        if name not in placed:
            yield f"{table.id} has no dimension “{name}”.", f"It has: {', '.join(placed)}."
    if figure.along == figure.by:
        yield "`along` and `by` are the same dimension.", f"{table.id} has: {', '.join(placed)}."
    for name in set(figure.at) & {figure.along, figure.by}:
        yield f"at: “{name}” is drawn, so it cannot stand at one code.", ""
    free = {figure.along, figure.by, "measure", *figure.at}
    if table.frequency == "year":
        free.add("period")
    for name in placed:
        if name not in free and name not in table.totals:
            yield f"“{name}” has no total in {table.id}.", f"Name a code of it: at: {{{name}: …}}."


def _codes(figure: FigureDesign, table: TableDesign, profile: Profile) -> Iterator[tuple[str, str]]:
    for measure in figure.measures:
        if measure not in table.measures:
            yield f"{table.id} has no measure “{measure}”.", f"It has: {', '.join(table.measures)}."
    if not figure.measures:
        yield "it draws no measure.", f"{table.id} has: {', '.join(table.measures)}."
    named = [(figure.by, code) for code in figure.series]
    named += [(figure.by, figure.highlight)] if figure.highlight else []
    named += [(figure.by, code) for code in figure.marks]
    named += [(figure.by if figure.kind == "shares" else figure.along, code) for code in figure.rest]
    named += list(figure.at.items())
    for dimension, code in named:
        known = known_codes(dimension, table, profile)
        if known and code not in known:
            few = ", ".join(known[:_FEW]) + (", …" if len(known) > _FEW else "")
            yield f"{dimension} has no code “{code}”.", f"It has: {few}."
    if figure.by == "measure" and figure.series:
        yield "the series are the measures.", "Leave `series` out, or name another dimension in `by`."


def known_codes(dimension: str, table: TableDesign, profile: Profile) -> tuple[str, ...]:
    """The codes that a dimension of a table may have, a total and what is not stated among them; none: any."""
    always = (TOTAL, NOT_STATED)
    if dimension == "measure":
        return table.measures
    if dimension in ("area", "partner_area"):
        level = profile.identity.level
        return (*(area.code for area in profile.areas.areas if area.level == level), *always)
    if dimension == "partner":
        groups = profile.classifications.get("country_group")
        countries = (area.code for area in profile.areas.areas if area.level == "country")
        return (*(groups.names() if groups else ()), *countries, *always)
    if dimension == "stream":
        return (*STREAMS, *always)
    if dimension == "age_group":
        return (*(code for code, _, _ in age_groups()), *always)
    if dimension == "age_band":
        return (*table.bands, *always)
    classification = profile.classifications.get(_CODE_LIST.get(dimension, dimension))
    return (*classification.names(), *always) if classification else ()


def _kind(figure: FigureDesign, profile: Profile) -> Iterator[tuple[str, str]]:
    along = _ALONG.get(figure.kind, (figure.along,))
    if figure.along not in along:
        ways = " or ".join(along)
        yield f"{figure.kind} are drawn along {ways}, not along “{figure.along}”.", f"Write along: {along[0]}."
    if figure.kind == "shares" and not all(measure.endswith("_share") for measure in figure.measures):
        yield "parts of a whole need measures that are shares.", "Write arrivals_share, departures_share."
    if figure.kind == "pyramid" and (len(figure.series) != _SIDES or figure.along != "age_group"):
        yield "a pyramid has ages and two sides.", "Write along: age_group, by: sex, series: [M, F]."
    if figure.kind in _BETWEEN_AREAS and (figure.along, figure.by) != ("partner_area", "area"):
        yield "it is drawn between areas.", "Write along: partner_area (the origins), by: area (the destinations)."
    if figure.kind == "tiles" and (figure.along != "area" or not profile.tiles):
        yield "a map of tiles needs areas and their squares.", "Write along: area, and areas/tiles.csv."
    if figure.kind == "flow_map":
        yield from _map_of_flows(figure, profile)
    elif figure.flows:
        yield "`flows` are the arrows of a flow_map.", "Leave `flows` out, or write kind: flow_map."
    several = figure.kind != "pyramid" and "measure" not in (figure.along, figure.by)
    if several and len(figure.measures) > 1:
        yield f"it draws several measures, but its series are of “{figure.by}”.", "Name one measure, or by: measure."
    yield from _top(figure)


def _top(figure: FigureDesign) -> Iterator[tuple[str, str]]:
    if figure.top is not None and figure.top < 1:
        yield f"top: {figure.top} members cannot be drawn.", "Write top: 10."
    if figure.rest and figure.top is None:
        yield "`rest` is added up with what `top` leaves, and there is no `top`.", "Name how many are drawn: top: 10."


def _map_of_flows(figure: FigureDesign, profile: Profile) -> Iterator[tuple[str, str]]:
    if figure.along != "area" or not (profile.tiles or profile.outlines):
        yield "a map of flows needs areas and their squares or outlines.", "Write along: area, and areas/tiles.csv."
    table = profile.tables.get(figure.flows)
    if table is None:
        yield f"flows: there is no table “{figure.flows}”.", f"Tables: {', '.join(profile.tables)}."
    elif not {"area", "partner_area"} <= {*table.rows, *table.columns}:
        yield f"flows: {table.id} has no origins and destinations.", "Name a table of partner_area by area."
