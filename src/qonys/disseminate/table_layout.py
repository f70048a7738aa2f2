"""Lays a published table out as heads and rows, in one language; page and workbook show the same layout.

Laws: only rows and columns that hold a cell are shown; a dimension across the top with one member is said once, above
the table, and not in every head, as long as another one tells the columns apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from qonys.concepts.period import Period
from qonys.concepts.text import TOTAL
from qonys.datasets.output import Cell, Dimension, Member, OutputTable
from qonys.disseminate.numbers import month_name, number
from qonys.disseminate.shown_cells import EMPTY, SYMBOLS, Shown, shown
from qonys.disseminate.words import Words


@dataclass(frozen=True, slots=True)
class Head:
    """A head over ``span`` columns."""

    label: str
    span: int


@dataclass(frozen=True, slots=True)
class RowHead:
    """A head beside ``span`` rows; ``depth`` as in a Member."""

    label: str
    span: int
    depth: int


@dataclass(frozen=True)
class TableLayout:
    """A table in one language.

    ``row_codes`` and ``column_codes`` are the code combinations shown, in the order of the table's own dimensions.
    """

    table: OutputTable
    words: Words

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def title(self) -> str:
        return self.table.title[self.language]

    @cached_property
    def row_codes(self) -> tuple[tuple[str, ...], ...]:
        return self._combinations(self.table.rows)

    @cached_property
    def column_codes(self) -> tuple[tuple[str, ...], ...]:
        return self._combinations(self.table.columns)

    @cached_property
    def said_once(self) -> tuple[str, ...]:
        """Dimensions across the top with one member, of which the head would say the same over every column."""
        single = [d for i, d in enumerate(self.table.columns) if len({codes[i] for codes in self.column_codes}) == 1]
        return tuple(single[:-1] if len(single) == len(self.table.columns) else single)

    @cached_property
    def head_rows(self) -> tuple[tuple[Head, ...], ...]:
        """The heads of the columns, outermost dimension first."""
        shown = [i for i, d in enumerate(self.table.columns) if d not in self.said_once]
        return tuple(self._heads(shown[: depth + 1]) for depth in range(len(shown)))

    @cached_property
    def flat_heads(self) -> tuple[str, ...]:
        """One head a column: all its labels, outermost first."""
        shown = [(i, d) for i, d in enumerate(self.table.columns) if d not in self.said_once]
        return tuple(" ".join(self.label(d, codes[i]) for i, d in shown) for codes in self.column_codes)

    @cached_property
    def row_heads(self) -> tuple[tuple[RowHead | None, ...], ...]:
        """The heads of each row, one a dimension; None where the head of a row above spans this one too."""
        columns = [self._row_heads_of(i) for i in range(len(self.table.rows))]
        return tuple(zip(*columns, strict=True))

    @property
    def row_dimensions(self) -> tuple[str, ...]:
        """Labels of the dimensions down the side; an origin-destination table says which is which."""
        arrivals_only = self.table.dimension("measure").codes == ("arrivals",)
        if arrivals_only and self.table.rows == ("partner_area",) and "area" in self.table.columns:
            return (self.words["table.origin_by_destination"],)
        return tuple(self.dimension_label(d) for d in self.table.rows)

    @property
    def unit(self) -> str:
        """The units of the measures, each once; ``measure, unit`` where the measure is said nowhere else."""
        units = list(dict.fromkeys(self.table.measures[m].unit[self.language] for m in self._measures))
        said = [self.label(d, self._only_code(d)) for d in self.said_once if d == "measure"]
        return ", ".join(said + units)

    def cell(self, row: tuple[str, ...], column: tuple[str, ...]) -> Cell | None:
        return self.table.cells.get(row + column)

    def shown(self, row: tuple[str, ...], column: tuple[str, ...]) -> Shown:
        """What is shown of a cell."""
        return shown(self.cell(row, column), self.decimals(row, column))

    def written(self, row: tuple[str, ...], column: tuple[str, ...]) -> str:
        """A cell's number as the language writes it; empty where there is none."""
        value = self.shown(row, column).value
        return "" if value is None else number(value, self.language, self.decimals(row, column))

    def decimals(self, row: tuple[str, ...], column: tuple[str, ...]) -> int:
        return self.table.measures[self.table.measure_of(row + column)].decimals

    def label(self, dimension: str, code: str) -> str:
        """The label of a code; of a month its name alone, where the whole table is of one year."""
        if dimension == "period" and self._one_year and Period.parse(code).is_month:
            return month_name(Period.parse(code), self.language)
        label = self._members[dimension][code].label[self.language]
        return label + self._own_unit(code) if dimension == "measure" else label

    def dimension_label(self, dimension: str) -> str:
        return self.table.dimension(dimension).label[self.language]

    @cached_property
    def _members(self) -> dict[str, dict[str, Member]]:
        return {d.id: {m.code: m for m in d.members} for d in self.table.dimensions}

    def _own_unit(self, measure: str) -> str:
        """The unit of a measure where it is another than the first one's, to stand behind its name."""
        units = {m: self.table.measures[m].unit[self.language] for m in self._measures}
        own = units.get(measure, "")
        return f", {own}" if own != next(iter(units.values()), "") else ""

    @cached_property
    def _one_year(self) -> bool:
        codes = [code for code in self.table.dimension("period").codes if code != TOTAL]
        return len({Period.parse(code).year for code in codes}) == 1

    @property
    def _measures(self) -> Iterable[str]:
        return (code for code in self.table.dimension("measure").codes if code in self.table.measures)

    def _only_code(self, dimension: str) -> str:
        return self.column_codes[0][self.table.columns.index(dimension)]

    def _combinations(self, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        at = [i for i, d in enumerate(self.table.dimensions) if d.id in names]
        order = [_order(self.table.dimensions[i]) for i in at]
        found = {tuple(key[i] for i in at) for key in self.table.cells}
        return tuple(sorted(found, key=lambda codes: [rank[c] for rank, c in zip(order, codes, strict=True)]))

    def _heads(self, shown: Sequence[int]) -> tuple[Head, ...]:
        heads: list[Head] = []
        before: tuple[str, ...] | None = None
        for codes in self.column_codes:
            here = tuple(codes[i] for i in shown)
            if here == before:
                heads[-1] = Head(heads[-1].label, heads[-1].span + 1)
            else:
                heads.append(Head(self.label(self.table.columns[shown[-1]], codes[shown[-1]]), 1))
            before = here
        return tuple(heads)

    def _row_heads_of(self, index: int) -> list[RowHead | None]:
        heads: list[RowHead | None] = []
        dimension = self.table.rows[index]
        innermost = index == len(self.table.rows) - 1
        for position, codes in enumerate(self.row_codes):
            group = codes[: index + 1]
            if not innermost and position and self.row_codes[position - 1][: index + 1] == group:
                heads.append(None)
                continue
            span = 1 if innermost else sum(other[: index + 1] == group for other in self.row_codes)
            member = self._members[dimension][codes[index]]
            heads.append(RowHead(self.label(dimension, codes[index]), span, member.depth))
        return heads


def symbols_in(tables: Iterable[OutputTable]) -> tuple[str, ...]:
    """Keys of the symbols that occur in some table, those of cells that it does not have among them."""
    found: set[str] = set()
    for table in tables:
        decimals = {measure: form.decimals for measure, form in table.measures.items()}
        for key, cell in table.cells.items():
            found.update(shown(cell, decimals[table.measure_of(key)]).keys)
        if len(table.cells) < _combinations(table):
            found.add(EMPTY)
    return tuple(key for key in SYMBOLS if key in found)


def _combinations(table: OutputTable) -> int:
    """Cells that a table shows: every row head with every column head."""
    at = {name: place for place, name in enumerate(d.id for d in table.dimensions)}
    rows = {tuple(key[at[name]] for name in table.rows) for key in table.cells}
    columns = {tuple(key[at[name]] for name in table.columns) for key in table.cells}
    return len(rows) * len(columns)


def _order(dimension: Dimension) -> dict[str, int]:
    return {code: index for index, code in enumerate(dimension.codes)}
