"""The figures of analyses: each result of a release gets the picture that its method asks for, in the place of its table.

Laws: the words are the product's own, their numbers are read from the result; what a section shows of an analysis is its
figure and its table together; a result without a picture of its kind has its table alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from qonys.concepts.figure import FigureDesign, FigureKind, LineMark
from qonys.concepts.release import ReleaseDesign, Section
from qonys.concepts.status import DataStatus
from qonys.concepts.text import Text
from qonys.concepts.value import Value
from qonys.datasets.analysis import Analysed, drawn_table
from qonys.datasets.output import OutputTable
from qonys.disseminate.words import Words

_BOUNDS: Mapping[str, LineMark] = {"lower": "lower", "upper": "upper"}


@dataclass(frozen=True, slots=True)
class _Drawing:
    """How a result is drawn.

    Args:
        along: dimension of the points.
        measures: measures that are drawn.
        values: what its words say.
        by: dimension of the series.
        kind, highlight, marks: as of a design.
        words: which of the method's words it has, where it has several.
        at_period: code of the period at which it stands; empty where periods are its points.
    """

    along: str
    measures: tuple[str, ...]
    values: Mapping[str, Value]
    by: str = "measure"
    kind: FigureKind = "lines"
    highlight: str = ""
    marks: Mapping[str, LineMark] = field(default_factory=dict)
    words: str = ""
    at_period: str = ""


def with_figures_of_analyses(
    design: ReleaseDesign, analyses: Iterable[Analysed], vocabularies: Sequence[Words]
) -> ReleaseDesign:
    """A release design with a figure for each result that its sections show; its id is that of the analysis.

    Args:
        design: the plan of the release.
        analyses: the results.
        vocabularies: the words of each language.

    Raises:
        ProfileError: a word is missing in a language.
    """
    made = {one.id: _figure_design(one, one.drawn or one.table, vocabularies) for one in analyses if one.table}
    figures = {name: figure for name, figure in made.items() if figure is not None}
    sections = tuple(_with_figures(section, figures) for section in design.sections)
    return msgspec.structs.replace(design, figures=(*design.figures, *figures.values()), sections=sections)


def tables_read(design: ReleaseDesign) -> dict[str, str]:
    """Each table that an analysis makes, that of its picture too, and the table that the analysis reads."""
    return {name: one.table for one in design.analyses for name in (one.id, drawn_table(one.id))}


def _with_figures(section: Section, figures: Mapping[str, FigureDesign]) -> Section:
    own = tuple(name for name in section.tables if name in figures and name not in section.figures)
    inner = tuple(_with_figures(one, figures) for one in section.sections)
    return msgspec.structs.replace(section, figures=(*section.figures, *own), sections=inner)


def _figure_design(one: Analysed, table: OutputTable | None, vocabularies: Sequence[Words]) -> FigureDesign | None:
    if table is None or one.method not in _DRAWINGS:
        return None
    drawing = _DRAWINGS[one.method](one, table)
    if drawing is None:
        return None
    title, subtitle, finding = (
        _text(f"analysis.{one.method}.figure.{drawing.words}{part}", table, drawing, vocabularies)
        for part in ("title", "subtitle", "finding")
    )
    return FigureDesign(
        id=one.id,
        kind=drawing.kind,
        table=table.id,
        measures=drawing.measures,
        along=drawing.along,
        by=drawing.by,
        highlight=drawing.highlight,
        marks=dict(drawing.marks),
        at={"period": drawing.at_period} if drawing.at_period else {},
        values=dict(drawing.values),
        title=title,
        subtitle=subtitle,
        finding=finding,
    )


def _text(key: str, table: OutputTable, drawing: _Drawing, vocabularies: Sequence[Words]) -> Text:
    """A text in every language; ``{last}`` is its last period, ``{measure}`` its first measure, ``{kind}`` its first series."""
    names = {member.code: member.label for member in table.dimension("measure").members}
    said = {
        "{last}": table.dimension("period").members[-1].label,
        "{measure}": names[drawing.measures[0]],
        "{kind}": table.dimension(drawing.by).members[0].label,
    }
    texts = {w.language: w[key] for w in vocabularies}
    for place, label in said.items():
        texts = {language: text.replace(place, label[language]) for language, text in texts.items()}
    return texts


def _last(table: OutputTable) -> str:
    return table.dimension("period").codes[-1]


def _read(table: OutputTable, **measures: str) -> dict[str, Value]:
    """Values of measures in the last period of a table."""
    return {name: Value(table.id, measure, {"period": _last(table)}) for name, measure in measures.items()}


def _system(_: Analysed, table: OutputTable) -> _Drawing:
    measures = ("crude_migration_intensity", "migration_effectiveness")
    return _Drawing("period", measures, _read(table, intensity=measures[0], effectiveness=measures[1]))


def _gravity(one: Analysed, table: OutputTable) -> _Drawing | None:
    if one.drawn is None or one.table is None:
        return None
    values = _read(one.table, exponent="distance_exponent")
    words = "" if _is_of_real_records(table) else "synthetic."
    return _Drawing("distance_band", ("observed", "expected"), values, kind="bars", words=words, at_period=_last(table))


def _is_of_real_records(table: OutputTable) -> bool:
    """How moves spread over distances is a finding only where the records are real."""
    return all(cell.data not in (DataStatus.INVENTED, DataStatus.CALIBRATED) for cell in table.cells.values())


def _zones(_: Analysed, table: OutputTable) -> _Drawing:
    """The index that depends most on the areas, over the number of zones: the median of random zones and their spread."""
    measure = table.dimension("measure").codes[0]
    at = {"period": _last(table), "spread": "median"}
    few, most = (Value(table.id, measure, at, extreme, "zones") for extreme in ("smallest", "largest"))
    return _Drawing(
        "zones", (measure,), {"few": few, "most": most}, by="spread", highlight="median", marks=_BOUNDS,
        at_period=_last(table),
    )  # fmt: skip


def _ages(_: Analysed, table: OutputTable) -> _Drawing | None:
    """A line a stream, or a measure where the table tells of one kind of movers."""
    kinds = [d for d in table.dimensions if d.id not in ("age_group", "period", "measure")]
    measures = table.dimension("measure")
    if len(kinds) > 1:
        return None
    at = {"period": _last(table)} | {kind.id: kind.codes[0] for kind in kinds}
    first = Value(table.id, measures.codes[0], at, "largest", "age_group")
    by, drawn = (kinds[0].id, measures.codes[:1]) if kinds else ("measure", measures.codes)
    words = "of_kind." if kinds else ""
    return _Drawing("age_group", drawn, {"first": first}, by=by, words=words, at_period=_last(table))


def _schedule(_: Analysed, table: OutputTable) -> _Drawing:
    measures = ("observed_rate", "fitted_rate", "lower_rate", "upper_rate")
    marks: dict[str, LineMark] = {"observed_rate": "dots", "lower_rate": "lower", "upper_rate": "upper"}
    most = Value(table.id, "fitted_rate", {"period": _last(table)}, "largest", "age_group")
    return _Drawing("age_group", measures, {"most": most}, highlight="fitted_rate", marks=marks, at_period=_last(table))


def _seasonal(_: Analysed, table: OutputTable) -> _Drawing:
    """Each count as it was and adjusted; of one count the adjusted line stands out."""
    known = table.dimension("measure").codes
    counts = tuple(code for code in known if f"{code}_adjusted" in known and code != "net")
    adjusted = tuple(f"{code}_adjusted" for code in counts)
    values = _read(table, adjusted=adjusted[0], observed=counts[0])
    return _Drawing(
        "period", (*adjusted, *counts), values, highlight=adjusted[0] if len(counts) == 1 else "",
        marks=dict.fromkeys(counts, "faint"),
    )  # fmt: skip


def _nowcast(_: Analysed, table: OutputTable) -> _Drawing:
    measures = ("counted", "nowcast", "lower", "upper")
    values = _read(table, counted="counted", nowcast="nowcast", lower="lower", upper="upper")
    return _Drawing("period", measures, values, highlight="nowcast", marks=_BOUNDS)


def _forecast(_: Analysed, table: OutputTable) -> _Drawing:
    measures = ("observed", "forecast", "lower", "upper")
    values = _read(table, forecast="forecast", lower="lower", upper="upper")
    return _Drawing("period", measures, values, highlight="forecast", marks=_BOUNDS)


_DRAWINGS: Mapping[str, Callable[[Analysed, OutputTable], _Drawing | None]] = {
    "system": _system,
    "gravity": _gravity,
    "zones": _zones,
    "ages": _ages,
    "schedule": _schedule,
    "seasonal": _seasonal,
    "nowcast": _nowcast,
    "forecast": _forecast,
}
