"""Whatever tables a release has, what an intruder reads of them never contradicts itself, and the true counts lie within the bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from qonys.analyse.audit import Published, as_published
from qonys.analyse.counts_together import cells_of, counts_together
from qonys.analyse.deducing import deduced
from qonys.analyse.differencing import differences
from qonys.analyse.published_ratios import NO_RATIOS, ratios_of
from qonys.analyse.tables import output_table
from qonys.concepts.indicator import Indicator
from qonys.concepts.protection import Protection
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from spec.counted_tables import counts_of, moves_table, setting
from spec.planted_differences import design, public

MEASURES = ("arrivals", "departures", "net", "turnover")
RATIOS = ("growth", "effectiveness", "came_rate", "net_rate")
DESIGNS: dict[str, dict[str, Any]] = {
    "sex-ethnicity": {"totals": ("sex",)},
    "area-ethnicity": {"totals": ("area", "ethnicity"), "years": 2},
    "place-sex": {},
    "age_group-sex": {"totals": ("age_group",), "years": 2},
    "age_group-ethnicity": {},
    "education": {"youngest": 15, "totals": ("education",)},
    "education-sex": {"youngest": 15, "totals": ("education", "sex")},
    "age_band-ethnicity": {"bands": ("Y0T14", "Y_GE15")},
    "partner-ethnicity": {"groups": ("partner",), "totals": ("partner",)},
    "sex-ethnicity-area": {"only": {"sex": ("F",)}, "totals": ("sex",)},
    "stream-ethnicity": {"universe": "all", "totals": ("stream",)},
    "area-sex": {"universe": "internal", "totals": ("area",), "boundaries": "2023"},
    "area-partner_area-ethnicity": {"universe": "interregional", "totals": ("area", "partner_area")},
    "area-month-ethnicity": {"frequency": "month", "totals": ("area",)},
    "locality-sex": {"universe": "internal", "totals": ("locality",)},
    "sex": {"universe": "all", "frequency": "month", "totals": ("sex",)},
}


def indicators() -> dict[str, Indicator]:
    words = dict.fromkeys(("en", "es"), "words")
    functions = {"growth": ("growth", "arrivals"), "effectiveness": ("effectiveness", "net"),
                 "came_rate": ("rate", "arrivals"), "net_rate": ("rate", "net")}  # fmt: skip
    return {
        name: Indicator(name, words, function, of, words, words, words, decimals=1, least_count=2)  # type: ignore[arg-type]
        for name, (function, of) in functions.items()
    }


def some_moves(draw: np.random.Generator) -> pa.Table:
    ends = ("N11", "N12", "S11", "S12", "C11", "XB", "XC", "XD")
    rows = []
    for _ in range(int(draw.integers(10, 60))):
        origin, destination = draw.choice(ends, 2, replace=False).tolist()
        if origin.startswith("X") and destination.startswith("X"):
            continue
        rows.append({
            "date": date(int(draw.choice((2023, 2024, 2024))), int(draw.integers(1, 13)), 5),
            "origin": origin, "destination": destination, "age": int(draw.integers(0, 95)) if draw.random() < 0.9 else None,
            "education": str(draw.choice(("1", "3"))), "sex": str(draw.choice(("F", "M"))), "ethnicity": str(draw.choice(("ard", "ard", "bor", "cad"))),
            "origin_locality": str(draw.choice(("U", "R"))), "destination_locality": str(draw.choice(("U", "R"))),
        })  # fmt: skip
    return moves_table(rows)


def some_designs(draw: np.random.Generator) -> list[TableDesign]:
    names = draw.choice(sorted(DESIGNS), 6, replace=False).tolist()
    designs = []
    for name in names:
        shown = draw.choice(MEASURES, int(draw.integers(1, 3)), replace=False).tolist()
        shown += draw.choice((*RATIOS, "arrivals_share", "departures_share"), 2, replace=False).tolist()
        rows = " ".join(part for part in name.split("-") if part != "month")
        given = {"universe": "external", **DESIGNS[name]}
        designs.append(design(name, rows, measures=tuple(shown), **given))
    return designs


def read(profile: Profile, designs: list[TableDesign], moves: pa.Table) -> list[Published]:
    shared = setting(profile, indicators=indicators())
    bands = {code: dict.fromkeys(("en", "es"), code) for code in ("Y0T14", "Y_GE15")}
    words = msgspec.structs.replace(shared.words, members={**shared.words.members, **bands})
    shared = replace(shared, words=words)
    tables = [(one, output_table(one, counts_of(profile, one, moves, designs=designs), shared)) for one in designs]
    return [replace(as_published(one, table), ratios=ratios_of(one, table, shared)) for one, table in tables]


def some_hidden(table: Published, draw: np.random.Generator) -> Published:
    sides = {
        measure: {key: None if draw.random() < 0.4 else value for key, value in cells.items()}
        for measure, cells in table.sides.items()
    }
    return replace(table, sides=sides)


def rounded(table: Published, draw: np.random.Generator) -> Published:
    """Small counts are 0 or 3; sums are left as they are, since nobody reads them, and so are nets, which differ by less."""
    sides = {
        measure: {
            key: int(draw.choice((0, 3))) if value in (1, 2) and measure in ("arrivals", "departures") else value
            for key, value in cells.items()
        }
        for measure, cells in table.sides.items()
    }
    return replace(table, sides=sides, ratios=NO_RATIOS)


@pytest.mark.parametrize("seed", range(12))
def test_the_truth_lies_within_what_is_deduced(mini: Profile, seed: int) -> None:
    draw = np.random.default_rng(seed)
    tables = read(mini, some_designs(draw), some_moves(draw))
    truth = {
        cell: value
        for table in tables
        for cell, side, key in cells_of(table)
        if (value := table.shown(side).get(key)) is not None
    }
    additive = tuple(table.name for table in tables if draw.random() < 0.3 and not table.design.groups)
    by = Protection(sensitive=("ethnicity", "sex", "education"), additive=additive, base=3)
    shown = [rounded(table, draw) if table.name in additive else table for table in tables]
    hidden = [some_hidden(table, draw) for table in shown]
    system = counts_together(hidden, by)
    bounds = system.bounds()
    for place, cell in enumerate(system.cells):
        if cell in truth:
            assert bounds.least[place] <= truth[cell] <= bounds.most[place], cell
    told = (
        deduced(hidden, by, thorough=seed < 4).weaknesses
        + differences(hidden, by, public(mini), thorough=False).weaknesses
    )
    assert all(1 <= one.least <= one.most < 3 for one in told)
