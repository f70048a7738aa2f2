"""Where the tables of a release differ from those of the vintage that was published before, cell by cell and in size.

Laws: values are compared as they are displayed in both; a table whose dimensions changed is not compared by cells, and
that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qonys.datasets.output import OutputTable
from qonys.datasets.revision import Movement, RevisedTable, SincePublished
from qonys.disseminate.changes import Change
from qonys.disseminate.numbers import rounded
from qonys.disseminate.shown_cells import shown


@dataclass(frozen=True)
class ReleaseRevision:
    """What changed in a release, and why.

    Args:
        movements: table that is compared at two data cut-offs -> the moves that count at one of them alone.
        since: what differs from the vintage published before; None where none was.
        cells: table -> the cells that differ from it.
    """

    movements: Mapping[str, Movement] = field(default_factory=dict)
    since: SincePublished | None = None
    cells: Mapping[str, list[Change]] = field(default_factory=dict)


def changes_from(observations: Iterable[Mapping[str, Any]], table: OutputTable) -> list[Change] | None:
    """The cells in which a table differs from its published observations; None where the dimensions are others.

    Args:
        observations: of the JSON file of the published table.
        table: the table as it is now.
    """
    names = [dimension.id for dimension in table.dimensions]
    before: dict[tuple[str, ...], Decimal | None] = {}
    for one in observations:
        if not all(name in one for name in names):
            return None
        key = tuple(str(one[name]) for name in names)
        decimals = _decimals(table, key)
        before[key] = None if one["value"] is None else rounded(Decimal(str(one["value"])), decimals)
    if not before:
        return None
    after = {key: shown(table.cells[key], _decimals(table, key)).value for key in table.keys()}  # noqa: SIM118 in order
    pairs = ((key, before.get(key), after.get(key)) for key in dict.fromkeys([*after, *before]))
    return [Change(key, old, new) for key, old, new in pairs if old != new]


def revised(table: OutputTable, changes: list[Change] | None) -> RevisedTable:
    """How many cells of a table differ, and by how much.

    All measures are counted; the first one of the table alone is measured, since persons and rates have no common size.
    Mean and largest absolute difference are over the cells that differ and have a value in both vintages; the relative
    one is Σ|difference| in percent of Σ|value| of now, over all cells.
    """
    if changes is None:
        return RevisedTable(table.id, 0, 0, comparable=False)
    first = next(iter(table.measures))
    sizes = [
        abs(c.difference) for c in changes if c.difference is not None and _measure(table, c.key) == first
    ]  # fmt: skip
    values = (
        shown(cell, _decimals(table, key)).value for key, cell in table.cells.items() if _measure(table, key) == first
    )
    whole = sum((abs(value) for value in values if value is not None), Decimal(0))
    keys = {*table.cells, *(change.key for change in changes)}
    return RevisedTable(
        table.id,
        len(keys),
        len(changes),
        largest=max(sizes, default=None),
        mean=_ratio(sum(sizes, Decimal(0)), Decimal(len(sizes)), table.measures[first].decimals + 1),
        relative=_ratio(100 * sum(sizes, Decimal(0)), whole, 2) if sizes else None,
    )


def _ratio(part: Decimal, whole: Decimal, decimals: int) -> Decimal | None:
    return (part / whole).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) if whole else None


def _measure(table: OutputTable, key: tuple[str, ...]) -> str:
    return table.measure_of(key)


def _decimals(table: OutputTable, key: tuple[str, ...]) -> int:
    form = table.measures.get(_measure(table, key))
    return form.decimals if form else 0
