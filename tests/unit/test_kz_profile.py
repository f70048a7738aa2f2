"""The profile of Kazakhstan says what is known of the country: its territory, its groups of countries, its population."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest

from qonys.concepts.area import Area
from qonys.concepts.status import DataStatus
from qonys.concepts.text import TOTAL
from qonys.country.loading import load_profile
from qonys.country.profile import Profile

IN_2018 = date(2018, 7, 1)
IN_2024 = date(2024, 6, 1)


@pytest.fixture(scope="module")
def kz() -> Profile:
    return load_profile("kz")


def codes(areas: tuple[Area, ...]) -> list[str]:
    return [area.code for area in areas]


def members(profile: Profile, group: str, day: date) -> set[str]:
    return {
        m.country
        for m in profile.memberships
        if m.group == group and (m.valid_from or date.min) <= day < (m.valid_to or date.max)
    }


def test_there_are_20_regions_on_the_borders_of_2024_in_the_order_of_their_codes(kz: Profile) -> None:
    regions = codes(kz.areas.on(IN_2024, "region"))
    assert len(regions) == 20
    assert regions == sorted(regions)


def test_there_were_17_regions_after_shymkent_left_south_kazakhstan_and_before_2022(kz: Profile) -> None:
    assert len(kz.areas.on(IN_2018, "region")) == 17
    born_in_2022 = set(codes(kz.areas.on(IN_2024, "region"))) - set(codes(kz.areas.on(IN_2018, "region")))
    assert born_in_2022 == {"100000000", "330000000", "620000000"}


def test_south_kazakhstan_gave_way_to_turkistan_and_shymkent_on_one_day(kz: Profile) -> None:
    before, after = (set(codes(kz.areas.on(date(2018, 6, day), "region"))) for day in (18, 19))
    assert before - after == {"510000000"}
    assert after - before == {"610000000", "790000000"}


def test_the_iso_code_of_a_region_is_kz_and_the_first_two_digits_of_its_code(kz: Profile) -> None:
    for region in kz.areas.on(IN_2024, "region"):
        assert region.iso == f"KZ-{region.code[:2]}"


def test_no_two_regions_share_a_name_in_any_language_not_even_the_two_almaty(kz: Profile) -> None:
    for language in kz.languages:
        names = [region.names[language] for region in kz.areas.on(IN_2024, "region")]
        assert len(set(names)) == 20


def test_the_three_cities_and_their_districts_are_urban_as_a_whole(kz: Profile) -> None:
    urban = {region.code for region in kz.areas.on(IN_2024, "region") if region.locality == "U"}
    assert urban == {"710000000", "750000000", "790000000"}
    assert all(d.locality == "U" for d in kz.areas.on(IN_2024, "district") if d.parent in urban)


def test_the_code_191000000_means_two_towns_at_two_dates(kz: Profile) -> None:
    def town(day: date) -> str:
        return next(d.names["en"] for d in kz.areas.on(day, "district") if d.code == "191000000")

    assert town(date(2022, 6, 7)) == "Taldykorgan city"
    assert town(date(2022, 6, 8)) == "Konaev city"


def test_no_code_means_two_areas_on_one_day(kz: Profile) -> None:
    spans = defaultdict(list)
    for area in kz.areas.areas:
        spans[area.code].append((area.valid_from or date.min, area.valid_to or date.max))
    for code, dated in spans.items():
        for (_, ends), (starts, _) in pairwise(sorted(dated)):
            assert ends <= starts, code


@pytest.mark.parametrize("day", [IN_2018, date(2023, 1, 1), IN_2024])
def test_every_district_lies_in_a_region_that_exists_on_the_same_day(kz: Profile, day: date) -> None:
    districts = kz.areas.on(day, "district")
    regions = {area.code for area in kz.areas.on(day, "region")}
    assert len(districts) > 200
    assert {d.parent for d in districts} == regions


def test_no_name_in_kazakh_or_russian_of_an_area_holds_a_latin_letter(kz: Profile) -> None:
    for area in kz.areas.areas:
        for language in ("kk", "ru"):
            assert not any("a" <= letter <= "z" for letter in area.names[language].lower()), area.names


def test_the_cis_in_2024_has_turkmenistan_and_ukraine_but_not_georgia(kz: Profile) -> None:
    assert members(kz, "CIS", IN_2024) == {"AM", "AZ", "BY", "KG", "MD", "RU", "TJ", "TM", "UA", "UZ"}


def test_georgia_was_in_the_cis_until_18_august_2009(kz: Profile) -> None:
    assert "GE" in members(kz, "CIS", date(2009, 8, 17))
    assert "GE" not in members(kz, "CIS", date(2009, 8, 18))


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025])
def test_the_population_of_the_regions_sums_to_that_of_the_nation(kz: Profile, year: int) -> None:
    on_new_year = {f.area: f.persons for f in kz.population if f.date == date(year, 1, 1) and not f.locality}
    nation = on_new_year.pop("KZ")
    assert set(on_new_year) == set(codes(kz.areas.on(IN_2024, "region")))
    assert sum(on_new_year.values()) == nation


def test_the_population_of_the_country_is_known_since_2000_and_divided_until_2023(kz: Profile) -> None:
    of_country = {(f.date.year, f.locality): f.persons for f in kz.population if f.area == "KZ"}
    assert {year for year, locality in of_country if not locality} == set(range(2000, 2026))
    for year in range(2000, 2024):
        assert of_country[year, "U"] + of_country[year, "R"] == of_country[year, ""]


def test_each_alias_of_the_police_stands_for_one_area_and_fits_into_cp1251(kz: Profile) -> None:
    aliases = kz.areas.aliases["police-ru"]
    assert len(set(aliases.values())) == len(aliases)
    for text in aliases:
        assert text.encode("cp1251").decode("cp1251") == text == text.upper()


def test_the_police_can_name_every_district_of_2024_and_every_country(kz: Profile) -> None:
    named = set(kz.areas.aliases["police-ru"].values())
    places = kz.areas.on(IN_2024, "district") + kz.areas.on(IN_2024, "region") + kz.areas.on(IN_2024, "country")
    assert {place.code for place in places} == named


def test_the_english_source_of_the_bureau_names_each_region_of_2024(kz: Profile) -> None:
    assert set(kz.areas.aliases["bns-en"].values()) == set(codes(kz.areas.on(IN_2024, "region")))


def test_every_recode_can_be_inverted_so_that_the_simulator_can_write_the_layout(kz: Profile) -> None:
    for layout in kz.layouts.values():
        for name, source in layout.variables.items():
            assert source.expr is None
            assert len(set(source.recode.values())) == len(source.recode), (layout.id, name)


def test_every_code_of_a_recoded_classification_can_be_written_in_the_layout(kz: Profile) -> None:
    for layout in kz.layouts.values():
        for name, source in layout.variables.items():
            if source.recode and name in kz.classifications:
                assert set(source.recode.values()) == {code.code for code in kz.classifications[name].codes}


def test_the_headings_of_the_cp1251_layout_can_be_written_in_cp1251(kz: Profile) -> None:
    layout = kz.layouts["arrivals_csv"]
    texts = [column.name for column in layout.columns]
    texts += [text for source in layout.variables.values() for text in source.recode]
    assert all(text.encode(layout.encoding) for text in texts)


def test_a_part_of_a_table_names_only_codes_that_exist(kz: Profile) -> None:
    known = {
        "partner": {c.code for c in kz.areas.areas if c.level == "country"}
        | {c.code for c in kz.classifications["country_group"].codes},
        "area": set(codes(kz.areas.on(IN_2024, "region"))),
        "locality": {"U", "R"},
    }
    for design in kz.tables.values():
        for part in design.parts:
            assert part.status is DataStatus.CALIBRATED
            for dimension in known.keys() & part.at.keys():
                assert set(part.at[dimension]) <= known[dimension] | {TOTAL}, design.id


def test_every_page_says_in_its_language_that_it_is_no_publication_of_the_bureau(kz: Profile) -> None:
    assert kz.identity.notice["en"].endswith("not a publication of the Bureau of National Statistics.")
    assert "а не публикация Бюро национальной статистики" in kz.identity.notice["ru"]
    assert "Ұлттық статистика бюросының жарияланымы емес" in kz.identity.notice["kk"]


def test_the_release_of_december_is_not_called_like_that_of_the_year(kz: Profile) -> None:
    for language in kz.languages:
        titles = [design.title[language] for design in kz.releases.values()]
        assert len(set(titles)) == len(titles), titles
