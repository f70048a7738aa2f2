"""Confronts deliveries.yaml with layouts and areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from qonys.concepts.expectation import Expectation
from qonys.concepts.period import Period
from qonys.country.profile import Profile
from qonys.errors import StatisticianError

_WHERE = "deliveries.yaml"


def expectations(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """What deliveries.yaml says that cannot be: file, what, and what is allowed."""
    for expected in profile.expectations:
        yield from ((_WHERE, f"{expected.layout}: {what}", next_step) for what, next_step in _wrong(expected, profile))
    for layout, times in Counter(expected.layout for expected in profile.expectations).items():
        if times > 1:
            yield _WHERE, f"{layout} stands {times} times.", "A layout is expected in one rhythm."


def _wrong(expected: Expectation, profile: Profile) -> Iterator[tuple[str, str]]:
    if expected.layout not in profile.layouts:
        yield "there is no such layout.", f"Layouts: {', '.join(profile.layouts)}."
        return
    if expected.due < 0:
        yield f"due is {expected.due}.", "Allowed: 0 or more days after the end of the period."
    for name in ("first", "last"):
        if (written := getattr(expected, name)) or name == "first":
            yield from _wrong_period(name, written, expected)
    level = profile.identity.level
    known = {area.code for area in profile.areas.areas if area.level == level}
    for code in expected.regions:
        if code not in known:
            yield f"{code} is no area of the level {level}.", "See areas/areas.csv."
    if expected.offices and "office" not in profile.layouts[expected.layout].variables:
        yield "its slips do not say the office.", "Leave out `offices`, or add the variable to the layout."


def _wrong_period(name: str, written: str, expected: Expectation) -> Iterator[tuple[str, str]]:
    example = "2024-01" if expected.every == "month" else "2024"
    try:
        period = Period.parse(written)
    except StatisticianError:
        yield f"{name} is “{written}”, which is no period.", f"Write it as {example}."
        return
    if (period.month is None) is (expected.every == "month"):
        yield f"{name} is “{written}”, but every {expected.every} is expected.", f"Write it as {example}."
