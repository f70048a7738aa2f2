"""The way from all slips to one cell, as counts that sum: set-wise for a table, then read off for each of its cells.

Law: what narrows the count is told one thing at a time: the side, the universe, the period, what the table leaves out, then
each dimension in the order of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from qonys.analyse.members import Counts
from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL
from qonys.datasets.explanation import SIDES, Change, Side, Step, Waterfall, after

Sides = Mapping[tuple[str, str], tuple[float, float]]
"""Month and stream -> arrivals, departures."""


@dataclass(frozen=True)
class Ground:
    """What all cells of a table have in common.

    Args:
        slips: the steps from the slips that were read to all moves that are known.
        sides: every side of these moves, on the borders of the table.
        streams: the streams that belong to its universe.
        counts: its exact counts, with a total over every dimension.
    """

    slips: tuple[Step, ...]
    sides: Sides
    streams: frozenset[str]
    counts: Counts

    @cached_property
    def by_stream(self) -> Mapping[str, tuple[float, float]]:
        """All sides by stream."""
        return _summed((stream, counts) for (_, stream), counts in self.sides.items())

    @cached_property
    def by_month(self) -> Mapping[str, tuple[float, float]]:
        """The sides of the universe by month."""
        return _summed((month, counts) for (month, stream), counts in self.sides.items() if stream in self.streams)

    @property
    def months(self) -> frozenset[Period]:
        """The months of which some move is known."""
        return frozenset(Period.parse(month) for month, _ in self.sides)


def sides_of(counts: pa.Table) -> Sides:
    """The counts of `queries.explaining.by_month_and_stream`, in the order of months and streams."""
    rows = sorted(counts.to_pylist(), key=lambda row: (row["period"], row["stream"]))
    return {(row["period"], row["stream"]): (row["arrivals"], row["departures"]) for row in rows}


def waterfall_of(design: TableDesign, at: Mapping[str, str], side: Side, ground: Ground) -> Waterfall:
    """The way from the slips to one side of a cell.

    Args:
        design: the table.
        at: codes of the cell.
        side: arrivals or departures.
        ground: what all cells of the table have in common.
    """
    place = SIDES.index(side)
    months = (str(month) for month in Period.parse(at["period"]).months)
    in_period = sum(ground.by_month[month][place] for month in months if month in ground.by_month)
    every = sum(counts[place] for counts in ground.by_stream.values())
    steps = after(ground.slips, "side", [Change(f"no-{side}", every - ground.slips[-1].count)])
    others = (Change(f"stream:{s}", -n[place]) for s, n in ground.by_stream.items() if s not in ground.streams)
    steps = after(steps, "universe", others)
    steps = after(steps, "period", [Change("other-periods", in_period - steps[-1].count)])
    for name, reason, count in _narrowed(design, at, place, ground.counts):
        steps = after(steps, name, [Change(reason, count - steps[-1].count)])
    return Waterfall((*steps, Step("cell", steps[-1].count)), side)


def _narrowed(
    design: TableDesign, at: Mapping[str, str], place: int, counts: Counts
) -> Iterator[tuple[str, str, float]]:
    """Step, reason and count: after what the table leaves out, then after each dimension that the cell narrows."""
    key = [at["period"], *(TOTAL for _ in design.dimensions)]
    if design.only or design.youngest is not None:
        yield "table", "left-out-of-table", _count(counts, key, place)
    for number, name in enumerate(design.dimensions, start=1):
        if at[name] != TOTAL:
            key[number] = at[name]
            yield f"dimension:{name}", f"other:{name}", _count(counts, key, place)


def _count(counts: Counts, key: list[str], place: int) -> float:
    return counts.get(tuple(key), (0, 0))[place]


def _summed(counts: Iterable[tuple[str, tuple[float, float]]]) -> Mapping[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for name, (arrivals, departures) in counts:
        before = found.get(name, (0, 0))
        found[name] = before[0] + arrivals, before[1] + departures
    return found


def public_steps(steps: Sequence[Step], threshold: int) -> tuple[Step, ...]:
    """The steps as they may be published: no reason of fewer slips than the threshold stands alone.

    Such reasons are told together, with the next smallest one where they are still too few, and with those of the next step
    where there is no other. A step whose count would tell such a reason is left out; so are steps at which nothing happens.
    """
    told, waiting = [Step(steps[0].id, steps[0].count)], tuple[Change, ...]()
    for step in steps[1:]:
        changes = _kinds_together((*waiting, *step.changes))
        small = tuple(change for change in changes if abs(change.count) < threshold)
        large = sorted((c for c in changes if abs(c.count) >= threshold), key=lambda c: (abs(c.count), c.reason))
        while small and abs(sum(change.count for change in small)) < threshold and large:
            small = (*small, large.pop(0))
        together = sum(change.count for change in small)
        if small and abs(together) < threshold and step is not steps[-1]:
            waiting = small
            continue
        waiting = ()
        if changes:
            shown = (*reversed(large), *((Change("others:", together),) if small else ()))
            told.append(Step(step.id, step.count, shown))
    return tuple(told)


def _kinds_together(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Which value of a slip could not be read is of interest to the office alone."""
    found: dict[str, float] = {}
    for change in changes:
        reason = "field:" if change.reason.startswith("field:") else change.reason
        found[reason] = found.get(reason, 0) + change.count
    return tuple(Change(reason, count) for reason, count in found.items())
