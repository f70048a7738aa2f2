"""What the tests of differences share: moves drawn by hand, tables of them as everybody reads them, and what an auditor says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from qonys.analyse.audit import Published, as_published
from qonys.analyse.differencing import differences
from qonys.concepts.period import Period
from qonys.concepts.protection import Protection
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.datasets.territory import Territory, group_table, remainder_group, territory_table
from spec.counted_tables import drawn_moves, table_of

PLAIN = """
    date       | origin | destination | ethnicity | n
    2024-03-05 | N11    | S11         | ard       | 40
    2024-03-05 | S11    | C11         | ard       | 30
    2024-03-05 | C11    | N11         | bor       | 20
    2024-09-05 | S11    | N11         | bor       | 50
    2024-09-05 | C11    | S11         | ard       | 60
    2024-09-05 | XB     | N11         | ard       | 25
    2024-10-05 | XB     | S11         | bor       | 35
"""


def design(name: str, rows: str, **more: Any) -> TableDesign:  # noqa: ANN401 fields of a design
    given: dict[str, Any] = {"universe": "internal", "frequency": "year", "measures": ("arrivals", "departures")}
    given |= {"title": dict.fromkeys(("en", "es"), "{period}"), **more}
    return TableDesign(id=name, rows=tuple(rows.split()), columns=("period", "measure"), **given)


def shown(
    profile: Profile, designs: Sequence[TableDesign], *planted: str, period: str = "2024", plain: str = PLAIN
) -> list[Published]:
    """The tables of the plain moves and the planted ones."""
    moves = drawn_moves("\n".join((plain.rstrip(), *(f"    {line}" for line in planted))))
    return [as_published(one, table_of(profile, one, moves, period=Period.parse(period))) for one in designs]


def plan(designs: Sequence[TableDesign], **more: Any) -> Protection:  # noqa: ANN401 fields of a plan
    return Protection(sensitive=("ethnicity",), **{"exact": {one.id: "" for one in designs}, **more})


def public(profile: Profile) -> Territory:
    remainder = remainder_group(profile.classifications.get("country_group"))
    return Territory(
        territory_table(profile.areas, profile.identity.level), group_table(profile.memberships), remainder
    )


def found(
    profile: Profile, tables: Sequence[Published], by: Protection, *, thorough: bool = True
) -> set[tuple[str, int, int]]:
    """How, from what and to what counts can be found out by differences."""
    told = differences(tables, by, public(profile), thorough=thorough).weaknesses
    return {(one.attack, one.least, one.most) for one in told}


def without(table: Published, *hidden: str) -> Published:
    """The table with some cells hidden: their codes after the period, separated by blanks."""
    keys = {tuple(one.split()) for one in hidden}

    def kept(cells: Mapping[tuple[str, ...], int | None]) -> dict[tuple[str, ...], int | None]:
        assert keys <= {key[1:] for key in cells} or not cells
        return {key: None if key[1:] in keys else value for key, value in cells.items()}

    return replace(table, sides={measure: kept(cells) for measure, cells in table.sides.items()})


def value(table: Published, measure: str, codes: str, period: str = "2024") -> int:
    """What everybody reads in a cell."""
    read = table.shown(measure)[period, *codes.split()]
    assert read is not None
    return read
