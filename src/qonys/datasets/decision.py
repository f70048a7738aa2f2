"""The log of decisions (state *input*), and the slips that are not as they were delivered (state *clean*).

Laws: the log is only ever added to; an entry is taken back by another entry. What is said of whole deliveries stands in the
same log; what holds of them is `store.withdrawals`. Of the entries of one field of one slip that
were not taken back, the last one counts, and each names the value that it found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec
import pyarrow as pa

from qonys.concepts.correction import ReasonCode
from qonys.datasets.registration import REGISTRATION

Act: TypeAlias = Literal[
    "set", "release", "accept", "leave_out", "same", "different", "undo", "close", "withdraw", "reinstate"
]  # fmt: skip
"""``set`` a field; ``release`` a row from quarantine at entry; ``accept`` what a rule calls wrong; ``leave_out`` a slip;
say that a slip and the one in ``new`` (``delivery:row``) are of the ``same`` person or of ``different`` ones;
``undo`` an entry; ``close`` an entry whose delivery was replaced. Of a whole delivery, from a day on: ``withdraw`` it, for
the one in ``new`` stands in its place or for it should not count; ``reinstate`` it."""
PAIR_ACTS = ("same", "different")
DELIVERY_ACTS = ("withdraw", "reinstate")
Place: TypeAlias = Literal["entry", "register"]
"""Where the row stands: in quarantine at entry, with the texts of its file; or in the register, with our codes."""

Key: TypeAlias = tuple[int, int]
"""Delivery and row."""

_DECISION_COLUMNS: dict[str, pa.DataType] = {
    "entry": pa.int64(),
    "delivery": pa.int32(),
    "row": pa.int64(),
    "act": pa.string(),
    "place": pa.string(),
    "field": pa.string(),
    "old": pa.string(),
    "new": pa.string(),
    "rule": pa.string(),
    "of": pa.int64(),
    "reason": pa.string(),
    "note": pa.string(),
    "source": pa.string(),
    "author": pa.string(),
    "day": pa.date32(),
    "since": pa.date32(),
}
DECISION = pa.schema(_DECISION_COLUMNS)
"""One row a decision of a person about one slip, or about a delivery: then ``row`` is 0, and it holds from ``since`` on.

``of`` is the entry that it takes back or closes.
"""

_DECIDED_PAIR_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "row": pa.int64(),
    "other_delivery": pa.int32(),
    "other_row": pa.int64(),
    "same": pa.bool_(),
}
DECIDED_PAIR = pa.schema(_DECIDED_PAIR_COLUMNS)
"""Two slips, of which a person said that they are of one person, or that they are not."""

AMENDMENT = REGISTRATION.append(pa.field("edits", pa.list_(pa.string())))
"""One row a slip that is not as it was delivered, as it is judged and becomes a move.

``edits`` says what was done to which field: ``field:how`` or ``field:how:entry``, where how is ``corrected`` (by an entry
of the profile), ``edited`` (by a rule), ``filled`` (from another slip), ``reviewed`` (by a person) or ``imputed``; and
``row:released`` of a row that was quarantined at entry.
"""


class Decision(msgspec.Struct, frozen=True):
    """One entry of the log; values are texts as the slip or the register writes them, null for *not stated*."""

    delivery: int
    row: int
    act: Act
    reason: ReasonCode
    author: str
    day: date
    place: Place = "register"
    field: str | None = None
    old: str | None = None
    new: str | None = None
    rule: str | None = None
    of: int | None = None
    note: str = ""
    source: str = ""
    entry: int = 0
    since: date | None = None

    @property
    def key(self) -> Key:
        return self.delivery, self.row

    @property
    def other(self) -> Key:
        """The other slip of a pair.

        Raises:
            ValueError: the entry is about no pair.
        """
        return slip_key(self.new or "")

    @property
    def of_delivery(self) -> str:
        """What an entry about a whole delivery says of it; empty where it is about a slip."""
        match self.act:
            case "withdraw":
                place = f"delivery {self.new} stands in its place" if self.new else "it does not count"
                return f"{place} from {self.since} on"
            case "reinstate":
                return f"it counts again from {self.since} on"
            case _:
                return ""

    @property
    def subject(self) -> tuple[Key, Act, str | None, str | None]:
        """What two entries have in common of which only the later one counts."""
        return self.key, self.act, self.field, self.rule


class Log(msgspec.Struct, frozen=True):
    """The log of decisions, in the order in which they were taken."""

    entries: tuple[Decision, ...] = ()

    @property
    def last(self) -> int:
        """The number of the last entry; 0 where there is none."""
        return self.entries[-1].entry if self.entries else 0

    @property
    def standing(self) -> tuple[Decision, ...]:
        """Entries that do something to a slip and were not taken back."""
        gone = {entry.of for entry in self.entries if entry.act == "undo"}
        beside = ("undo", "close", *DELIVERY_ACTS)
        return tuple(e for e in self.entries if e.act not in beside and e.entry not in gone)

    @property
    def closed(self) -> frozenset[int]:
        """Numbers of the entries that were closed: they hold, and are no more looked after."""
        gone = {entry.of for entry in self.entries if entry.act == "undo"}
        return frozenset(e.of for e in self.entries if e.act == "close" and e.of is not None and e.entry not in gone)

    def acts(self, act: Act, place: Place | None = None) -> tuple[Decision, ...]:
        """Standing entries of one kind."""
        return tuple(e for e in self.standing if e.act == act and place in (None, e.place))

    @property
    def pairs(self) -> tuple[Decision, ...]:
        """Standing entries about pairs of slips."""
        return tuple(e for e in self.standing if e.act in PAIR_ACTS)

    def chains(self, place: Place) -> tuple[tuple[Decision, Decision], ...]:
        """First and last standing entry of each field of each slip: what was found, and what counts now."""
        found: dict[object, list[Decision]] = {}
        for entry in self.acts("set", place):
            found.setdefault(entry.subject, []).append(entry)
        return tuple((chain[0], chain[-1]) for chain in found.values())

    def of_rows(self, keys: Iterable[Key]) -> Log:
        """The entries of some slips."""
        wanted = set(keys)
        return Log(tuple(entry for entry in self.entries if entry.key in wanted))

    @classmethod
    def from_table(cls, table: pa.Table) -> Log:
        """The log as it is stored."""
        entries = msgspec.convert(table.select(DECISION.names).to_pylist(), tuple[Decision, ...])
        return cls(tuple(sorted(entries, key=lambda entry: entry.entry)))


def decision_table(decisions: Sequence[Decision]) -> pa.Table:
    """Decisions as rows of `DECISION`."""
    return pa.Table.from_pylist([msgspec.structs.asdict(one) for one in decisions], schema=DECISION)


def decided_pairs(log: Log) -> pa.Table:
    """What stands of pairs, as `DECIDED_PAIR`."""
    rows = [(*entry.key, *entry.other, entry.act == "same") for entry in log.pairs]
    return pa.Table.from_pylist([dict(zip(DECIDED_PAIR.names, row, strict=True)) for row in rows], schema=DECIDED_PAIR)


def slip_key(text: str) -> Key:
    """The slip that a text such as ``2:17`` names: delivery and row.

    Raises:
        ValueError: it names none.
    """
    delivery, _, row = text.partition(":")
    if not (delivery.isascii() and delivery.isdecimal() and row.isascii() and row.isdecimal()):
        raise ValueError(f"“{text}” names no slip. Write delivery:row, as 2:17.")
    return int(delivery), int(row)
