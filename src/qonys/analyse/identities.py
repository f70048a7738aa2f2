"""What must be equal in every build, checked on the exact statistics. A build that breaks an identity stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import isclose

import pyarrow as pa

from qonys.concepts.period import Period
from qonys.concepts.table_design import COUNTS, TableDesign, Universe
from qonys.concepts.text import TOTAL
from qonys.datasets.output import Dimension, OutputTable
from qonys.errors import StatisticianError


def fail_if_parts_differ_from_total(table: OutputTable, design: TableDesign) -> None:
    """The members of a dimension add up to its total, and so do its groups, in every count.

    Raises:
        StatisticianError: they do not; the message names table, cell and difference.
    """
    for cell, parts, total in _sums(table, design):
        if not isclose(parts, total, rel_tol=1e-9, abs_tol=1e-6):
            raise StatisticianError(
                f"The parts add up to {parts:.0f}, the total is {total:.0f}.",
                where=f"table {table.id}, {cell}",
                next_step="This is a defect of the flows or of the design; nothing was released.",
            )


def fail_if_internal_flows_do_not_balance(table: OutputTable) -> None:
    """Over all areas of the country, internal arrivals equal internal departures in every period.

    Raises:
        StatisticianError: they do not; the message names table and period.
    """
    for period in table.dimension("period").codes:
        net = table.cell({"period": period, "measure": "net"})
        if net is not None and net.value:
            raise StatisticianError(
                f"Internal arrivals and departures of {period} differ by {net.value:.0f}.",
                where=f"table {table.id}",
                next_step="This is a defect of the flows; nothing was released.",
            )


@dataclass(frozen=True)
class FlowTotals:
    """All flows of a period, counted without any table design."""

    internal: int
    external_in: int
    external_out: int

    def expected(self, universe: Universe, measure: str) -> int | None:
        """What a table of a universe must show as its total; None where these totals do not tell it."""
        inside = self.internal if universe in ("all", "internal") else 0
        outside = (self.external_in, self.external_out) if universe in ("all", "external") else (0, 0)
        arrivals, departures = inside + outside[0], inside + outside[1]
        told = {
            "arrivals": arrivals,
            "departures": departures,
            "net": arrivals - departures,
            "turnover": arrivals + departures,
        }
        return None if universe == "interregional" else told.get(measure)


def flow_totals_query() -> str:
    """All flows of each month: period (``2024-01``), internal, external_in, external_out; table ``flows``."""
    return """
select cast(year as varchar) || '-' || lpad(cast(month as varchar), 2, '0') as period,
  cast(coalesce(sum(n) filter (where origin_inside and destination_inside), 0) as bigint) as internal,
  cast(coalesce(sum(n) filter (where not origin_inside and destination_inside), 0) as bigint) as external_in,
  cast(coalesce(sum(n) filter (where origin_inside and not destination_inside), 0) as bigint) as external_out
from flows group by 1
"""


def flow_totals(months: pa.Table, until: Period) -> dict[str, FlowTotals]:
    """The totals of every month, and of every year as far as the period of a release goes."""
    found: dict[str, FlowTotals] = {}
    for row in months.to_pylist():
        month = Period.parse(str(row["period"]))
        counts = (int(row["internal"]), int(row["external_in"]), int(row["external_out"]))
        found[str(month)] = FlowTotals(*counts)
        so_far = until.year_so_far.years_back(until.year - month.year)
        if so_far != month and month in so_far.months:
            year = found.get(str(so_far), FlowTotals(0, 0, 0))
            both = zip((year.internal, year.external_in, year.external_out), counts, strict=True)
            found[str(so_far)] = FlowTotals(*(a + b for a, b in both))
    return found


def fail_if_total_is_not_that_of_the_flows(
    table: OutputTable, design: TableDesign, totals: Mapping[str, FlowTotals]
) -> None:
    """A table that leaves nobody out has the totals that the flows themselves have, whatever its dimensions.

    So region nets sum to the external net, and internal arrivals equal internal departures in every period.

    Raises:
        StatisticianError: it has not; the message names table, cell and difference.
    """
    if design.only or design.youngest is not None or not set(design.dimensions) <= set(design.totals):
        return
    for period, measure in product(table.dimension("period").codes, design.measures):
        cell = table.cell({"period": period, "measure": measure})
        wanted = totals[period].expected(design.universe, measure) if period in totals else None
        if cell is None or cell.value is None or wanted is None:
            continue
        if not isclose(cell.value, wanted, rel_tol=1e-9, abs_tol=1e-6):
            raise StatisticianError(
                f"The total of {measure} is {cell.value:.0f}; all flows of {period} give {wanted}.",
                where=f"table {table.id}, {period}",
                next_step="This is a defect of the flows or of the design; nothing was released.",
            )


def _sums(table: OutputTable, design: TableDesign) -> Iterator[tuple[str, float, float]]:
    """Every sum of a table: what it is of, its parts added up, and what stands there."""
    for name in design.totals:
        if name in design.only:
            continue
        place = [dimension.id for dimension in table.dimensions].index(name)
        others = [d.codes if d.id != name else (TOTAL,) for d in table.dimensions]
        for key, parts in product(product(*others), _parts(table.dimension(name))):
            cell = table.cells[key]
            if table.measure_of(key) not in COUNTS or cell.value is None:
                continue
            values = [table.cells[(*key[:place], part, *key[place + 1 :])].value for part in parts]
            told = [value for value in values if value is not None]
            if len(told) == len(values):
                yield ", ".join(key), sum(told), cell.value


def _parts(dimension: Dimension) -> list[tuple[str, ...]]:
    """The members of each depth: where groups are shown, they are the parts of the total, and so are all their members.

    A group is not the sum of the members below it: a country stands in the group of the last day, and is counted in that
    of the day of each move.
    """
    depths = sorted({member.depth for member in dimension.members if member.depth} or {1})
    return [tuple(member.code for member in dimension.members if member.depth == depth) for depth in depths]
