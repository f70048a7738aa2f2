"""Writes slips as a supplier would: a source layout read backwards.

Laws: the same slips give the same bytes; a text that the layout recodes is written as its supplier writes it; a code
without such a text stands as it is. Columns that no simulated variable fills stay empty.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter

from qonys.concepts.layout import Source, SourceLayout
from qonys.concepts.variable import VARIABLES, Kind
from qonys.country.profile import Profile
from qonys.errors import ProfileError
from qonys.simulate.flows import EXTERNAL_OUT
from qonys.simulate.slips import ABROAD, IMPOSSIBLE, LOCALITIES, REGISTRATIONS, Flags, Numbers, Slips

_EPOCH = date(1970, 1, 1)
_ROWS_A_GROUP = 256 * 1024
_ENTRY_DAYS = 5
"""A slip is entered within so many days of the registration."""
Texts: TypeAlias = "pa.Array[Any]"
_MOST_ROWS_OF_A_SHEET = 1_048_576


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that turns the numbers of slips into texts.

    Args:
        profile: for the aliases of areas.
        ends: code of each end.
        attributes: codes of each attribute.
    """

    profile: Profile
    ends: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]


def write_slips(slips: Slips, layout: SourceLayout, wording: Wording, path: Path) -> None:
    """Write slips as one file of a layout, in the order in which they stand.

    Raises:
        ProfileError: the layout cannot express a slip (a constant that differs, a text outside its encoding).
    """
    texts = {name: _texts(slips, name, layout, wording) for name in layout.variables}
    by_column = {s.column: texts[name] for name, s in layout.variables.items() if s.column is not None}
    empty = pa.nulls(len(slips), pa.string())
    columns = {column.name: by_column.get(column.name, empty) for column in layout.columns}
    path.parent.mkdir(parents=True, exist_ok=True)
    match layout.format:
        case "parquet":
            _write_parquet(columns, path)
        case "spreadsheet":
            _write_spreadsheet(columns, layout, path)
        case _:
            _write_delimited(columns, layout, path)


