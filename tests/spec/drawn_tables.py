"""Published tables drawn as text, for tests: what the reader sees is what is tested.

    drawn_table("net", ["area"], ["period", "measure"], '''
            | 2023 net | 2024 net
        _T  |       10 |       20
        N1  |       -5 |        …
    ''')

Codes of several dimensions are separated by blanks. ``…`` is a value that is not available, ``.`` no cell at all, an
appended ``†`` ``‡`` ``§`` ``*`` the data status (published, compiled, calibrated, invented), ``p`` provisional.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qonys.concepts.period import Period
from qonys.concepts.status import DataStatus, ObservationStatus
from qonys.concepts.text import Text
from qonys.country.profile import Profile
from qonys.datasets.output import Cell, Dimension, MeasureForm, Member, OutputTable
from qonys.disseminate.words import TableWords, table_words

STATUS = {
    "†": DataStatus.PUBLISHED,
    "‡": DataStatus.COMPILED,
    "§": DataStatus.CALIBRATED,
    "*": DataStatus.INVENTED,
}


def drawn_table(
    profile: Profile, name: str, rows: Sequence[str], columns: Sequence[str], text: str, *,
    title: str = "", vintage: str = "final", cut_off: str = "2025-02-28", period: str = "2024",
    depths: Mapping[str, int] | None = None, notes: tuple[Text, ...] = (),
) -> OutputTable:  # fmt: skip
    """A table with labels from a profile's classifications and areas."""
    lines = [[part.strip() for part in line.split("|")] for line in text.strip("\n").splitlines() if line.strip()]
    heads = [tuple(head.split()) for head in lines[0][1:]]
    cells: dict[tuple[str, ...], Cell] = {}
    for head, *values in lines[1:]:
        for column, value in zip(heads, values, strict=True):
            if value != ".":
                cells[(*head.split(), *column)] = _cell(value)
    words = table_words(profile)
    names = (*rows, *columns)
    dimensions = tuple(
        Dimension(d, words.dimensions[d], _members(profile, words, d, [key[i] for key in cells], depths or {}))
        for i, d in enumerate(names)
    )
    measures = dimensions[names.index("measure")].codes
    return OutputTable(
        id=name,
        title={lang: title or f"{profile.tables[name].title[lang] if name in profile.tables else name}".replace(
            "{period}", period) for lang in profile.languages},
        period=period, vintage=vintage, cut_off=cut_off, rows=tuple(rows), columns=tuple(columns),
        dimensions=dimensions,
        measures={m: _form(profile, words, m) for m in measures},
        notes=notes,
        cells=cells,
    )  # fmt: skip


def _cell(written: str) -> Cell:
    status = next((STATUS[sign] for sign in written if sign in STATUS), DataStatus.CALIBRATED)
    bare = written.rstrip("†‡§*p")
    if bare == "…":
        return Cell(None, ObservationStatus.NOT_AVAILABLE, status)
    observation = ObservationStatus.PROVISIONAL if written.endswith("p") else ObservationStatus.NORMAL
    return Cell(float(bare), observation, status)


def _members(
    profile: Profile, words: TableWords, dimension: str, codes: Sequence[str], depths: Mapping[str, int]
) -> tuple[Member, ...]:
    return tuple(
        Member(code, _label(profile, words, dimension, code), depths.get(code, 0 if code == "_T" else 1))
        for code in dict.fromkeys(codes)
    )


def _label(profile: Profile, words: TableWords, dimension: str, code: str) -> Text:
    if dimension == "period":
        return words.period(Period.parse(code))
    if dimension == "measure":
        return profile.indicators[code].names if code in profile.indicators else words.measures[code]
    if code in words.members:
        return words.members[code]
    named = {area.code: area.names for area in profile.areas.areas}
    for classification in profile.classifications.values():
        named |= classification.names()
    return named.get(code) or dict.fromkeys(profile.languages, code)


def _form(profile: Profile, words: TableWords, measure: str) -> MeasureForm:
    if indicator := profile.indicators.get(measure):
        return MeasureForm(indicator.decimals, indicator.unit)
    if measure.endswith("_share"):
        return MeasureForm(1, words.units["percent"])
    return MeasureForm(0, words.units["persons"])
