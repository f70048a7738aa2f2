"""Reads dates of a layout's form, many at once.

A form is in strptime codes. One of day, month and year of four digits is read by arithmetic; any other by Python. A year
of fewer than four digits is none, though an engine would read it as a year of antiquity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_FIRST_YEAR = 1000
_CODE = re.compile(r"%(.)")
_NEIGHBOURS = re.compile(r"%.%.")

Numbers: TypeAlias = npt.NDArray[np.int32]


def days_of(texts: pa.Array[Any], form: str) -> pa.Array[Any]:
    """The day that each text says, as date32; null where it says none. A form without a day means the first.

    Args:
        texts: strings, without blanks around them.
        form: in strptime codes, ``%d.%m.%Y``.
    """
    codes = _CODE.findall(form)
    if set(codes) <= set("dmY") and "Y" in codes and len(codes) == len(set(codes)):
        return _by_arithmetic(texts, form, codes)
    return pa.array([None if text is None else _parsed(text, form) for text in texts.to_pylist()], pa.date32())


def _by_arithmetic(texts: pa.Array[Any], form: str, codes: list[str]) -> pa.Array[Any]:
    part = _numbers(texts, form, codes)
    year, month, day = part["Y"], part.get("m", np.ones_like(part["Y"])), part.get("d", np.ones_like(part["Y"]))
    is_date = (year >= _FIRST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(is_date, (year - 1970) * 12 + month - 1, 0)
    earliest = months.min(initial=0)
    starts = (
        np.arange(earliest, months.max(initial=0) + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    )
    days = starts[months - earliest] + day - 1
    is_date &= days < starts[months - earliest + 1]
    result: pa.Array[Any] = pa.array(days.astype(np.int32), mask=~is_date).cast(pa.date32())
    return result


def _numbers(texts: pa.Array[Any], form: str, codes: list[str]) -> dict[str, Numbers]:
    """The number that each text says of each code; 0 where it has not the form.

    Nearly all texts have all digits of the form, so that each digit has its place; the others are matched one by one.
    """
    places = _Places.of(form)
    offsets = _offsets(texts)
    is_full = np.diff(offsets) == places.width
    if texts.null_count:
        is_full &= texts.is_valid().to_numpy(zero_copy_only=False)
    numbers = {code: np.zeros(len(texts), np.int32) for code in codes}
    if is_full.any():
        full: Any = texts if is_full.all() else texts.filter(pa.array(is_full))
        for code, found in places.numbers(full).items():
            numbers[code][is_full] = found
    if not is_full.all():
        others: Any = texts.filter(pa.array(~is_full))
        for code, found in _matched(others, form, codes).items():
            numbers[code][~is_full] = found
    return numbers


def _offsets(texts: pa.Array[Any]) -> Numbers:
    """Where each text begins among the bytes of the array, and where the last one ends."""
    buffer: Any = texts.buffers()[1]
    return np.frombuffer(buffer, np.int32, len(texts) + 1, 4 * texts.offset) if len(texts) else np.zeros(1, np.int32)


@dataclass(frozen=True)
class _Places:
    """Where the digits of each code stand in a text that has all of them, and what stands between."""

    width: int
    digits: dict[str, slice]
    between: dict[int, int]

    @classmethod
    def of(cls, form: str) -> _Places:
        width, digits = 0, {}
        between: dict[int, int] = {}
        for at, part in enumerate(re.split(_CODE, form)):
            if at % 2:
                digits[part] = slice(width, width := width + (4 if part == "Y" else 2))
            else:
                between |= {width + place: byte for place, byte in enumerate(part.encode())}
                width += len(part.encode())
        return cls(width, digits, between)

    def numbers(self, texts: pa.Array[Any]) -> dict[str, Numbers]:
        """What texts of the full width say; 0 where something else stands in a place."""
        offsets, buffer = _offsets(texts), cast("Any", texts.buffers()[2])
        content = np.frombuffer(buffer, np.uint8)[offsets[0] : offsets[-1]]
        places = np.ascontiguousarray(content.reshape(-1, self.width).T)
        sound = np.ones(len(texts), np.bool_)
        for place, byte in self.between.items():
            sound &= places[place] == byte
        numbers = {code: np.zeros(len(texts), np.int32) for code in self.digits}
        for code, digits in self.digits.items():
            for said in places[digits] - np.uint8(ord("0")):
                sound &= said <= 9
                numbers[code] = 10 * numbers[code] + said
        return {code: np.where(sound, number, 0) for code, number in numbers.items()}


def _matched(texts: pa.Array[Any], form: str, codes: list[str]) -> dict[str, Numbers]:
    """What texts of any width say; 0 where they are not of the form."""
    found: Any = pc.extract_regex(texts, pattern=_pattern(form))
    return {code: pc.struct_field(found, code).fill_null("0").cast(pa.int32()).to_numpy() for code in codes}


def _pattern(form: str) -> str:
    """Day and month may have one digit where something stands between them."""
    digits = "{2}" if _NEIGHBOURS.search(form) else "{1,2}"
    parts = re.split(r"%(.)", form)
    literal = [re.escape(part) for part in parts[::2]]
    codes = [f"(?P<{code}>[0-9]{'{4}' if code == 'Y' else digits})" for code in parts[1::2]]
    return "^" + "".join(text + code for text, code in zip(literal, [*codes, ""], strict=True)) + "$"


def _parsed(text: str, form: str) -> date | None:
    try:
        day = datetime.strptime(text, form).date()  # noqa: DTZ007 a day has no zone
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None