def _texts(slips: Slips, name: str, layout: SourceLayout, wording: Wording) -> Texts:
    """A variable of all slips as its column writes it, shape (slips,)."""
    variable, source = VARIABLES[name], layout.variables[name]
    if name in ("slip", "corrects", "person"):
        return _identifiers(slips, name)
    if variable.kind is Kind.CHILDREN:
        return _children(slips)
    if variable.kind is Kind.DATE:
        return _dates(_days(slips, name), source)
    if name == "age":
        return pc.cast(pa.array((slips.day - slips.birth) // 365.2425, pa.int32()), pa.string())
    numbers, codes = _coded(slips, name, wording)
    if source.constant is not None:
        _fail_if_not_constant(numbers, codes, name, source.constant, layout)
    return _looked_up(numbers, [_worded(code, source, wording.profile) for code in codes])


def _coded(slips: Slips, name: str, wording: Wording) -> tuple[Numbers, tuple[str, ...]]:
    """Numbers of codes and the codes; a variable that is not simulated is stated of no slip."""
    match name:
        case "kind":
            return (slips.stream == EXTERNAL_OUT).astype(np.int8), ("arrival", "departure")
        case "sex":
            return slips.woman.astype(np.int8), ("M", "F")
        case "registration_type":
            return slips.registration, REGISTRATIONS
        case "origin" | "destination":
            return getattr(slips, name), wording.ends
        case "origin_locality" | "destination_locality":
            return getattr(slips, name), LOCALITIES
        case _:
            numbers = slips.attributes.get(name)
            return (np.full(len(slips), ABROAD), ()) if numbers is None else (numbers, wording.attributes[name])


def _worded(code: str, source: Source, profile: Profile) -> str:
    for text, meant in source.recode.items():
        if meant == code:
            return text
    aliases = profile.areas.aliases.get(source.aliases or "", {})
    return next((text for text, meant in aliases.items() if meant == code), code)


def _looked_up(numbers: Numbers, texts: Iterable[str]) -> Texts:
    """The texts by their numbers; a negative number is not stated."""
    return pa.DictionaryArray.from_arrays(_places(numbers, numbers < 0), pa.array(list(texts), pa.string()))


def _places(numbers: Numbers, absent: Flags) -> Any:  # noqa: ANN401 the stubs know no masked whole numbers
    return pa.array(numbers.astype(np.int32), mask=absent)


def _fail_if_not_constant(
    numbers: Numbers, codes: tuple[str, ...], name: str, constant: str, layout: SourceLayout
) -> None:
    other = sorted({codes[number] for number in np.unique(numbers) if number >= 0} - {constant})
    if other:
        raise ProfileError(
            f"The layout {layout.id} says that {name} is always {constant}, but a slip has {', '.join(other)}.",
            where="simulation/plan.yaml",
            next_step="Route these slips to another layout.",
        )


def _identifiers(slips: Slips, name: str) -> Texts:
    numbers: Numbers = getattr(slips, "number" if name == "slip" else name)
    texts: Texts = pc.cast(pa.array(numbers, mask=(numbers == 0) if name == "corrects" else None), pa.string())
    return pc.utf8_lpad(texts, 12, padding="0") if name == "person" else texts


def _days(slips: Slips, name: str) -> Numbers:
    match name:
        case "date":
            return slips.day
        case "birth_date":
            return slips.birth
        case _:
            entered = slips.day + (slips.number % _ENTRY_DAYS).astype(np.int32)
            return np.where(slips.day == IMPOSSIBLE, IMPOSSIBLE, entered)


def _dates(days: Numbers, source: Source) -> Texts:
    distinct, numbers = _distinct(days)
    texts = [_written_date(int(day), source.date) for day in distinct]
    return _looked_up(numbers, texts)


def _distinct(days: Numbers) -> tuple[Numbers, Numbers]:
    """The days that occur, rising, and the place of each slip's day among them, by counting rather than sorting."""
    possible = days[days != IMPOSSIBLE]
    first = int(possible.min()) - 1 if len(possible) else 0
    shifted = np.where(days == IMPOSSIBLE, 0, days.astype(np.int64) - first)
    occurring = np.flatnonzero(np.bincount(shifted))
    place = np.zeros(int(shifted.max(initial=0)) + 1, np.int32)
    place[occurring] = np.arange(len(occurring))
    return np.where(occurring == 0, IMPOSSIBLE, occurring + first), place[shifted]


def _written_date(day: int, form: str) -> str:
    """A day in the layout's form; the impossible one is the 31st of February."""
    if day != IMPOSSIBLE:
        return (_EPOCH + timedelta(days=day)).strftime(form)
    return date(2024, 2, 1).strftime(form.replace("%d", "31"))


def _children(slips: Slips) -> Texts:
    """``F20150302 M20180711``, the children of each slip in one text; not stated where there are none."""
    of_year = slips.children_of_year
    distinct, place = _distinct(of_year.birth)
    days = [(_EPOCH + timedelta(days=int(day))).strftime("%Y%m%d") for day in distinct]
    words = pa.array([f"M{day}" for day in days] + [f"F{day}" for day in days], pa.string())
    word = place + len(days) * of_year.girl
    with_children = np.flatnonzero(slips.children)
    first, count = slips.first_child[with_children], slips.children[with_children]
    texts: Texts = words.take(_places(word[first], first < 0))
    for k in range(1, int(count.max(initial=0))):
        also = np.where(count > k, word[np.minimum(first + k, len(word) - 1)], 0)
        more = words.take(_places(also, count <= k))
        texts = pc.binary_join_element_wise(texts, more, " ", null_handling="skip")  # type: ignore[call-overload]
    places = np.full(len(slips), -1, np.int32)
    places[with_children] = np.arange(len(with_children))
    return texts.take(_places(places, places < 0))


def _write_parquet(columns: dict[str, Texts], path: Path) -> None:
    coded = [name for name, texts in columns.items() if pa.types.is_dictionary(texts.type)]
    with pq.ParquetWriter(
        path,
        pa.schema([(name, texts.type) for name, texts in columns.items()]),
        compression="zstd",
        compression_level=1,
        use_dictionary=coded,  # type: ignore[arg-type]  # a list of columns is documented
        store_schema=False,
    ) as writer:
        writer.write_table(pa.table(columns), row_group_size=_ROWS_A_GROUP)


def _write_delimited(columns: dict[str, Texts], layout: SourceLayout, path: Path) -> None:
    try:
        with path.open("w", encoding=layout.encoding, newline="") as file:
            writer = csv.writer(file, delimiter=layout.separator, quotechar=layout.quote, lineterminator="\r\n")
            writer.writerow(columns)
            writer.writerows(_rows(columns))
    except UnicodeEncodeError as error:
        raise ProfileError(
            f"“{error.object[error.start : error.end]}” cannot be written in {layout.encoding}.",
            where=f"sources/{layout.id}.yaml",
            next_step="Give the text an alias that the encoding has, or another encoding.",
        ) from error


def _rows(columns: dict[str, Texts]) -> Iterator[tuple[str | None, ...]]:
    return zip(*(texts.cast(pa.string()).to_pylist() for texts in columns.values()), strict=True)


def _write_spreadsheet(columns: dict[str, Texts], layout: SourceLayout, path: Path) -> None:
    rows = len(next(iter(columns.values())))
    if rows >= _MOST_ROWS_OF_A_SHEET:
        raise ProfileError(
            f"{rows} slips do not fit into one sheet of {layout.id}.",
            where="simulation/plan.yaml",
            next_step="Route them to another layout.",
        )
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as workbook:
        workbook.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 a fixed date: the same bytes
        sheet = workbook.add_worksheet(layout.sheet or None)
        write: Callable[[int, int, str], int] = sheet.write_string
        for column, name in enumerate(columns):
            write(0, column, name)
        for row, texts in enumerate(_rows(columns), start=1):
            for column, text in enumerate(texts):
                if text:
                    write(row, column, text)
