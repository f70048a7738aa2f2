"""What shares, rates, growth and effectiveness tell of the counts behind them.

Laws: a number that is shown with d decimals stands for all that are rounded to it, v ± ½ · 10⁻ᵈ, so it puts its count between two
multiples of its base; every bound holds for the true count, whatever the direction in which halves are rounded. A number that
is left out since it is of too few persons tells that they are few. A ratio of protected counts tells nothing that these do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple, TypeAlias

from qonys.analyse.indicator_cells import population_of
from qonys.analyse.indicators import days_in
from qonys.analyse.members import Setting
from qonys.analyse.published_cells import CellOfAll, cells_in
from qonys.concepts.indicator import Indicator
from qonys.concepts.period import Period
from qonys.concepts.status import ObservationStatus
from qonys.concepts.table_design import COUNTS, TableDesign
from qonys.concepts.text import TOTAL
from qonys.datasets.output import Cell, OutputTable

Key: TypeAlias = tuple[str, ...]
Terms: TypeAlias = Mapping[CellOfAll, int]
_SHARES = ("arrivals_share", "departures_share")
_OF_ALL_AREAS = ("system_effectiveness", "aggregate_net_rate")
_HAIR = Fraction(1, 10**9)
"""By how much a population may differ from the one that was divided by, relative to it: it is a mean of two figures."""


class Ratio(NamedTuple):
    """What a ratio tells: least · base ≤ times · counts ≤ most · base; without a base, least ≤ times · counts ≤ most.

    Args:
        measure: what is shown: a share, or an indicator by its id.
        key: period and the design's dimensions.
        of: the count that it is of: arrivals, departures, net, turnover.
        counts: the counts in it, with how often each.
        base: what they are divided by.
        times: how often the counts are taken, so that all numbers are whole.
        least: a whole number.
        most: a whole number.
    """

    measure: str
    key: Key
    of: str
    counts: Terms
    base: Terms
    times: int
    least: int
    most: int

    @property
    def written(self) -> str:
        return ", ".join((*self.key, self.measure))


class Ratios(NamedTuple):
    """The ratios of a table.

    Args:
        read: what they tell.
        stands: every count that the table has a ratio of, whether it tells something or not: the count, and its key.
        not_read: how many of its numbers nobody turns into counts, by why.
    """

    read: tuple[Ratio, ...] = ()
    stands: tuple[tuple[str, Key], ...] = ()
    not_read: Mapping[str, int] = {}


NO_RATIOS = Ratios()


def ratios_of(design: TableDesign, table: OutputTable, setting: Setting) -> Ratios:
    """What the shares and indicators of a table tell of the counts of which they were made.

    Args:
        design: the table.
        table: as it is published, its counts as they are; what is made of protected counts tells nothing besides them.
        setting: what all tables of the release share: indicators, populations.
    """
    names = [dimension.id for dimension in table.dimensions]
    read: list[Ratio] = []
    stands: dict[tuple[str, Key], None] = {}
    not_read: dict[str, int] = {}
    for codes, cell in table.cells.items():
        at = dict(zip(names, codes, strict=True))
        if at["measure"] in COUNTS:
            continue
        indicator = setting.indicators.get(at["measure"])
        of = indicator.of if indicator else at["measure"].removesuffix("_share")
        stands[of, tuple(at[name] for name in ("period", *design.dimensions))] = None
        if why := _why_not(indicator, cell):
            not_read[why] = not_read.get(why, 0) + 1
        else:
            read += _read(design, table, at, cell, setting)
    return Ratios(tuple(read), tuple(stands), not_read)


def span_of(ratio: Ratio, exact: Mapping[CellOfAll, int]) -> tuple[int, int] | None:
    """From what to what the count is of which a ratio is, where its base is shown as it is; None where nothing is known."""
    if any(cell not in exact for cell in ratio.base):
        return None
    base = sum(often * exact[cell] for cell, often in ratio.base.items()) if ratio.base else 1
    return -(-ratio.least * base // ratio.times), ratio.most * base // ratio.times


def _why_not(indicator: Indicator | None, cell: Cell) -> str:
    if cell.taken_from:
        return "taken over from published figures"
    if ObservationStatus.ESTIMATED in cell.statuses:
        return "estimated by shares of areas"
    if indicator is not None and indicator.function in _OF_ALL_AREAS:
        return "an index of all areas together"
    if indicator is not None and indicator.function == "growth" and indicator.of in ("net", "turnover"):
        return "growth of a balance"
    return ""


def _read(
    design: TableDesign, table: OutputTable, at: Mapping[str, str], cell: Cell, setting: Setting
) -> Iterator[Ratio]:
    key = tuple(at[name] for name in ("period", *design.dimensions))
    shown = _units(cell.value, table.measures[at["measure"]].decimals)
    if at["measure"] in _SHARES:
        yield from _share(design, table, at["measure"], key, cell, shown)
    elif (indicator := setting.indicators.get(at["measure"])) is not None:
        yield from _few(indicator, design, table, key, cell)
        if indicator.function == "rate":
            yield from _rate(indicator, design, table, at, key, shown, setting)
        elif indicator.function == "growth":
            yield from _growth(indicator, design, table, key, cell, shown)
        elif indicator.function == "effectiveness":
            net, turnover = (cells_in(design, table.vintage, of, key) for of in ("net", "turnover"))
            yield from _quotient(indicator.id, key, "net", net, turnover, shown)
            yield from _nobody(indicator.id, key, "turnover", turnover, cell)


class _Shown(NamedTuple):
    """A number as it is written: so many units of the last decimal, of which one whole has so many."""

    units: int
    of_one: int

    @property
    def ends(self) -> tuple[int, int, int]:
        """From what to what the number is, in halves of a unit, and how many of these one whole has."""
        return 2 * self.units - 1, 2 * self.units + 1, 2 * self.of_one


def _units(value: float | None, decimals: int) -> _Shown | None:
    if value is None:
        return None
    written = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return _Shown(int(written.scaleb(decimals)), 10**decimals)


def _share(
    design: TableDesign, table: OutputTable, measure: str, key: Key, cell: Cell, shown: _Shown | None
) -> Iterator[Ratio]:
    """100 · part / whole, the whole over the first dimension of the table, where it has that total."""
    of = measure.removesuffix("_share")
    whole = (key[0], TOTAL, *key[2:])
    if whole != key and design.dimensions[0] in design.totals:
        part, base = (cells_in(design, table.vintage, of, one) for one in (key, whole))
        yield from _quotient(measure, key, of, part, base, shown)
        yield from _nobody(measure, whole, of, base, cell)


def _quotient(measure: str, key: Key, of: str, counts: Terms, base: Terms, shown: _Shown | None) -> Iterator[Ratio]:
    """100 · counts / base."""
    if shown is not None:
        least, most, of_one = shown.ends
        yield Ratio(measure, key, of, counts, base, 100 * of_one, least, most)


def _nobody(measure: str, key: Key, of: str, base: Terms, cell: Cell) -> Iterator[Ratio]:
    """A quotient is not applicable where its base is 0."""
    if cell.observation is ObservationStatus.NOT_APPLICABLE:
        yield Ratio(measure, key, of, base, {}, 1, 0, 0)


def _growth(
    indicator: Indicator, design: TableDesign, table: OutputTable, key: Key, cell: Cell, shown: _Shown | None
) -> Iterator[Ratio]:
    """100 · (X / X₋₁ - 1): so 100 · X / X₋₁ is shown with the same decimals."""
    earlier = (str(Period.parse(key[0]).years_back(1)), *key[1:])
    now = cells_in(design, table.vintage, indicator.of, key)
    base = cells_in(design, indicator.base or table.vintage, indicator.of, earlier)
    of_base = shown and _Shown(shown.units + 100 * shown.of_one, shown.of_one)
    yield from _quotient(indicator.id, key, indicator.of, now, base, of_base)
    if indicator.base in ("", table.vintage):
        yield from _nobody(indicator.id, earlier, indicator.of, base, cell)


def _rate(
    indicator: Indicator, design: TableDesign, table: OutputTable, at: Mapping[str, str], key: Key,
    shown: _Shown | None, setting: Setting,
) -> Iterator[Ratio]:  # fmt: skip
    """A rate is per · X / P̄ · days of the year / days of the period: the population is public."""
    population = population_of(design, at, setting)
    if shown is None or population is None or not population.persons:
        return
    first, after = Period.parse(at["period"]).span
    days = Fraction((after - first).days, days_in(first.year))
    one = Fraction(population.persons) * days / indicator.per
    least, most, of_one = shown.ends
    low, high = sorted((one * least / of_one, one * most / of_one))
    counts = cells_in(design, table.vintage, indicator.of, key)
    if counts:
        low, high = low - abs(low) * _HAIR, high + abs(high) * _HAIR
        yield Ratio(indicator.id, key, indicator.of, counts, {}, 1, ceil(low), floor(high))


def _few(indicator: Indicator, design: TableDesign, table: OutputTable, key: Key, cell: Cell) -> Iterator[Ratio]:
    """Not shown since it is of few persons, or shown since it is not; of a growth, the base may be the few."""
    of = indicator.of if indicator.of in ("arrivals", "departures") else "turnover"
    events = cells_in(design, table.vintage, of, key)
    if cell.value is not None and indicator.least_count:
        yield Ratio(indicator.id, key, of, events, {}, 1, indicator.least_count, 2**40)
    is_of_few = cell.observation is ObservationStatus.LOW_RELIABILITY and cell.value is None
    if is_of_few and indicator.function != "growth" and not indicator.least_population:
        yield Ratio(indicator.id, key, of, events, {}, 1, 0, indicator.least_count - 1)
