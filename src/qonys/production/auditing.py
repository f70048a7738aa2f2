"""Attacks the tables of a release before they are published, with all that is public already: every vintage that stays readable,
current or not, and what the analyses of the release show of counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from qonys.analyse.audit import Published, Weakness, as_published_analysis, exact_counts, weaknesses
from qonys.analyse.deducing import deduced
from qonys.analyse.differencing import differences
from qonys.analyse.judged import Judged
from qonys.analyse.late_registrations import KnownMoves, late_registrations
from qonys.analyse.members import Setting
from qonys.analyse.published_cells import CellOfAll
from qonys.concepts.analysis import Analysis
from qonys.concepts.period import Period
from qonys.concepts.protection import Protection
from qonys.concepts.release import ReleaseDesign
from qonys.datasets.analysis import Analysed
from qonys.datasets.outcome import Outcome
from qonys.datasets.output import OutputTable
from qonys.errors import StatisticianError
from qonys.production.analyses import Counts, analyses_made
from qonys.production.building import tables_to_release
from qonys.production.office import Office
from qonys.production.published_tables import PublishedRelease, of_nowcast, published_releases
from qonys.production.released_tables import as_everybody_reads, compared_as_read, compared_tables, told

_SHOW_COUNTS = ("seasonal", "nowcast")
"""Methods of analyses that show counts as they read them."""


class Audit(msgspec.Struct, frozen=True):
    """What was attacked, and what gave way.

    Args:
        period: of the release.
        tables: number of its tables.
        cells: number of their cells.
        telling: number of tables that tell something sensitive.
        sensitive: the dimensions whose small counts tell something of a person.
        allowed: tables whose small counts may be published.
        analyses: ids of the analyses whose counts were attacked.
        compared: tables as of another data cut-off, with which the release compares its own.
        earlier: vintages that were published before, of whatever period, whose tables the intruder has too.
        superseded: those of them that are no longer current, and stay readable.
        threshold: k: a count from 1 to k - 1 must not be found out.
        judged: how many sensitive counts were judged how, across characteristics, and by differences.
        weaknesses: all that can be found out.
        utility: by protected table and side, what protection cost: see `analyse.protecting.ProtectedCounts`.
    """

    period: str
    tables: int
    cells: int
    telling: int
    sensitive: tuple[str, ...]
    allowed: tuple[str, ...]
    analyses: tuple[str, ...]
    compared: tuple[str, ...]
    earlier: tuple[str, ...]
    superseded: tuple[str, ...]
    threshold: int
    judged: dict[str, Judged]
    weaknesses: tuple[Weakness, ...]
    utility: dict[str, Any]


def audit(office: Office, period: Period) -> Outcome[Audit]:
    """Attack the release of a period by every way that the auditor knows.

    Raises:
        ProfileError, StatisticianError: the tables cannot be made; see `building.build`.
    """
    office = office.reading()
    setting, flows, made = tables_to_release(office, period)
    plan = office.profile.protection
    tables = {name: as_everybody_reads(office, table, setting) for name, table in made.data.items()}
    releases = published_releases(office)
    design = office.profile.releases[office.profile.calendar_entry(str(period)).release]
    analysed = _analysed(office, setting, design, made.data)
    office.progress("tables attacked", len(tables))
    compared = compared_as_read(office, compared_tables(office, design, setting, flows), setting)
    shown = [*_other_counts(analysed, tables), *compared]
    by_tables, judged = _found_in(office, list(tables.values()), shown, releases, setting)
    found = (
        *by_tables,
        *late_registrations(
            (*_known_moves(tables.values(), setting.cut_offs, plan), *_by_nowcasts(analysed, setting, plan),
             *(known for release in releases for known in _known_before(release))),
            plan,
        ),
    )  # fmt: skip
    cells = sum(len(table.cells) for table in made.data.values())
    result = Audit(
        period=str(period),
        tables=len(tables),
        cells=cells,
        telling=sum(bool(set(one.design.dimensions) & set(plan.sensitive)) for one in tables.values()),
        sensitive=plan.sensitive,
        allowed=tuple(name for name in plan.allowed if name in tables),
        analyses=tuple(entry.id for entry, _ in analysed),
        compared=tuple(one.name for one in compared),
        earlier=tuple(one.release.facts.vintage for one in releases),
        superseded=tuple(one.release.facts.vintage for one in releases if not one.is_current),
        threshold=plan.threshold,
        judged=judged,
        weaknesses=found,
        utility=made.measures["protected"],
    )
    return Outcome(result, tuple(map(told, found)))


def _found_in(
    office: Office,
    tables: list[Published],
    shown: list[Published],
    releases: Sequence[PublishedRelease],
    setting: Setting,
) -> tuple[tuple[Weakness, ...], dict[str, Judged]]:
    plan = office.profile.protection
    earlier = [table for release in releases for table in release.tables]
    same = [*shown, *_of_the_same_counts(tables, releases, setting, plan)]
    try:
        return _attacked(office, tables, shown, earlier, same)
    except StatisticianError:  # the counts changed though nothing that is published exact says so
        return _attacked(office, tables, shown, earlier, shown)


def _attacked(
    office: Office,
    tables: Sequence[Published],
    shown: Sequence[Published],
    earlier: Sequence[Published],
    besides: Sequence[Published],
) -> tuple[tuple[Weakness, ...], dict[str, Judged]]:
    """Everything that tables tell, with those that show the same counts besides."""
    plan, territory = office.profile.protection, office.public_territory
    differing = differences(tables, plan, territory, earlier=earlier, besides=besides)
    found = (*weaknesses((*tables, *shown), plan, earlier=earlier, besides=besides), *differing.weaknesses)
    together = deduced(tables, plan, besides=besides, known=found)
    judged = {"across characteristics": together.judged, "by differences": differing.judged}
    return (*found, *together.weaknesses), judged


def _of_the_same_counts(
    tables: Sequence[Published], releases: Sequence[PublishedRelease], setting: Setting, plan: Protection
) -> Iterator[Published]:
    """Tables of vintages of the same data cut-offs that differ in protection alone, as far as everybody can see."""
    exact, now = exact_counts(tables, plan), {table.name: table.sides for table in tables}
    for release in releases:
        facts = release.release.facts
        if (facts.period, facts.cut_offs) == (str(setting.period), setting.cut_offs):
            before = exact_counts(release.tables, plan)
            if all(exact.get(cell, value) == value for cell, value in before.items()):
                yield from (table for table in release.tables if table.sides != now.get(table.design.id))


def _analysed(
    office: Office, setting: Setting, design: ReleaseDesign, tables: Mapping[str, OutputTable]
) -> list[tuple[Analysis, Analysed]]:
    """The analyses of the release that show counts."""
    entries = [entry for entry in design.shown_analyses if entry.method in _SHOW_COUNTS]
    return list(zip(entries, analyses_made(office, entries, Counts(setting, tables)), strict=True))


def _other_counts(
    analysed: Iterable[tuple[Analysis, Analysed]], tables: Mapping[str, Published]
) -> Iterator[Published]:
    """What analyses show of counts where it is not what their tables show."""
    for entry, result in analysed:
        if entry.table in tables and result.table is not None:
            shown = ((one["period"], one["measure"], one["value"]) for one in _observations(result.table))
            if (found := as_published_analysis(tables[entry.table], shown, entry.at, entry.id)) is not None:
                yield found


def _observations(table: OutputTable) -> list[dict[str, Any]]:
    names = [dimension.id for dimension in table.dimensions]
    cells = ((dict(zip(names, key, strict=True)), cell.value) for key, cell in table.cells.items())
    return [{**at, "value": value} for at, value in cells if value is not None and "period" in at]


def _by_nowcasts(
    analysed: Iterable[tuple[Analysis, Analysed]], setting: Setting, plan: Protection
) -> Iterator[KnownMoves]:
    cut_off = date.fromisoformat(min(setting.cut_offs.values()))
    for entry, result in analysed:
        if entry.method == "nowcast" and result.table is not None:
            yield from of_nowcast(entry.id, entry.lags, cut_off, plan.base, _observations(result.table))


def _known_before(release: PublishedRelease) -> Iterator[KnownMoves]:
    yield from release.nowcasts
    yield from _known_moves(release.tables, release.release.facts.cut_offs, release.profile.protection)


def _known_moves(tables: Iterable[Published], cut_offs: Mapping[str, str], plan: Protection) -> Iterator[KnownMoves]:
    """All moves of a month where tables show them as they are: those within the country, in and out of it."""
    exact = exact_counts(tables, plan)
    for cell in exact:
        if cell.universe == "internal" and not cell.codes and _is_dated_month(cell, cut_offs):
            sides = [CellOfAll("external", cell.vintage, cell.period, side, ()) for side in ("arrivals", "departures")]
            if all(side in exact for side in sides):
                total = exact[cell] + sum(exact[side] for side in sides)
                yield KnownMoves(cell.period, date.fromisoformat(cut_offs[cell.vintage]), total, total)


def _is_dated_month(cell: CellOfAll, cut_offs: Mapping[str, str]) -> bool:
    return Period.parse(cell.period).is_month and cell.vintage in cut_offs
