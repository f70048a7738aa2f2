"""From slips to a release in one run: *process*, *tabulate* and *build*, one after the other.

Laws: what must be there for the release is asked before anything is made; each step's states count as soon as it has ended,
as if its own command had made them, so a run that is stopped leaves whole states; the release is the one that the three
commands would build, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from qonys.datasets.outcome import Outcome, RuleResult
from qonys.production import processing, tabulating
from qonys.production.month_so_far import fail_if_deliveries_are_missing

if TYPE_CHECKING:
    from qonys.concepts.period import Period
    from qonys.production.building import BuiltRelease
    from qonys.production.office import Office


class Processed(msgspec.Struct, frozen=True):
    """What *process* found, as soon as it has ended."""

    outcome: Outcome[tuple[RuleResult, ...]]


class Tabulated(msgspec.Struct, frozen=True):
    """What *tabulate* counted, as soon as it has ended, and the names of the release's data cut-offs by their days."""

    outcome: Outcome[int]
    cut_offs: dict[str, str]


Told: TypeAlias = Callable[[Processed | Tabulated], None]


def build_from_slips(office: Office, period: Period, told: Told) -> Outcome[BuiltRelease]:
    """The release of a period, of the slips that are collected now.

    Args:
        office: the office at work.
        period: a period of the calendar.
        told: is told what each of the first two steps found, when it has ended.

    Raises:
        ProfileError, StatisticianError, OperatorError: as the three steps. What the calendar and the deliveries forbid is
            told before the first of them.
    """
    entry = office.profile.calendar_entry(str(period))
    if office.store.receipts():
        fail_if_deliveries_are_missing(office, period, entry)
    told(Processed(processing.process(office)))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="load") as beside:
        # What builds takes the better part of a second to load; the engine, which counts, does not wait for it.
        loaded = beside.submit(_what_builds)
        told(Tabulated(tabulating.tabulate(office), {day.isoformat(): name for name, day in entry.cut_offs.items()}))
        build = loaded.result()
    return build(office, period)


def _what_builds() -> Callable[[Office, Period], Outcome[BuiltRelease]]:
    """The step *build*, with pages, figures, methods and templates loaded."""
    from qonys.disseminate.page_templates import read_templates
    from qonys.production.building import build

    read_templates()
    return build
