"""The cells of indicators: what each is computed from, when it is flagged, and what is said of it below the table.

Laws: an indicator is never looser said than what it is made of: its data status is the loosest of its counts and of its
population; a total over a part of the persons (the old enough, the named areas) has no rate, for no population is known of
them; undefined is not applicable, unknown is not available, too few persons are flagged and have no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from qonys.analyse.indicators import FUNCTIONS, Given, given_for, is_of_total_alone, needs_population
from qonys.analyse.members import Counts, Setting
from qonys.analyse.populations import NOT_OF_RESIDENTS, AveragePopulation
from qonys.concepts.history import PopulationFigure
from qonys.concepts.indicator import Indicator
from qonys.concepts.period import Period
from qonys.concepts.status import DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL, Text
from qonys.datasets.output import Cell, Reference

Bases: TypeAlias = Mapping[str, Counts]
"""Name of a data cut-off -> counts of a table as of it, against which a growth may be."""


def bases_of(design: TableDesign, indicators: Mapping[str, Indicator]) -> tuple[str, ...]:
    """The data cut-offs by name, besides its own, of which a table needs counts for its growth."""
    used = [indicators[measure] for measure in design.measures if measure in indicators]
    return tuple(dict.fromkeys(indicator.base for indicator in used if indicator.base))


def indicator_cell(
    indicator: Indicator, design: TableDesign, at: Mapping[str, str], counted: Counts, setting: Setting,
    vintage: str, status: DataStatus, bases: Bases,
) -> Cell:  # fmt: skip
    """The cell of an indicator.

    Args:
        indicator: the indicator.
        design: the table.
        at: codes of the cell.
        counted: the counts of the table.
        setting: what all tables of the release share.
        vintage: data cut-off that the counts are of.
        status: data status of the count.
        bases: the counts of other data cut-offs that some growth is against.
    """
    population = population_of(design, at, setting) if needs_population(indicator) else None
    days = Period.parse(at["period"]).span
    base = indicator.base or vintage
    before = counted if base == vintage else bases.get(base, {})
    given = given_for(indicator, design, at, counted, before, population, days)
    return computed_cell(indicator, at, given, population, status, Reference(base, setting.cut_offs[base]))


def computed_cell(
    indicator: Indicator, at: Mapping[str, str], given: Given, population: AveragePopulation | None,
    status: DataStatus, base: Reference,
) -> Cell:  # fmt: skip
    """The cell of an indicator, or why it has no number.

    Args:
        indicator: the indicator.
        at: codes of the cell.
        given: what it is computed from.
        population: its denominator.
        status: data status of its counts.
        base: of which figures its base is.
    """
    if is_of_total_alone(indicator) and at.get("area", TOTAL) != TOTAL:
        return Cell(None, ObservationStatus.NOT_APPLICABLE, status)
    if needs_population(indicator) and population is None:
        return Cell(None, ObservationStatus.NOT_AVAILABLE, status)
    if indicator.function == "growth" and given.base is None:
        return Cell(None, ObservationStatus.NOT_AVAILABLE, status)
    if _is_of_few(indicator, given):
        return Cell(None, ObservationStatus.LOW_RELIABILITY, status)
    value = FUNCTIONS[indicator.function](given)
    if value is None:
        return Cell(None, ObservationStatus.NOT_APPLICABLE, status)
    if population is None:
        return Cell(value, data=status, related_to=(base,) if indicator.function == "growth" else ())
    how = ObservationStatus.PROVISIONAL if population.provisional else ObservationStatus.NORMAL
    loosest = loosest_of(status, *(DataStatus(figure.status) for figure in population.figures))
    return Cell(value, how, loosest, related_to=references_to(population.figures))


def population_of(design: TableDesign, at: Mapping[str, str], setting: Setting) -> AveragePopulation | None:
    """The average population of the persons that a cell counts; None where it is not known."""
    if setting.populations is None or _is_of_a_part(design, at):
        return None
    period = Period.parse(at["period"])
    return setting.populations.average(at, period, design.boundaries)


def loosest_of(*statuses: DataStatus) -> DataStatus:
    """The loosest of data statuses; what is computed of official figures alone is derived."""
    order = list(DataStatus)
    loosest = max(statuses, key=order.index)
    return loosest if order.index(loosest) > order.index(DataStatus.DERIVED) else DataStatus.DERIVED


def references_to(figures: Iterable[PopulationFigure]) -> tuple[Reference, ...]:
    """Where population figures stand, each source and vintage once."""
    return tuple(dict.fromkeys(Reference(figure.source, figure.vintage) for figure in figures))


def notes_on_indicators(design: TableDesign, cells: Iterable[Cell], setting: Setting, vintage: str) -> Iterator[Text]:
    """Of whose population the rates of a table are, as of when; against which figures its growth is."""
    used = [setting.indicators[measure] for measure in design.measures if measure in setting.indicators]
    bases = dict.fromkeys(indicator.base or vintage for indicator in used if indicator.function == "growth")
    against = {Reference(base, setting.cut_offs[base]) for base in bases}
    denominators = dict.fromkeys(
        reference for cell in cells for reference in cell.related_to if reference not in against
    )
    if denominators:
        told: dict[str, list[str]] = {language: [] for language in setting.words.notes["population"]}
        for reference in denominators:
            for language, text in reference_in_words(reference, setting).items():
                told[language].append(text)
        yield {
            language: f"{text} {'; '.join(told[language])}."
            for language, text in setting.words.notes["population"].items()
        }
    for base in bases:
        as_of = setting.words.day(setting.cut_offs[base])
        yield {language: f"{text} {as_of[language]}." for language, text in setting.words.notes["growth"].items()}


def reference_in_words(reference: Reference, setting: Setting) -> Text:
    """A source with its vintage; that it is later than the release, where it is."""
    named = setting.words.sources.get(reference.source)
    called = named or dict.fromkeys(setting.words.notes["later"], reference.source)
    if not reference.as_of:
        return called
    later = {language: f", {text}" for language, text in setting.words.notes["later"].items()}
    is_later = setting.published != "" and reference.as_of > setting.published
    return {
        language: f"{called[language]} ({day}{later[language] if is_later else ''})"
        for language, day in setting.words.day(reference.as_of).items()
    }


def _is_of_a_part(design: TableDesign, at: Mapping[str, str]) -> bool:
    """The cell counts a part of the persons of its area, by something that no code of the cell says."""
    restricted = [name for name in design.only if name not in NOT_OF_RESIDENTS]
    return design.youngest is not None or bool(design.bands) or any(at.get(name, TOTAL) == TOTAL for name in restricted)


def _is_of_few(indicator: Indicator, given: Given) -> bool:
    """Too few persons are behind the number: of a balance all who came and went, not their difference."""
    least = indicator.least_count
    base = given.base if given.base is not None else least
    population = given.population if given.population is not None else indicator.least_population
    return given.events < least or abs(base) < least or population < indicator.least_population
