"""Errors of a spreadsheet as texts: `#N/A`, `#REF!`, `Err:502`. Where a slip should say something, one says nothing.

Law: such a text is nowhere a value, whatever the format: programs carry it into CSV and into databases as well. A row of
which a variable is made of one is quarantined, and no identifier is made of it: all such persons would be one. A layout
that lists the text among those that mean *not stated*, or recodes it, decides otherwise.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

REASON = "an error of the spreadsheet"
ANY_ERROR = "#ERROR!"
"""What stands for an error of which the file does not say the name in English."""
ERROR_OF_CODE = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Errors by the code that XLS and XLSB keep of them ([MS-XLS] and [MS-XLSB], BErr)."""
_LATER = ("#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#PYTHON!", "#EXTERNAL!")
_NAMED = (*ERROR_OF_CODE.values(), *_LATER, ANY_ERROR)
_NUMBERED = "Err:5[0-9]{2}"

Flags = npt.NDArray[np.bool_]


def are_errors(texts: pa.Array[Any]) -> Flags:
    """Which of the texts, blanks around them left out, are errors of a spreadsheet; shape (texts,)."""
    begun: Any = pc.utf8_ltrim_whitespace(texts)
    flags = np.zeros(len(texts), np.bool_)
    # Hardly a text begins like one, and the beginning is quickly seen.
    if pc.any(pc.starts_with(begun, pattern="#")).as_py():
        flags |= _flags(pc.is_in(pc.utf8_trim_whitespace(begun), value_set=pa.array(_NAMED, pa.string())))
    if pc.any(pc.starts_with(begun, pattern="Err:")).as_py():
        flags |= _flags(pc.match_substring_regex(pc.utf8_trim_whitespace(begun), f"^{_NUMBERED}$"))
    return flags


def is_error(text: str) -> bool:
    """Whether one text is an error of a spreadsheet."""
    told = text.strip()
    return told in _NAMED or re.fullmatch(_NUMBERED, told) is not None


def without_errors(texts: pa.Array[Any], missing: tuple[str, ...]) -> tuple[pa.Array[Any], dict[int, str]]:
    """The texts without those that are errors, and those by their places; what ``missing`` holds is none."""
    written: Any = texts.cast(pa.string())
    errors = are_errors(written)
    if not errors.any():
        return texts, {}
    found = {place: written[place].as_py().strip() for place in np.flatnonzero(errors).tolist()}
    kept: pa.Array[Any] = pc.if_else(pa.array(errors), pa.scalar(None, pa.string()), written)
    return kept, {place: text for place, text in found.items() if text not in missing}


def _flags(values: Any) -> Flags:  # noqa: ANN401 what a compute function gives
    flags: Flags = pc.coalesce(values, pa.scalar(value=False)).to_numpy(zero_copy_only=False)
    return flags
