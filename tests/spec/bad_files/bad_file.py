"""A bad file: the fault it is named after, its bytes, and what must become of it.

Each has one of three fates. It is *refused* as a whole, with a message and nothing kept. Some of its rows are
*quarantined* on entry or *judged* by a rule of process, with row and reason. Or it is *taken*, with a note where
somebody should know. Every identifier in it begins with `MARK`, so that a test can see whether one got away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from spec.drawn_slips import PLAIN_SLIP

MARK = "739184625"
"""Every identifier of a bad file begins so; nothing else that Qonys or mini writes does."""

Slip = dict[str, str]


@dataclass(frozen=True)
class BadFile:
    """One file of the corpus.

    Args:
        fault: what is wrong with it; the name of its test.
        name: name of the file, which chooses the layout.
        content: its bytes.
        taken: registrations that come of it.
        quarantined: number of the row -> part of the reason, for rows set aside on entry.
        judged: number of the row -> part of the reason, for rows that process takes out.
        notes: parts of what must be told though the file was taken.
        refused: part of what is wrong, where the file is refused as a whole.
        next_step: part of what is said to be done next.
        exit_code: exit code of a refusal.
        layout: id of the layout that is asked for, where not by name.
        profile: the profile by which it is read.
    """

    fault: str
    name: str
    content: bytes
    taken: int = 0
    quarantined: dict[int, str] = field(default_factory=dict)
    judged: dict[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    refused: str = ""
    next_step: str = ""
    exit_code: int = 3
    layout: str | None = None
    profile: str = "mini"

    @property
    def rows(self) -> int:
        return self.taken + len(self.quarantined)


def slip(number: int, **said: str) -> Slip:
    """A plain slip with identifiers and a day of its own, in the layout ``arrivals`` of mini."""
    day = date(2024, 1, 1) + timedelta(days=number)
    return {
        **PLAIN_SLIP,
        "SLIP": f"{MARK}{number:04}",
        "PERSON": f"{MARK}{number:03}",
        "DAY": f"{day:%d.%m.%Y}",
        **said,
    }


def slips(count: int = 3) -> list[Slip]:
    return [slip(number) for number in range(1, count + 1)]


def csv_lines(rows: list[Slip], *, separator: str = ";") -> list[str]:
    """The heading, then a line a slip."""
    return [separator.join(PLAIN_SLIP), *(separator.join(row.values()) for row in rows)]


def csv_text(rows: list[Slip] | None = None) -> str:
    return "".join(f"{line}\n" for line in csv_lines(rows or slips()))


def csv_bytes(rows: list[Slip] | None = None) -> bytes:
    return csv_text(rows).encode()
