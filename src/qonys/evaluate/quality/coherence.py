"""Measures of coherence: months against the year, parts against the whole, and how many sums were held against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from qonys.concepts.period import Period
from qonys.concepts.table_design import COUNTS, TableDesign
from qonys.concepts.text import TOTAL
from qonys.datasets.output import OutputTable
from qonys.datasets.quality import Measured
from qonys.evaluate.quality.valued import valued, without_value


@dataclass(frozen=True)
class _Sum:
    """A sum that a table shows: its parts added up, and its total as it stands there."""

    parts: float
    total: float


def coherence_measures(tables: Mapping[str, OutputTable], designs: Mapping[str, TableDesign]) -> Iterator[Measured]:
    """Months against the year, parts against totals, and the number of sums that were held against each other."""
    yield from months_against_year(tables, designs)
    sums = {name: list(_sums(table, designs[name])) for name, table in tables.items()}
    yield valued("sums_checked", sum(map(len, sums.values())))
    yield from parts_against_total(sums)


def months_against_year(tables: Mapping[str, OutputTable], designs: Mapping[str, TableDesign]) -> Iterator[Measured]:
    """Sum of the months of the release's year less its annual figure, in persons, by measure.

    For each universe the national total of the simplest monthly and of the simplest annual table of it that show the
    measure. They may be of different data cut-offs; neither is made to equal the other.

    Source: SIMS S.15.3.1; the difference is ours.
    """
    found = False
    for universe, measure in product(dict.fromkeys(design.universe for design in designs.values()), COUNTS):
        shown = [table for name, table in tables.items() if _shows(table, designs[name], universe, measure)]
        of = sorted(shown, key=lambda table: len(table.dimensions))
        monthly = next((table for table in of if designs[table.id].frequency == "month"), None)
        annual = next((table for table in of if designs[table.id].frequency == "year"), None)
        if monthly is None or annual is None:
            continue
        months, year = _total(monthly, measure, months=True), _total(annual, measure, months=False)
        if months is not None and year is not None:
            found = True
            of_what = {"table": monthly.id, "against": annual.id, "measure": measure}
            yield valued("months_against_year", months - year, of_what)
    if not found:
        yield without_value("months_against_year", "no_months")


def parts_against_total(sums: Mapping[str, list[_Sum]]) -> Iterator[Measured]:
    """Largest difference between a published total and its published parts, in persons; 0 where all add up.

    Areas against the nation are among the sums. A table that is perturbed cell by cell need not add up. Ours.
    """
    off = {name: max((abs(one.parts - one.total) for one in of_table), default=0.0) for name, of_table in sums.items()}
    if not any(sums.values()):
        yield without_value("parts_against_total", "no_sums")
        return
    yield valued("parts_against_total", max(off.values()))
    for name, difference in off.items():
        if difference:
            yield valued("parts_against_total", difference, {"table": name})


def _shows(table: OutputTable, design: TableDesign, universe: str, measure: str) -> bool:
    """The table shows a measure of everybody of a universe: nobody is left out, and every dimension has a total."""
    everybody = not design.only and design.youngest is None and set(design.dimensions) <= set(design.totals)
    return design.universe == universe and measure in table.measures and everybody


def _total(table: OutputTable, measure: str, *, months: bool) -> float | None:
    """The national total of the year of the release, or of what has gone of it, or the sum of its months."""
    year, periods = Period.parse(table.period).year, map(Period.parse, table.dimension("period").codes)
    of_year = [period for period in periods if period.year == year and period.is_month == months]
    cells = [table.cell({"period": str(period), "measure": measure}) for period in of_year]
    values = [cell.value for cell in cells if cell and cell.value is not None]
    return sum(values) if values and len(values) == len(cells) else None


def _sums(table: OutputTable, design: TableDesign) -> Iterator[_Sum]:
    names = [dimension.id for dimension in table.dimensions]
    for name in (total for total in design.totals if total in names and total not in design.only):
        place = names.index(name)
        for depth in sorted({m.depth for m in table.dimension(name).members if m.depth}):
            codes = {m.code for m in table.dimension(name).members if m.depth == depth}
            yield from _added(table, place, codes)


def _added(table: OutputTable, place: int, codes: set[str]) -> Iterator[_Sum]:
    parts: dict[tuple[str, ...], list[float | None]] = defaultdict(list)
    for key, cell in table.cells.items():
        if key[place] in codes and table.measure_of(key) in COUNTS:
            parts[(*key[:place], TOTAL, *key[place + 1 :])].append(cell.value)
    for key, values in parts.items():
        total = table.cells[key].value if key in table.cells else None
        told = [value for value in values if value is not None]
        if total is not None and len(told) == len(codes):
            yield _Sum(sum(told), total)
