"""Attacks a release as an intruder would, who has all that is published and nothing else.

Laws: the audit reads published tables and the plan of their protection, which is public too, and no count that is not; what
it lists follows from these alone. A weakness is a count from 1 to k - 1, or a group of one kind, in a sensitive dimension of a
table for which that is not allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, TypeAlias

import numpy as np
from scipy.sparse import csr_array

from qonys.analyse.published_cells import CellOfAll, cell_of_all
from qonys.analyse.published_ratios import NO_RATIOS, Ratios
from qonys.concepts.protection import Protection
from qonys.concepts.status import ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL
from qonys.datasets.output import OutputTable
from qonys.methods.disclosure.bounds import UNBOUNDED, CountBounds, propagated, tightened

Attack: TypeAlias = Literal[
    "small count", "group of one kind", "deduced from sums", "difference of vintages", "difference of borders",
    "difference of months and years", "difference of tables", "difference of districts", "difference of groups",
    "net and one side", "late registrations", "sums over characteristics", "rates and shares",
]  # fmt: skip
Key: TypeAlias = tuple[str, ...]
SIDES = ("arrivals", "departures")
MEASURES = (*SIDES, "net", "turnover")
"""What a table tells of counts in whole persons."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """Something that can be found out.

    Args:
        attack: how.
        table: id of the table.
        cell: codes of the cell, separated by commas.
        least: the count is at least this.
        most: and at most this.
        tables: ids of the tables that tell it together, where it is found out which.
    """

    attack: Attack
    table: str
    cell: str
    least: int
    most: int
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """A table as everybody can read it.

    Args:
        design: its design.
        vintage: name of the data cut-off from which it is drawn.
        sides: arrivals, departures, net, turnover -> period and dimensions -> the count; None where it is not shown.
        plan: how it was protected, where that is another plan than that of the release that is attacked.
        shown_by: what shows it, where that is not a table of this release: the vintage of another one, or an analysis.
        ratios: what its shares, rates and growth tell, where they were made of counts as they are.
        is_whole: it has every code of its dimensions under which somebody moved; an analysis may read but one.
    """

    design: TableDesign
    vintage: str
    sides: Mapping[str, Mapping[Key, int | None]]
    plan: Protection | None = None
    shown_by: str = ""
    ratios: Ratios = NO_RATIOS
    is_whole: bool = True

    @property
    def name(self) -> str:
        """By what it is told apart from others, in words."""
        return f"{self.design.id} of {self.shown_by}" if self.shown_by else self.design.id

    def shown(self, side: str) -> Mapping[Key, int | None]:
        return self.sides.get(side, {})

    def reach(self, plan: Protection) -> int:
        """By how much a count of it may differ from the true one."""
        by = self.plan or plan
        return {"exact": 0, "additive": by.base - 1, "cell_key": by.noise.largest}[by.method(self.design.id)]

    def least(self, value: int, plan: Protection) -> int:
        """The least that an inner count with this value can be: rounding sends none from below the base beyond it."""
        base = (self.plan or plan).base
        return max(value - self.reach(plan), base if self.adds_up(plan) and value > base else min(value, 1))

    def adds_up(self, plan: Protection) -> bool:
        """Its sums were added up from rounded counts."""
        return (self.plan or plan).method(self.design.id) == "additive"


def as_published(design: TableDesign, table: OutputTable) -> Published:
    """What a table shows in whole persons; what is estimated by shares is no count of anybody."""
    names = [dimension.id for dimension in table.dimensions]
    order, measure = [names.index(name) for name in ("period", *design.dimensions)], names.index("measure")
    sides: dict[str, dict[Key, int | None]] = {measure: {} for measure in MEASURES}
    for key, cell in table.cells.items():
        if key[measure] in sides:
            is_count = cell.value is not None and ObservationStatus.ESTIMATED not in cell.statuses
            sides[key[measure]][tuple(key[at] for at in order)] = round(cell.value or 0) if is_count else None
    return Published(design, table.vintage, sides)


def weaknesses(
    tables: Sequence[Published],
    plan: Protection,
    *,
    earlier: Sequence[Published] = (),
    besides: Sequence[Published] = (),
    thorough: bool = True,
) -> tuple[Weakness, ...]:
    """All that can be found out from a release.

    Args:
        tables: its tables.
        plan: how they are protected, and what is sensitive.
        earlier: tables that were published before, in releases of whatever period.
        besides: tables of another vintage that show the same counts, protected otherwise.
        thorough: bounds over all tables of whole numbers; else those that follow from each sum, which takes no time.
    """
    exact = exact_counts(tables, plan)
    with_besides = {**exact_counts(besides, plan), **exact}
    found: list[Weakness] = []
    for one in tables:
        if one.design.id in plan.allowed or not _sensitive(one.design, plan):
            continue
        found += _small_counts(one, plan)
        found += _groups_of_one_kind(one, plan)
        if not one.design.groups:  # sums of members: `differencing`
            alone = list(_deduced(one, plan, exact, thorough=thorough))
            found += alone
            if len(with_besides) > len(exact):
                found += _by_another_vintage(alone, _deduced(one, plan, with_besides, thorough=thorough))
        for before in (*earlier, *(other for other in tables if other.vintage != one.vintage)):
            found += _differences(one, before, plan, exact)
    return tuple(dict.fromkeys(found))


def as_published_analysis(
    table: Published, shown: Iterable[tuple[str, str, float]], at: Mapping[str, str], name: str
) -> Published | None:
    """What an analysis shows of the counts that it read; None where these are what its table shows.

    One that shows others has read counts that are not protected, so they are taken as they are.

    Args:
        table: the table that it reads.
        shown: period, measure and value of what it shows.
        at: the codes of the other dimensions at which it reads the table; one that is not there is read at its total.
        name: id of the analysis.
    """
    codes = tuple(at.get(dimension, TOTAL) for dimension in table.design.dimensions)
    sides: dict[str, dict[Key, int | None]] = {}
    for period, measure, value in shown:
        if measure in MEASURES:
            sides.setdefault(measure, {})[period, *codes] = round(value)
    differs = any(table.shown(side).get(key) != value for side, cells in sides.items() for key, value in cells.items())
    return Published(table.design, table.vintage, sides, Protection(), name, is_whole=False) if differs else None


def exact_counts(tables: Iterable[Published], plan: Protection) -> dict[CellOfAll, int]:
    """Every count that some table shows as it is, and every year of which all months are shown so."""
    found: dict[CellOfAll, int] = {}
    for one in tables:
        if not one.reach(plan):
            for side in SIDES:
                for key, value in one.shown(side).items():
                    if value is not None:
                        found[cell_of_all(one.design, one.vintage, side, key)] = value
    return with_years(found)


def with_years(exact: Mapping[CellOfAll, int]) -> dict[CellOfAll, int]:
    """The same, and the sum of twelve months as that of their year: whoever has them has it."""
    months: dict[CellOfAll, list[int]] = {}
    for cell, value in exact.items():
        if len(cell.period) == len("2024-01"):
            months.setdefault(cell._replace(period=cell.period[:4]), []).append(value)
    years = {cell: sum(values) for cell, values in months.items() if len(values) == 12}
    return {**years, **exact}


def _sensitive(design: TableDesign, plan: Protection) -> list[str]:
    return [name for name in design.dimensions if name in plan.sensitive]


def _is_sensitive(design: TableDesign, key: Key, plan: Protection) -> bool:
    at = dict(zip(design.dimensions, key[1:], strict=True))
    return any(at[name] != TOTAL for name in _sensitive(design, plan))


def _small_counts(one: Published, plan: Protection) -> Iterator[Weakness]:
    if one.reach(plan):
        return
    for side in SIDES:
        for key, value in one.shown(side).items():
            if value is not None and 0 < value < plan.threshold and _is_sensitive(one.design, key, plan):
                yield _weakness("small count", one, side, key, value, value)


def _groups_of_one_kind(one: Published, plan: Protection) -> Iterator[Weakness]:
    """All persons of a group have the same sensitive characteristic: to know the group is to know it."""
    if one.reach(plan):
        return
    for name, side in product(_sensitive(one.design, plan), SIDES):
        place = 1 + one.design.dimensions.index(name)
        groups: dict[Key, dict[str, int]] = {}
        for key, value in one.shown(side).items():
            if value is not None and key[place] != TOTAL:
                groups.setdefault((*key[:place], *key[place + 1 :]), {})[key[place]] = value
        for rest, values in groups.items():
            kinds = [code for code, value in values.items() if value]
            if len(kinds) == 1 and len(values) > 1 and any(code != TOTAL for code in rest[1:]):
                value = values[kinds[0]]
                yield _weakness("group of one kind", one, side, (*rest[:place], kinds[0], *rest[place:]), value, value)


def _deduced(one: Published, plan: Protection, exact: Mapping[CellOfAll, int], *, thorough: bool) -> Iterator[Weakness]:
    for side in SIDES:
        shown = one.shown(side)
        for period in dict.fromkeys(key[0] for key in shown):
            inner = [key for key in shown if key[0] == period and _is_inner(one.design, key)]
            if not inner:
                continue
            sums, values = _sums(one, side, inner, shown, exact, period)
            known = propagated(sums, values, _start(one, side, inner, plan, exact))
            if thorough:
                likely = np.flatnonzero(known.most < 2 * plan.threshold)
                known = tightened(sums, values, known, likely.tolist())
            for at in np.flatnonzero(known.recoverable(plan.threshold)).tolist():
                key, least, most = inner[at], int(known.least[at]), int(known.most[at])
                # A count that another table shows as it is, is that one's weakness, unless this one hides or changes it.
                is_of_another = shown[key] == least == most and cell_of_all(one.design, one.vintage, side, key) in exact
                if _is_sensitive(one.design, key, plan) and not is_of_another:
                    yield _weakness("deduced from sums", one, side, key, least, most)


def _by_another_vintage(alone: Iterable[Weakness], together: Iterable[Weakness]) -> Iterator[Weakness]:
    """What follows from sums only where another vintage shows some of them."""
    known = {(one.cell, one.least, one.most) for one in alone}
    for one in together:
        if (one.cell, one.least, one.most) not in known:
            yield replace(one, attack="difference of vintages")


def _is_inner(design: TableDesign, key: Key) -> bool:
    return all(key[1 + design.dimensions.index(name)] != TOTAL for name in design.totals if name in design.dimensions)


def _start(
    one: Published, side: str, inner: Sequence[Key], plan: Protection, exact: Mapping[CellOfAll, int]
) -> CountBounds:
    """What the published value of each cell says of its true one, given how it was protected."""
    told = [told_of(one, side, key, plan, exact) for key in inner]
    return CountBounds(np.array([least for least, _ in told], np.int64), np.array([most for _, most in told], np.int64))


def told_of(one: Published, side: str, key: Key, plan: Protection, exact: Mapping[CellOfAll, int]) -> tuple[int, int]:
    """The least and the most that a number can be, by its published value, its protection, and what is shown as it is."""
    reach, value = one.reach(plan), one.shown(side)[key]
    if side not in SIDES:  # each of both sides is off by the reach
        return (0, UNBOUNDED) if value is None else (value - 2 * reach, value + 2 * reach)
    known = exact.get(cell_of_all(one.design, one.vintage, side, key))
    if known is not None:
        return known, known
    return (0, UNBOUNDED) if value is None else (one.least(value, plan), value + reach)


def _sums(
    one: Published, side: str, inner: Sequence[Key], shown: Mapping[Key, int | None], exact: Mapping[CellOfAll, int],
    period: str,
) -> tuple[csr_array, np.ndarray[tuple[int], np.dtype[np.int64]]]:  # fmt: skip
    """The sums that are known exactly: shown so by some table."""
    lines: list[tuple[list[int], int]] = []
    cells = set(inner)
    for key in shown:
        if key[0] != period or key in cells:
            continue
        value = exact.get(cell_of_all(one.design, one.vintage, side, key))
        if value is not None:
            fixed = [place for place in range(len(key)) if key[place] != TOTAL]
            lines.append(([at for at, cell in enumerate(inner) if all(cell[p] == key[p] for p in fixed)], value))
    rows = np.array([row for row, (parts, _) in enumerate(lines) for _ in parts], np.int64)
    columns = np.array([cell for parts, _ in lines for cell in parts], np.int64)
    sums = csr_array((np.ones(len(rows), np.int64), (rows, columns)), shape=(len(lines), len(inner)))
    return sums, np.array([value for _, value in lines], np.int64)


def _differences(
    one: Published, before: Published, plan: Protection, exact: Mapping[CellOfAll, int]
) -> Iterator[Weakness]:
    """What was added or taken away between two vintages is a count of its own."""
    old = {
        cell_of_all(before.design, "", side, key): (before, side, key)
        for side in SIDES
        for key, value in before.shown(side).items()
        if value is not None and _is_inner_or_as_counted(before, key, plan)
    }
    for side in SIDES:
        for key, value in one.shown(side).items():
            was = old.get(cell_of_all(one.design, "", side, key))
            if value is None or was is None or not _is_sensitive(one.design, key, plan):
                continue
            if not _is_inner_or_as_counted(one, key, plan):
                continue
            (low, high), (old_low, old_high) = told_of(one, side, key, plan, exact), told_of(*was, plan, {})
            least = max(low - old_high, old_low - high)
            most = max(high - old_low, old_high - low)
            if 1 <= least <= most < plan.threshold:
                yield _weakness("difference of vintages", one, side, key, least, most)


def _is_inner_or_as_counted(one: Published, key: Key, plan: Protection) -> bool:
    """A sum of rounded counts may be farther from the true one than each of them."""
    return not one.adds_up(plan) or _is_inner(one.design, key)


def _weakness(attack: Attack, one: Published, side: str, key: Key, least: int, most: int) -> Weakness:
    return Weakness(attack, one.name, ", ".join((*key, side)), least, most)
