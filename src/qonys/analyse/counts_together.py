"""All that a release tells of counts as one system, across characteristics of persons and tables: each count once, whatever table
shows it, its sums over whatever characteristic, and what ratios tell of it.

Laws: an unknown is a count that some table has, shown or not, or a sum of such over all codes of a dimension; nothing is read but
what is published, and how it was protected. A table names every code under which somebody moved, so its codes add up
to the total, which another table may show. What a choice of codes or ages leaves out is a count of its own. Sums over areas on
borders of another day, over groups and over their members are left to `published_sums`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from qonys.analyse.audit import MEASURES, SIDES, Published, told_of
from qonys.analyse.move_kinds import TERRITORIAL
from qonys.analyse.published_cells import CellOfAll, cell_of_all, cells_in
from qonys.concepts.age import OLDEST_AGE, age_groups, ages_of_band
from qonys.concepts.period import Period
from qonys.concepts.protection import Protection
from qonys.concepts.text import NOT_STATED, TOTAL
from qonys.methods.disclosure.bounds import NO_BOUND, UNBOUNDED, CountBounds, propagated

Key: TypeAlias = tuple[str, ...]
Sum: TypeAlias = tuple[CellOfAll, frozenset[CellOfAll]]
"""A whole and the parts of which it is the sum."""
BESIDE = "beside "
"""Before the name of a choice of codes or ages: whoever is not of them."""
_ONLY = "only "
_YOUNGEST = "youngest"


class Fact(NamedTuple):
    """Something that a table tells: a sum of counts, and from what to what it is.

    Args:
        table: its name, as a reader finds it.
        terms: the counts, with how often each.
        least: the sum is at least this.
        most: and at most this.
        is_ratio: it was a share, a rate, a growth.
    """

    table: str
    terms: Mapping[CellOfAll, int]
    least: int
    most: int
    is_ratio: bool = False

    @property
    def cell(self) -> CellOfAll | None:
        """The one count of which it tells; None where it is of several."""
        (one, *others) = self.terms.items()
        return one[0] if not others and one[1] == 1 else None


def facts_of(one: Published, plan: Protection) -> Iterator[Fact]:
    """What a table tells of counts: nothing by sums that were added up from rounded ones, nor by ratios of counts that it shows."""
    totals = [1 + one.design.dimensions.index(name) for name in one.design.totals if name in one.design.dimensions]
    known = set[CellOfAll]()
    for measure in MEASURES:
        for key, value in one.shown(measure).items():
            is_sum = one.adds_up(plan) and any(key[place] == TOTAL for place in totals)
            terms = cells_in(one.design, one.vintage, measure, key)
            if value is not None and terms and not is_sum:
                least, most = told_of(one, measure, key, plan, {})
                yield Fact(one.name, terms, least, most)
                known.update(terms if measure in SIDES and least == most else ())
    for ratio in one.ratios.read:
        if not known.issuperset((*ratio.counts, *ratio.base)):
            yield from _facts_of_ratio(one.name, ratio.counts, ratio.base, ratio.times, ratio.least, ratio.most)


def _facts_of_ratio(
    table: str, counts: Mapping[CellOfAll, int], base: Mapping[CellOfAll, int], times: int, least: int, most: int
) -> Iterator[Fact]:
    if not base:
        yield Fact(table, counts, least, most, is_ratio=True)
        return
    for low, high, multiple in ((0, NO_BOUND, least), (-NO_BOUND, 0, most)):
        terms = {cell: times * often for cell, often in counts.items()}
        for cell, often in base.items():
            terms[cell] = terms.get(cell, 0) - multiple * often
        left = {cell: often for cell, often in terms.items() if often}
        if left:
            yield Fact(table, left, low, high, is_ratio=True)


def is_sensitive(cell: CellOfAll, plan: Protection) -> bool:
    """The count is of persons with something sensitive in common."""
    names = (name.removeprefix(BESIDE).removeprefix(_ONLY) for name, _ in cell.codes)
    return any(name in plan.sensitive for name in names)


def cells_of(one: Published) -> Iterator[tuple[CellOfAll, str, tuple[str, ...]]]:
    """Every count of a table, shown or not, with the side and the key at which it stands."""
    stands = {(measure, key): None for measure in MEASURES for key in one.shown(measure)}
    stands |= dict.fromkeys(one.ratios.stands)
    at = {(side, key): None for of, key in stands for side in (SIDES if of not in SIDES else (of,))}
    for side, key in at:
        yield cell_of_all(one.design, one.vintage, side, key), side, key


def sums_of(one: Published) -> set[Sum]:
    """The sums that hold in a table, over each of its dimensions of which it has all codes, groups left aside."""
    sums: set[Sum] = set()
    cells = list(cells_of(one))
    for place, name in enumerate(one.design.dimensions, start=1):
        if name in one.design.groups or (name in TERRITORIAL and one.design.boundaries):
            continue
        # By side: within the country, arrivals and departures of all areas are one count, which each of them adds up to.
        found: dict[tuple[str, Key], set[CellOfAll]] = {}
        for cell, side, key in cells:
            if key[place] != TOTAL:
                found.setdefault((side, (*key[:place], TOTAL, *key[place + 1 :])), set()).add(cell)
        for (side, key), parts in found.items():
            whole = cell_of_all(one.design, one.vintage, side, key)
            if whole not in parts:
                sums.add((whole, frozenset(parts)))
    return sums


def _sums_over_months(asked: Iterable[CellOfAll], cells: Collection[CellOfAll]) -> Iterator[Sum]:
    for cell in asked:
        months = Period.parse(cell.period).months
        parts = [cell._replace(period=str(month)) for month in months]
        if len(parts) > 1 and all(part in cells for part in parts):
            yield cell, frozenset(parts)


def _sums_over_ages(asked: Iterable[CellOfAll], cells: Collection[CellOfAll]) -> Iterator[Sum]:
    """Ages from one on, and bands of ages, as sums of age groups where they begin and end with them.

    Whose age is not stated is old enough, and in no band.
    """
    for cell in asked:
        codes = dict(cell.codes)
        ages = _ages(codes) if "age_group" not in codes else None
        parts = [_of_age_group(cell, code) for code in _groups_of(*ages)] if ages else []
        unknown = _of_age_group(cell, NOT_STATED)
        if parts and all(part in cells for part in parts):
            yield cell, frozenset((*parts, unknown) if _YOUNGEST in codes and unknown in cells else parts)


def _groups_of(first: int, last: int) -> list[str]:
    """The age groups that are these ages exactly; none where some group is only a part of it."""
    within = [(code, low, high) for code, low, high in age_groups() if first <= low and (high or low) <= last]
    begins_and_ends = within and within[0][1] == first and within[-1][2] in (last, None)
    return [code for code, _, _ in within] if begins_and_ends else []


def _of_age_group(cell: CellOfAll, code: str) -> CellOfAll:
    rest = {name: of for name, of in cell.codes if name not in (_YOUNGEST, "age_band")}
    return cell._replace(codes=tuple(sorted({**rest, "age_group": code}.items())))


def _ages(codes: Mapping[str, str]) -> tuple[int, int] | None:
    """First and last age of a cell that is of some ages alone."""
    if (_YOUNGEST in codes) == ("age_band" in codes):
        return None
    if _YOUNGEST in codes:
        return int(codes[_YOUNGEST]), OLDEST_AGE
    return None if codes["age_band"] == NOT_STATED else ages_of_band(codes["age_band"])[1:]


def _sums_with_the_rest(asked: Iterable[CellOfAll], cells: Collection[CellOfAll]) -> Iterator[Sum]:
    """A whole is what a choice of codes or ages has of it, and what it leaves out."""
    for cell in asked:
        for whole, rest in _wholes_of_choices(cell):
            if whole in cells:
                yield whole, frozenset((cell, rest))


def _wholes_of_choices(cell: CellOfAll) -> Iterator[tuple[CellOfAll, CellOfAll]]:
    """Of a count of chosen codes or ages: the same of all, and the rest."""
    for name, code in cell.codes:
        if name == _YOUNGEST or name.startswith(_ONLY):
            others = tuple(one for one in cell.codes if one[0] != name)
            yield cell._replace(codes=others), cell._replace(codes=tuple(sorted((*others, (BESIDE + name, code)))))


@dataclass(frozen=True)
class CountsTogether:
    """A system of counts.

    Args:
        cells: the unknown counts.
        sums: which of them add up to which.
        facts: what is told of them.
    """

    cells: Sequence[CellOfAll]
    sums: Sequence[Sum]
    facts: Sequence[Fact]

    @cached_property
    def place(self) -> Mapping[CellOfAll, int]:
        return {cell: number for number, cell in enumerate(self.cells)}

    @cached_property
    def blocks(self) -> Sequence[NDArray[np.int64]]:
        """Counts of which none tells anything of those of another block: their places, the smallest blocks first."""
        rows, _ = self.equations()
        alone = rows.copy()
        alone.data = np.ones_like(alone.data)
        number, block = connected_components(csr_array(alone.T @ alone), directed=False)
        order = np.argsort(block, kind="stable")
        return sorted(np.split(order, np.searchsorted(block[order], np.arange(1, number))), key=len)

    def told(self, facts: Iterable[Fact]) -> CountBounds:
        """What is said of each count by itself."""
        least, most = np.zeros(len(self.cells), np.int64), np.full(len(self.cells), UNBOUNDED)
        for fact in facts:
            if fact.cell is not None:
                at = self.place[fact.cell]
                least[at], most[at] = max(least[at], fact.least), min(most[at], fact.most)
        return CountBounds(least, most)

    def equations(self, facts: Sequence[Fact] | None = None) -> tuple[csr_array, CountBounds]:
        """The sums, and the facts that are of several counts."""
        tied = [fact for fact in (self.facts if facts is None else facts) if fact.cell is None]
        lines = [{whole: -1, **dict.fromkeys(parts, 1)} for whole, parts in self.sums] + [fact.terms for fact in tied]
        least = np.array([0 for _ in self.sums] + [fact.least for fact in tied], np.int64)
        most = np.array([0 for _ in self.sums] + [fact.most for fact in tied], np.int64)
        row = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
        column = np.array([self.place[cell] for line in lines for cell in line], np.int64)
        times = np.array([often for line in lines for often in line.values()], np.int64)
        return csr_array((times, (row, column)), shape=(len(lines), len(self.cells))), CountBounds(least, most)

    def bounds(self, facts: Sequence[Fact] | None = None) -> CountBounds:
        """What follows from each sum and fact alone, again and again.

        Raises:
            StatisticianError: what is published contradicts itself.
        """
        rows, values = self.equations(facts)
        return propagated(rows, values, self.told(self.facts if facts is None else facts))


def counts_together(tables: Iterable[Published], plan: Protection) -> CountsTogether:
    """The system of the counts that tell something sensitive, of all that they add up to, and of what that is the sum of besides."""
    tables = list(tables)
    own = [one for one in tables if any(name in plan.sensitive for name in (*one.design.dimensions, *one.design.only))]
    asked = _that_matter(*_cells_and_sums(own), plan)
    asked |= {whole for cell in asked if is_sensitive(cell, plan) for whole, _ in _wholes_of_choices(cell)}
    near = [one for one in tables if one in own or _may_show(one, asked)]
    every, sums = _cells_and_sums(near)
    facts = [fact for one in near for fact in facts_of(one, plan)]
    every |= {cell for fact in facts for cell in fact.terms}
    asked = _that_matter(every, sums, plan) | (asked & every)
    sums |= {*_sums_over_months(asked, every), *_sums_over_ages(asked, every), *_sums_with_the_rest(asked, every)}
    wanted = _that_matter(every, sums, plan)
    told = [fact for fact in facts if not wanted.isdisjoint(fact.terms)]
    wanted |= {cell for fact in told for cell in fact.terms}
    kept = [one for one in sums if one[0] in wanted and one[1] <= wanted]
    return CountsTogether(sorted(wanted), sorted(kept, key=lambda one: (one[0], sorted(one[1]))), told)


def _cells_and_sums(tables: Iterable[Published]) -> tuple[set[CellOfAll], set[Sum]]:
    """The counts of tables, shown or not, and the sums that hold in them; the wholes are counts too."""
    tables = list(tables)
    cells = {cell for one in tables for cell, _, _ in cells_of(one)}
    sums = {one for table in tables if table.is_whole for one in sums_of(table)}
    return cells | {cell for whole, parts in sums for cell in (whole, *parts)}, sums


def _may_show(one: Published, asked: Collection[CellOfAll]) -> bool:
    """A table may have one of some counts, or what adds up to it."""
    universes = {cell.universe for cell in asked}
    return (one.design.universe in universes or "stream" in one.design.dimensions) and any(
        cell.vintage == one.vintage for cell in asked
    )


def _that_matter(cells: Collection[CellOfAll], sums: Collection[Sum], plan: Protection) -> set[CellOfAll]:
    """The sensitive counts, all in whose sum they are, and the parts of those by whatever else they are told."""
    of_part: dict[CellOfAll, list[CellOfAll]] = {}
    for whole, parts in sums:
        for part in parts:
            of_part.setdefault(part, []).append(whole)
    wanted, waiting = set[CellOfAll](), [cell for cell in cells if is_sensitive(cell, plan)]
    while waiting:
        cell = waiting.pop()
        if cell not in wanted:
            wanted.add(cell)
            waiting += of_part.get(cell, ())
    return wanted | {part for whole, parts in sums if whole in wanted for part in parts}
