"""Why a cell of a published table has no value, as a code that can be worded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, TypeAlias

from qonys.analyse.divided import divided
from qonys.analyse.indicators import is_of_total_alone, needs_population
from qonys.analyse.members import Counts
from qonys.analyse.tables import is_covered
from qonys.concepts.indicator import Indicator
from qonys.concepts.layout import Stream
from qonys.concepts.period import Period
from qonys.concepts.status import ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL

WhyAbsent: TypeAlias = Literal[
    "coarsened", "nothing-delivered", "not-covered", "divided", "no-population", "no-base", "no-figure", "too-few",
    "total-alone", "undefined",
]  # fmt: skip


def why_absent(
    design: TableDesign, at: Mapping[str, str], observation: str, indicator: Indicator | None, counts: Counts,
    delivered: Collection[Period], covers: frozenset[Stream], *, is_history: bool,
) -> WhyAbsent:  # fmt: skip
    """Why a cell that is not confidential has no value.

    Args:
        design: the table.
        at: codes of the cell.
        observation: its observation status.
        indicator: the indicator that it shows, if it does.
        counts: the exact counts of the table.
        delivered: months of which some move is known.
        covers: kinds of moves that the sources hold.
        is_history: the cell lies before the years that are counted.
    """
    if observation == ObservationStatus.LOW_RELIABILITY.value:
        return "too-few"
    if observation == ObservationStatus.NOT_APPLICABLE.value:
        return "total-alone" if indicator and is_of_total_alone(indicator) and at.get("area") != TOTAL else "undefined"
    if is_history:
        return "no-figure"
    if not set(delivered) & set(Period.parse(at["period"]).months):
        return "nothing-delivered"
    if not is_covered(design, at, indicator.of if indicator else at["measure"], covers):
        return "not-covered"
    if divided(design, counts, frozenset()).hides(design, at):
        return "divided"
    return "no-population" if indicator and needs_population(indicator) else "no-base"
