"""Measures of revision: by how much a later data cut-off changes the figures of an earlier one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from qonys.concepts.period import Period
from qonys.concepts.table_design import COUNTS
from qonys.datasets.output import OutputTable
from qonys.datasets.quality import Measured
from qonys.evaluate.quality.valued import measured, without_value
from qonys.methods.quality.indicators import mean_absolute_revision, mean_revision, relative_mean_absolute_revision

_FORMULAS = {
    "mean_revision": mean_revision,
    "mean_absolute_revision": mean_absolute_revision,
    "relative_revision": relative_mean_absolute_revision,
}


def revision_measures(tables: Mapping[str, OutputTable], other: Mapping[str, OutputTable]) -> Iterator[Measured]:
    """Size and bias of the revisions of every table that stands at two data cut-offs, by measure of the table.

    Over the cells of the release's own period that have a value at both; totals are left out where they have parts, and
    figures that were taken over, which no cut-off changes.

    Args:
        tables: the tables of the release.
        other: the same tables at another data cut-off, earlier or later.

    Source: QPI A6: MR, MAR, RMAR.
    """
    compared = [(tables[name], table) for name, table in other.items() if name in tables]
    for one, two in compared:
        before, after = (one, two) if one.cut_off <= two.cut_off else (two, one)
        for measure in (m for m in after.measures if m in COUNTS):
            yield from _of_measure(before, after, measure)
    if not compared:
        yield from (without_value(name, "one_cut_off") for name in _FORMULAS)


def _of_measure(before: OutputTable, after: OutputTable, measure: str) -> Iterator[Measured]:
    first: list[float] = []
    later: list[float] = []
    for key in inner_keys(after):
        old, new = before.cells.get(key), after.cells[key]
        if after.measure_of(key) == measure and old and old.value is not None and new.value is not None:
            first.append(old.value)
            later.append(new.value)
    for name, formula in _FORMULAS.items():
        yield measured(name, partial(formula, first, later), {"table": after.id, "measure": measure})


def inner_keys(table: OutputTable) -> list[tuple[str, ...]]:
    """Counted cells of the table's own year, up to its period, whose codes are no sums of other codes shown: the deepest members."""
    inner = {
        dimension.id: {m.code for m in dimension.members if m.depth == max(m.depth for m in dimension.members)}
        for dimension in table.dimensions
        if dimension.id not in ("period", "measure")
    }
    names = [dimension.id for dimension in table.dimensions]
    period, own = names.index("period"), Period.parse(table.period).year_so_far
    return [
        key
        for key in table.keys()  # noqa: SIM118 no mapping: the keys in order
        if own.first_day <= (day := Period.parse(key[period])).first_day
        and day.last_day <= own.last_day
        and not table.cells[key].taken_from
        and all(code in inner[name] for name, code in zip(names, key, strict=True) if name in inner)
    ]
