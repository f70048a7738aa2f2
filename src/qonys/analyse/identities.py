"""What must be equal in every build, checked on the exact statistics. A build that breaks an identity stops."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import isclose

from qonys.concepts.table_design import COUNTS, TableDesign
from qonys.concepts.text import TOTAL
from qonys.datasets.output import OutputTable
from qonys.errors import StatisticianError


def fail_if_parts_differ_from_total(table: OutputTable, design: TableDesign) -> None:
    """The members of a dimension add up to its total, in every count.

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


def _sums(table: OutputTable, design: TableDesign) -> Iterator[tuple[str, float, float]]:
    names = [dimension.id for dimension in table.dimensions]
    for name in design.totals:
        if name in design.only:
            continue
        place = names.index(name)
        # Where groups are shown, the groups are the parts: their countries stand a step deeper.
        members = [m.code for m in table.dimension(name).members if m.depth == 1]
        others = [d.codes if d.id != name else (TOTAL,) for d in table.dimensions]
        for key in product(*others):
            if table.measure_of(key) not in COUNTS or table.cells[key].value is None:
                continue
            parts = [table.cells[(*key[:place], code, *key[place + 1 :])].value for code in members]
            told = [value for value in parts if value is not None]
            if len(told) == len(parts):
                yield ", ".join(key), sum(told), table.cells[key].value or 0
