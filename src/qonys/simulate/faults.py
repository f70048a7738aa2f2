"""Faults planted on top of the true slips: what a line must find, set apart or quarantine.

Laws: no fault touches a true slip, so the clean moves stay what they are; a faulty slip has a number of its own, and a
person of its own unless it is a duplicate; it carries no children unless it is a duplicate.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from qonys.concepts.layout import SourceLayout
from qonys.concepts.simulation import FAULTS, PlanDesign
from qonys.simulate.flows import EXTERNAL_OUT, INTERNAL
from qonys.simulate.settling import Settlements
from qonys.simulate.slips import IMPOSSIBLE, REGISTRATIONS, Flags, Numbers, Slips
from qonys.simulate.year import Counters

_EPOCH = date(1970, 1, 1)
_NUMBER_FAULTS = ("wrong_check_digit", "sex_against_number")
"""Planted on slips that are no migration, so that a rule which flags them leaves every move as it is."""


def planted_faults(
    design: PlanDesign,
    layout: SourceLayout,
    slips: Slips,
    corrected: Numbers,
    received: date,
    settlements: Settlements,
    counters: Counters,
    rng: np.random.Generator,
) -> dict[str, Slips]:
    """Faulty slips to put among those of one file, by kind of fault.

    Args:
        design: with the share of each kind.
        layout: of the file; a fault that it cannot express is not planted.
        slips: the true slips of the file, from which the faulty ones are drawn.
        corrected: numbers of slips that are corrected later; they are not duplicated.
        received: day of the delivery.
        settlements: the ends of the year.
        counters: numbers given so far; advanced.
        rng: source of chance.
    """
    planted = {}
    for kind in FAULTS:
        able = np.flatnonzero(_able(kind, layout, slips, corrected))
        count = min(int(np.ceil(design.faults.get(kind, 0.0) * len(slips))), len(able))
        if count:
            faulty = slips.take(np.sort(rng.choice(able, count, replace=False)))
            planted[kind] = _with_fault(kind, _renumbered(kind, faulty, counters), received, settlements, rng)
    return planted


def _able(kind: str, layout: SourceLayout, slips: Slips, corrected: Numbers) -> Flags:
    none: Flags = np.zeros(len(slips), dtype=np.bool_)
    if kind == "duplicate":
        # A slip without a personal number has no duplicates: equal rows are different persons.
        return ~np.isin(slips.number, corrected) if "person" in layout.variables else none
    if kind in _NUMBER_FAULTS:
        person = layout.variables.get("person")
        return _able("name_change", layout, slips, corrected) if person and person.scheme else none
    if kind in REGISTRATIONS:
        registration = layout.variables.get("registration_type")
        known = registration is not None and registration.column is not None
        internal: Flags = slips.stream == INTERNAL
        return internal if known else none
    if kind == "born_after" and "birth_date" not in layout.variables:
        return none
    return ~none


def _renumbered(kind: str, faulty: Slips, counters: Counters) -> Slips:
    year = int(faulty.number[0]) // 10**9
    numbered = replace(faulty, number=counters.new_slips(year, len(faulty)))
    if kind == "duplicate":
        return numbered
    says_woman = ~faulty.woman if kind == "sex_against_number" else faulty.woman
    person = counters.persons.new(faulty.birth, says_woman)
    if kind == "wrong_check_digit":
        person = counters.persons.with_other_check_digit(person)
    return replace(numbered, person=person, children=np.zeros(len(faulty), np.int8))


def _with_fault(kind: str, slips: Slips, received: date, settlements: Settlements, rng: np.random.Generator) -> Slips:
    later = rng.integers(1, 300, len(slips), dtype=np.int32)
    match kind:
        case "impossible_date":
            return replace(slips, day=np.full(len(slips), IMPOSSIBLE, np.int32))
        case "future":
            return replace(slips, day=np.int32((received - _EPOCH).days) + later)
        case "born_after":
            return replace(slips, birth=slips.day + later)
        case "unknown_area":
            return _lost(slips, settlements.unknown)
        case "same_settlement" | "name_change" | "wrong_check_digit" | "sex_against_number":
            return replace(
                slips,
                destination=slips.origin,
                destination_area=slips.origin_area,
                destination_locality=slips.origin_locality,
                registration=np.full(
                    len(slips), REGISTRATIONS.index("name_change" if kind in _NUMBER_FAULTS else kind), np.int8
                ),
            )
        case _:
            return slips


def _lost(slips: Slips, unknown: int) -> Slips:
    """The end inside the country is an area that nobody knows."""
    leaving = slips.stream == EXTERNAL_OUT
    return replace(
        slips,
        origin=np.where(leaving, unknown, slips.origin).astype(np.int16),
        destination=np.where(leaving, slips.destination, unknown).astype(np.int16),
    )
