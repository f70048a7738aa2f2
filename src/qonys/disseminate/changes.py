"""What changed between two data cut-offs: the cells in which two vintages of one table differ.

Laws: values are compared as they are displayed; the earlier data cut-off is always *before*; a cell that one of the
two does not have, or has without a value, differs from one that has.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qonys.datasets.output import OutputTable
from qonys.disseminate.numbers import number
from qonys.disseminate.shown_cells import shown
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.words import Words


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs; None where a vintage has no value."""

    key: tuple[str, ...]
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class SaidChange:
    """A change in one language: the place, the measure, the period, and the numbers as written."""

    place: str
    measure: str
    period: str
    before: str
    after: str
    difference: str


def in_order_of_cut_off(one: OutputTable, other: OutputTable) -> tuple[OutputTable, OutputTable]:
    """Two vintages of a table, the one with the earlier data cut-off first."""
    return (one, other) if one.cut_off <= other.cut_off else (other, one)


def changes_between(before: OutputTable, after: OutputTable) -> list[Change]:
    """The cells in which two vintages differ, in the table's order of presentation."""
    keys = dict.fromkeys([*after.keys(), *before.keys()])
    pairs = ((key, _value(before, key), _value(after, key)) for key in keys)
    return [Change(key, old, new) for key, old, new in pairs if old != new]


def largest(changes: list[Change], count: int) -> list[Change]:
    """At most ``count`` changes, the largest ones, still in their order of presentation."""
    if len(changes) <= count:
        return changes
    kept = sorted(changes, key=lambda c: -abs(c.difference) if c.difference is not None else Decimal("-Infinity"))
    chosen = {change.key for change in kept[:count]}
    return [change for change in changes if change.key in chosen]


def said(change: Change, table: OutputTable, words: Words) -> SaidChange:
    """A change in the words of a language."""
    layout = TableLayout(table, words)
    codes = {d.id: code for d, code in zip(table.dimensions, change.key, strict=True)}
    labels = {dimension: layout.label(dimension, code) for dimension, code in codes.items()}
    place = [label for dimension, label in labels.items() if dimension not in ("period", "measure")]
    decimals = table.measures[codes["measure"]].decimals
    return SaidChange(
        ", ".join(place) or words["total"],
        labels["measure"],
        labels["period"],
        _written(change.before, words, decimals),
        _written(change.after, words, decimals),
        _written(change.difference, words, decimals, signed=True),
    )


def _value(table: OutputTable, key: tuple[str, ...]) -> Decimal | None:
    return shown(table.cells.get(key), table.measures[table.measure_of(key)].decimals).value


def _written(value: Decimal | None, words: Words, decimals: int, *, signed: bool = False) -> str:
    return words["symbol.L"] if value is None else number(value, words.language, decimals, signed=signed)
