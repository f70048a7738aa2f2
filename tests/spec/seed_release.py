"""The seed's release with crafted tables, and a small release of the invented country: input for tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from itertools import product
from unittest import mock

from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.disseminate import bundle as bundling
from qonys.disseminate import first_figures
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.words import table_words
from spec.drawn_tables import drawn_table

EXTERNAL = """
     | arrivals | departures | net
2023 |    25387 |      16094 | 9293
2024 |    29282 |      12732 | 16550
"""
BY_COUNTRY = """
       | 2024 arrivals | 2024 departures | 2024 net
_T     |         29282 |           12732 |    16550
CIS    |         23894 |            9524 |    14370
RU     |          8000 |            8800 |     -800
UZ     |         12100 |             113 |    11987
OTHER  |          5388 |            3208 |     2180
DE     |           403 |            2000 |    -1597
"""
INTERNAL = """
   | 2023 arrivals | 2024 arrivals | 2023 departures | 2024 departures | 2023 net | 2024 net
_T |       1023573 |       1510337 |         1023573 |         1510337 |        0 |        0
71 |        120000 |        200000 |           60000 |          126762 |    60000 |    73238
75 |        130000 |        210000 |          120000 |          173939 |    10000 |    36061
"""
INTERREGIONAL = """
   | 2024 net
_T |        0
10 |    -8991
19 |     2639
61 |  -112308
71 |    73238
75 |    36061
79 |     9361
"""


def seed_facts(profile: str = "kz") -> ReleaseFacts:
    return ReleaseFacts(
        profile=profile, period="2024", vintage="0123456789ab", published="2025-03-12", next="2026-03-12",
        cut_offs={"operational": "2025-01-31", "final": "2025-02-28"}, synthetic=True, profile_hash="f" * 64,
        code_version="0.1.0",
    )  # fmt: skip


def seed_tables(
    profile: Profile, *, external: str = EXTERNAL, by_country: str = BY_COUNTRY, internal: str = INTERNAL,
    interregional: str = INTERREGIONAL,
) -> dict[str, OutputTable]:  # fmt: skip
    """The four tables that the seed's sentences are read from, every other table of the profile made up."""
    areas = {code: f"{code}0000000" for code in ("10", "19", "61", "71", "75", "79")}
    tables = [
        drawn_table(profile, "external-by-year", ["period"], ["measure"], external),
        drawn_table(
            profile, "external-by-country", ["partner"], ["period", "measure"], by_country,
            depths={"RU": 2, "UZ": 2, "DE": 2},
        ),
        drawn_table(profile, "internal-by-region", ["area"], ["period", "measure"], _coded(internal, areas)),
        drawn_table(profile, "interregional-net", ["area"], ["period", "measure"], _coded(interregional, areas)),
    ]  # fmt: skip
    known = {table.id: table for table in tables}
    return {name: known.get(name) or _any_table(profile, name) for name in profile.releases["annual"].tables}


@cache
def seed_pages(external: str = EXTERNAL) -> dict[str, str]:
    """Language -> the page of the annual release of Kazakhstan with the seed's tables; made once for all who ask."""
    profile = load_profile("kz")
    tables = seed_tables(profile, external=external)
    with pages_alone():
        bundle = release_bundle(profile, profile.releases["annual"], tables, {}, seed_facts()).data
    return {language: bundle[f"{language}/index.html"].decode() for language in profile.languages}


@contextmanager
def pages_alone() -> Iterator[None]:
    """What takes long beside the pages and the plain files is empty: for tests that read only what is written."""
    with (
        mock.patch.multiple(
            bundling,
            bulletin_file=lambda *_: b"",
            figure_files=lambda *_: {},
            workbook_file=lambda *_: b"",
            archive=lambda *_: b"",
        ),
        mock.patch.object(first_figures, "figure_files", lambda *_: {}),
    ):
        yield


def made_up_tables(profile: Profile, release: str = "annual") -> dict[str, OutputTable]:
    """Every table of a release in its full shape, with made-up numbers."""
    return {name: _any_table(profile, name) for name in profile.releases[release].tables}


def _coded(text: str, areas: dict[str, str]) -> str:
    lines = text.splitlines()
    return "\n".join(areas.get(line[:2], line[:2]) + line[2:] for line in lines)


def _any_table(profile: Profile, name: str) -> OutputTable:
    """A table of a profile's design in its full shape, with made-up numbers: all areas, months, groups."""
    design = profile.tables[name]
    codes = {d: _codes(profile, design, d) for d in (*design.rows, *design.columns)}
    rows = [" ".join(key) for key in product(*(codes[d] for d in design.rows))]
    columns = [" ".join(key) for key in product(*(codes[d] for d in design.columns))]
    lines = [f"| {' | '.join(columns)}"]
    for down, row in enumerate(rows):
        cells = [
            f"{(down * 7919 + across * 104729) % 23000 - 4000}{'*' if down else '§'}" for across in range(len(columns))
        ]
        lines.append(f"{row} | {' | '.join(cells)}")
    cut_off, vintage = ("2025-01-31", "operational") if design.vintage == "operational" else ("2025-02-28", "final")
    return drawn_table(
        profile,
        name,
        design.rows,
        design.columns,
        "\n".join(lines),
        notes=design.notes,
        cut_off=cut_off,
        vintage=vintage,
    )


def _codes(profile: Profile, design: TableDesign, dimension: str) -> list[str]:
    if dimension == "measure":
        return list(design.measures)
    if dimension == "period":
        years = [str(2024 - back) for back in reversed(range(design.years))]
        return years if design.frequency == "year" else [f"{y}-{m:02}" for y in years for m in range(1, 13)]
    total = ["_T"] if dimension in design.totals else []
    if dimension in ("area", "partner_area"):
        borders = profile.areas.boundary_set(design.boundaries or "")
        day = borders.day if borders else date(2024, 12, 31)
        return total + [area.code for area in profile.areas.on(day, profile.identity.level)]
    if dimension == "place":
        return total + [area.code for area in profile.areas.on(date(2024, 12, 31), "district")][:18]
    if dimension == "age_band":
        return total + list(design.bands)
    if dimension in ("stream", "age_group"):
        words = table_words(profile).members
        return (
            total + [code for code in words if (code[0] == "Y") == (dimension == "age_group") and code[0] != "_"][:18]
        )
    lists = {"partner": "country", "partner_locality": "locality"}
    classification = profile.classifications[lists.get(dimension, dimension)]
    return total + [code.code for code in classification.codes if code.code != "_U"][:18]
