"""Classifications: dated codes with a name in every language, and dated groups of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qonys.concepts.text import Text


@dataclass(frozen=True, slots=True)
class Code:
    """One code in one span of time."""

    code: str
    names: Text
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """A list of codes in its order of presentation."""

    id: str
    codes: tuple[Code, ...]

    def names(self) -> dict[str, Text]:
        return {code.code: code.names for code in self.codes}


@dataclass(frozen=True, slots=True)
class Membership:
    """A country belongs to a group from a day until a day."""

    group: str
    country: str
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
