"""An indicator: a number that is computed from the counts of a table's cell, and of the population where it needs one."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from qonys.concepts.text import Text

IndicatorFunction: TypeAlias = Literal["rate", "growth", "effectiveness", "system_effectiveness", "aggregate_net_rate"]
WITH_POPULATION: tuple[IndicatorFunction, ...] = ("rate", "aggregate_net_rate")
"""Functions that need an average population."""
CountOf: TypeAlias = Literal["arrivals", "departures", "net", "turnover"]


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of indicators.yaml; a table design names it among its measures.

    Args:
        id: name of the measure.
        names: what it is called, in every language.
        function: how it is computed (`analyse.indicators`).
        of: the count that it is computed from.
        unit: its unit, in every language.
        formula: the formula as a reader sees it, in every language.
        meaning: what it says, and to whom it does not apply, in every language.
        source: where the formula is from; a citation stands as it is, other words in every language.
        per: of a rate: so many persons of the average population.
        decimals: how it is written.
        base: of a growth: data cut-off of the figures that it is against; that of the table where it is empty.
        least_count: with fewer persons in the count it is not shown, but flagged.
        least_population: with a smaller population it is not shown, but flagged.
    """

    id: str
    names: Text
    function: IndicatorFunction
    of: CountOf
    unit: Text
    formula: Text
    meaning: Text
    source: Text | str = ""
    per: int = 1000
    decimals: int = 2
    base: str = ""
    least_count: int = 0
    least_population: int = 0
