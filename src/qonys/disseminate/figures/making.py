"""Makes the figures of a release: from designs and tables to pictures, parts of the page and files.

Laws: a figure whose table, cells or words have no value is left out in every language alike, and found; the same input
gives the same bytes; a picture in pixels is made of the bytes of the SVG file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qonys.concepts.figure import FigureDesign
from qonys.concepts.outline import Outline
from qonys.concepts.period import Period
from qonys.concepts.release import ReleaseDesign
from qonys.concepts.tile import Tile
from qonys.datasets.outcome import Finding, Outcome
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.disseminate.figures.chord import Chord
from qonys.disseminate.figures.chord_drawn import chord_notes
from qonys.disseminate.figures.figure import Figure
from qonys.disseminate.figures.flow_map import flow_map_of, flows_said, notes, status_of_flows, why_no_map
from qonys.disseminate.figures.frame import PictureWords, framed
from qonys.disseminate.figures.heat_map import HeatMap
from qonys.disseminate.figures.kinds import Task, body_of, html_of, numbers_of
from qonys.disseminate.figures.plotted import Plotted, panel_designs, plotted, why_not_drawn
from qonys.disseminate.figures.png import pngs_of
from qonys.disseminate.key_points import Missing, Reading, reading, said_text
from qonys.disseminate.numbers import long_date
from qonys.disseminate.tables_html import status_label
from qonys.disseminate.wording import numbered
from qonys.disseminate.words import Words

Readings = dict[str, Reading]
_NOTHING_TO_DO = "Nothing needs to be done where the source does not have the figures."
_MEND_THE_MAP = (
    "Add what is missing to areas/tiles.csv or to the file of outlines; without that file, maps are drawn of squares."
)


@dataclass(frozen=True, slots=True)
class About:
    """What every picture of a release says of the release, in one language.

    Args:
        facts: vintage, period.
        country: name of the country, for the words of a design.
        office: who publishes.
        title: title of the release.
        notice: what the release is and is not, *synthetic* among it.
        tiles: the squares of the profile's map, in the order in which neighbours follow each other.
        outlines: the outlines of its areas, where it has a file of them.
    """

    facts: ReleaseFacts
    country: str
    office: str
    title: str
    notice: str
    tiles: tuple[Tile, ...] = ()
    outlines: tuple[Outline, ...] = ()


def compute_figures(
    design: ReleaseDesign,
    tables: Mapping[str, OutputTable],
    period: Period,
    tiles: Sequence[Tile] = (),
    outlines: Sequence[Outline] = (),
) -> Outcome[dict[str, Readings]]:
    """The figures that can be drawn, each with the values of its words; what cannot be drawn is left out and found."""
    drawn: dict[str, Readings] = {}
    findings: list[Finding] = []
    for one in design.figures:
        readings = {name: reading(value, tables, period) for name, value in one.values.items()}
        missing = [value.why for value in readings.values() if isinstance(value, Missing)]
        why = why_not_drawn(one, tables, period)
        no_map = "" if why else why_no_map(one, tables, period, tiles, outlines)
        if why := why or no_map or next(iter(missing), ""):
            findings.append(_left_out(one, why, design, _MEND_THE_MAP if no_map else _NOTHING_TO_DO))
        else:
            drawn[one.id] = {name: value for name, value in readings.items() if isinstance(value, Reading)}
    return Outcome(drawn, tuple(findings))


def figures_in(
    words: Words, design: ReleaseDesign, drawn: Mapping[str, Readings], tables: Mapping[str, OutputTable], about: About
) -> dict[str, Figure]:
    """The figures in one language, by id, in the order of the design.

    Args:
        words: words of the language.
        design: the figures' designs.
        drawn: those that can be drawn, with the values of their words (`compute_figures`).
        tables: the tables of the release.
        about: what every picture says of the release.

    Raises:
        ProfileError: a text is malformed, or a word is missing in the language.
    """
    return {one.id: _figure(one, tables, drawn[one.id], words, about) for one in design.figures if one.id in drawn}


def figure_files(figures: Iterable[Figure], facts: ReleaseFacts) -> dict[str, bytes]:
    """The files of the figures: path in the bundle -> SVG, and the same picture as PNG."""
    drawn = tuple(figures)
    svgs = [figure.picture.svg for figure in drawn]
    return {
        **{figure_name(figure, facts, "svg"): svg for figure, svg in zip(drawn, svgs, strict=True)},
        **{figure_name(figure, facts, "png"): png for figure, png in zip(drawn, pngs_of(svgs), strict=True)},
    }


def figure_name(figure: Figure, facts: ReleaseFacts, suffix: str) -> str:
    """Path of a figure in the bundle: table, figure, language and vintage tell it from every other one."""
    return _path(figure.table, figure.id, figure.language, facts, suffix)


def _path(table: str, figure: str, language: str, facts: ReleaseFacts, suffix: str) -> str:
    parts = (facts.profile, facts.period, *dict.fromkeys((table, figure)), language, facts.vintage)
    return f"figures/{'-'.join(parts)}.{suffix}"


def _left_out(one: FigureDesign, why: str, design: ReleaseDesign, next_step: str) -> Finding:
    return Finding(
        f"The figure “{one.id}” is left out: {why}.",
        where=f"release/designs/{design.id}.yaml",
        next_step=next_step,
    )


def _figure(
    one: FigureDesign, tables: Mapping[str, OutputTable], readings: Readings, words: Words, about: About
) -> Figure:
    table = tables[one.table]
    period, language = Period.parse(about.facts.period), words.language
    title, subtitle, finding = (
        said_text(words, text, readings, period, about.country, where=f"figure “{one.id}”, {field} ({language})")
        for field, text in (("title", one.title), ("subtitle", one.subtitle), ("finding", one.finding))
    )
    order = [tile.code for tile in about.tiles]
    panels = [plotted(panel, table, words, period, order) for panel in panel_designs(one)]
    names = {member.code: member.label[language] for member in table.dimension("measure").members}
    corner = table.dimension(one.by if one.kind == "shares" else one.along).label[language]
    titles = [names[panel.measures[0]] for panel in panel_designs(one)]
    address = f"../{_path(one.table, one.id, language, about.facts, 'svg')}"
    flow_map = flow_map_of(one, panels[0], tables, words, period, about.tiles, about.outlines)
    added_up = chord_notes(Chord(panels[0]), words) if one.kind == "chord" else []
    finding = " ".join((finding, *added_up, *([flows_said(flow_map, words)] if flow_map else [])))
    task = Task(
        one, panels, titles, words, corner, table.title[language], about.tiles, address, title, finding, flow_map
    )
    cut_off = long_date(date.fromisoformat(table.cut_off), language)
    numbers = [*panels, flow_map.flows] if flow_map else panels
    foot = (
        *added_up,
        *((*notes(flow_map, words), *status_of_flows(flow_map, words)) if flow_map else ()),
        *_foot(numbers, words, about, cut_off),
    )
    picture = framed(PictureWords(language, title, subtitle, finding, foot), body_of(task))
    return Figure(
        id=one.id,
        table=one.table,
        table_title=table.title[language],
        language=language,
        title=title,
        subtitle=subtitle,
        finding=finding,
        cut_off=cut_off,
        status=status_label(panels[0].status, words),
        legend=_legend(numbers),
        panels=tuple(panels),
        picture=picture,
        html=html_of(task, picture),
        numbers=numbers_of(task),
        grid=frozenset(key for _, point in HeatMap(panels[0]).cells() for key in point.keys)
        if one.kind == "heat_map"
        else frozenset(),
    )


def _legend(panels: Iterable[Plotted]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(entry for panel in panels for entry in panel.legend))


def _foot(panels: Sequence[Plotted], words: Words, about: About, cut_off: str) -> Iterable[str]:
    """The paragraphs at the foot of a picture."""
    numbers = panels[0]
    if numbers.left_out:
        yield words("figure.left_out", count=numbered(numbers.left_out, words.language))
    key = f"status.{numbers.status.value}"
    signs = "; ".join(f"{sign} {meaning.rstrip('.')}" for sign, meaning in _legend(panels))
    yield words("figure.status", status=words[key], meaning=words[f"{key}.meaning"].rstrip(".")) + (
        f" {words('figure.signs', signs=signs)}" if signs else ""
    )
    yield about.notice
    yield words("figure.source", office=about.office, title=about.title, cut_off=cut_off, vintage=about.facts.vintage)
