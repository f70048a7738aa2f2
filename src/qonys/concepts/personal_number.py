"""The scheme of a personal number: its digits, its check digit, and what else it says of a person."""

from __future__ import annotations

from typing import Literal

import msgspec

from qonys.concepts.text import Text


class DigitMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one digit says: the first year of the century of birth (1900), and the sex."""

    century: int
    sex: Literal["F", "M"] | None = None


class NumberScheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scheme. Positions are counted from 1; the check digit stands last.

    Args:
        id: name by which a layout asks for it.
        names: name in every language.
        source: where the scheme is written down.
        digits: how many there are, the check digit included.
        modulus: of the weighted sum of all digits but the last; the remainder is the check digit.
        weights: of those digits; the next list is tried where the remainder is 10 or more, and a number for which none
            of them gives a digit is not given to anybody.
        year: position of the two last digits of the year of birth.
        month: position of the two digits of the month.
        day: position of the two digits of the day.
        century_and_sex: position of the digit that says both.
        meanings: that digit -> what it says; any other says nothing.
    """

    id: str
    names: Text
    source: str
    digits: int
    modulus: int
    weights: tuple[tuple[int, ...], ...]
    year: int
    month: int
    day: int
    century_and_sex: int
    meanings: dict[str, DigitMeaning]
