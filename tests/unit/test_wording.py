"""Sentences in the subset of ICU MessageFormat: what is said, and what is refused where."""

from decimal import Decimal

import pytest

from qonys.disseminate.wording import Argument, places_of, worded
from qonys.errors import ProfileError

PEOPLE_RU = "{n, plural, =0 {никто} one {# человек} few {# человека} many {# человек} other {# человека}}"


def said(text: str, language: str = "en", **arguments: Argument | str) -> str:
    return worded(text, arguments, language, where=f"test ({language})")


def counted(n: int) -> Argument:
    return Argument(str(n), Decimal(n))


@pytest.mark.parametrize(
    ("n", "text"), [(0, "никто"), (1, "1 человек"), (3, "3 человека"), (11, "11 человек"), (21, "21 человек")]
)
def test_a_plural_takes_the_form_of_its_language(n: int, text: str) -> None:
    assert said(PEOPLE_RU, "ru", n=counted(n)) == text


def test_an_exact_number_comes_before_its_category() -> None:
    assert said("{n, plural, =1 {exactly one} one {#} other {#}}", n=counted(1)) == "exactly one"


@pytest.mark.parametrize("way", ["up", "down", "same"])
def test_a_select_takes_the_branch_of_the_choice(way: str) -> None:
    text = "{g, select, up {rose by {size}} down {fell by {size}} same {stood}}"
    expected = {"up": "rose by 5%", "down": "fell by 5%", "same": "stood"}[way]
    assert said(text, g=Argument("x", Decimal(1), way), size="5%") == expected


def test_branches_nest_and_the_number_sign_is_that_of_the_nearest_plural() -> None:
    text = "{a, plural, one {# {b, plural, one {(#)} other {[#]}}} other {# {b, plural, one {(#)} other {[#]}}}}"
    assert said(text, a=counted(2), b=counted(1)) == "2 (1)"


def test_a_number_sign_outside_a_plural_and_an_apostrophe_stand_for_themselves() -> None:
    assert said("the country's #1: {x}", x="y") == "the country's #1: y"


def test_an_argument_that_looks_like_a_pattern_is_not_read_again() -> None:
    assert said("{x}", x="{y} # }") == "{y} # }"


@pytest.mark.parametrize(
    ("text", "language", "what"),
    [
        ("{n", "en", "followed by neither"),
        ("a } b", "en", "no opening one"),
        ("{}", "en", "opens no argument"),
        ("{n, plural, one {#}}", "en", "no branch “other”"),
        ("{n, plural, few {#} other {#}}", "en", "no plural category"),
        ("{n, plural, one {#} one {#} other {#}}", "en", "stands twice"),
        ("{n, ordinal, other {#}}", "en", "followed by neither"),
        ("{n, select, up {a} down {b}}", "en", "no branch “other”"),
        ("{n, plural, one {# other {#}}", "en", "opens no argument"),
        ("{n, plural, other {#}", "en", "closing brace"),
        ("x {n, plural, other {#", "en", "not closed"),
    ],
)
def test_a_malformed_sentence_is_refused_with_its_place(text: str, language: str, what: str) -> None:
    with pytest.raises(ProfileError, match=what) as caught:
        places_of(text, language, where="key point “totals” (en)")
    assert "key point “totals” (en), character" in caught.value.where


def test_an_unknown_value_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(ProfileError, match=r"no value “m”.*Known: n"):
        said("{m}", n="1")


def test_a_plural_of_something_that_is_no_number_is_refused() -> None:
    with pytest.raises(ProfileError, match="no number"):
        said("{n, plural, other {#}}", n="many")


@pytest.mark.parametrize("language", ["kk", "ru", "en", "es"])
def test_every_shipped_language_has_the_same_well_formed_words(language: str) -> None:
    from qonys.disseminate.words import shipped_words

    words = shipped_words(language)
    assert set(words) == set(shipped_words("en"))
    assert all(words.values())
    for key, word in words.items():
        places_of(word, language, where=key)
