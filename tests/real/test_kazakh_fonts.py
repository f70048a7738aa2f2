"""The letters of old Kazakh fonts, held against a real list of districts that is written with them."""

from __future__ import annotations

import csv

import pytest

from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from real.real_data import real_data


@pytest.fixture(scope="module")
def kz() -> Profile:
    return load_profile("kz")


def districts() -> list[tuple[str, str]]:
    with real_data("kz/REG_ADDRESS_REGION_KATO.csv").open(encoding="utf-8", newline="") as file:
        return [(row["KATO"], row["KZ_NAME"]) for row in csv.DictReader(file)]


def test_every_letter_turns_a_name_of_the_list_into_the_name_of_the_same_unit(kz: Profile) -> None:
    fonts = kz.spellings["kazakh-fonts"]
    names: dict[str, set[str]] = {}
    for area in kz.areas.areas:
        names.setdefault(area.code, set()).add(area.names["kk"].upper())
    proven: set[str] = set()
    for code, written in districts():
        meant = fonts.respell(written)
        if meant != written and meant.upper() in names.get(code, set()):
            proven |= set(written.upper()) & set(fonts.letters)
    # No name of the list holds Һ: its place is that of KZ-1048 (tests/spec/test_spellings.py).
    assert proven == {letter for letter, meant in fonts.letters.items() if letter.isupper() and meant != "Һ"}


def test_small_letters_are_those_of_the_capital_ones(kz: Profile) -> None:
    letters = kz.spellings["kazakh-fonts"].letters
    assert {letter.lower(): meant.lower() for letter, meant in letters.items()} == {
        letter: meant for letter, meant in letters.items() if letter.islower()
    }


def test_no_letter_of_the_list_is_left_that_kazakh_does_not_have(kz: Profile) -> None:
    kazakh = set("АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ")
    left = {letter for _, name in districts() for letter in kz.spellings["kazakh-fonts"].respell(name).upper()}
    assert {letter for letter in left if letter.isalpha()} <= kazakh
