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
from qonys.datasets.output import Cell, Member, OutputTable
from qonys.disseminate.line_ends import kept_together
from qonys.disseminate.numbers import month_name, number
from qonys.disseminate.shown_cells import SYMBOLS, Shown, shown
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

    What is asked of every cell again and again, its labels and what is shown of it, is found once a layout.

    Args:
        table: the table.
        words: words of the language.
        for_eyes: labels have no-break spaces where a line must not end; those of a file, which machines match, have none.
    """

    table: OutputTable
    words: Words
    for_eyes: bool = False

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def title(self) -> str:
        return self.table.title[self.language]

    @property
    def row_codes(self) -> tuple[tuple[str, ...], ...]:
        return self.table.row_codes

    @property
    def column_codes(self) -> tuple[tuple[str, ...], ...]:
        return self.table.column_codes

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
        return self.shown_at(row + column)

    def shown_at(self, key: tuple[str, ...]) -> Shown:
        """What is shown of the cell of a key."""
        found = self._shown.get(key)
        if found is None:
            decimals = self.table.measures[self.table.measure_of(key)].decimals
            found = self._shown[key] = shown(self.table.cells.get(key), decimals)
        return found

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Keys of the symbols that occur, those of cells that the table does not have among them."""
        found = {key for row in self.row_codes for column in self.column_codes for key in self.shown(row, column).keys}
        return tuple(key for key in SYMBOLS if key in found)

    def written(self, row: tuple[str, ...], column: tuple[str, ...]) -> str:
        """A cell's number as the language writes it; empty where there is none."""
        value = self.shown(row, column).value
        return "" if value is None else number(value, self.language, self.decimals(row, column))

    def decimals(self, row: tuple[str, ...], column: tuple[str, ...]) -> int:
        return self.table.measures[self.table.measure_of(row + column)].decimals

    def label(self, dimension: str, code: str) -> str:
        """The label of a code; of a month its name alone, where the whole table is of one year."""
        found = self._labels.get((dimension, code))
        if found is None:
            label = self._label(dimension, code)
            found = self._labels[dimension, code] = kept_together(label, self.language) if self.for_eyes else label
        return found

    def _label(self, dimension: str, code: str) -> str:
        if dimension == "period" and self._one_year and Period.parse(code).is_month:
            return month_name(Period.parse(code), self.language)
        label = self._members[dimension][code].label[self.language]
        return label + self._own_unit(code) if dimension == "measure" else label

    def dimension_label(self, dimension: str) -> str:
        return self.table.dimension(dimension).label[self.language]

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str]:
        return {}

    @cached_property
    def _shown(self) -> dict[tuple[str, ...], Shown]:
        return {}

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
