"""Attacks the tables of a release before they are published, with all that is public already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from qonys.analyse.audit import SIDES, Published, Weakness, as_published, weaknesses
from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.datasets.outcome import Outcome
from qonys.production.building import tables_to_release
from qonys.production.office import Office
from qonys.production.released_tables import told
from qonys.published.bundles import PublishedFolder, ReleaseFile


class Audit(msgspec.Struct, frozen=True):
    """What was attacked, and what gave way.

    Args:
        period: of the release.
        tables: number of its tables.
        cells: number of their cells.
        earlier: vintage that was published before, whose tables the intruder has too; empty where there is none.
        weaknesses: all that can be found out.
        utility: by protected table and side, what protection cost: see `analyse.protecting.ProtectedCounts`.
    """

    period: str
    tables: int
    cells: int
    earlier: str
    weaknesses: tuple[Weakness, ...]
    utility: dict[str, Any]


def audit(office: Office, period: Period) -> Outcome[Audit]:
    """Attack the release of a period by every way that the auditor knows.

    Raises:
        ProfileError, StatisticianError: the tables cannot be made; see `building.build`.
    """
    office = office.reading()
    _, _, made = tables_to_release(office, period)
    designs = office.profile.tables
    tables = [as_published(designs[name], table) for name, table in made.data.items()]
    public = PublishedFolder(office.workspace.published)
    before = _published_before(office, period, public)
    earlier = {name: _earlier(public, before, designs[name]) for name in made.data} if before else {}
    office.progress("tables attacked", len(tables))
    found = weaknesses(tables, office.profile.protection, earlier=earlier)
    cells = sum(len(table.cells) for table in made.data.values())
    vintage = before.facts.vintage if before else ""
    result = Audit(str(period), len(tables), cells, vintage, found, made.measures["protected"])
    return Outcome(result, tuple(map(told, found)))


def _published_before(office: Office, period: Period, public: PublishedFolder) -> ReleaseFile | None:
    wanted = (office.profile.id, str(period))
    return next((r for r in public.current() if (r.facts.profile, r.facts.period) == wanted), None)


def _earlier(public: PublishedFolder, release: ReleaseFile, design: TableDesign) -> Published:
    sides: dict[str, dict[tuple[str, ...], int | None]] = {side: {} for side in SIDES}
    for cell in public.observations(release, design.id):
        key = _key(cell, design)
        if key and cell["measure"] in sides:
            sides[cell["measure"]][key] = None if cell["value"] is None else round(cell["value"])
    return Published(design, design.vintage, sides)


def _key(cell: Mapping[str, Any], design: TableDesign) -> tuple[str, ...] | None:
    """Period and dimensions; None where the earlier table had other ones."""
    names = ("period", *design.dimensions)
    return tuple(str(cell[name]) for name in names) if all(name in cell for name in names) else None
