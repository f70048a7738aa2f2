"""Synthetic personal numbers.

Laws: a number is given once, over all calls; where the country has a scheme, the number is one that the scheme could give:
date of birth, century and sex in their places, a serial, and the right check digit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qonys.concepts.personal_number import DigitMeaning, NumberScheme
from qonys.errors import StatisticianError
from qonys.methods.check_digits import NONE, check_digits
from qonys.simulate.slips import Flags

_EPOCH = date(1970, 1, 1)
_FIRST_BIRTH = (date(1890, 1, 1) - _EPOCH).days
_LAST_BIRTH = (date(2060, 1, 1) - _EPOCH).days

_CENTURY = 100

PLAIN = NumberScheme(
    id="plain",
    names={},
    source="",
    digits=12,
    modulus=10,
    weights=(),
    year=1,
    month=3,
    day=5,
    century_and_sex=7,
    meanings={
        str(1 + 2 * place + (sex == "F")): DigitMeaning(century, sex)
        for place, century in enumerate((1800, 1900, 2000))
        for sex in ("M", "F")
    },
)
"""Stands in where a country has no scheme: twelve digits, none of which checks the others."""


@dataclass(slots=True)
class PersonNumbers:
    """Gives synthetic personal numbers of a scheme."""

    scheme: NumberScheme = PLAIN
    given: NDArray[np.int64] = field(default_factory=lambda: np.zeros(2 * (_LAST_BIRTH - _FIRST_BIRTH), np.int64))
    beginnings: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.beginnings = _beginnings(self.scheme)

    def new(self, birth: NDArray[np.int32], woman: Flags) -> NDArray[np.int64]:
        """A new number for each day of birth (since 1970-01-01) and sex.

        Raises:
            StatisticianError: there are more persons of one day of birth and sex than serials.
        """
        numbers = self._numbered(birth, woman)
        while len(unused := np.flatnonzero(numbers < 0)):
            numbers[unused] = self._numbered(birth[unused], woman[unused])
        return numbers

    def with_other_check_digit(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same numbers, mistyped in their last digit."""
        return numbers - numbers % 10 + (numbers % 10 + 1) % 10

    def _numbered(self, birth: NDArray[np.int32], woman: Flags) -> NDArray[np.int64]:
        """A number each; a negative one where the scheme has no check digit for it."""
        place = (birth.astype(np.int64) - _FIRST_BIRTH) * 2 + woman
        serial = self._serials(place)
        digits = self.beginnings[place]
        free = _free_positions(self.scheme)
        if len(serial) and int(serial.max()) >= 10 ** len(free):
            raise StatisticianError("There are too many persons of one day of birth for the digits of their numbers.")
        for position in reversed(free):
            serial, digits[:, position] = np.divmod(serial, 10)
        numbers: NDArray[np.int64] = digits.astype(np.int64) @ 10 ** np.arange(digits.shape[1], dtype=np.int64)[::-1]
        if not self.scheme.weights:
            return numbers
        check = check_digits(digits, self.scheme.weights, self.scheme.modulus)
        return np.where(check == NONE, -1, numbers * 10 + check)

    def _serials(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """The next serial of each day of birth and sex."""
        order = np.argsort(place, kind="stable")
        counts = np.bincount(place, minlength=len(self.given))
        starts = np.cumsum(counts) - counts
        serial = np.empty(len(place), dtype=np.int64)
        serial[order] = np.arange(len(place)) - np.repeat(starts, counts)
        serial += self.given[place]
        self.given += counts
        return serial


def _free_positions(scheme: NumberScheme) -> list[int]:
    """Places, from 0, of the serial's digits."""
    taken = {scheme.century_and_sex - 1}
    for first in (scheme.year, scheme.month, scheme.day):
        taken |= {first - 1, first}
    return [place for place in range(scheme.digits - bool(scheme.weights)) if place not in taken]


def _beginnings(scheme: NumberScheme) -> NDArray[np.uint8]:
    """The digits of every day of birth and sex (man, woman), zero in the serial's places; shape (days · 2, digits)."""
    days = np.repeat(np.arange(_FIRST_BIRTH, _LAST_BIRTH), 2).astype("datetime64[D]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    digits = np.zeros((len(days), scheme.digits - bool(scheme.weights)), np.uint8)
    for first, value in ((scheme.year, year % _CENTURY), (scheme.month, month), (scheme.day, day)):
        digits[:, first - 1], digits[:, first] = np.divmod(value, 10)
    for digit, meaning in scheme.meanings.items():
        meant = (year // _CENTURY * _CENTURY == meaning.century) & (
            (np.arange(len(days)) % 2 == 1) == (meaning.sex == "F")
        )
        digits[meant, scheme.century_and_sex - 1] = int(digit)
    return digits
