"""Rows of text become typed rows: a batch at a time, every distinct text of a column once.

Laws: identifiers are hashed before anything else sees them; a row with problems keeps all of them; a row in which an
identifier stands where none belongs keeps nothing of what it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.coding import CodedTexts, as_flags, coder_of, spellings_of, unreadable_reason
from qonys.collect.distinct_texts import DistinctTexts
from qonys.collect.misplaced import REASON, identifier_pattern
from qonys.collect.name_encodings import NameEncodings
from qonys.collect.personal_numbers import said_by_numbers
from qonys.collect.pseudonyms import Pseudonyms
from qonys.collect.spreadsheet_errors import REASON as SPREADSHEET_ERROR
from qonys.collect.spreadsheet_errors import are_errors, without_errors
from qonys.concepts.layout import Source, SourceLayout
from qonys.concepts.spelling import Spelling, applied
from qonys.concepts.variable import VARIABLES, Kind
from qonys.country.profile import Profile
from qonys.datasets.outcome import Engine
from qonys.datasets.registration import NUMBER_SAYS

if TYPE_CHECKING:
    from qonys.collect.computed import ComputedText

_MOST_TOLD = 60
_MOST_KEPT = 1000
_SHORT = 512
_NOT_STATED = "needed, but not stated"

Problem = dict[str, str]


@dataclass(frozen=True)
class Respelled:
    """How many rows held a text of a variable that was known only as it is meant, one such text, and by which spellings."""

    rows: int
    written: str
    meant: str
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class TypedRows:
    """Typed rows of a batch.

    Args:
        numbers: number of each row in its file.
        columns: the variables of the layout, and what its personal numbers say.
        problems: place of a row -> all that is wrong with it; in the order of the rows.
        contents: place of a row with problems -> what it says, as JSON without identifiers.
        respelled: variable -> texts that were read by the layout's spellings.
    """

    numbers: pa.Array[Any]
    columns: dict[str, pa.Array[Any]]
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    contents: dict[int, str] = field(default_factory=dict)
    respelled: dict[str, Respelled] = field(default_factory=dict)


class RowCoder:
    """Types the rows of one layout; several threads may call it at once."""

    def __init__(
        self,
        profile: Profile,
        layout: SourceLayout,
        accepted: pa.Table,
        pseudonyms: Pseudonyms,
        engine: Callable[[], Engine],
        names: NameEncodings | None = None,
    ) -> None:
        self._layout, self._pseudonyms, self._names = layout, pseudonyms, names
        self._identifiers = frozenset(column.name for column in layout.columns if column.identifier)
        self._pattern = identifier_pattern(layout)
        self._computed = _computed(layout, engine)
        self._spellings = spellings_of(profile, layout)
        person = layout.variables.get("person")
        self._scheme = profile.numbers[person.scheme] if person and person.scheme else None
        self._coders: dict[str, Callable[[pa.Array[Any]], CodedTexts]] = {
            name: coder_of(VARIABLES[name], source, accepted, self._spellings)
            for name, source in layout.variables.items()
            if VARIABLES[name].kind not in (Kind.IDENTIFIER, Kind.ENCODED)
        }

    def __call__(self, batch: pa.RecordBatch) -> TypedRows:
        problems: defaultdict[int, list[Problem]] = defaultdict(list)
        protected = self._protected(batch, problems)
        raw = {c.name: _distinct(batch.column(c.name)) for c in self._layout.columns if c.name not in self._identifiers}
        stated = {name: _without(texts, self._layout.missing) for name, texts in raw.items()}
        rows = TypedRows(batch.column("row"), protected)
        for name, coder in self._coders.items():
            source = self._layout.variables[name]
            texts = self._texts_of(name, source, stated, batch.num_rows)
            if source.missing or source.column is None:
                texts = _without(texts, source.missing)
            coded = coder(texts.texts)
            rows.columns[name] = _compact(texts.of_rows(coded.values))
            named = self._computed[name].columns if name in self._computed else ()
            spoilt = [texts] if source.column else [stated[column] for column in named]
            _tell(name, source, texts, coded, problems, _errors_in(spoilt, source.recode))
            if coded.respelled:
                rows.respelled[name] = _respelled(texts, coded.respelled, self._spellings)
        self._set_misplaced_apart(rows, raw, problems)
        return rows

    def _protected(self, batch: pa.RecordBatch, problems: defaultdict[int, list[Problem]]) -> dict[str, pa.Array[Any]]:
        """Pseudonyms in place of identifiers, and what personal numbers said before."""
        made: dict[str, pa.Array[Any]] = {}
        for name, source in self._layout.variables.items():
            column, missing = source.column or "", (*self._layout.missing, *source.missing)
            if VARIABLES[name].kind not in (Kind.IDENTIFIER, Kind.ENCODED):
                continue
            texts, errors = without_errors(batch.column(column), missing)
            for place, found in errors.items():
                problems[place].append({"field": name, "found": found, "reason": SPREADSHEET_ERROR})
            if VARIABLES[name].kind is Kind.IDENTIFIER:
                made[name] = self._pseudonyms.of(texts, missing)
                if name == "person" and self._scheme:
                    made |= said_by_numbers(texts, missing, self._scheme)
            elif self._names:
                made[name] = self._names.of(texts, missing)
        return made

    def _texts_of(self, name: str, source: Source, stated: Mapping[str, DistinctTexts], rows: int) -> DistinctTexts:
        if source.constant is not None:
            return DistinctTexts(pa.array([source.constant]), np.zeros(rows, np.int32))
        if source.column is not None:
            return stated[source.column]
        return self._computed[name].of(stated, rows)

    def _set_misplaced_apart(
        self, rows: TypedRows, raw: Mapping[str, DistinctTexts], problems: defaultdict[int, list[Problem]]
    ) -> None:
        """Gather what rows with problems say; nothing of those that hold an identifier in another column."""
        misplaced = self._misplaced_texts(rows)
        places = sorted({*problems, *misplaced})
        contents = _contents(raw, np.array(places, np.int64))
        if self._pattern:
            found = as_flags(pc.match_substring_regex(pa.array(contents, pa.string()), self._pattern))
            misplaced |= {place for place, holds in zip(places, found, strict=True) if holds}
        for place, content in zip(places, contents, strict=True):
            moved = place in misplaced
            rows.problems[place] = [{"field": "", "found": "", "reason": REASON}] if moved else problems[place]
            rows.contents[place] = "{}" if moved else content
        rows.columns.update(_forgotten(rows.columns, misplaced))

    def _misplaced_texts(self, rows: TypedRows) -> set[int]:
        """Rows whose free texts hold an identifier: such a text would be taken as it stands."""
        found: set[int] = set()
        for name in self._coders if self._pattern else ():
            if VARIABLES[name].kind is Kind.TEXT:
                coded: Any = rows.columns[name]
                holds = as_flags(pc.match_substring_regex(coded.dictionary, self._pattern))
                if holds.any():
                    places = coded.indices.fill_null(-1).to_numpy()
                    found |= set(np.flatnonzero(holds[places] & (places >= 0)).tolist())
        return found


def _computed(layout: SourceLayout, engine: Callable[[], Engine]) -> Mapping[str, ComputedText]:
    """What a layout computes; what reads and runs expressions is loaded only for a layout that has some."""
    if all(source.expr is None for source in layout.variables.values()):
        return {}
    from qonys.collect.computed import computed_texts

    return computed_texts(layout, engine)


def _distinct(column: pa.Array[Any]) -> DistinctTexts:
    coded: Any = column if isinstance(column, pa.DictionaryArray) else column.cast(pa.string()).dictionary_encode()
    places = coded.indices.fill_null(-1) if coded.null_count else coded.indices
    return DistinctTexts(coded.dictionary, places.to_numpy())


def _respelled(texts: DistinctTexts, meant: Mapping[int, str], spellings: tuple[Spelling, ...]) -> Respelled:
    place = min(meant)
    rows = int(np.isin(texts.places, list(meant)).sum())
    used = {name for at in meant for name in applied(str(texts.texts[at]), spellings)}
    return Respelled(rows, str(texts.texts[place]), meant[place], tuple(sorted(used)))


def _without(texts: DistinctTexts, missing: tuple[str, ...]) -> DistinctTexts:
    """The same without blanks around a text, nothing being stated where a text means that."""
    trimmed: Any = pc.utf8_trim_whitespace(texts.texts)
    absent = as_flags(pc.or_kleene(pc.is_null(trimmed), pc.is_in(trimmed, pa.array(missing, pa.string()))))
    if not absent.any():
        return DistinctTexts(trimmed, texts.places)
    # The last element stands for the place -1.
    kept = np.where(np.append(absent, True), -1, np.arange(len(trimmed) + 1)).astype(np.int32)
    places = kept[texts.places]
    return DistinctTexts(pc.if_else(pa.array(absent), pa.scalar(None, pa.string()), trimmed), places)


def _forgotten(columns: Mapping[str, pa.Array[Any]], places: set[int]) -> dict[str, pa.Array[Any]]:
    """The columns of encodings, and of what numbers say, without what some rows say there."""
    told = [
        name for name in columns if name in NUMBER_SAYS or (name in VARIABLES and VARIABLES[name].kind is Kind.ENCODED)
    ]
    if not places or not told:
        return {}
    rows = len(columns[told[0]])
    kept: Any = pa.array(np.arange(rows), mask=np.isin(np.arange(rows), list(places)))
    return {name: columns[name].take(kept) for name in told}


def _errors_in(columns: list[DistinctTexts], known: Mapping[str, str]) -> dict[int, str]:
    """Place of a row -> the error of a spreadsheet that one of the columns holds there; a known text is none."""
    found: dict[int, str] = {}
    for texts in columns:
        errors = are_errors(texts.texts)
        for place in np.flatnonzero(texts.rows(errors)).tolist() if errors.any() else ():
            found[place] = str(texts.texts[int(texts.places[place])])
    return {place: text for place, text in found.items() if text not in known}


def _tell(
    name: str,
    source: Source,
    texts: DistinctTexts,
    coded: CodedTexts,
    problems: defaultdict[int, list[Problem]],
    spoilt: Mapping[int, str],
) -> None:
    """Add what is wrong with a variable to the problems of its rows; ``spoilt`` of `_errors_in`, where it is made of one."""
    variable = VARIABLES[name]
    for place, found in spoilt.items():
        problems[place].append({"field": name, "found": found, "reason": SPREADSHEET_ERROR})
    if coded.is_bad.any():
        reason, distinct = unreadable_reason(variable, source), texts.texts
        for place in (at for at in np.flatnonzero(texts.rows(coded.is_bad)).tolist() if at not in spoilt):
            found = str(distinct[int(texts.places[place])])[:_MOST_TOLD]
            problems[place].append({"field": name, "found": found, "reason": reason})
    if variable.required:
        for place in (at for at in np.flatnonzero(texts.places < 0).tolist() if at not in spoilt):
            problems[place].append({"field": name, "found": "", "reason": _NOT_STATED})


def _contents(raw: Mapping[str, DistinctTexts], rows: npt.NDArray[np.int64]) -> list[str]:
    """What each of some rows says, as JSON; a long text is cut off."""
    if not len(rows) or not raw:
        return ["{}"] * len(rows)
    said = [_beginnings(DistinctTexts(texts.texts, texts.places[rows])) for texts in raw.values()]
    return [msgspec.json.encode(dict(zip(raw, row, strict=True))).decode() for row in zip(*said, strict=True)]


def _beginnings(texts: DistinctTexts) -> list[str | None]:
    """What each row says, of a long text the beginning."""
    beginnings: Any = pc.utf8_slice_codeunits(texts.of_rows(texts.texts), 0, _MOST_KEPT)
    said: list[str | None] = beginnings.to_numpy(zero_copy_only=False).tolist()
    return said


def _compact(column: pa.Array[Any]) -> pa.Array[Any]:
    """A dictionary that holds only what occurs: a list of areas is longer than a batch is wide."""
    if not isinstance(column, pa.DictionaryArray) or len(column.dictionary) <= _SHORT:
        return column
    places = column.indices.fill_null(-1).to_numpy()
    used = np.flatnonzero(np.bincount(places + 1, minlength=1)[1:])
    new = np.zeros(len(column.dictionary) + 1, np.int32)
    new[used + 1] = np.arange(len(used))
    absent = places < 0
    indices = pa.array(new[places + 1], mask=absent if absent.any() else None)
    kept: Any = pa.array(used)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary.take(kept), safe=False)
