"""Attacks a release by all of its counts together: sums over characteristics across tables, and shares, rates and growth.

Laws: a count that must be from 1 to k - 1 is a weakness, unless one number or one table that is allowed tells it alone; counts
are bounded by each sum first, and those that this does not settle over all tables of whole numbers, as far as the work goes that may be spent, the smallest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from qonys.analyse.audit import Attack, Published, Weakness
from qonys.analyse.counts_together import CountsTogether, Fact, cells_of, counts_together, is_sensitive
from qonys.analyse.judged import Attacked, Judged
from qonys.analyse.published_cells import CellOfAll
from qonys.concepts.protection import Protection
from qonys.methods.disclosure.bounds import CountBounds, searched

Places: TypeAlias = NDArray[np.int64]
_MOST_WORK = 5_000_000
"""Searches times the terms of the sums that are searched: a quarter of a minute."""
_MOST_EXPLAINED = 20
"""Weaknesses of which it is found out which tables are needed."""


def deduced(
    tables: Sequence[Published],
    plan: Protection,
    *,
    thorough: bool = True,
    besides: Sequence[Published] = (),
    known: Iterable[Weakness] = (),
) -> Attacked:
    """All that follows from the counts and ratios of a release together.

    Args:
        tables: its tables.
        plan: how they are protected, and what is sensitive.
        thorough: bounds over all tables of whole numbers; else those that follow from each sum, which takes no time.
        besides: tables of another vintage that show the same counts, protected otherwise, or of analyses.
        known: what other attacks found: it is not told again.

    Raises:
        StatisticianError: what is published contradicts itself.
    """
    together = (*tables, *besides)
    system = counts_together(together, plan)
    why = _left_out(together, plan)
    if not system.cells:
        return Attacked((), Judged(left_out=why))
    bounds, judged = _bounds(system, plan, system.facts, _MOST_WORK if thorough else 0)
    found = tuple(_found(system, bounds, plan, together, {(one.table, one.cell) for one in known}, thorough=thorough))
    return Attacked(found, judged + Judged(left_out=why))


def _left_out(tables: Iterable[Published], plan: Protection) -> dict[str, int]:
    """Ratios of sensitive tables that nobody reads, by why."""
    found: dict[str, int] = {}
    for one in tables:
        if set(one.design.dimensions) & set(plan.sensitive):
            for why, number in one.ratios.not_read.items():
                found[why] = found.get(why, 0) + number
    return found


def _bounds(
    system: CountsTogether, plan: Protection, facts: Sequence[Fact], work: int, asked: int | None = None
) -> tuple[CountBounds, Judged]:
    """Bounds of all counts, those of sensitive ones as close as so much work makes them; and how these were judged.

    Args:
        system: the counts.
        plan: which are sensitive, and what is small.
        facts: what is read of what is told.
        work: searches times the terms of the sums that are searched.
        asked: the one count that is asked for; all that are sensitive without it.
    """
    bounds, told = system.bounds(facts), system.told(facts)
    sensitive = np.array([is_sensitive(cell, plan) for cell in system.cells])
    is_settled = (bounds.least == bounds.most) | (bounds.least >= plan.threshold)
    is_open = sensitive & ~is_settled
    if asked is not None:
        is_open &= np.arange(len(is_open)) == asked
    closer, done, cut = bounds, 0, 0
    rows, values = system.equations(facts)
    for block in system.blocks:
        cells = np.flatnonzero(is_open[block])
        if len(cells):
            part, of_part = _within(rows, values, block)
            first = cells[np.argsort(bounds.most[block][cells], kind="stable")][: max(0, work) // max(1, part.nnz)]
            found = searched(part, of_part, _at(bounds, block), first.tolist())
            closer = _with(closer, block, found.bounds)
            work -= part.nnz * len(first)
            done, cut = done + len(first), cut + int(found.cut_short.sum())
    shown = int((sensitive & is_settled & (told.least == told.most)).sum())
    return closer, Judged(shown, int((sensitive & is_settled).sum()) - shown, done, cut, int(is_open.sum()) - done)


def _within(rows: csr_array, values: CountBounds, block: Places) -> tuple[csr_array, CountBounds]:
    """The sums of a block of counts."""
    columns = csr_array(rows[:, block])
    own = np.flatnonzero(np.diff(columns.indptr))
    return csr_array(columns[own]), _at(values, own)


def _at(bounds: CountBounds, places: Places) -> CountBounds:
    return CountBounds(bounds.least[places], bounds.most[places])


def _with(bounds: CountBounds, places: Places, closer: CountBounds) -> CountBounds:
    least, most = bounds.least.copy(), bounds.most.copy()
    least[places], most[places] = closer.least, closer.most
    return CountBounds(least, most)


def _found(
    system: CountsTogether,
    bounds: CountBounds,
    plan: Protection,
    tables: Sequence[Published],
    known: Set[tuple[str, str]],
    *,
    thorough: bool,
) -> Iterator[Weakness]:
    small = np.flatnonzero(bounds.recoverable(plan.threshold)).tolist()
    pinned = [at for at in small if is_sensitive(system.cells[at], plan)]
    if not pinned:
        return
    said = {fact.cell for fact in system.facts if not fact.is_ratio and 1 <= fact.least <= fact.most < plan.threshold}
    allowed = _told_by_allowed(system, plan, tables)
    stands = _where_cells_stand(tables, plan)
    for number, at in enumerate(pinned):
        cell = system.cells[at]
        where = stands.get(cell, [])
        if cell in said or cell in allowed or known & set(where):
            continue
        needed, attack = _needed(system, plan, at, thorough=thorough and number < _MOST_EXPLAINED)
        table, written = where[0] if where else (needed[0], _written(cell))
        yield Weakness(attack, table, written, int(bounds.least[at]), int(bounds.most[at]), needed)


def _where_cells_stand(tables: Sequence[Published], plan: Protection) -> dict[CellOfAll, list[tuple[str, str]]]:
    """Of each count: tables and cells that are it, those of tables that are not allowed first."""
    found: dict[CellOfAll, list[tuple[str, str]]] = {}
    for one in sorted(tables, key=lambda one: one.design.id in plan.allowed):
        for cell, side, key in cells_of(one):
            found.setdefault(cell, []).append((one.name, ", ".join((*key, side))))
    return found


def _written(cell: CellOfAll) -> str:
    """A count that is no cell of any table."""
    return ", ".join((cell.period, *(f"{name} {code}" for name, code in cell.codes), cell.side or cell.universe))


def _told_by_allowed(system: CountsTogether, plan: Protection, tables: Sequence[Published]) -> set[CellOfAll]:
    """The counts that some table which is allowed tells alone."""
    found: set[CellOfAll] = set()
    for name in (one.name for one in tables if one.design.id in plan.allowed):
        bounds = system.bounds([fact for fact in system.facts if fact.table == name])
        found |= {system.cells[at] for at in np.flatnonzero(bounds.recoverable(plan.threshold)).tolist()}
    return found


def _needed(system: CountsTogether, plan: Protection, at: int, *, thorough: bool) -> tuple[tuple[str, ...], Attack]:
    """Tables without any of which a count could not be found out, and how it is: by ratios where it needs them."""

    def tells(facts: Sequence[Fact]) -> bool:
        bounds, _ = _bounds(system, plan, facts, _MOST_WORK if thorough else 0, asked=at)
        return bool(bounds.recoverable(plan.threshold)[at])

    facts = list(system.facts)
    without_ratios = [fact for fact in facts if not fact.is_ratio]
    attack: Attack = "sums over characteristics" if tells(without_ratios) else "rates and shares"
    facts = facts if attack == "rates and shares" else without_ratios
    for name in dict.fromkeys(fact.table for fact in system.facts):
        rest = [fact for fact in facts if fact.table != name]
        if len(rest) < len(facts) and tells(rest):
            facts = rest
    return tuple(dict.fromkeys(fact.table for fact in facts)), attack
