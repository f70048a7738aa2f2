"""What a personal number says of its person, read before it is hashed."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qonys.concepts.personal_number import NumberScheme
from qonys.methods.check_digits import check_digits

_ZERO = ord("0")
_NINE = 9
_NO_YEAR = -1

Digits: TypeAlias = NDArray[np.uint8]
"""Of numbers, position by position: shape (positions, numbers)."""


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
    digits = _digits(trimmed if whole.all() else trimmed.filter(pa.array(whole)), scheme.digits)
    is_valid = (digits <= _NINE).all(axis=0)
    is_valid &= check_digits(digits[:-1].T, scheme.weights, scheme.modulus) == digits[-1]
    valid = np.zeros(len(trimmed), np.bool_)
    valid[whole] = is_valid
    return {"number_valid": pa.array(valid, mask=~stated), **_of_persons(digits[:, is_valid], scheme, valid)}


def _of_persons(digits: Digits, scheme: NumberScheme, valid: NDArray[np.bool_]) -> dict[str, pa.Array[Any]]:
    """Birth and sex of the rows that are valid; what several say alike is read once."""
    positions = (
        *(p for first in (scheme.year, scheme.month, scheme.day) for p in (first - 1, first)),
        scheme.century_and_sex - 1,
    )
    told = np.zeros(digits.shape[1], np.int32)
    for position in positions:
        told = told * np.int32(10) + digits[position]
    coded: Any = pa.array(told).dictionary_encode()
    distinct = coded.dictionary.to_numpy() // 10 ** np.arange(len(positions) - 1, -1, -1)[:, None] % 10
    place = np.full(len(valid), -1, np.int32)
    place[valid] = coded.indices.to_numpy()
    rows: Any = pa.array(place, mask=~valid)
    sexes: Any = _sexes(distinct[-1], scheme).dictionary_encode()
    return {
        "number_birth_date": _births(distinct, scheme).take(rows),
        "number_sex": pa.DictionaryArray.from_arrays(sexes.indices.take(rows), sexes.dictionary),
    }


def _flags(values: pa.Array[Any]) -> NDArray[np.bool_]:
    known: Any = pc.coalesce(values, pa.scalar(value=False))
    flags: NDArray[np.bool_] = known.to_numpy(zero_copy_only=False)
    return flags


def _digits(texts: pa.Array[Any], count: int) -> Digits:
    """Shape (count, texts); what is no digit is more than 9."""
    whole: Any = texts
    content = whole.buffers()[2] or b""
    of_texts = np.frombuffer(content, np.uint8, len(texts) * count, whole.offset * count).reshape(-1, count)
    return np.ascontiguousarray(of_texts.T) - np.uint8(_ZERO)


def _births(told: NDArray[np.int64], scheme: NumberScheme) -> pa.Array[Any]:
    """Days of birth of what numbers tell (year, month, day of two digits each, century); null where they are no date."""
    year, month, day = (told[place] * 10 + told[place + 1] for place in (0, 2, 4))
    century = _meant(told[-1], scheme, np.full(10, _NO_YEAR), "century")
    is_date = (century != _NO_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)
    start = np.where(is_date, (century + year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = start.astype("datetime64[D]").astype(np.int64) + day - 1
    is_date &= days < (start + 1).astype("datetime64[D]").astype(np.int64)
    result: pa.Array[Any] = pa.array(days.astype(np.int32), mask=~is_date).cast(pa.date32())
    return result


def _sexes(told: NDArray[np.int64], scheme: NumberScheme) -> pa.Array[Any]:
    none: NDArray[Any] = np.full(10, None, dtype=object)
    return pa.array(_meant(told, scheme, none, "sex"), pa.string())


def _meant(told: NDArray[np.int64], scheme: NumberScheme, meanings: NDArray[Any], name: str) -> NDArray[Any]:
    for digit, meaning in scheme.meanings.items():
        meanings[int(digit)] = getattr(meaning, name)
    meant: NDArray[Any] = meanings[told]
    return meant
