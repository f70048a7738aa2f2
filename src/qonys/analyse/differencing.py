"""Attacks a release by differences: between boundary sets, between months and years, between universes and streams.

Laws: it reads what everybody can read, and the territory, which is public too. Counts of the same persons on different borders
are sums over the same kinds of moves (`move_kinds`). Kinds that all tables show together are one unknown count; such a
count, or the difference of two published ones, that must be from 1 to k - 1 is a weakness, unless one table that is allowed
tells it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from qonys.analyse.audit import SIDES, Attack, Published, Weakness, exact_counts, told_of
from qonys.analyse.move_kinds import TERRITORIAL, MoveKinds, move_kinds
from qonys.analyse.published_cells import CellOfAll
from qonys.concepts.period import Period
from qonys.concepts.protection import Protection
from qonys.concepts.text import TOTAL
from qonys.methods.disclosure.bounds import UNBOUNDED, CountBounds, propagated, tightened

Key: TypeAlias = tuple[str, ...]
Persons: TypeAlias = tuple[tuple[str, str], ...]
"""What is said of persons: dimension and code."""
Bits: TypeAlias = NDArray[np.bool_]


class _Shown(NamedTuple):
    """A published count: what it is of, and from what to what it can be."""

    table: Published
    side: str
    key: Key
    least: int
    most: int

    @property
    def written(self) -> str:
        return ", ".join((*self.key, self.side))


def differences(
    tables: Sequence[Published],
    plan: Protection,
    territory: pa.Table,
    *,
    earlier: Sequence[Published] = (),
    thorough: bool = True,
) -> tuple[Weakness, ...]:
    """All that follows from differences of the counts of a release.

    Args:
        tables: its tables.
        plan: how they are protected, and what is sensitive.
        territory: of `datasets.territory.territory_table`.
        earlier: tables that were published before, in releases of whatever period.
        thorough: bounds over all whole numbers; else those that follow from each sum, which takes no time.

    Raises:
        StatisticianError: what is published contradicts itself.
    """
    exact = exact_counts(tables, plan)
    found: list[Weakness] = []
    kinds: dict[frozenset[str], MoveKinds] = {}
    systems = _by_persons(tables, plan, exact)
    for shown in systems.values():
        if len({one.table.design.id for one in shown}) > 1:
            found += _found_in(shown, plan, _kinds(shown, territory, kinds), thorough=thorough)
    before = _by_persons(earlier, plan, {})
    for (_, persons), shown in systems.items():
        was = [one for (_, other), of_other in before.items() if other == persons for one in of_other]
        if was:
            found += _since_earlier(shown, was, plan, _kinds((*shown, *was), territory, kinds))
    return tuple(dict.fromkeys(found))


def _by_persons(
    tables: Iterable[Published], plan: Protection, exact: Mapping[CellOfAll, int]
) -> dict[tuple[str, Persons], list[_Shown]]:
    """The counts of a data cut-off that are of the same persons, of those that tell something sensitive."""
    found: dict[tuple[str, Persons], list[_Shown]] = {}
    for one in tables:
        for side in SIDES:
            for key in one.shown(side):
                persons = _persons(one, side, key)
                if _tells(persons, plan) and (shown := _shown(one, side, key, plan, exact)):
                    found.setdefault((one.vintage, persons), []).append(shown)
    return found


def _persons(one: Published, side: str, key: Key) -> Persons:
    """What a cell says of persons; the localities by the ends of the move."""
    here, there = ("to", "from") if side == "arrivals" else ("from", "to")
    names = {"locality": here, "partner_locality": there}
    told = zip(one.design.dimensions, key[1:], strict=True)
    found = {names.get(name, name): code for name, code in told if name not in TERRITORIAL and code != TOTAL}
    found |= {n: "+".join(codes) for n, codes in one.design.only.items() if n not in (*TERRITORIAL, *found)}
    found |= {"youngest": str(one.design.youngest)} if one.design.youngest is not None else {}
    return tuple(sorted(found.items()))


def _tells(persons: Persons, plan: Protection) -> bool:
    return any(name in plan.sensitive for name, _ in persons)


def _shown(one: Published, side: str, key: Key, plan: Protection, exact: Mapping[CellOfAll, int]) -> _Shown | None:
    """A count with what its published value says of the true one; None where that is nothing, or follows from others."""
    totals = [name for name in one.design.totals if name in one.design.dimensions]
    is_sum = any(key[1 + one.design.dimensions.index(name)] == TOTAL for name in totals)
    least, most = told_of(one, side, key, plan, exact)
    if most == UNBOUNDED or (is_sum and least < most and plan.method(one.design.id) == "additive"):
        return None
    return _Shown(one, side, key, least, most)


def _kinds(shown: Sequence[_Shown], territory: pa.Table, made: dict[frozenset[str], MoveKinds]) -> MoveKinds:
    """The kinds of moves of these counts; the same for counts of the same tables."""
    tables = {one.table.design.id: one.table for one in shown}
    periods = {one.key[0] for one in shown}
    monthly = any(Period.parse(period).month for period in periods)
    countries = {
        code
        for one in shown
        for name, code in zip(one.table.design.dimensions, one.key[1:], strict=True)
        if name in ("partner", "partner_area") and code != TOTAL
    }
    mark = frozenset((*tables, *periods, *countries))
    if mark not in made:
        designs = [table.design for table in tables.values()]
        made[mark] = move_kinds(territory, designs, periods, countries, monthly=monthly)
    return made[mark]


@dataclass(frozen=True)
class _System:
    """Published counts as sums of unknown ones.

    Args:
        shown: the published counts, those of the same moves together.
        sums: which unknown counts make up each, shape (published, unknown).
        told: from what to what each published count can be.
    """

    shown: Sequence[Sequence[_Shown]]
    sums: Bits
    told: CountBounds

    def attack(self, which: Iterable[int]) -> Attack:
        return _attack([one for place in which for one in self.shown[place]])


def _system(shown: Sequence[_Shown], kinds: MoveKinds) -> _System | None:
    of_moves: dict[bytes, list[_Shown]] = {}
    masks: dict[bytes, Bits] = {}
    for one in shown:
        mask = kinds.of_cell(one.table.design, one.side, one.key)
        if mask is not None and mask.any():
            masks[mask.tobytes()] = mask
            of_moves.setdefault(mask.tobytes(), []).append(one)
    if len(masks) < 2:
        return None
    together = np.unique(np.array([masks[mark] for mark in of_moves]), axis=1)
    least = np.array([max(one.least for one in same) for same in of_moves.values()])
    most = np.array([min(one.most for one in same) for same in of_moves.values()])
    return _System(list(of_moves.values()), together[:, together.any(axis=0)], CountBounds(least, most))


def _found_in(shown: Sequence[_Shown], plan: Protection, kinds: MoveKinds, *, thorough: bool) -> Iterator[Weakness]:
    system = _system(shown, kinds)
    if system is None:
        return
    told = system.told.recoverable(plan.threshold)
    known = {row.tobytes() for row in system.sums[told]}  # what a table says itself is no difference
    for bits, weakness in (
        *_between_two(system, plan.threshold),
        *_of_unknown(system, plan.threshold, thorough=thorough),
    ):
        if bits.tobytes() not in known and not _is_allowed(bits, system, plan):
            known.add(bits.tobytes())
            yield weakness


def _is_allowed(bits: Bits, system: _System, plan: Protection) -> bool:
    """One table that is allowed tells it alone: as the sum of counts of its own, or as the difference of two."""
    for name in plan.allowed:
        own = [sums for sums, same in zip(system.sums, system.shown, strict=True) if name in _names(same)]
        if _is_sum_of(bits, own) or any(_is_sum_of(bits | part, own) for part in own if not (bits & part).any()):
            return True
    return False


def _names(shown: Iterable[_Shown]) -> set[str]:
    return {one.table.design.id for one in shown}


def _is_sum_of(bits: Bits, parts: Iterable[Bits]) -> bool:
    """Some parts, no two of which share a kind, make it up; small ones are taken first."""
    rest = bits.copy()
    for part in sorted(parts, key=np.count_nonzero):
        if (part <= rest).all():
            rest &= ~part
    return not rest.any()


def _between_two(system: _System, threshold: int) -> Iterator[tuple[Bits, Weakness]]:
    """Differences of two published counts of which one holds the other."""
    sums = system.sums.astype(np.int64)
    shared, size = sums @ sums.T, sums.sum(axis=1)
    least = system.told.least[:, None] - system.told.most[None, :]
    most = system.told.most[:, None] - system.told.least[None, :]
    holds = (shared == size[None, :]) & (size[:, None] > size[None, :])
    for large, small in np.argwhere(holds & (least >= 1) & (most < threshold)).tolist():
        whole, part = system.shown[large][0], system.shown[small][0]
        attack = system.attack((large, small))
        told = f"{whole.written}, less {part.table.design.id}: {part.written}"
        yield (
            system.sums[large] & ~system.sums[small],
            Weakness(attack, whole.table.design.id, told, int(least[large, small]), int(most[large, small])),
        )


def _of_unknown(system: _System, threshold: int, *, thorough: bool) -> Iterator[tuple[Bits, Weakness]]:
    """Counts of what all tables show together, as far as all sums pin them."""
    sums, unknown = csr_array(system.sums.astype(np.int64)), system.sums.shape[1]
    start = CountBounds(np.zeros(unknown, np.int64), np.full(unknown, UNBOUNDED))
    bounds = propagated(sums, system.told, start)
    if thorough:
        likely = np.flatnonzero((bounds.most < 2 * threshold) & (bounds.least < bounds.most))
        bounds = tightened(sums, system.told, bounds, likely.tolist())
    for place in np.flatnonzero(bounds.recoverable(threshold)).tolist():
        holding = np.flatnonzero(system.sums[:, place])
        smallest = system.shown[holding[np.argmin(system.sums[holding].sum(axis=1))]][0]
        bits = np.zeros(unknown, bool)
        bits[place] = True
        told = f"{smallest.written}, a part of it"
        attack = system.attack(range(len(system.shown)))
        yield bits, Weakness(attack, smallest.table.design.id, told, int(bounds.least[place]), int(bounds.most[place]))


def _since_earlier(
    shown: Sequence[_Shown], earlier: Sequence[_Shown], plan: Protection, kinds: MoveKinds
) -> Iterator[Weakness]:
    """Differences of a count of now and one of before of which one holds the other: the year until two months."""
    masks = [(one, kinds.of_cell(one.table.design, one.side, one.key)) for one in (*shown, *earlier)]
    now, before = masks[: len(shown)], masks[len(shown) :]
    for (one, of_one), (other, of_other) in product(now, before):
        if of_one is None or of_other is None or one.key[0] == other.key[0]:
            continue
        if one.table.design.id == other.table.design.id and one.table.design.id in plan.allowed:
            continue
        for whole, part, holds in ((one, other, of_other <= of_one), (other, one, of_one <= of_other)):
            least, most = whole.least - part.most, whole.most - part.least
            if holds.all() and 1 <= least <= most < plan.threshold and (of_one != of_other).any():
                told = f"{whole.written}, less {part.table.design.id}: {part.written}"
                yield Weakness(_attack((whole, part)), whole.table.design.id, told, least, most)


def _attack(shown: Iterable[_Shown]) -> Attack:
    shown = list(shown)
    if len({one.table.design.boundaries for one in shown}) > 1:
        return "difference of borders"
    return "difference of months and years" if len({one.key[0] for one in shown}) > 1 else "difference of tables"
