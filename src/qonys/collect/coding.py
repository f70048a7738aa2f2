"""Classifies and codes texts: every distinct text of a variable once, whatever the number of rows that hold it.

A text that stands in a list of missing ones is *not stated* and no error. A text that is stated but cannot be read (no
date, no known code) is a problem of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.dates import days_of
from qonys.concepts.layout import Source, SourceLayout
from qonys.concepts.spelling import Spelling, respelled
from qonys.concepts.variable import VARIABLES, Kind, Variable
from qonys.country.profile import Profile
from qonys.datasets.registration import CHILDREN

_CHILDREN = "^[FM][0-9]{8}( [FM][0-9]{8})*$"
_WHOLE_NUMBER = r"^[+-]?[0-9]{1,18}$"
_LEAST, _MOST = -(2**31), 2**31 - 1

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CodedTexts:
    """Distinct texts and what they mean, shape (texts,) each.

    Args:
        values: typed; null where nothing is stated, or it cannot be read. Codes are a dictionary.
        is_bad: what is stated cannot be read.
        respelled: place of a text that is known only as it is meant -> how that is written.
    """

    values: pa.Array[Any]
    is_bad: Flags
    respelled: Mapping[int, str] = field(default_factory=dict)


def accepted_texts(profile: Profile, layout: SourceLayout) -> pa.Table:
    """Every text that a coded variable of a layout may hold: columns variable, text, code (one row a text)."""
    accepted: dict[tuple[str, str], str] = {}
    for name, source in layout.variables.items():
        variable = VARIABLES[name]
        if variable.kind in (Kind.CODE, Kind.AREA):
            for code in profile.codes_of(name):
                accepted[name, code] = code
            if source.aliases:
                accepted.update({(name, text): code for text, code in profile.areas.aliases[source.aliases].items()})
            accepted.update({(name, text): code for text, code in source.recode.items()})
    keys = list(accepted)
    return pa.table(
        {
            "variable": pa.array([variable for variable, _ in keys], pa.string()),
            "text": pa.array([text for _, text in keys], pa.string()),
            "code": pa.array([accepted[key] for key in keys], pa.string()),
        }
    )


def coder_of(
    variable: Variable, source: Source, accepted: pa.Table, spellings: tuple[Spelling, ...]
) -> Callable[[pa.Array[Any]], CodedTexts]:
    """What turns distinct texts of a variable into typed values.

    Args:
        variable: any but an identifier or an encoded one.
        source: how the layout writes it.
        accepted: of `accepted_texts`.
        spellings: by which a text is read that is not known as it stands.
    """
    match variable.kind:
        case Kind.DATE:
            return lambda texts: _coded(texts, days_of(texts, source.date))
        case Kind.INTEGER:
            return lambda texts: _coded(texts, _whole_numbers(texts))
        case Kind.CHILDREN:
            return lambda texts: _coded(texts, _children(texts))
        case Kind.CODE | Kind.AREA:
            own = accepted.filter(pc.equal(accepted["variable"], pa.scalar(variable.name)))
            return _CodeList(own["text"].combine_chunks(), own["code"].combine_chunks(), spellings)
        case _:
            return lambda texts: _coded(texts, texts.dictionary_encode())


def unreadable_reason(variable: Variable, source: Source) -> str:
    """What is told of a text of a variable that cannot be read."""
    match variable.kind:
        case Kind.DATE:
            return f"no date of the form {source.date}"
        case Kind.INTEGER:
            return "no whole number"
        case Kind.CODE:
            return f"no code of {variable.classification}"
        case Kind.AREA:
            return "no area or country that the profile knows"
        case _:
            return "no children of the form F20150302 M20180711"


def spellings_of(profile: Profile, layout: SourceLayout) -> tuple[Spelling, ...]:
    """By what a layout's texts are read when they are not known as they stand, in turn."""
    return tuple(profile.spellings[name] for name in layout.spellings)


def _coded(texts: pa.Array[Any], values: pa.Array[Any]) -> CodedTexts:
    return CodedTexts(values, as_flags(pc.and_(pc.is_valid(texts), pc.is_null(values))))


def as_flags(values: pa.Array[Any]) -> Flags:
    flags: Flags = values.to_numpy(zero_copy_only=False).astype(np.bool_)
    return flags


class _CodeList:
    """The texts that a coded variable may hold, and their codes."""

    def __init__(self, texts: pa.Array[Any], codes: pa.Array[Any], spellings: tuple[Spelling, ...]) -> None:
        self._texts, self._spellings = texts, spellings
        encoded: Any = codes.dictionary_encode()
        self._codes, self._code_of_text = encoded.dictionary, encoded.indices

    def __call__(self, texts: pa.Array[Any]) -> CodedTexts:
        places: Any = pc.index_in(texts, value_set=self._texts)
        unknown = np.flatnonzero(as_flags(pc.and_(pc.is_null(places), pc.is_valid(texts))))
        meant: dict[int, str] = {}
        if len(unknown):
            mended: Any = texts.to_numpy(zero_copy_only=False).copy()
            mended[unknown] = [respelled(str(text), self._spellings) for text in mended[unknown]]
            places = pc.index_in(pa.array(mended, pa.string()), value_set=self._texts)
            meant = {int(at): mended[at] for at in unknown if places[int(at)].is_valid}
        coded = _coded(texts, pa.DictionaryArray.from_arrays(self._code_of_text.take(places), self._codes))
        return replace(coded, respelled=meant)


def _whole_numbers(texts: pa.Array[Any]) -> pa.Array[Any]:
    """Whole numbers as int32; any other would have to be rounded."""
    whole = pc.if_else(pc.match_substring_regex(texts, _WHOLE_NUMBER), texts, pa.scalar(None, pa.string()))
    numbers: Any = pc.replace_substring_regex(whole, r"^\+", "").cast(pa.int64())
    fits = pc.and_(pc.greater_equal(numbers, pa.scalar(_LEAST)), pc.less_equal(numbers, pa.scalar(_MOST)))
    result: pa.Array[Any] = pc.if_else(fits, numbers, pa.scalar(None, pa.int64())).cast(pa.int32())
    return result


def _children(texts: pa.Array[Any]) -> pa.Array[Any]:
    """Children as text: sex code and date of birth, ``F20150302 M20180711``; null unless every one of them is."""
    whole = pc.if_else(pc.match_substring_regex(texts, _CHILDREN), texts, pa.scalar(None, pa.string()))
    lists: Any = pc.split_pattern(whole, " ")
    words = lists.flatten()
    born = days_of(pc.utf8_slice_codeunits(words, 1), "%Y%m%d")
    unborn = pc.list_parent_indices(lists).filter(pc.is_null(born)).to_numpy()
    stated = as_flags(pc.is_valid(lists))
    stated[unborn] = False
    sexes = pc.utf8_slice_codeunits(words, 0, 1)
    people = pa.StructArray.from_arrays([sexes, born], fields=list(CHILDREN.value_type))
    whole_lists = pa.ListArray.from_arrays(lists.offsets, people, type=CHILDREN)
    kept: Any = pa.array(np.where(stated, np.arange(len(texts)), 0), mask=~stated)
    result: pa.Array[Any] = whole_lists.take(kept)
    return result
