"""The state *output*: a table as it is published, one row an observation, with everything needed to read it alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import product
from typing import NamedTuple

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.status import ConfidentialityStatus, DataStatus, ObservationStatus
from qonys.concepts.text import NOT_STATED, TOTAL, Text

REFERENCES = ("source", "source_as_of", "related_to", "related_to_as_of")
"""Columns that say where a figure was taken from, and what it is computed on."""
MEASURED = ("value", "unit", "obs_status", "conf_status", "data_status", *REFERENCES)
"""Columns of what is said of an observation besides its place in the table."""


class Reference(NamedTuple):
    """Where a figure stands, and in which vintage, as far as that is known."""

    source: str
    as_of: str = ""


class Cell(NamedTuple):
    """One observation: ``value`` is None exactly where the observation status says why.

    Args:
        value: the number, as exact as it is known.
        observation: why it is absent, or what is special of it.
        data: where it comes from.
        confidentiality: who may see it.
        also: what is special of it besides: a figure may be provisional and the first after a break.
        taken_from: of a figure that was taken over: where it stands.
        related_to: of a rate, its denominator; of a growth, its base.
    """

    value: float | None
    observation: ObservationStatus = ObservationStatus.NORMAL
    data: DataStatus = DataStatus.INVENTED
    confidentiality: ConfidentialityStatus = ConfidentialityStatus.FREE
    also: tuple[ObservationStatus, ...] = ()
    taken_from: tuple[Reference, ...] = ()
    related_to: tuple[Reference, ...] = ()

    @property
    def statuses(self) -> tuple[ObservationStatus, ...]:
        """All its observation statuses, the main one first."""
        return (self.observation, *self.also)

    def marked(self, status: ObservationStatus) -> Cell:
        """The cell with a further observation status; the others stay."""
        if self.observation is ObservationStatus.NORMAL:
            return self._replace(observation=status)
        return self if status in self.statuses else self._replace(also=(*self.also, status))


class Member(msgspec.Struct, frozen=True):
    """One code of a dimension; ``depth`` 0 is a total, 1 a part of it, 2 a part of a group."""

    code: str
    label: Text
    depth: int = 1


class Dimension(msgspec.Struct, frozen=True):
    """A dimension of a published table, its members in their order of presentation."""

    id: str
    label: Text
    members: tuple[Member, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(member.code for member in self.members)


def innermost(dimension: Dimension) -> tuple[Member, ...]:
    """The members that have no parts in the dimension, totals and what is not stated left aside."""
    following = (*dimension.members[1:], None)
    return tuple(
        member
        for member, after in zip(dimension.members, following, strict=True)
        if member.code not in (TOTAL, NOT_STATED) and (after is None or after.depth <= member.depth)
    )


class MeasureForm(msgspec.Struct, frozen=True):
    """How a measure is written: decimals, and its unit in every language."""

    decimals: int
    unit: Text


class TableWords(msgspec.Struct, frozen=True):
    """The labels that a table needs and no classification holds: code -> label by language.

    Args:
        dimensions: names of the dimensions.
        measures: names of the measures.
        units: ``persons`` and ``percent``.
        members: names of ``_T``, ``_U``, the streams and the age groups.
        period: the name of a period.
        covered: what a series of periods covers, by the first and the last one.
        day: an ISO date as it is written; what is no whole date stays as it is.
        notes: what is said below a table: how it was protected, by method; whose ``population`` a rate is of,
            and that it was known ``later``; against which figures a ``growth`` is; what was taken over (``history``).
        sources: what a source of figures is called, where it has another name than that by which the profile names it.
    """

    dimensions: dict[str, Text]
    measures: dict[str, Text]
    units: dict[str, Text]
    members: dict[str, Text]
    period: Callable[[Period], Text]
    covered: Callable[[Period, Period], Text]
    day: Callable[[str], Text]
    notes: dict[str, Text] = {}
    sources: dict[str, Text] = {}


class OutputTable(msgspec.Struct, frozen=True, dict=True):
    """A published table.

    ``dimensions`` are all dimensions in the order of ``rows`` then ``columns`` (``period`` and ``measure`` among them);
    ``cells`` maps one code of each, in that order, to its observation. A combination without an entry has the value 0
    only where the builder put it there: absent means *not in the table*.

    Args:
        id: id of the table design.
        title: title in every language, the period filled in.
        period: the period of the release.
        vintage: name of the data cut-off (``final``, ``operational``).
        cut_off: ISO date of the data cut-off.
        rows: dimensions down the side.
        columns: dimensions across the top.
        notes: notes in every language.
    """

    id: str
    title: Text
    period: str
    vintage: str
    cut_off: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    measures: dict[str, MeasureForm]
    notes: tuple[Text, ...]
    cells: dict[tuple[str, ...], Cell]

    def dimension(self, name: str) -> Dimension:
        return next(d for d in self.dimensions if d.id == name)

    @cached_property
    def _position(self) -> dict[str, int]:
        return {dimension.id: index for index, dimension in enumerate(self.dimensions)}

    def key(self, at: dict[str, str]) -> tuple[str, ...]:
        """The cell key of one code per dimension; a dimension that is not named stands at its total."""
        return tuple(at.get(dimension.id, TOTAL) for dimension in self.dimensions)

    def cell(self, at: dict[str, str]) -> Cell | None:
        """The observation at these codes, a dimension that is not named being at its total; None: not in the table."""
        return self.cells.get(self.key(at))

    def keys(self) -> list[tuple[str, ...]]:
        """Every cell key, rows outermost, in order of presentation."""
        return list(self._keys)

    @cached_property
    def _keys(self) -> tuple[tuple[str, ...], ...]:
        return tuple(key for key in product(*(d.codes for d in self.dimensions)) if key in self.cells)

    @cached_property
    def row_codes(self) -> tuple[tuple[str, ...], ...]:
        """The combinations of codes down the side that hold a cell, in order of presentation."""
        return self._combinations(slice(None, len(self.rows)))

    @cached_property
    def column_codes(self) -> tuple[tuple[str, ...], ...]:
        """The combinations of codes across the top that hold a cell, in order of presentation."""
        return self._combinations(slice(len(self.rows), None))

    def _combinations(self, side: slice) -> tuple[tuple[str, ...], ...]:
        order = [{code: place for place, code in enumerate(d.codes)} for d in self.dimensions[side]]
        found = {key[side] for key in self.cells}
        return tuple(sorted(found, key=lambda codes: [rank[c] for rank, c in zip(order, codes, strict=True)]))

    def measure_of(self, key: tuple[str, ...]) -> str:
        return key[self._position["measure"]]

    @property
    def data_statuses(self) -> tuple[DataStatus, ...]:
        """The data statuses that occur, firmest first."""
        found = {cell.data for cell in self.cells.values()}
        return tuple(status for status in DataStatus if status in found)

    @property
    def prevailing_status(self) -> DataStatus:
        """The data status of most cells; the looser one where two are as frequent."""
        counts = dict.fromkeys(DataStatus, 0)
        for cell in self.cells.values():
            counts[cell.data] += 1
        return max(reversed(list(DataStatus)), key=lambda status: counts[status])


class ReleaseFacts(msgspec.Struct, frozen=True):
    """What a release says of itself on every page and in every file.

    Args:
        profile: id of the profile.
        period: the period of the release.
        vintage: first 12 hexadecimal digits of the hash of the release record.
        published: ISO date of publication.
        next: ISO date of the next publication.
        cut_offs: name of each data cut-off and its ISO date.
        synthetic: some record of it is synthetic.
        profile_hash: content hash of the profile.
        code_version: version of Qonys.
    """

    profile: str
    period: str
    vintage: str
    published: str
    next: str
    cut_offs: dict[str, str]
    synthetic: bool
    profile_hash: str
    code_version: str
