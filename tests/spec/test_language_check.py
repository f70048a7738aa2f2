"""Every defect of the seed's page stops the build: doubled terms, numbers without a unit, a percentage of times."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from qonys.concepts.period import Period
from qonys.concepts.release import KeyPoint, ReleaseDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.key_points import compute_key_points, sentences_in
from qonys.disseminate.language_check import defects
from qonys.disseminate.words import words_of
from qonys.errors import ProfileError
from spec.seed_release import INTERNAL, made_up_tables, pages_alone, seed_facts, seed_tables


@pytest.fixture(scope="module")
def kz() -> Profile:
    return load_profile("kz")


def point(design: ReleaseDesign, name: str, texts: Mapping[str, str], **values: str) -> KeyPoint:
    """A key point of a design with other texts, and with other computations of its values."""
    found = next(one for one in design.key_points if one.id == name)
    computed = {
        key: msgspec.structs.replace(value, compute=values.get(key, value.compute))
        for key, value in found.values.items()
    }
    return msgspec.structs.replace(found, text={**found.text, **texts}, values=computed)


def said(profile: Profile, name: str, texts: Mapping[str, str], *, internal: str = INTERNAL, **values: str) -> str:
    """The sentence in the one language of ``texts``."""
    design = profile.releases["annual"]
    design = msgspec.structs.replace(design, key_points=(point(design, name, texts, **values),))
    (language,) = texts
    computed = compute_key_points(design, seed_tables(profile, internal=internal), Period(2024)).data
    return sentences_in(words_of(profile, language), design, computed, Period(2024), "")[name].text


OF_THE_SEED = {
    "amounted 29282 to people": ("totals", "en", "In {period} the number of arrivals in the country amounted {arrivals} to people.", "29,282 to”: the number stands without its unit"),
    "departures was 12732.": ("totals", "en", "The number of departures was {departures}.", "12,732”: the number stands without its unit"),
    "increased by 47.6% times": ("internal-growth", "en", "The number of people moving within the country increased by {movers_size} times.", "% times”: this is never said so"),
    "the number of decreased": ("departures-growth", "en", "Compared to 2023, the number of decreased from Kazakhstan departures by {departures_size}.", "number of decreased”: this is never said so"),
    "net migration, net migration": ("arrivals-growth", "en", "Migration increase, net migration, net migration grew by {arrivals_size}.", "net migration, net migration”: the words are doubled"),
    "no full stop": ("arrivals-growth", "en", "Arrivals grew by {arrivals_size}", "does not end with a full stop"),
    "a typed number": ("arrivals-growth", "en", "Arrivals grew to 29282 people, by {arrivals_size}.", "29282”: the thousands are not separated"),
    "на 1,5 раза": ("internal-growth", "ru", "Число переехавших увеличилось на {movers_size} раза.", "раза”: this is never said so"),
    "число без единицы": ("totals", "ru", "В страну прибыло {arrivals}.", "29\u202f282”: the number stands without its unit"),
    "саны бірліксіз": ("totals", "kk", "Елге келгендер саны {arrivals} болды.", "болды”: the number stands without its unit"),
    "% есе": ("internal-growth", "kk", "Қоныс аударғандар саны {movers_size} есе артты.", "есе”: this is never said so"),
    "слово слово": ("arrivals-growth", "ru", "Число число прибывших выросло на {arrivals_size}.", "Число число”: the words are doubled"),
    "a count of regions alone": ("gaining", "en", "Regions that gain: {regions}.", "4”: the number stands without its unit"),
    "два пробела": ("arrivals-growth", "ru", "Число  прибывших выросло на {arrivals_size}.", "two blanks"),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_THE_SEED)
def test_a_key_point_with_a_defect_of_the_seed_stops_the_build(kz: Profile, name: str) -> None:
    key_point, language, text, message = OF_THE_SEED[name]
    with pytest.raises(ProfileError, match=message) as refusal:
        said(kz, key_point, {language: text})
    assert refusal.value.where == f"key point “{key_point}” ({language})"


def test_a_sentence_without_defects_is_said(kz: Profile) -> None:
    text = "The country gained {net} people; {arrivals} persons came and {departures} people left."
    assert said(kz, "totals", {"en": text}) == (
        "The country gained 16,550 people; 29,282 persons came and 12,732 people left."
    )


HIGHER = INTERNAL.replace("1510337", "1535360")
TIMES = {
    "kk": ("{movers, select, times {{movers_size} есе} up {{movers_size}-ға} down {-} same {-}} артты.", "1,5 есе артты."),
    "ru": (
        "Выросло {movers, select, times {в {movers_size, plural, few {# раза} many {# раз} other {# раза}}} up {на {movers_size}} down {-} same {-}}.",
        "Выросло в 1,5 раза.",
    ),
    "en": ("It {movers, select, times {is {movers_size} times as large} up {grew by {movers_size}} down {-} same {-}}.", "It is 1.5 times as large."),
}  # fmt: skip
NEARLY = {"kk": "47,6%\u2011ға артты.", "ru": "Выросло на 47,6\xa0%.", "en": "It grew by 47.6%."}


@pytest.mark.parametrize("language", TIMES)
def test_what_grew_half_as_much_again_is_told_in_times_where_the_design_asks(kz: Profile, language: str) -> None:
    text, expected = TIMES[language]
    assert said(kz, "internal-growth", {language: text}, internal=HIGHER, movers="times") == expected
    assert said(kz, "internal-growth", {language: text}, movers="times") == NEARLY[language]


def test_times_without_their_word_are_no_unit(kz: Profile) -> None:
    text = "It grew {movers, select, times {{movers_size}} up {by {movers_size}} down {-} same {-}}."
    with pytest.raises(ProfileError, match=r"1\.5”: the number stands without its unit"):
        said(kz, "internal-growth", {"en": text}, internal=HIGHER, movers="times")


@pytest.mark.parametrize(
    "text",
    [
        "migration increase (or decrease), net migration, net migration – the difference",
        "the numbers of arrivals and departures are conditionally fixed",
        "The the movement of people",
        "Moves , across the border",
        "Moves,, across the border",
        "Moves () across the border",
    ],
)
def test_a_glossary_or_a_method_with_a_defect_stops_the_build(kz: Profile, text: str) -> None:
    term = msgspec.structs.replace(kz.glossary[0], meaning={**kz.glossary[0].meaning, "en": text})
    spoilt = _with_glossary(kz, term)
    with pytest.raises(ProfileError) as refusal:
        release_bundle(spoilt, spoilt.releases["annual"], seed_tables(spoilt), {}, seed_facts())
    assert refusal.value.where == "glossary, migration (en)"


@pytest.mark.parametrize(
    "text",
    [
        "The number of departures from it; it can be negative.",
        "Both 2023–2024 and 10 November 2024, in 4 regions (52,855 people).",
        "Three points... and an ellipsis…",
        "жеке-жеке өзгертілген, бір-бірінен бөлек",
        "на 20,7 % (оперативные данные) или уменьшилось на 18,9 %",
    ],
)
def test_what_is_well_said_has_no_defect(kz: Profile, text: str) -> None:
    assert list(defects(text, words_of(kz, "ru"))) == list(defects(text, words_of(kz, "en"))) == []


def _with_glossary(profile: Profile, *terms: object) -> Profile:
    from dataclasses import replace

    return replace(profile, glossary=tuple(terms))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("country", "design"),
    [("mini", "annual"), ("mini", "monthly"), ("kz", "annual"), ("kz", "monthly"), ("es", "annual")],
)
def test_no_design_of_a_shipped_profile_says_anything_defective(country: str, design: str) -> None:
    """With made-up figures of every size and sign, in every language of the profile."""
    profile = load_profile(country)
    for period in ("2024-12", "2024"):
        if (profile.releases[design].frequency == "month") is (period == "2024-12"):
            facts = msgspec.structs.replace(seed_facts(country), period=period)
            with pages_alone():
                release_bundle(profile, profile.releases[design], made_up_tables(profile, design), {}, facts)
