"""Persons and second writings of them with known errors: the truth that record linkage is measured against.

Errors are those that offices make: a letter typed wrong, left out, doubled or swapped; a name in another transliteration;
another surname after a marriage; day and month swapped; a digit of the birth year; nothing stated. Siblings and twins,
who share nearly everything, are among the persons.

Laws: deterministic from the seed. A second writing carries no identifier. Names are built of syllables and are frequent or
rare as names are; they say nothing of how well a country's real names can be linked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

_STEMS = (  # noqa: SIM905
    "akhmet bek nur seit zhaksy omar kairat tole serik abdra dau kenzhe mukhta sapar yer mura tulege iva petro sidor kuzne "
    "vasil sokol popo lebede koza novi moro volko alekse semen egoro pavlo stepa niko orlo andre maka zakha kore iskak "
    "bolat kasym ospan zhuma baimu tursy esen ibra karim rakhi smag suley uteg shary dosan amir"
).split()  # fmt: skip
_MIDDLES = (
    "",
    "ba",
    "ly",
    "dy",
    "zha",
    "khan",
    "mu",
    "sha",
    "ga",
    "re",
    "no",
    "ti",
    "ra",
    "yn",
    "go",
    "do",
    "ke",
    "li",
)
_ENDINGS = ("ov", "ev", "in", "uly", "kyzy", "enko", "skiy", "bayev", "bekov", "yants")
_GIVEN = (  # noqa: SIM905
    "aigul aidos aliya almas anar arman asel askar aslan ayan baurzhan dana daniyar dina erlan gulnara ilyas indira kamila "
    "kanat laura madina marat marzhan nazira nurlan rustam sanzhar saule symbat talgat timur ulan yerbol zarina zhanna "
    "alexandr alexey anna anton daria dmitriy ekaterina elena galina igor irina ivan maria mikhail natalya nikolay oleg olga "
    "pavel sergey svetlana tatyana vladimir yuriy oksana vera lyudmila artem maxim viktor"
).split()  # fmt: skip
_TRANSLITERATIONS = (
    ("kh", "h"), ("zh", "j"), ("iy", "y"), ("ye", "e"), ("yu", "iu"), ("ks", "x"), ("x", "ks"), ("ev", "eff"), ("ov", "off"),
    ("ya", "ia"), ("sh", "ch"),
)  # fmt: skip
_FIRST_BIRTH = date(1940, 1, 1)
_BIRTH_DAYS = 24_000

TYPO_SURNAME, TYPO_GIVEN, TRANSLITERATED, MARRIED, SWAPPED, WRONG_YEAR = 0.12, 0.08, 0.10, 0.02, 0.03, 0.02
NO_BIRTH_DATE, NO_BIRTH_PLACE, NO_SEX, TYPO_PLACE = 0.02, 0.10, 0.03, 0.05
TWINS, SIBLINGS = 0.01, 0.10


@dataclass(frozen=True)
class Written:
    """One writing of a person; ``person`` is the truth, ``identified`` whether it carries the number."""

    person: int
    identified: bool
    surname: str
    given_name: str
    birth_place: str
    birth_date: date | None
    sex: str


def persons_with_errors(persons: int, rewritten: int, seed: int, strangers: int = 0) -> list[Written]:
    """One clean writing a person, and a second one with errors of some of them.

    Args:
        persons: how many persons there are.
        rewritten: how many of them are written a second time, without their number.
        seed: of all chance.
        strangers: how many of the others never had a number, so that there is nobody to link them with.
    """
    rng = np.random.default_rng(seed)
    clean = _clean(persons, rng)
    chosen = rng.choice(persons, rewritten, replace=False)
    again = [_with_errors(clean[index], rng) for index in chosen]
    for index in rng.choice(np.setdiff1d(np.arange(persons), chosen), strangers, replace=False):
        clean[index] = replace(clean[index], identified=False)
    return clean + again


def _clean(persons: int, rng: np.random.Generator) -> list[Written]:
    surnames = [stem + middle + ending for stem in _STEMS for middle in _MIDDLES for ending in _ENDINGS]
    places = [f"{stem}{tail}" for stem in _STEMS for tail in ("tau", "bulak", "gorsk", "ovka", "sai")]
    surname, given = _drawn(len(surnames), persons, rng), _drawn(len(_GIVEN), persons, rng)
    place, born = _drawn(len(places), persons, rng), rng.integers(0, _BIRTH_DAYS, persons)
    kin, sex = rng.random(persons), rng.random(persons)
    for index in range(1, persons):
        if kin[index] < TWINS + SIBLINGS:
            surname[index], place[index] = surname[index - 1], place[index - 1]
            born[index] = born[index - 1] + (0 if kin[index] < TWINS else 400 + int(kin[index] * 10_000))
            given[index] += given[index] == given[index - 1]
    given %= len(_GIVEN)
    return [
        Written(
            person=index,
            identified=True,
            surname=surnames[surname[index]],
            given_name=_GIVEN[given[index]],
            birth_place=places[place[index]],
            birth_date=_FIRST_BIRTH + timedelta(days=int(born[index])),
            sex="M" if sex[index] < 0.5 else "F",
        )
        for index in range(persons)
    ]


def _drawn(kinds: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of kinds, the first ones being frequent: weights as 1 / (rank + 20)."""
    weights = 1 / (np.arange(kinds) + 20)
    order = rng.permutation(kinds)
    ranks = np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(count)).clip(0, kinds - 1)
    return np.asarray(order[ranks], np.int64)


def _with_errors(true: Written, rng: np.random.Generator) -> Written:
    chance = rng.random(10)
    surname, given, place, born = true.surname, true.given_name, true.birth_place, true.birth_date
    if chance[0] < TYPO_SURNAME:
        surname = _mistyped(surname, rng)
    if chance[1] < TRANSLITERATED:
        surname, given = _transliterated(surname), _transliterated(given)
    if chance[2] < TYPO_GIVEN:
        given = _mistyped(given, rng)
    if chance[3] < MARRIED and true.sex == "F":
        surname = _STEMS[int(rng.integers(len(_STEMS)))] + _ENDINGS[int(rng.integers(len(_ENDINGS)))]
    if chance[4] < TYPO_PLACE:
        place = _mistyped(place, rng)
    return Written(
        person=true.person,
        identified=False,
        surname=surname,
        given_name=given,
        birth_place="" if chance[5] < NO_BIRTH_PLACE else place,
        birth_date=_misdated(born, chance[6:9], rng) if born else None,
        sex="" if chance[9] < NO_SEX else true.sex,
    )


def _misdated(born: date, chance: NDArray[np.float64], rng: np.random.Generator) -> date | None:
    if chance[0] < NO_BIRTH_DATE:
        return None
    if chance[1] < SWAPPED and born.day <= 12:
        return born.replace(month=born.day, day=born.month)
    if chance[2] < WRONG_YEAR and (born.month, born.day) != (2, 29):
        return born.replace(year=born.year + int(rng.choice([-10, -1, 1, 10])))
    return born


def _mistyped(name: str, rng: np.random.Generator) -> str:
    """One letter wrong, left out, doubled, or swapped with the next."""
    at = int(rng.integers(len(name)))
    letter = "abdegiklmnoprstuvz"[int(rng.integers(18))]
    forms = (
        name[:at] + letter + name[at + 1 :],
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
    )
    return forms[int(rng.integers(4))]


def _transliterated(name: str) -> str:
    for one, other in _TRANSLITERATIONS:
        if one in name:
            return name.replace(one, other)
    return name
