"""The sentences of the release of Kazakhstan follow the figures, in every language; what has no value is left out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from qonys.concepts.period import Period
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.outcome import Finding
from qonys.datasets.output import OutputTable
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.key_points import big_figures_in, compute_key_points, sentences_in
from qonys.disseminate.words import words_of
from spec.drawn_tables import drawn_table
from spec.seed_figures import LANGUAGES, figures_missing_from, visible_text
from spec.seed_release import EXTERNAL, INTERNAL, INTERREGIONAL, seed_facts, seed_pages, seed_tables

N = "\u202f"
PERIOD = Period(2024)
GROWTHS = ("arrivals-growth", "departures-growth", "internal-growth")


@pytest.fixture(scope="module")
def kz() -> Profile:
    return load_profile("kz")


def said(profile: Profile, tables: Mapping[str, OutputTable], language: str) -> dict[str, str]:
    design = profile.releases["annual"]
    computed = compute_key_points(design, tables, PERIOD).data
    words = words_of(profile, language)
    return {
        s.id: s.text for s in sentences_in(words, design, computed, PERIOD, profile.identity.names[language]).values()
    }


def growth_of(profile: Profile, tables: Mapping[str, OutputTable], language: str, headline: str) -> str:
    design = profile.releases["annual"]
    computed = compute_key_points(design, tables, PERIOD).data
    figures = big_figures_in(words_of(profile, language), design, computed, PERIOD)
    return next(figure.growth for figure in figures if figure.id == headline)


def found(profile: Profile, tables: Mapping[str, OutputTable]) -> tuple[Finding, ...]:
    return compute_key_points(profile.releases["annual"], tables, PERIOD).findings


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_migration_of_the_population_of_the_republic_of_kazakhstan_for_2024(language: str) -> None:
    assert figures_missing_from(seed_pages()[language], language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_of_the_seeds_figures_notices_a_figure_that_is_not_there(language: str) -> None:
    missing = figures_missing_from(seed_pages(EXTERNAL.replace("29282", "29281"))[language], language)
    assert len(missing) == 1
    assert missing[0].startswith("29")


ROSE = {"kk": "артты", "ru": "увеличилось", "en": "increased"}
FELL = {"kk": "азайды", "ru": "уменьшилось", "en": "decreased"}
STOOD = {"kk": "өзгерген жоқ", "ru": "не изменилось", "en": "did not change"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("arrivals", "verb"), [(29282, ROSE), (20000, FELL), (25387, STOOD), (25390, STOOD)])
def test_a_growth_is_worded_by_what_is_displayed(
    kz: Profile, language: str, arrivals: int, verb: dict[str, str]
) -> None:
    tables = seed_tables(kz, external=EXTERNAL.replace("29282", str(arrivals)))
    sentence = said(kz, tables, language)["arrivals-growth"]
    assert verb[language] in sentence
    assert not any(other[language] in sentence for other in (ROSE, FELL, STOOD) if other is not verb)
    assert "%" in sentence or verb is STOOD
    assert "\u2212" not in sentence and "+" not in sentence


FALL = {"kk": "Төмендеу: \u221221,2%", "ru": "Снижение: \u221221,2\xa0%", "en": "Fall: \u221221.2%"}
NO_CHANGE = {"kk": "өзгерген жоқ", "ru": "Без изменений", "en": "No change"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_headline_names_the_direction_and_carries_the_sign(kz: Profile, language: str) -> None:
    fall = seed_tables(kz, external=EXTERNAL.replace("29282", "20000"))
    assert FALL[language] in growth_of(kz, fall, language, "arrivals")
    same = seed_tables(kz, external=EXTERNAL.replace("29282", "25390"))
    assert NO_CHANGE[language] in growth_of(kz, same, language, "arrivals")
    assert growth_of(kz, same, language, "net") == ""


def _net(**changes: int) -> str:
    lines = [line.split("|") for line in INTERREGIONAL.strip().splitlines()]
    return "\n".join(f"{code}|{changes.get('a' + code.strip(), value)}" for code, value in lines)


NOBODY = _net(a19=-1, a71=0, a75=-2, a79=-3)
FIVE = _net(a10=8991)
ONE = _net(a19=0, a75=-2, a79=-3)
COUNTED = {
    "kk": {"5": "5 өңірінде", "1": "1 өңірінде", "0": "бірде-бір өңірде оң айырым қалыптасқан жоқ"},
    "ru": {"5": "в 5 регионах", "1": "в 1 регионе", "0": "не сложилось ни в одном регионе"},
    "en": {"5": "5 regions of", "1": "1 region of", "0": "No region of"},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("count", "table"), [("0", NOBODY), ("1", ONE), ("5", FIVE)])
def test_regions_with_a_positive_net_are_counted_and_named(kz: Profile, language: str, count: str, table: str) -> None:
    sentence = said(kz, seed_tables(kz, interregional=table), language)["gaining"]
    assert COUNTED[language][count] in sentence
    assert sentence.count("(") == int(count)


@pytest.mark.parametrize("language", LANGUAGES)
def test_regions_are_named_largest_first(kz: Profile, language: str) -> None:
    sentence = said(kz, seed_tables(kz, interregional=FIVE), language)["gaining"]
    assert [sentence.index(code) for code in _counts(language)] == sorted(sentence.index(c) for c in _counts(language))


def _counts(language: str) -> list[str]:
    counts = ["73,238", "36,061", "9,361", "8,991", "2,639"]
    return counts if language == "en" else [count.replace(",", N) for count in counts]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "base",
    ["", "2023 | … | … | …", "2023 | 0 | 0 | 0", "2023 | -5 | -5 | -5"],
    ids=["no base year", "base not available", "base of 0", "base below 0"],
)
def test_a_growth_without_a_base_is_left_out_and_found(kz: Profile, language: str, base: str) -> None:
    lines = [line for line in EXTERNAL.splitlines() if not line.startswith("2023")]
    external = "\n".join([*lines, base])
    tables = seed_tables(kz, external=external)
    sentences = said(kz, tables, language)
    assert "arrivals-growth" not in sentences and "departures-growth" not in sentences
    assert "totals" in sentences
    assert growth_of(kz, tables, language, "arrivals") == ""
    findings = [finding.what for finding in found(kz, tables)]
    assert sum("arrivals-growth" in what for what in findings) == 1
    assert "point-arrivals-growth" not in seed_pages(external)[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_year_of_internal_moves_takes_only_its_own_sentence(kz: Profile, language: str) -> None:
    tables = seed_tables(kz, internal=INTERNAL.replace("1023573", "…"))
    sentences = said(kz, tables, language)
    assert "internal-growth" not in sentences
    assert {"totals", "arrivals-growth", "departures-growth", "cis", "gaining"} <= set(sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_missing_region_silences_the_count_of_regions(kz: Profile, language: str) -> None:
    tables = seed_tables(kz, interregional=INTERREGIONAL.replace("9361", "…"))
    assert "gaining" not in said(kz, tables, language)


@pytest.mark.parametrize(("language", "text"), [("ru", "прибыл 1 человек"), ("en", "1 person arrived")])
def test_one_person_is_said_in_the_singular(kz: Profile, language: str, text: str) -> None:
    tables = seed_tables(kz, external=EXTERNAL.replace("29282", "1"))
    assert text in said(kz, tables, language)["totals"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_invented_country_says_its_share_and_its_growth(language: str) -> None:
    mini = load_profile("mini")
    tables = {
        "external-by-year": drawn_table(
            mini, "external-by-year", ["period"], ["measure"],
            "| arrivals | departures | net\n2023 | 8 | 4 | 4\n2024 | 10 | 4 | 6",
        ),
        "external-by-country": drawn_table(
            mini, "external-by-country", ["partner"], ["period", "measure"],
            "| 2024 arrivals\n_T | 8\nUNION | 3",
        ),
        "internal-by-region": drawn_table(
            mini, "internal-by-region", ["area"], ["period", "measure"],
            "| 2024 net | 2024 arrivals\n_T | 0 | 9\nN1 | 2 | 4\nS1 | -2 | 5\n_U | 0 | 0",
        ),
    }  # fmt: skip
    sentences = said(mini, tables, language)
    percentages = {"en": ("25.0%", "37.5%"), "es": ("25,0\xa0%", "37,5\xa0%")}[language]
    assert percentages[0] in sentences["growth"]
    assert percentages[1] in sentences["union"]
    assert "1 reg" in sentences["gaining"]


def test_a_case_ending_stays_on_the_line_of_its_number(kz: Profile) -> None:
    assert "%\u2011ға" in said(kz, seed_tables(kz), "kk")["arrivals-growth"]


def test_a_sentence_that_asks_for_an_unknown_value_names_language_and_key_point(kz: Profile) -> None:
    import msgspec

    from qonys.errors import ProfileError

    design = kz.releases["annual"]
    wrong = msgspec.structs.replace(design.key_points[0], text={**design.key_points[0].text, "ru": "{nobody}"})
    altered = msgspec.structs.replace(design, key_points=(wrong, *design.key_points[1:]))
    with pytest.raises(ProfileError, match=r"key point “totals” \(ru\), character 1: .*nobody"):
        release_bundle(kz, altered, seed_tables(kz), {}, seed_facts())


def test_visible_text_keeps_the_blanks_that_belong_to_numbers() -> None:
    assert visible_text(f"<td>1{N}000\xa0%</td><style>9</style>").strip() == f"1{N}000\xa0%"
