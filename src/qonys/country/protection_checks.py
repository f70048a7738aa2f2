"""Confronts protection.yaml with the tables: each is protected in one way, and in one that its form allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from qonys.concepts.protection import Protection
from qonys.concepts.table_design import SideDimension, TableDesign
from qonys.country.profile import Profile

_WHERE = "protection.yaml"


def protection(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Contradictions as file, what is wrong, what to do; none where there is no protection.yaml."""
    plan = profile.protection
    if plan == Protection():
        return
    yield from _tables(plan, profile)
    yield from _numbers(plan)
    for name in plan.sensitive:
        if name not in get_args(SideDimension):
            yield _WHERE, f"sensitive: “{name}” is no dimension.", f"Allowed: {', '.join(get_args(SideDimension))}."
    for name in (*plan.additive, *plan.cell_key):
        if name in profile.tables:
            yield from _form(plan, profile.tables[name])


def _tables(plan: Protection, profile: Profile) -> Iterator[tuple[str, str, str]]:
    named = Counter((*plan.exact, *plan.additive, *plan.cell_key))
    known = ", ".join(profile.tables)
    for name in (*named, *plan.allowed):
        if name not in profile.tables:
            yield _WHERE, f"There is no table “{name}”.", f"Known: {known}."
    for name, times in named.items():
        if times > 1:
            yield (
                _WHERE,
                f"The table {name} is protected in {times} ways.",
                "Name it once: exact, additive or cell_key.",
            )
    for name in profile.tables:
        if name not in named:
            yield (
                _WHERE,
                f"Nothing says how the table {name} is protected.",
                "Name it under exact, additive or cell_key.",
            )


def _numbers(plan: Protection) -> Iterator[tuple[str, str, str]]:
    if plan.threshold < 2:
        yield _WHERE, f"threshold: {plan.threshold} protects nobody.", "The smallest is 2: no count of 1 is found out."
    if plan.base < 2:
        yield _WHERE, f"base: {plan.base} rounds nothing.", "The smallest is 2."


def _form(plan: Protection, design: TableDesign) -> Iterator[tuple[str, str, str]]:
    if design.groups and design.id in plan.additive:
        what = f"The table {design.id} has groups: a group is not the sum of its members, so it cannot be rounded additively."
        yield _WHERE, what, "Protect it by cell_key, or leave the groups to a table of their own."
    if design.boundaries and design.id in (*plan.additive, *plan.cell_key):
        what = f"The table {design.id} is on the borders of a boundary set, where counts may be estimates."
        yield _WHERE, what, "Publish it exact, or on the borders of the day."
