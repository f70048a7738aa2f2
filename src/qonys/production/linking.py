"""Pairs of slips that may be of one person: what a reviewer sees of them, and what a decision about one must meet.

Laws: neither an identifier nor an encoding is among what is shown; of names it is told whether they agree, no more. A pair is decided once; who thinks otherwise takes the
entry back. Decisions never say of two slips that they are of one person and, by way of others, of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa

from qonys.datasets.decision import PAIR_ACTS, Decision, Key, slip_key
from qonys.process.linkage import NAMES, name_agreement
from qonys.process.settled_pairs import contradicting
from qonys.production.office import Office
from qonys.production.register import current_registrations, key_table
from qonys.production.reviewing import register_values
from qonys.store.withdrawals import open_withdrawals

SHOWN = ("kind", "date", "sex", "birth_date", "origin", "destination")
"""Variables of both slips that are set side by side."""

_PAIRS = """
select delivery, row, other_delivery, other_row, probability, status from links
order by probability desc nulls last, delivery, row, other_delivery, other_row
"""


class WaitingPair(msgspec.Struct, frozen=True):
    """Two slips that may be of one person.

    Args:
        delivery: delivery of the slip without an identifier.
        row: its row there.
        other_delivery: delivery of the other slip; of a known person it is the first one.
        other_row: its row there.
        probability: that they are of one person, by the model.
        values: what the slip says in `SHOWN`, as texts; None: not stated.
        other_values: what the other one says.
        names: how far they agree in each of `NAMES`; None: one of them does not state it.
    """

    delivery: int
    row: int
    other_delivery: int
    other_row: int
    probability: float | None
    values: dict[str, str | None]
    other_values: dict[str, str | None]
    names: dict[str, str | None]

    @property
    def key(self) -> Key:
        return self.delivery, self.row

    @property
    def other(self) -> Key:
        return self.other_delivery, self.other_row


def waiting_pairs(office: Office) -> tuple[WaitingPair, ...]:
    """The pairs between the thresholds that nobody decided yet, the most probable first."""
    log = office.decision_log
    decided = {frozenset((entry.key, entry.other)) for entry in log.pairs}
    withdrawn = open_withdrawals(office.withdrawals)
    pairs = {_keys(row): row["probability"] for row in _links(office) if row["status"] == "review"}
    open_ = [pair for pair in pairs if frozenset(pair) not in decided and pair[0][0] not in withdrawn]
    slips = list(dict.fromkeys(key for pair in open_ for key in pair))
    values = register_values(office, slips, log.of_rows(slips))
    shown = {key: {name: texts[name] for name in SHOWN} for key, texts in values.items()}
    names = _names(office, open_)
    return tuple(
        WaitingPair(*one, *two, pairs[one, two], shown.get(one, {}), shown.get(two, {}), names[one, two])
        for one, two in open_
    )


def _names(office: Office, pairs: Sequence[tuple[Key, Key]]) -> dict[tuple[Key, Key], dict[str, str | None]]:
    """How far the slips of each pair agree in names: pairs that agree in all else are often twins."""
    if not pairs:
        return {}
    sides = {"l": [one for one, _ in pairs], "r": [two for _, two in pairs]}
    columns = ", ".join(f"{side}.{name} as {name}_{side}" for side in sides for name in NAMES)
    query = f"""
with slips as (select delivery, row, {", ".join(NAMES)} from registrations semi join keys using (delivery, row)),
compared as (
  select pairs.place, {columns} from pairs
  left join slips as l on l.delivery = pairs.delivery_l and l.row = pairs.row_l
  left join slips as r on r.delivery = pairs.delivery_r and r.row = pairs.row_r
)
select {", ".join(f"{name_agreement(name)} as {name}" for name in NAMES)} from compared order by place
"""
    places = {
        f"{column}_{side}": [key[at] for key in keys]
        for side, keys in sides.items()
        for at, column in enumerate(("delivery", "row"))
    }
    tables = {
        "registrations": current_registrations(office),
        "keys": key_table([key for pair in pairs for key in pair]),
        "pairs": pa.table({"place": range(len(pairs)), **places}),
    }
    return dict(zip(pairs, office.engine.run(query, None, **tables).to_pylist(), strict=True))


def entries_of_pair(office: Office, pair: WaitingPair) -> tuple[Decision, ...]:
    """What was decided of a pair, standing or not, in the order of the log."""
    log, slips = office.decision_log, frozenset((pair.key, pair.other))
    about = {e.entry for e in log.entries if e.act in PAIR_ACTS and frozenset((e.key, e.other)) == slips}
    return tuple(entry for entry in log.entries if entry.entry in about or entry.of in about)


class PairDesk:
    """The pairs that linkage found, and what was decided of them, while one decision after the other is made an entry."""

    def __init__(self, office: Office, standing: Sequence[Decision]) -> None:
        self._found = {frozenset(pair): pair for pair in map(_keys, _links(office))}
        self._said: dict[frozenset[Key], tuple[Key, Key, bool, int]] = {}
        for entry in standing:
            self._said[frozenset((entry.key, entry.other))] = (entry.key, entry.other, entry.act == "same", entry.entry)
        self._persons = _persons(office, [key for pair in (*self._found, *self._said) for key in pair])

    def taken(self, one: Key, other: str | None, *, same: bool, entry: int) -> tuple[Key, Key]:
        """The pair that a decision is about, the slip without an identifier first.

        Raises:
            ValueError: no such pair was found, it was decided already, or the decision contradicts others.
        """
        pair = self._found.get(frozenset((one, slip_key(other or ""))))
        if pair is None:
            raise ValueError(f"{_name(one)} and {other} are no pair that was found. See `qonys review --links`.")
        subject = frozenset(pair)
        if earlier := self._said.get(subject):
            told = "of the same person" if earlier[2] else "of different persons"
            raise ValueError(f"Entry {earlier[3]} says already that they are {told}: take that back first.")
        said = [entry[:3] for entry in self._said.values()]
        if torn := contradicting([*said, (*pair, same)], self._persons):
            raise ValueError(
                f"With what was decided before, {_name(torn[0])} and {_name(torn[1])} would be of one person and of two."
            )
        self._said[subject] = (*pair, same, entry)
        return pair


def _links(office: Office) -> list[dict[str, Any]]:
    if office.store.version("clean/links") is None:
        return []
    return office.engine.run(_PAIRS, links=office.store.files("clean/links")).to_pylist()


def _persons(office: Office, keys: Sequence[Key]) -> dict[Key, bytes]:
    query = """
        select delivery, row, person from registrations semi join keys using (delivery, row) where person is not null
    """
    found = office.engine.run(query, registrations=current_registrations(office), keys=key_table(keys))
    return {(row["delivery"], row["row"]): row["person"] for row in found.to_pylist()}


def _keys(row: dict[str, Any]) -> tuple[Key, Key]:
    return (row["delivery"], row["row"]), (row["other_delivery"], row["other_row"])


def _name(key: Key) -> str:
    return f"{key[0]}:{key[1]}"
