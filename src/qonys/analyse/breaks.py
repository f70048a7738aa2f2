"""Breaks of series: a mark on the first figure after one, and what changed below the table.

Law: a break stands in a series that has a figure before it; a figure that is special in another way keeps that too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from qonys.analyse.members import Setting
from qonys.concepts.history import Break
from qonys.concepts.period import Period
from qonys.concepts.status import ObservationStatus
from qonys.concepts.text import Text
from qonys.datasets.output import Cell, OutputTable

Key = tuple[str, ...]


def with_breaks(table: OutputTable, breaks: Sequence[Break], setting: Setting) -> OutputTable:
    """The table with the breaks of its series marked and told below it.

    Args:
        table: the table with all its years.
        breaks: all breaks of the profile.
        setting: what all tables of the release share.
    """
    cells, told = dict(table.cells), list[Text]()
    for one in (one for one in breaks if table.id in one.tables):
        firsts = list(_firsts_after(one, table))
        for key in firsts:
            cells[key] = cells[key].marked(ObservationStatus.BREAK)
        if firsts:
            label = setting.words.period(Period.parse(one.period))
            told.append({language: _dated(text, label[language], one.period) for language, text in one.text.items()})
    return msgspec.structs.replace(table, cells=cells, notes=(*table.notes, *told)) if told else table


def _dated(text: str, label: str, period: str) -> str:
    """What is told of a break, with its period where the text does not name its year."""
    return text if period[:4] in text else f"{label}: {text}"


def _firsts_after(one: Break, table: OutputTable) -> Iterator[Key]:
    """The first cell with a value of each series since a break, where the series has a value before it."""
    names = [dimension.id for dimension in table.dimensions]
    place, day = names.index("period"), Period.parse(one.period).first_day
    since = {code for code in table.dimension("period").codes if Period.parse(code).last_day >= day}
    series: dict[Key, list[tuple[Key, Cell]]] = {}
    for key in table.keys():  # noqa: SIM118 no mapping: the keys in order
        cell = table.cells[key]
        if cell.value is not None and _is_broken(one, dict(zip(names, key, strict=True))):
            series.setdefault((*key[:place], *key[place + 1 :]), []).append((key, cell))
    for figures in series.values():
        after = [key for key, _ in figures if key[place] in since]
        if after and len(after) < len(figures):
            yield after[0]


def _is_broken(one: Break, at: Mapping[str, str]) -> bool:
    if one.measures and at["measure"] not in one.measures:
        return False
    return not one.areas or at.get("area", "") in one.areas
