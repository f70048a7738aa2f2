"""Numbers, percentages, dates as each language writes them."""

from datetime import date
from decimal import Decimal

import pytest

from qonys.concepts.period import Period
from qonys.disseminate.numbers import (
    listed,
    long_date,
    month_and_year,
    month_in_text,
    number,
    percent,
    plural_category,
    rounded,
)
from qonys.errors import ProfileError

N = "\u202f"
NBSP = "\xa0"


@pytest.mark.parametrize(
    ("language", "written"),
    [("kk", f"1{N}510{N}337"), ("ru", f"1{N}510{N}337"), ("en", "1,510,337"), ("es", "1.510.337")],
)
def test_thousands_are_separated_as_the_language_does(language: str, written: str) -> None:
    assert number(1510337, language) == written


@pytest.mark.parametrize("language", ["kk", "ru", "en", "es"])
def test_a_negative_number_carries_a_true_minus(language: str) -> None:
    assert number(-5, language) == "\u22125"
    assert percent(-5, language).startswith("\u22125")


@pytest.mark.parametrize(
    ("language", "written"), [("kk", "12,5%"), ("ru", f"12,5{NBSP}%"), ("en", "12.5%"), ("es", f"12,5{NBSP}%")]
)
def test_a_percentage_has_the_form_of_the_language(language: str, written: str) -> None:
    assert percent(12.5, language) == written
    assert percent(12.5, language, signed=True) == f"+{written}"


@pytest.mark.parametrize(
    ("value", "decimals", "result"),
    [(0.05, 1, "0.1"), (-0.05, 1, "-0.1"), (2.5, 0, "3"), (0.15, 1, "0.2"), (1.005, 2, "1.01"), (-0.04, 1, "0.0")],
)
def test_a_half_is_rounded_away_from_zero_and_zero_has_no_sign(value: float, decimals: int, result: str) -> None:
    assert str(rounded(value, decimals)) == result


def test_what_rounds_to_zero_is_written_without_a_sign() -> None:
    assert percent(0.04, "en", signed=True) == "0.0%"
    assert percent(-0.04, "en", signed=True) == "0.0%"


def test_dates_are_in_words() -> None:
    day = date(2025, 3, 12)
    assert long_date(day, "en") == "12 March 2025"
    assert long_date(day, "ru") == "12 марта 2025 года"
    assert "наурыз" in long_date(day, "kk")
    assert long_date(day, "es") == "12 de marzo de 2025"


def test_a_month_stands_alone_in_the_nominative() -> None:
    assert month_and_year(Period(2024, 1), "ru").startswith("Январь 2024")
    assert month_and_year(Period(2024, 1), "en") == "January 2024"
    assert month_in_text(Period(2024, 1), "ru").startswith("январь 2024")
    assert month_in_text(Period(2024, 1), "en") == "January 2024"


def test_plural_categories_follow_the_number_as_shown() -> None:
    shown = [plural_category(Decimal(n), "ru") for n in ("1", "2", "5", "21", "1.5")]
    assert shown == ["one", "few", "many", "one", "other"]


def test_lists_end_with_the_conjunction_of_the_language() -> None:
    assert listed(["a", "b", "c"], "ru") == "a, b и c"
    assert listed(["a"], "en") == "a"


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ProfileError, match="xx-none"):
        number(1, "xx-none")
