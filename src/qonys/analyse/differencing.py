"""Attacks a release by differences: between boundary sets, months and years, universes and streams, districts and groups of countries,
nets and one of their sides.

Laws: it reads what everybody can read, and the territory, which is public too. Counts of the same persons, however their moves
are cut, are sums over the same kinds of moves (`published_sums`). A count that must be from 1 to k - 1, of a cell that is shown or
not, of kinds that all tables show together, or of the difference of two cells, is a weakness, unless one table that is allowed
tells it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np

from qonys.analyse.audit import SIDES, Attack, Published, Weakness, exact_counts, told_of
from qonys.analyse.judged import Attacked, Judged
from qonys.analyse.move_kinds import TERRITORIAL, MoveKinds, move_kinds
from qonys.analyse.published_cells import SIGNS, CellOfAll
from qonys.analyse.published_ratios import span_of
from qonys.analyse.published_sums import Bits, PublishedSums, Shown, published_sums
from qonys.concepts.period import Period
from qonys.concepts.protection import Protection
from qonys.concepts.text import TOTAL
from qonys.datasets.territory import Territory
from qonys.methods.disclosure.bounds import UNBOUNDED, CountBounds

Key: TypeAlias = tuple[str, ...]
Persons: TypeAlias = tuple[tuple[str, str], ...]
"""What is said of persons: dimension and code."""
_NAMED = ("partner", "partner_area", "locality", "partner_locality")
"""Dimensions whose codes are told apart as far as some table names them."""
_MOST_WORK = 5_000_000
"""Of a whole audit: searches times the terms of the sums that are searched; half a minute."""
_MOST_EXPLAINED = 20
"""Weaknesses of one system of which it is found out which tables are needed."""


def differences(
    tables: Sequence[Published],
    plan: Protection,
    territory: Territory,
    *,
    earlier: Sequence[Published] = (),
    besides: Sequence[Published] = (),
    thorough: bool = True,
) -> Attacked:
    """All that follows from differences of the counts of a release, and how counts and kinds of moves were judged.

    Args:
        tables: its tables.
        plan: how they are protected, and what is sensitive.
        territory: where moves may begin and end.
        earlier: tables that were published before, in releases of whatever period.
        besides: tables of another vintage that show the same counts, protected otherwise, or of analyses.
        thorough: bounds over all tables of whole numbers; else those that follow from each sum, which takes no time.

    Raises:
        StatisticianError: what is published contradicts itself.
    """
    exact = exact_counts((*tables, *besides), plan)
    found: list[Weakness] = []
    judged = Judged()
    kinds: dict[frozenset[str], MoveKinds] = {}
    systems = _by_persons((*tables, *besides), plan, exact)
    attacked = [shown for shown in systems.values() if _is_more_than_sums_of_one_table(shown)]
    for shown in attacked:
        work = _MOST_WORK // len(attacked) if thorough else 0
        of_system = _found_in(shown, plan, _kinds(shown, territory, kinds), work)
        found += of_system.weaknesses
        judged += of_system.judged
    before = _by_persons(earlier, plan, {})
    for (_, persons), shown in systems.items():
        was = [one for (_, other), of_other in before.items() if other == persons for one in of_other]
        if was:
            found += _since_earlier(shown, was, plan, _kinds((*shown, *was), territory, kinds))
    return Attacked(tuple(dict.fromkeys(found)), judged)


def _is_more_than_sums_of_one_table(shown: Sequence[Shown]) -> bool:
    """Sums of one table, without groups and nets, are attacked by `audit.weaknesses`."""
    designs = {one.table.name: one.table.design for one in shown}
    return len(designs) > 1 or any(d.groups for d in designs.values()) or any(o.measure not in SIDES for o in shown)


def _by_persons(
    tables: Iterable[Published], plan: Protection, exact: Mapping[CellOfAll, int]
) -> dict[tuple[str, Persons], list[Shown]]:
    """The numbers of a data cut-off that are of the same persons, of those that tell something sensitive."""
    found: dict[tuple[str, Persons], list[Shown]] = {}
    for one in tables:
        for number in (*_counts_shown(one, plan, exact), *_ratios_shown(one, exact)):
            persons = _persons(one, number.key)
            if _tells(persons, plan):
                found.setdefault((one.vintage, persons), []).append(number)
    return found


def _counts_shown(one: Published, plan: Protection, exact: Mapping[CellOfAll, int]) -> Iterator[Shown]:
    for measure in SIGNS:
        for key in one.shown(measure):
            yield _shown(one, measure, key, plan, exact)


def _ratios_shown(one: Published, exact: Mapping[CellOfAll, int]) -> Iterator[Shown]:
    """What the ratios of a table say of counts; it names every code that it has, whether its ratio says something or not."""
    for of, key in one.ratios.stands:
        if key not in one.shown(of):
            yield Shown(one, of, key, 0, UNBOUNDED)
    for ratio in one.ratios.read:
        within = span_of(ratio, exact)
        if within is not None and one.shown(ratio.of).get(ratio.key) is None:
            yield Shown(one, ratio.of, ratio.key, *within)


def _persons(one: Published, key: Key) -> Persons:
    """What a cell says of persons."""
    told = zip(one.design.dimensions, key[1:], strict=True)
    found = {name: code for name, code in told if name not in TERRITORIAL and code != TOTAL}
    found |= {n: "+".join(codes) for n, codes in one.design.only.items() if n not in (*TERRITORIAL, *found)}
    found |= {"youngest": str(one.design.youngest)} if one.design.youngest is not None else {}
    return tuple(sorted(found.items()))


def _tells(persons: Persons, plan: Protection) -> bool:
    return any(name in plan.sensitive for name, _ in persons)


def _shown(one: Published, measure: str, key: Key, plan: Protection, exact: Mapping[CellOfAll, int]) -> Shown:
    """A number with what its published value says of the true one: nothing, where it follows from others that were rounded."""
    totals = [name for name in one.design.totals if name in one.design.dimensions]
    is_sum = any(key[1 + one.design.dimensions.index(name)] == TOTAL for name in totals)
    least, most = told_of(one, measure, key, plan, exact)
    if is_sum and least < most and one.adds_up(plan):
        least, most = 0, UNBOUNDED
    return Shown(one, measure, key, least, most)


def _kinds(shown: Sequence[Shown], territory: Territory, made: dict[frozenset[str], MoveKinds]) -> MoveKinds:
    """The kinds of moves of these counts; the same for counts of the same tables."""
    tables = {one.table.name: one.table for one in shown}
    periods = {one.key[0] for one in shown}
    monthly = any(Period.parse(period).month for period in periods)
    named = {
        code
        for one in shown
        for name, code in zip(one.table.design.dimensions, one.key[1:], strict=True)
        if name in _NAMED and code != TOTAL
    }
    named |= {code for table in tables.values() for name in _NAMED for code in table.design.only.get(name, ())}
    mark = frozenset((*tables, *periods, *named))
    if mark not in made:
        designs = [table.design for table in tables.values()]
        made[mark] = move_kinds(territory, designs, periods, named, monthly=monthly)
    return made[mark]


class _Found(NamedTuple):
    """A count that can be found out: a cell or kind, or what a cell has besides another one."""

    bits: Bits
    whole: int
    part: int | None
    cell: int
    least: int
    most: int

    def within(self, bounds: CountBounds) -> tuple[int, int]:
        if self.part is None:
            return int(bounds.least[self.whole]), int(bounds.most[self.whole])
        least = bounds.least[self.whole] - bounds.most[self.part]
        return int(least), int(bounds.most[self.whole] - bounds.least[self.part])


def _found_in(shown: Sequence[Shown], plan: Protection, kinds: MoveKinds, work: int) -> Attacked:
    """What a system tells; with so much work for searches, none of which leaves what each sum tells."""
    system = published_sums(shown, kinds)
    if system is None:
        return Attacked((), _not_placed(len(shown)))
    bounds, judged = system.judged(plan.threshold, thorough=work > 0, work=work)
    found = tuple(_weaknesses(system, bounds, plan, thorough=work > 0))
    return Attacked(found, judged + _not_placed(system.unplaced))


def _not_placed(numbers: int) -> Judged:
    return Judged(left_out={"nobody can say which moves they count": numbers} if numbers else {})


def _weaknesses(system: PublishedSums, bounds: CountBounds, plan: Protection, *, thorough: bool) -> Iterator[Weakness]:
    told = system.told()
    some = ~system.kinds[told.most == 0].any(axis=0)  # a cell and the same one less what is shown to be nobody are one
    known = {(row & some).tobytes() for row in system.kinds[system.said(plan.threshold)]}  # said, not found out
    allowed = [_told_by(n, system, plan, some) for n, one in system.tables.items() if one.design.id in plan.allowed]
    number = 0
    for found in (*_cells(system, bounds, plan), *_between_two(system, bounds, plan), *_kinds_of(system, bounds, plan)):
        bits = found.bits & some
        mark = bits.tobytes()
        if mark not in known and not any(_is_told(bits, own) for own in allowed):
            known.add(mark)
            number += 1
            needed = (
                _needed(found, system, plan, thorough=thorough) if number <= _MOST_EXPLAINED else list(system.tables)
            )
            yield _weakness(found, system, needed)


def _cells(system: PublishedSums, bounds: CountBounds, plan: Protection) -> Iterator[_Found]:
    for cell in np.flatnonzero(bounds.recoverable(plan.threshold)[: len(system.cells)]).tolist():
        yield _Found(system.kinds[cell], cell, None, cell, int(bounds.least[cell]), int(bounds.most[cell]))


def _kinds_of(system: PublishedSums, bounds: CountBounds, plan: Protection) -> Iterator[_Found]:
    """Counts of what all tables show together."""
    first = len(system.cells)
    for kind in np.flatnonzero(bounds.recoverable(plan.threshold)[first:]).tolist():
        holding = np.flatnonzero(system.kinds[:, kind])
        smallest = int(holding[np.argmin(system.kinds[holding].sum(axis=1))])
        bits = np.zeros(system.kinds.shape[1], bool)
        bits[kind] = True
        at = first + kind
        yield _Found(bits, at, None, smallest, int(bounds.least[at]), int(bounds.most[at]))


def _between_two(system: PublishedSums, bounds: CountBounds, plan: Protection) -> Iterator[_Found]:
    """What a cell has besides another one that is within it."""
    first, shared, size = len(system.cells), system.shared, system.kinds.sum(axis=1)
    least = bounds.least[:first, None] - bounds.most[None, :first]
    most = bounds.most[:first, None] - bounds.least[None, :first]
    holds = (shared == size[None, :]) & (size[:, None] > size[None, :])
    for whole, part in np.argwhere(holds & (least >= 1) & (most < plan.threshold)).tolist():
        bits = system.kinds[whole] & ~system.kinds[part]
        yield _Found(bits, whole, part, whole, int(least[whole, part]), int(most[whole, part]))


def _told_by(name: str, system: PublishedSums, plan: Protection, some: Bits) -> list[Bits]:
    """The cells that one table tells alone: those that it shows, and the other side of those of which it shows the net."""
    bounds, _ = system.judged(plan.threshold, thorough=False, tables=(name,))
    width = (bounds.most - bounds.least)[: len(system.cells)]
    return list(system.kinds[width <= 4 * system.tables[name].reach(plan)] & some)


def _is_told(bits: Bits, own: Sequence[Bits]) -> bool:
    """As the sum of counts of one table, or as the difference of two."""
    return _is_sum_of(bits, own) or any(_is_sum_of(bits | part, own) for part in own if not (bits & part).any())


def _is_sum_of(bits: Bits, parts: Iterable[Bits]) -> bool:
    """Some parts, no two of which share a kind, make it up; small ones are taken first."""
    rest = bits.copy()
    for part in sorted(parts, key=np.count_nonzero):
        if (part <= rest).all():
            rest &= ~part
    return not rest.any()


def _needed(found: _Found, system: PublishedSums, plan: Protection, *, thorough: bool) -> list[str]:
    """Tables without any of which it could not be found out."""
    needed = list(system.tables)
    asked = [place for place in (found.whole, found.part) if place is not None]
    for name in list(needed):
        rest = [other for other in needed if other != name]
        bounds, _ = system.judged(plan.threshold, thorough=thorough, tables=rest, cells=asked)
        least, most = found.within(bounds)
        if rest and 1 <= least <= most < plan.threshold:
            needed = rest
    return needed


def _weakness(found: _Found, system: PublishedSums, needed: Sequence[str]) -> Weakness:
    first = len(system.cells)
    cell = system.cells[found.cell]
    told = f"{cell.written}, a part of it" if found.whole >= first else cell.written
    if found.part is not None:
        part = system.cells[found.part]
        told = f"{cell.written}, less {part.table.name}: {part.written}"
    shown = [one for one in system.shown if one.table.name in needed]
    return Weakness(_attack(shown), cell.table.name, told, found.least, found.most, tuple(needed))


def _since_earlier(
    shown: Sequence[Shown], earlier: Sequence[Shown], plan: Protection, kinds: MoveKinds
) -> Iterator[Weakness]:
    """Differences of a count of now and one of before of which one holds the other: the year until two months."""
    masks = [
        (one, kinds.of_cell(one.table.design, one.measure, one.key) if one.is_known and one.measure in SIDES else None)
        for one in (*shown, *earlier)
    ]
    now, before = masks[: len(shown)], masks[len(shown) :]
    for (one, of_one), (other, of_other) in product(now, before):
        if of_one is None or of_other is None or one.key[0] == other.key[0]:
            continue
        if one.table.design.id == other.table.design.id and one.table.design.id in plan.allowed:
            continue
        for whole, part, holds in ((one, other, of_other <= of_one), (other, one, of_one <= of_other)):
            least, most = whole.least - part.most, whole.most - part.least
            if holds.all() and 1 <= least <= most < plan.threshold and (of_one != of_other).any():
                told = f"{whole.written}, less {part.table.name}: {part.written}"
                names = tuple(dict.fromkeys((whole.table.name, part.table.name)))
                borders = {one.table.design.boundaries for one in (whole, part)}
                attack: Attack = "difference of borders" if len(borders) > 1 else "difference of months and years"
                yield Weakness(attack, whole.table.name, told, least, most, names)


def _attack(shown: Iterable[Shown]) -> Attack:
    """What tells tables apart that tell a count together."""
    shown = list(shown)
    designs = {one.table.name: one.table.design for one in shown}
    of_sides = {one.table.name for one in shown if one.measure in SIDES}
    if any(one.table.shown_by for one in shown):
        return "difference of vintages"
    if designs.keys() - of_sides or (len(designs) == 1 and any(one.measure not in SIDES for one in shown)):
        return "net and one side"
    if len({design.boundaries for design in designs.values()}) > 1:
        return "difference of borders"
    if any("place" in design.dimensions for design in designs.values()):
        return "difference of districts"
    if any(design.groups or "partner" in design.only for design in designs.values()):
        return "difference of groups"
    if len({len(one.key[0]) for one in shown}) > 1:
        return "difference of months and years"
    return "difference of tables" if len(designs) > 1 else "deduced from sums"
