"""Attacks the tables of a release before they are published, with all that is public already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from qonys.analyse.audit import SIDES, Published, Weakness, as_published, weaknesses
from qonys.analyse.differencing import differences
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
        earlier: vintages that were published before, of whatever period, whose tables the intruder has too.
        weaknesses: all that can be found out.
        utility: by protected table and side, what protection cost: see `analyse.protecting.ProtectedCounts`.
    """

    period: str
    tables: int
    cells: int
    earlier: tuple[str, ...]
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
    before = [release for release in public.current() if release.facts.profile == office.profile.id]
    sensitive = [
        design for design in designs.values() if set(design.dimensions) & set(office.profile.protection.sensitive)
    ]
    earlier = [_earlier(public, release, design) for release in before for design in sensitive]
    office.progress("tables attacked", len(tables))
    plan = office.profile.protection
    found = (
        *weaknesses(tables, plan, earlier=earlier),
        *differences(tables, plan, office.public_territory, earlier=earlier),
    )
    cells = sum(len(table.cells) for table in made.data.values())
    vintages = tuple(release.facts.vintage for release in before)
    result = Audit(str(period), len(tables), cells, vintages, found, made.measures["protected"])
    return Outcome(result, tuple(map(told, found)))


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
