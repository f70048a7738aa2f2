"""What a personal number says of its person, read before it is hashed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qonys.concepts.personal_number import NumberScheme
from qonys.methods.check_digits import check_digits

_ZERO = ord("0")
_NO_YEAR = -1


def said_by_numbers(numbers: pa.Array[Any], missing: tuple[str, ...], scheme: NumberScheme) -> dict[str, pa.Array[Any]]:
    """What each number says: ``number_valid``, ``number_birth_date``, ``number_sex``.

    A number that is not stated says nothing; one that is not valid says nothing but that.

    Args:
        numbers: as delivered.
        missing: texts that mean *not stated*.
        scheme: of the numbers.
    """
    trimmed: Any = pc.utf8_trim_whitespace(numbers.cast(pa.string()))
    stated = _flags(pc.and_(pc.is_valid(trimmed), pc.invert(pc.is_in(trimmed, pa.array(missing, pa.string())))))
    whole = stated & _flags(pc.equal(pc.binary_length(trimmed), pa.scalar(scheme.digits, pa.int32())))
    valid = np.zeros(len(trimmed), np.bool_)
    digits = _digits(trimmed.filter(pa.array(whole)), scheme.digits)
    is_valid = np.ones(len(digits), np.bool_)
    for position in digits.T:
        is_valid &= position <= 9
    is_valid &= check_digits(digits[:, :-1], scheme.weights, scheme.modulus) == digits[:, -1]
    valid[whole] = is_valid
    return {
        "number_valid": pa.array(valid, mask=~stated),
        "number_birth_date": _scattered(_births(digits[is_valid], scheme), valid),
        "number_sex": _scattered(_sexes(digits[is_valid], scheme), valid),
    }


def _flags(values: pa.Array[Any]) -> NDArray[np.bool_]:
    known: Any = pc.coalesce(values, pa.scalar(value=False))
    flags: NDArray[np.bool_] = known.to_numpy(zero_copy_only=False)
    return flags


def _digits(texts: pa.Array[Any], count: int) -> NDArray[np.uint8]:
    """Shape (texts, count); what is no digit is more than 9."""
    whole: Any = texts
    content = whole.buffers()[2] or b""
    return np.frombuffer(content, np.uint8, len(texts) * count).reshape(-1, count) - np.uint8(_ZERO)


def _births(digits: NDArray[np.uint8], scheme: NumberScheme) -> pa.Array[Any]:
    """Days of birth; null where the digits are no date."""
    year, month, day = (
        digits[:, position - 1].astype(np.int64) * 10 + digits[:, position]
        for position in (scheme.year, scheme.month, scheme.day)
    )
    century = _meant(digits, scheme, np.full(10, _NO_YEAR), "century")
    is_date = (century != _NO_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)
    start = np.where(is_date, (century + year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = start.astype("datetime64[D]").astype(np.int64) + day - 1
    is_date &= days < (start + 1).astype("datetime64[D]").astype(np.int64)
    result: pa.Array[Any] = pa.array(days.astype(np.int32), mask=~is_date).cast(pa.date32())
    return result


def _sexes(digits: NDArray[np.uint8], scheme: NumberScheme) -> pa.Array[Any]:
    none: NDArray[Any] = np.full(10, None, dtype=object)
    return pa.array(_meant(digits, scheme, none, "sex"), pa.string())


def _meant(digits: NDArray[np.uint8], scheme: NumberScheme, meanings: NDArray[Any], name: str) -> NDArray[Any]:
    for digit, meaning in scheme.meanings.items():
        meanings[int(digit)] = getattr(meaning, name)
    meant: NDArray[Any] = meanings[digits[:, scheme.century_and_sex - 1]]
    return meant


def _scattered(values: pa.Array[Any], at: NDArray[np.bool_]) -> pa.Array[Any]:
    places: Any = pa.array(np.maximum(np.cumsum(at) - 1, 0), mask=~at)
    return values.take(places)
