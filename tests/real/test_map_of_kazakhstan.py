"""The map of flows of Kazakhstan, drawn of the boundaries of 2024 that a user would put into a profile."""

from __future__ import annotations

import shutil

import pytest

from qonys.country.loading import SHIPPED, load_profile
from qonys.country.outlines import OUTLINES
from qonys.country.profile import Profile
from qonys.disseminate.figures.drawn_areas import drawn_areas
from real.real_data import real_data
from spec.drawn_figures import design_of, drawn, marks_of
from spec.drawn_tables import drawn_table

CITIES = {"710000000", "750000000", "790000000"}


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    boundaries = real_data("kz/kz_adm1_2024.geojson")
    mine = tmp_path_factory.mktemp("profiles") / "kz"
    shutil.copytree(SHIPPED / "kz", mine, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(boundaries, mine / OUTLINES)
    return load_profile(str(mine))


def test_the_three_cities_alone_are_circles_and_no_list_says_so(mapped: Profile) -> None:
    areas = drawn_areas(mapped.outlines).areas
    assert len(areas) == 20
    assert {code for code, area in areas.items() if area.is_symbol} == CITIES


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_picture_of_twenty_regions_is_light(mapped: Profile, language: str) -> None:
    codes = [outline.code for outline in mapped.outlines]
    rates = "\n".join(["   | 2024 net_rate", *(f"{code} | {n - 9}.5" for n, code in enumerate(codes))])
    heads = " | ".join(f"{code} 2024 arrivals" for code in codes)
    rows = [
        f"{a} | " + " | ".join(str(100 + 37 * i + 11 * j) for j, _ in enumerate(codes)) for i, a in enumerate(codes)
    ]
    figure = drawn(
        mapped,
        drawn_table(mapped, "net-rate-by-region", ["area"], ["period", "measure"], rates),
        design_of(
            mapped, kind="flow_map", table="net-rate-by-region", measures=["net_rate"], flows="origin-destination", top=15
        ),
        language,
        more=[
            drawn_table(
                mapped, "origin-destination", ["partner_area"], ["area", "period", "measure"], "\n".join([f"   | {heads}", *rows])
            )
        ],
    )  # fmt: skip
    assert len(figure.picture.svg) < 60_000
    assert len([name for name in marks_of(figure, "path") if " " in name]) == 15
    assert set(marks_of(figure, "circle")) == CITIES
    assert {*marks_of(figure, "path"), *CITIES} >= set(codes), "`top` counts arrows, not areas"
