"""Reads dates of a layout's form, many at once.

A form is in strptime codes. One of day, month and year of four digits is read by arithmetic; any other by Python. A year
of fewer than four digits is none, though an engine would read it as a year of antiquity.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_FIRST_YEAR = 1000
_CODE = re.compile(r"%(.)")
_NEIGHBOURS = re.compile(r"%.%.")


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
    found: Any = pc.extract_regex(texts, pattern=_pattern(form))
    part = {code: pc.struct_field(found, code).fill_null("0").cast(pa.int32()).to_numpy() for code in codes}
    year, month, day = part["Y"], part.get("m", np.ones_like(part["Y"])), part.get("d", np.ones_like(part["Y"]))
    is_date = (year >= _FIRST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)
    start = np.where(is_date, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = start.astype("datetime64[D]").astype(np.int64)
    after = (start + 1).astype("datetime64[D]").astype(np.int64)
    days = first + day - 1
    is_date &= days < after
    result: pa.Array[Any] = pa.array(days.astype(np.int32), mask=~is_date).cast(pa.date32())
    return result


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
