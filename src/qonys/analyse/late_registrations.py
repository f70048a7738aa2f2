"""Attacks the triangle of late registrations by what nowcasts show of it: moves of a month that became known between two days.

Laws: it reads published numbers alone. A nowcast shows multiples of a base, so that no count of its triangle tells of one person;
where two nowcasts, or a nowcast and exact tables, pin what became known between them to 1 … k - 1, the base is too small.
What exact tables tell without any nowcast is how the office publishes them, and no matter of the triangle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import NamedTuple

from qonys.analyse.audit import Weakness
from qonys.concepts.protection import Protection


class KnownMoves(NamedTuple):
    """What is published of the moves of a month, as they were known on a day.

    Args:
        month: of the moves.
        day: the last one whose deliveries count.
        least: they are at least this many.
        most: and at most this many.
        nowcast: id of the nowcast that shows it; empty where exact tables do.
    """

    month: str
    day: date
    least: int
    most: int
    nowcast: str = ""


def shown_by_nowcast(nowcast: str, month: str, day: date, value: int, base: int) -> KnownMoves:
    """What a nowcast says of a month that it shows as a multiple of a base: the counts that are rounded to it, halves up."""
    if base < 2:
        return KnownMoves(month, day, value, value, nowcast)
    return KnownMoves(month, day, max(value - base // 2, 0), value + (base - 1) // 2, nowcast)


def late_registrations(known: Iterable[KnownMoves], plan: Protection) -> tuple[Weakness, ...]:
    """What became known of a month, or was taken back, between two days, where it must be from 1 to k - 1.

    Args:
        known: all that is published, in releases of whatever period.
        plan: its threshold is k.
    """
    of_months: dict[str, dict[date, list[KnownMoves]]] = {}
    for one in known:
        of_months.setdefault(one.month, {}).setdefault(one.day, []).append(one)
    return tuple(found for days in of_months.values() for found in _of_month(days, plan.threshold))


def _of_month(days: dict[date, list[KnownMoves]], threshold: int) -> Iterator[Weakness]:
    for earlier, later in combinations(sorted(days), 2):
        before, after = _together(days[earlier]), _together(days[later])
        if not before.nowcast and not after.nowcast:
            continue
        more = (after.least - before.most, after.most - before.least)
        for least, most in (more, (-more[1], -more[0])):
            if 1 <= least <= most < threshold:
                cell = f"{after.month}, known from {earlier} to {later}"
                names = tuple(dict.fromkeys(name for name in (before.nowcast, after.nowcast) if name))
                yield Weakness("late registrations", names[0], cell, least, most, names)


def _together(same: list[KnownMoves]) -> KnownMoves:
    """All that is published of one count; of no nowcast where exact tables tell it alone."""
    exact = [one for one in same if not one.nowcast]
    first = (exact or same)[0]
    return first._replace(least=max(one.least for one in same), most=min(one.most for one in same))
