"""Borders change: entries say which area became which, and an area of one day is found on the borders of another.

Laws: a code is followed only together with a day. Going back, what an area was made of may lie in several units, and going
forward, an area may be divided; where all of it lies in one unit the answer is exact, otherwise it is a set of units, with
the share of each or without: nothing is ever counted into a unit to which it may not belong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import TypeAlias

from qonys.concepts.area import Area, AreaRegister, BoundarySet, TerritoryChange

Shares: TypeAlias = Mapping[str, float | None]
"""Code -> share; None where it is not known."""


def units_on(register: AreaRegister, area: Area, day: date, borders: BoundarySet) -> Shares:
    """The units of a boundary set in which an area lies.

    Args:
        register: all areas.
        area: an area inside the country.
        day: a day on which its code means it.
        borders: the boundary set; its units are those of its level.

    Returns:
        Unit -> share of the area; one unit with the share 1 where the answer is exact. Empty where the area is in none.
    """
    if area.holds_on(borders.day) and not _changed_between(register, area.code, day, borders.day):
        codes: Shares = {area.code: 1.0}
    elif borders.day > day:
        codes = _since(register, area.code, day, borders.day)
    else:
        codes = _before(register, area.code, day, borders.day)
    return _in_units(register, codes, borders)


def _changed_between(register: AreaRegister, code: str, one: date, other: date) -> bool:
    first, last = min(one, other), max(one, other)
    return any(
        code in (change.source_code, change.target_code) and first < change.date <= last for change in register.changes
    )


def _since(register: AreaRegister, code: str, day: date, until: date) -> Shares:
    """What the area of a day is later on."""
    changes = [c for c in register.changes if c.source_code == code and day < c.date <= until]
    if not changes:
        return {code: 1.0}
    first = min(change.date for change in changes)
    parts: dict[str, float | None] = {c.target_code: _whole_or_weight(c) for c in changes if c.date == first}
    if all(change.kind == "part" for change in changes if change.date == first) and code not in parts:
        parts[code] = _rest(parts.values())
    return _followed(parts, lambda target: _since(register, target, first, until))


def _before(register: AreaRegister, code: str, day: date, until: date) -> Shares:
    """Of what the area of a day was made earlier: shares are known only where it was made of one area."""
    changes = [c for c in register.changes if c.target_code == code and until < c.date <= day]
    if not changes:
        return {code: 1.0}
    last = max(change.date for change in changes)
    made_of = {change.source_code for change in changes if change.date == last}
    began = any(area.valid_from == last for area in register.areas if area.code == code)
    made_of |= set() if began else {code}
    return _followed(
        _equally_unknown(made_of), lambda source: _before(register, source, last - timedelta(days=1), until)
    )


def _whole_or_weight(change: TerritoryChange) -> float | None:
    return 1.0 if change.kind in ("renamed", "recoded", "merged") else change.weight


def _rest(weights: Iterable[float | None]) -> float | None:
    known = list(weights)
    return None if None in known else 1.0 - sum(weight or 0 for weight in known)


def _equally_unknown(codes: set[str]) -> Shares:
    return {code: 1.0 if len(codes) == 1 else None for code in codes}


def _followed(parts: Shares, follow: Callable[[str], Shares]) -> Shares:
    found: dict[str, float | None] = {}
    for code, share in parts.items():
        for end, part in follow(code).items():
            _add(found, end, None if share is None or part is None else share * part)
    return found


def _add(shares: dict[str, float | None], code: str, share: float | None) -> None:
    known = shares.get(code, 0.0)
    shares[code] = None if share is None or known is None else known + share


def _in_units(register: AreaRegister, codes: Shares, borders: BoundarySet) -> Shares:
    found: dict[str, float | None] = {}
    for code, share in codes.items():
        area = next((one for one in register.of_code(code) if one.holds_on(borders.day)), None)
        unit = register.ancestor(area, borders.level, borders.day) if area else None
        if unit is None:
            return {}
        _add(found, unit.code, share)
    if len(found) == 1:
        return dict.fromkeys(found, 1.0)
    return dict.fromkeys(found) if None in found.values() else found
