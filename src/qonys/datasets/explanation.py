"""How a published figure came to be, as plain records.

Law: a step of a waterfall is the step before it and its changes, each of which names its reason; nothing is left over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import msgspec

from qonys.errors import StatisticianError

Side: TypeAlias = Literal["arrivals", "departures"]
SIDES: tuple[Side, Side] = ("arrivals", "departures")
HowMade: TypeAlias = Literal["counted", "computed", "taken", "absent"]
"""Of a cell: counted from slips; computed from counts; taken over from what was published; or without a value."""
_NEGLIGIBLE = 1e-6
"""Counts on other borders are sums of shares of moves."""


class Change(msgspec.Struct, frozen=True):
    """By how much one reason changes a count: below zero where something leaves.

    Args:
        reason: ``kind:name``, such as ``rule:sex-stated``; several names are joined by `` + ``.
        count: slips or persons; a share of a person where an area is divided by shares.
    """

    reason: str
    count: float


class Step(msgspec.Struct, frozen=True):
    """What is left after a step: the count of the step before it and all changes."""

    id: str
    count: float
    changes: tuple[Change, ...] = ()


class Waterfall(msgspec.Struct, frozen=True):
    """From the slips that were read to what is counted; ``side`` is empty where it ends with all moves."""

    steps: tuple[Step, ...]
    side: Side | Literal[""] = ""

    @property
    def last(self) -> float:
        return self.steps[-1].count


class Touch(msgspec.Struct, frozen=True):
    """What was done to slips, or found of them, whose persons stand in a cell: counts only.

    Args:
        how: ``flagged``, or as in ``edits`` of a move (`datasets.decision.AMENDMENT`).
        what: the rule, the entry of the profile, or the reason code of a decision; empty where there is none.
        field: variable that was changed; empty for what is only flagged.
        arrivals: persons among the arrivals of the cell.
        departures: persons among its departures.
    """

    how: str
    what: str
    field: str
    arrivals: float
    departures: float


def after(steps: Iterable[Step], name: str, changes: Iterable[Change]) -> tuple[Step, ...]:
    """The steps with one more: the last count and the changes that are not zero."""
    before, told = tuple(steps), tuple(change for change in changes if change.count)
    return (*before, Step(name, before[-1].count + sum(change.count for change in told), told))


def fail_if_steps_do_not_sum(waterfall: Waterfall, count: float, where: str) -> None:
    """Each step follows from the one before it, and the last one is what was counted.

    Raises:
        StatisticianError: something is left over.
    """
    before = 0.0
    for number, step in enumerate(waterfall.steps):
        expected = before + sum(change.count for change in step.changes) if number else step.count
        if abs(step.count - expected) > _NEGLIGIBLE or step.count < -_NEGLIGIBLE:
            raise _left_over(f"the step “{step.id}” is {step.count:g}, not {expected:g}", where)
        before = step.count
    if abs(before - count) > _NEGLIGIBLE:
        raise _left_over(f"it ends with {before:g}, counted are {count:g}", where)


def _left_over(what: str, where: str) -> StatisticianError:
    return StatisticianError(
        f"The way from the slips to the figure does not add up: {what}.",
        where=where,
        next_step="This is a defect of ours: every slip must be told of once.",
    )


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one published cell came to be, for the office that published it. It names no record.

    Args:
        profile, period, vintage: the release.
        table, measure, at: the cell; ``at`` has a code for each dimension, the measure among them.
        published: the value as it was published; None where there is none.
        obs_status, conf_status, data_status: as in the files of the release.
        references: where a figure that was taken over stands, and what a computed one is related to.
        made: how it was made.
        why_absent: why it has no value (`analyse.absences.WhyAbsent`).
        exact: the value before protection; None where nothing was counted.
        inputs: of a computed one: what it was computed from.
        sql: the statement that gives the exact value.
        reads: table of the statement -> state of the data and version.
        waterfalls: the way from the slips to each side that the value needs.
        touched: rules and corrections that touched its slips.
        method: how its table is protected.
        method_reason: why it is published exact, as protection.yaml says.
        versions: what else decides the value.
    """

    profile: str
    period: str
    vintage: str
    table: str
    measure: str
    at: dict[str, str]
    published: float | None
    obs_status: str
    conf_status: str
    data_status: str
    made: HowMade
    method: str
    references: dict[str, str] = {}
    why_absent: str = ""
    exact: float | None = None
    inputs: dict[str, float] = {}
    sql: str = ""
    reads: dict[str, str] = {}
    waterfalls: tuple[Waterfall, ...] = ()
    touched: tuple[Touch, ...] = ()
    method_reason: str = ""
    versions: dict[str, str] = {}
