"""Synthetic slips as columns of numbers: a million slips are a handful of arrays until they are written.

Laws: all arrays of one ``Slips`` have one length; children lie in arrays of their own, to which a slip points, so that a
copied slip has the same children.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.integer[Any]]
Flags: TypeAlias = NDArray[np.bool_]

IMPOSSIBLE = np.iinfo(np.int32).min
"""Stands in ``day`` for a date that no calendar has."""
LOCALITIES = ("U", "R")
ABROAD = -1
"""Locality of an end abroad."""
REGISTRATIONS = ("residence", "same_settlement", "name_change", "data_correction")


@dataclass(frozen=True, slots=True)
class Children:
    """All children of a year: days of birth since 1970-01-01, and which are girls; shape (children,)."""

    birth: NDArray[np.int32]
    girl: Flags


@dataclass(frozen=True, slots=True)
class Slips:
    """Slips of one year, shape (slips,) each.

    Args:
        number: number of the slip, unique in the register.
        corrects: number of the slip that it corrects; 0: none.
        person: twelve-digit number of its holder.
        stream: number in ``flows.STREAMS``.
        day: day of the registration since 1970-01-01, or ``IMPOSSIBLE``.
        birth: the holder's day of birth since 1970-01-01.
        woman: the holder is a woman.
        origin: number of the end, in ``Settlements.codes``.
        destination: the same.
        origin_area: number of the area in the plan's places, or of the country behind them.
        destination_area: the same.
        origin_locality: number in ``LOCALITIES``, or ``ABROAD``.
        destination_locality: the same.
        registration: number in ``REGISTRATIONS``.
        first_child: where its children begin in ``children_of_year``.
        children: how many there are.
        attributes: coded variable -> number of the code in the plan's list of it; -1: not stated.
        children_of_year: the children to which the slips point.
    """

    number: NDArray[np.int64]
    corrects: NDArray[np.int64]
    person: NDArray[np.int64]
    stream: NDArray[np.int8]
    day: NDArray[np.int32]
    birth: NDArray[np.int32]
    woman: Flags
    origin: NDArray[np.int16]
    destination: NDArray[np.int16]
    origin_area: NDArray[np.int16]
    destination_area: NDArray[np.int16]
    origin_locality: NDArray[np.int8]
    destination_locality: NDArray[np.int8]
    registration: NDArray[np.int8]
    first_child: NDArray[np.int32]
    children: NDArray[np.int8]
    attributes: dict[str, NDArray[np.int16]]
    children_of_year: Children

    def __len__(self) -> int:
        return len(self.number)

    @property
    def persons(self) -> int:
        """Holders and children."""
        return len(self) + int(self.children.sum())

    def take(self, chosen: Numbers | Flags) -> Slips:
        """The chosen slips in the order of the choice."""
        columns: dict[str, Any] = {name: getattr(self, name)[chosen] for name in _COLUMNS}
        attributes = {name: codes[chosen] for name, codes in self.attributes.items()}
        return replace(self, **columns, attributes=attributes)


_COLUMNS = tuple(f.name for f in fields(Slips) if f.name not in ("attributes", "children_of_year"))


def one_below_another(parts: list[Slips]) -> Slips:
    """Slips of the same year in one table."""
    columns: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
    attributes = {name: np.concatenate([part.attributes[name] for part in parts]) for name in parts[0].attributes}
    return replace(parts[0], **columns, attributes=attributes)
