"""What is read of a value that is more than text: a number, a date, a cell of a spreadsheet.

A date is written in the form in which the layout expects it, so that a supplier may deliver dates as dates or as text. A
whole number has no decimals; it is filled with zeros from the left to the width of its column where the layout gives
one, for a program that keeps numbers drops them. Midnight is no time of day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qonys.concepts.layout import Column, SourceLayout
from qonys.concepts.variable import VARIABLES, Kind

Columns: TypeAlias = dict[str, "pa.Array[Any]"]

_LEAP_DAY_1900 = 60
"""Serial number of 29 February 1900, a day that was not: Lotus 1-2-3 counted it, and Excel's system of 1900 still does."""
_LAST_SERIAL = 2_958_465
"""Serial number of 31 December 9999."""
_DAY_0_OF_1904 = date(1904, 1, 1)
_DAY_0_OF_1900 = date(1899, 12, 30)
_ISO = "%Y-%m-%d"


def date_forms(layout: SourceLayout) -> dict[str, str]:
    """Column -> form of its dates, for columns that carry one."""
    dated = [s for name, s in layout.variables.items() if name in VARIABLES and VARIABLES[name].kind is Kind.DATE]
    return {source.column: source.date for source in dated if source.column is not None}


def as_text(batch: pa.RecordBatch, layout: SourceLayout, numbers: npt.NDArray[np.int64]) -> pa.RecordBatch:
    """The columns of a layout as text, and the numbers of their rows.

    Raises:
        pa.ArrowException: a column holds lists or the like.
    """
    forms = date_forms(layout)
    columns: Columns = {c.name: texts(batch.column(c.name), c, forms.get(c.name)) for c in layout.columns}
    columns["row"] = pa.array(numbers, pa.int64())
    return pa.RecordBatch.from_pydict(columns)


def texts(values: pa.Array[Any], column: Column, form: str | None) -> pa.Array[Any]:
    """Typed values as text; ``form`` is that of dates.

    Numbers are kept as floating point by some programs because some are missing: a NaN is nothing.
    """
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    kind: Any = values.type
    found: Any
    if pa.types.is_date(kind) or (form is not None and pa.types.is_timestamp(kind)):
        # Few days stand in many rows, and writing one takes longer than finding it.
        days: Any = values.dictionary_encode()
        written = pc.cast(pc.strftime(days.dictionary, format=form or _ISO), pa.string())
        found = pa.DictionaryArray.from_arrays(days.indices, written)
    elif pa.types.is_timestamp(kind):
        found = pc.replace_substring_regex(pc.cast(values, pa.string()), r"(?: 00:00:00)?(?:\.0+)?Z?$", "")
    elif pa.types.is_floating(kind):
        numbers = values.to_pylist()
        found = pa.array([None if n is None or n != n else number_text(n, column) for n in numbers], pa.string())
    elif pa.types.is_decimal(kind):
        found = _decimals_as_text(values, column)
    elif column.width and pa.types.is_integer(kind):
        found = pc.utf8_lpad(pc.cast(values, pa.string()), column.width, "0")
    else:
        found = pc.cast(values, pa.string())
    filled: pa.Array[Any] = found
    return filled


def _decimals_as_text(values: pa.Array[Any], column: Column) -> pa.Array[Any]:
    """Decimal numbers as they would be written by hand: databases keep whole ones with decimals too."""
    written: Any = pc.replace_substring_regex(pc.cast(values, pa.string()), r"\.0+$", "")
    if not column.width:
        return cast("pa.Array[Any]", written)
    whole = pc.invert(pc.match_substring(written, "."))
    return cast("pa.Array[Any]", pc.if_else(whole, pc.utf8_lpad(written, column.width, "0"), written))


def number_text(value: float, column: Column) -> str:
    """A number as it would be written by hand."""
    if not float(value).is_integer():
        return str(value)
    return str(int(value)).zfill(column.width or 0)


def cell_reader(column: Column, form: str | None, *, since_1904: bool) -> Callable[[object], str]:
    """How the cells of a spreadsheet's column are read.

    Args:
        column: the column.
        form: form of its dates; None where it carries none.
        since_1904: the workbook counts days from 1 January 1904 (ECMA-376, part 1, 18.17.4.1), not from 1900.
    """

    def read(cell: object) -> str:
        match cell:
            case str():
                return cell.strip()
            case bool():
                return str(cell).upper()
            case int() | float():
                return _number(cell)
            case datetime() if form or cell.time() == datetime.min.time():
                return cell.strftime(form or _ISO)
            case date() if not isinstance(cell, datetime):
                return cell.strftime(form or _ISO)
            case _:
                return str(cell)

    def _number(cell: float) -> str:
        found = number_text(cell, column)
        if form is None or _is_written_in(form, found):
            return found
        day = day_of_serial(cell, since_1904=since_1904)
        return found if day is None else day.strftime(form)

    return read


def day_of_serial(serial: float, *, since_1904: bool) -> date | None:
    """The day of a spreadsheet's serial number, a time of day being left out; None where it is none."""
    number = int(serial)
    if since_1904:
        return _DAY_0_OF_1904 + timedelta(number) if 0 <= number <= _LAST_SERIAL - 1462 else None
    if not 1 <= number <= _LAST_SERIAL or number == _LEAP_DAY_1900:
        return None
    return _DAY_0_OF_1900 + timedelta(number + (number < _LEAP_DAY_1900))


def _is_written_in(form: str, text: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 a date has no zone
    except ValueError:
        return False
    return True
