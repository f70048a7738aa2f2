"""A mistake in the design of a figure is told with what is wrong and what is allowed; exit code 5."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qonys.country.loading import SHIPPED
from spec.command_line import qonys

DESIGN = "release/designs/annual.yaml"
MISTAKES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # what: words of the design, what stands there instead, what the message says
    "a table that there is not": (
        "kind: bars\n    table: internal-by-region", "kind: bars\n    table: by-shoe-size",
        ("figure regions: there is no table “by-shoe-size”", "Tables: "),
    ),
    "a kind that there is not": ("kind: bars", "kind: cake", ("cake", "figures.1.kind")),
    "a measure that the table lacks": (
        "measures: [arrivals, departures, net]\n    along", "measures: [wealth]\n    along",
        ("figure external: external-by-year has no measure “wealth”", "It has: arrivals, departures, net"),
    ),
    "no measure at all": (
        "measures: [arrivals, departures, net]\n    along", "measures: []\n    along", ("figure external: it draws no measure",),
    ),
    "a dimension that the table lacks": (
        "along: partner", "along: shoe_size", ("external-by-country has no dimension “shoe_size”", "It has: partner"),
    ),
    "a code that nothing has": (
        "along: partner\n", "along: partner\n    by: measure\n    at: {period: \"2023\", partner: XB}\n",
        ("“partner” is drawn, so it cannot stand at one code",),
    ),
    "an area that is none": (
        "along: area\n", "along: period\n    by: area\n    series: [N1, Q9]\n", ("figure regions: area has no code “Q9”", "N1"),
    ),
    "a highlighted series that is not drawn": ("highlight: net", "highlight: joy", ("measure has no code “joy”",)),
    "lines along something else than time": (
        "kind: bars\n    table: internal-by-region", "kind: lines\n    table: internal-by-region",
        ("figure regions: lines are drawn along period or age_group", "Write along: period"),
    ),
    "a rest of an unknown code": (
        "along: partner\n", "along: partner\n    top: 3\n    rest: [XX]\n", ("figure countries", "partner has no code “XX”"),
    ),
    "a rest of all": (
        "along: partner\n", "along: partner\n    rest: [OTHER]\n", ("figure countries: `rest`", "top: 10"),
    ),
    "nothing on top": ("along: partner\n", "along: partner\n    top: 0\n", ("figure countries: top: 0", "Write top: 10")),
    "a title that is missing in a language": (
        "title: {en: \"First country by arrivals: {first_name}\", es", "title: {es",
        ("figure countries, title: the text is missing in en",),
    ),
    "a sentence that is malformed": ("Bars by country, longest first", "Bars {by country", ("figure countries, finding",)),
    "a value of a table that there is not": (
        "first: {table: external-by-country", "first: {table: by-shoe-size", ("countries: there is no table “by-shoe-size”",),
    ),
    "a figure of a section that there is not": (
        "figures: [regions,", "figures: [regoins,", ("interregional: there is no figure “regoins”", "Figures: external"),
    ),
    "parts of a whole that are counts": (
        "measures: [arrivals_share, departures_share]", "measures: [arrivals, departures]",
        ("figure ethnic-structure: parts of a whole need measures that are shares",),
    ),
    "a pyramid without sides": ("kind: bars", "kind: pyramid", ("a pyramid has ages and two sides", "series: [M, F]")),
    "a map of what are no areas": (
        "kind: bars", "kind: tiles", ("figure countries: a map of tiles needs areas", "areas/tiles.csv"),
    ),
    "chords that do not lead from area to area": (
        "kind: bars", "kind: chord", ("it is drawn between areas", "along: partner_area"),
    ),
    "several measures of several series": (
        "measures: [net]\n    along: period\n    by: area", "measures: [net, arrivals]\n    along: period\n    by: area",
        ("figure months-by-region: it draws several measures",),
    ),
    "two figures of one name": ("- id: countries\n", "- id: external\n", ("There are several figures “external”",)),
}  # fmt: skip


TILES = {
    # what: words of areas/tiles.csv, what stands there instead, what the message says
    "a square of no area": ("N1,1,1", "N9,1,1", ("N9 is no area of the level region",)),
    "two squares of one area": ("C1,1,2", "N1,1,2", ("N1 has two squares",)),
    "a square that is taken": ("C1,1,2", "C1,1,1", ("C1 has the square of N1",)),
    "a square before the first": ("C1,1,2", "C1,0,2", ("counted from 1",)),
    "a name that is too long": ("Port,", "Port Ardal,", ("“Port Ardal” is too long", "At most 6")),
    "a name that is missing": ("Port,", ",", ("missing in en",)),
}


@pytest.mark.parametrize("what", TILES)
def test_a_mistake_in_the_squares_of_the_map_is_told(tmp_path: Path, what: str) -> None:
    mine = Path(shutil.copytree(SHIPPED / "mini", tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__")))
    words, instead, told = TILES[what]
    path = mine / "areas" / "tiles.csv"
    path.write_text(path.read_text("utf-8").replace(words, instead, 1), "utf-8")
    ran = qonys("profile", "check", mine, "--json")
    assert ran.code == ran.json["exit_code"] == 5, ran
    said = " ".join((ran.json["where"], ran.json["what"], ran.json["next_step"]))
    for part in ("tiles.csv", *told):
        assert part in said


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_in_the_design_of_a_figure_is_told(tmp_path: Path, what: str) -> None:
    mine = Path(shutil.copytree(SHIPPED / "mini", tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__")))
    words, instead, told = MISTAKES[what]
    text = (mine / DESIGN).read_text("utf-8")
    assert words in text
    (mine / DESIGN).write_text(text.replace(words, instead, 1), "utf-8")
    ran = qonys("profile", "check", mine, "--json")
    assert ran.code == ran.json["exit_code"] == 5, ran
    said = " ".join((ran.json["where"], ran.json["what"], ran.json["next_step"]))
    assert "annual.yaml" in said
    for part in told:
        assert part in said
