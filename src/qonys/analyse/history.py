"""Years of which no record is at hand: published aggregates beside what was counted, each cell with its own status and source.

Laws: a year that was counted is shown as counted, never replaced by what was published; a year that was not, be it before the
register or after its last delivery, is shown as it was published, derived or rounded, and never summed with the others; where both are known and differ, that is found and told. What
became known only after the release was published is not shown. An indicator of an earlier year is computed from the figures of
that year, and is no firmer than they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import msgspec

from qonys.analyse.historic_indicators import Counted, growth_on_history, historic_indicator, reference_to
from qonys.analyse.indicator_cells import Bases, reference_in_words
from qonys.analyse.members import Setting
from qonys.analyse.tables import was_counted
from qonys.concepts.history import HistoryFigure
from qonys.concepts.period import Period
from qonys.concepts.status import DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL, Text
from qonys.datasets.outcome import Finding, Outcome
from qonys.datasets.output import Cell, Dimension, Member, OutputTable, Reference

Key = tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """The figures of a series that a table can show, and those that it must not.

    Args:
        known: figure of each cell.
        late: figures that became known after the release was published.
    """

    known: Mapping[Key, HistoryFigure]
    late: tuple[HistoryFigure, ...]


def with_history(
    table: OutputTable, design: TableDesign, figures: Sequence[HistoryFigure], setting: Setting, counted: Bases
) -> Outcome[OutputTable]:
    """A yearly table from the year on that its design names, the years that were not counted from its series.

    Args:
        table: the table as it was counted.
        design: its design.
        figures: all figures that the profile carries.
        setting: what all tables of the release share.
        counted: the counts of the table as of its data cut-off and of those on which its growth is, where they are
            published as they are: a growth may begin with them, or be on them.
    """
    if design.history is None or design.since is None:
        return Outcome(table)
    if setting.period.year_so_far.month is not None:
        return Outcome(table, (_parts_of_years(table, setting),))
    names = [dimension.id for dimension in table.dimensions]
    series = _series(design.history, figures, names, setting)
    years = table.dimension("period").codes
    earlier = [str(year) for year in range(design.since, Period.parse(years[0]).year)]
    dimensions = tuple(_with_years(d, earlier, setting) if d.id == "period" else d for d in table.dimensions)
    cells = {}
    for key in product(*(dimension.codes for dimension in dimensions)):
        at = dict(zip(names, key, strict=True))
        if key in table.cells and was_counted(at["period"], table.vintage, setting):
            own = counted.get(table.vintage, {})
            cells[key] = growth_on_history(table.cells[key], at, series.known, design, setting, own, table.vintage)
        else:
            cells[key] = _cell(key, at, series.known, design, setting, Counted(counted, table.vintage))
    covered = setting.words.covered(Period(design.since), Period.parse(years[-1]))
    titles = {language: design.title[language].replace("{period}", covered[language]) for language in table.title}
    taken = {key: cell for key, cell in cells.items() if cell.taken_from}
    notes = (*table.notes, *_note(taken, names.index("period"), setting), *_note_on_growth(cells, names, setting))
    longer = msgspec.structs.replace(table, title=titles, dimensions=dimensions, notes=notes, cells=cells)
    findings = [*_differences(table, series.known), *_kept_back(table, series.late, setting)]
    return Outcome(longer, tuple(findings))


def _series(name: str, figures: Iterable[HistoryFigure], names: Sequence[str], setting: Setting) -> Series:
    known: dict[Key, HistoryFigure] = {}
    late = []
    for figure in (figure for figure in figures if figure.series == name):
        if Period.parse(figure.period) > setting.period:
            continue
        if figure.as_of and setting.published and figure.as_of.isoformat() > setting.published:
            late.append(figure)
        else:
            known[_key(figure, names)] = figure
    return Series(known, tuple(late))


def _key(figure: HistoryFigure, names: Sequence[str]) -> Key:
    at = {
        "period": figure.period,
        "measure": figure.measure,
        "area": figure.area or TOTAL,
        "locality": figure.locality or TOTAL,
    }
    return tuple(at.get(name, TOTAL) for name in names)


def _with_years(dimension: Dimension, earlier: Sequence[str], setting: Setting) -> Dimension:
    years = tuple(Member(year, setting.words.period(Period.parse(year))) for year in earlier)
    return msgspec.structs.replace(dimension, members=(*years, *dimension.members))


def _cell(
    key: Key, at: Mapping[str, str], known: Mapping[Key, HistoryFigure], design: TableDesign, setting: Setting,
    counted: Counted,
) -> Cell:  # fmt: skip
    indicator = setting.indicators.get(at["measure"])
    if indicator:
        return historic_indicator(indicator, at, known, design, setting, counted)
    figure = known.get(key)
    if figure is None:
        return Cell(None, ObservationStatus.NOT_AVAILABLE, DataStatus.PUBLISHED)
    return Cell(figure.value, data=DataStatus(figure.status), taken_from=(reference_to(figure),))


def _note(taken: Mapping[Key, Cell], place: int, setting: Setting) -> Iterator[Text]:
    """Which years were taken over from where."""
    years: dict[Reference, set[int]] = {}
    for key, cell in taken.items():
        for reference in cell.taken_from:
            years.setdefault(reference, set()).add(int(key[place]))
    if not years:
        return
    sources = [(_spans(found), reference_in_words(reference, setting)) for reference, found in years.items()]
    yield {
        language: f"{text} {'; '.join(f'{span}: {source[language]}' for span, source in sources)}."
        for language, text in setting.words.notes["history"].items()
    }


def _note_on_growth(cells: Mapping[Key, Cell], names: Sequence[str], setting: Setting) -> Iterator[Text]:
    """That some growth is on figures that were taken over."""
    growth = {name for name, indicator in setting.indicators.items() if indicator.function == "growth"}
    known = {Reference(name, as_of) for name, as_of in setting.cut_offs.items()}
    measured = (cell for key, cell in cells.items() if key[names.index("measure")] in growth)
    if any(reference not in known for cell in measured for reference in cell.related_to):
        yield setting.words.notes["growth_taken"]


def _spans(years: Iterable[int]) -> str:
    """Years as they are written: ``2019–2021, 2024``.

    >>> _spans({2024, 2019, 2020, 2021})
    '2019–2021, 2024'
    """
    spans: list[list[int]] = []
    for year in sorted(years):
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(f"{span[0]}–{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)


def _differences(table: OutputTable, known: Mapping[Key, HistoryFigure]) -> Iterator[Finding]:
    for key, figure in known.items():
        cell = table.cells.get(key)
        if cell is None or cell.value is None or figure.status == "rounded" or cell.value == figure.value:
            continue
        yield Finding(
            f"Counted are {cell.value:.0f}, {figure.status} were {figure.value:.0f} ({figure.source}).",
            where=f"table {table.id}, {', '.join(key)}",
            next_step="The counted figure is shown; see which of them should be mended.",
        )


def _kept_back(table: OutputTable, late: Sequence[HistoryFigure], setting: Setting) -> Iterator[Finding]:
    if late:
        years = _spans({int(figure.period) for figure in late})
        yield Finding(
            f"{len(late)} figures of {years} are not shown: they became known after {setting.published}.",
            where=f"table {table.id}",
            next_step="Nothing needs to be done: a release says what was known when it was published.",
        )


def _parts_of_years(table: OutputTable, setting: Setting) -> Finding:
    return Finding(
        f"The years before the register are left out: the release of {setting.period} counts a part of each year.",
        where=f"table {table.id}",
        next_step="Nothing needs to be done: published figures of whole years cannot stand beside parts of years.",
    )
