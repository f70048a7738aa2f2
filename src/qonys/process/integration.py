"""Sets registrations side by side: which of them say again, take back or complete what another one says.

Every stage finds absences: days of knowledge on which a slip does not count. It sees the slips as the stages before it
left them: withdrawn deliveries, repetitions, corrections, children's own slips, pairs, sequences, duration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from qonys.concepts.integration import Deed, Integration
from qonys.datasets.finding import FLAG
from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Engine, Finding, Table
from qonys.datasets.standing import ABSENCE, EARLIER, LINK
from qonys.process.corrected import corrected_query, number_twice_query
from qonys.process.durations import temporary_query
from qonys.process.pairs import PAIR, matched, paired_query, pairs_query, unpaired_count_query, waiting_query
from qonys.process.reinstated import lives_of
from qonys.process.repetitions import (
    child_slips_query,
    duplicates_query,
    near_duplicates_query,
    rivals_columns,
    rivals_query,
    shared_key,
)
from qonys.process.returning import are_few, returning_query
from qonys.process.sequences import flags_query, is_history, sequence_query
from qonys.process.standing import exceptions_of, run_absences, spans_of, withdrawn_query


@dataclass(frozen=True)
class Integrated:
    """What setting side by side has shown.

    Args:
        exceptions: which slips make no move, when and why, as `datasets.move.EXCEPTION`: those handed in and those found here.
        spans: when slips count that do not simply count from their receipt on, as `datasets.standing.SPAN`.
        flags: slips that count although something is odd, as `datasets.finding.FLAG`.
        pairs: departures and arrivals that are one move, as `process.pairs.PAIR`.
        links: slips without an identifier and who they are of, as `datasets.standing.LINK`.
        findings: counts by the reason that holds at the end.
    """

    exceptions: pa.Table
    spans: pa.Table
    flags: pa.Table
    pairs: pa.Table
    findings: tuple[Finding, ...]
    links: pa.Table = field(default_factory=LINK.empty_table)


def integrated(
    engine: Engine,
    definition: Integration,
    exceptions: pa.Table,
    tables: Mapping[str, Table],
    earlier: pa.Table | None = None,
) -> Integrated:
    """Set the registrations side by side.

    Args:
        engine: runs the queries.
        definition: the profile's integration.yaml.
        exceptions: the slips that are out already, as `datasets.move.EXCEPTION`.
        tables: registrations, deliveries (with layout, withdrawn_on, replaced_by), territory; ``linked`` (delivery, row, person), where
            slips without an identifier found their person.
        earlier: days on which deliveries did not count that count again, as `datasets.standing.EARLIER`.
    """
    lives = lives_of(
        engine, {**tables, "exceptions": exceptions}, EARLIER.empty_table() if earlier is None else earlier
    )
    table = _Table(engine, definition, lives.tables, linked="linked" in tables)
    with _picked_out(table) as returning:
        table = replace(table, returning=returning)
        for stage in _STAGES:
            table = stage(table)
    absences = lives.merged(engine, table.absences)
    found = exceptions_of(engine, absences)
    flags = engine.run(flags_query(), None, found=lives.merged(engine, table.told)).cast(FLAG)
    return Integrated(
        pa.concat_tables([exceptions.cast(EXCEPTION), found]),
        spans_of(engine, absences),
        flags,
        lives.merged_pairs(engine, table.pairs),
        (*_counted(found.filter(pc.is_null(found["until"])), flags), *table.findings),
    )


@dataclass(frozen=True)
class _Table:
    """The slips on the table: what is known of them after a stage."""

    engine: Engine
    definition: Integration
    given: dict[str, Table]
    linked: bool
    absences: pa.Table = field(default_factory=ABSENCE.empty_table)
    told: pa.Table = field(default_factory=ABSENCE.empty_table)
    pairs: pa.Table = field(default_factory=PAIR.empty_table)
    findings: tuple[Finding, ...] = ()
    returning: Table | None = None
    """The slips of persons of whom there are several, where they were picked out."""

    @property
    def tables(self) -> dict[str, Table]:
        return {**self.given, "absences": self.absences, "pairs": self.pairs}

    def absent(self, *queries: str, deed: Deed = "set_apart", among: Table | None = None) -> _Table:
        """With the absences that queries find; a deed that only flags leaves the slips where they are.

        Args:
            queries: what finds them.
            deed: what is done with the slips.
            among: the slips to look at, where it is not all of them.
        """
        tables = self.tables if among is None else {**self.tables, "registrations": among}
        found = [run_absences(self.engine, query, **tables) for query in queries]
        if deed == "flag":
            return replace(self, told=pa.concat_tables([self.told, *found]))
        return replace(self, absences=pa.concat_tables([self.absences, *found]))

    def counted(self, query: str) -> list[dict[str, int | str]]:
        rows: list[dict[str, int | str]] = self.engine.run(query, None, **self.tables).to_pylist()
        return rows


def _picked_out(table: _Table) -> AbstractContextManager[Table | None]:
    """Later stages that compare the slips of one person look at persons with several slips only."""
    definition = table.definition
    compared = _compared(definition)
    repeat = rivals_columns(*compared) if "person" in compared[0] else ()
    follow = definition.duration or any(map(is_history, definition.sequences))
    if not are_few(definition) or not (repeat or follow):
        return nullcontext()
    return table.engine.kept(returning_query(repeat, linked=table.linked), None, **table.given)


def _withdrawn(table: _Table) -> _Table:
    return table.absent(withdrawn_query())


def _compared(definition: Integration) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Variables in which all slips agree that repeat each other, and those that single definitions name."""
    key, near = definition.duplicate_key, definition.near_duplicates
    return shared_key(key, near), (*key, *(name for one in near for name in one.key))


def _repeated(table: _Table) -> _Table:
    key, near, linked = table.definition.duplicate_key, table.definition.near_duplicates, table.linked
    shared, named = _compared(table.definition)
    among: Table | None = table.returning if "person" in shared else None
    if shared:
        known = table.given if among is None else {**table.given, "registrations": among}
        among = table.engine.run(rivals_query(shared, named, linked=linked), None, **known)
    if key:
        table = table.absent(duplicates_query(key, linked=linked), among=among)
    queries = [near_duplicates_query(n, table.definition.sources, linked=linked) for n in near]
    return table.absent(*queries, among=among)


def _corrected(table: _Table) -> _Table:
    table = table.absent(corrected_query(linked=table.linked))
    twice = int(table.counted(number_twice_query())[0]["n"])
    if not twice:
        return table
    finding = Finding(
        "slip-number-twice",
        count=twice,
        next_step="Ask the supplier which slip each number means; a correction takes back one of them only.",
    )
    return replace(table, findings=(*table.findings, finding))


def _children(table: _Table) -> _Table:
    for children in table.definition.children:
        query = child_slips_query(children, linked=table.linked)
        pairs = matched(table.engine, query, **table.tables)
        fate = "quarantine" if children.action == "quarantine" else "set_apart"
        with_pairs = replace(table, pairs=pairs).absent(paired_query("on-parents-slip", fate), deed=children.action)
        table = replace(with_pairs, pairs=table.pairs)
    return table


def _paired(table: _Table) -> _Table:
    for pairing in table.definition.pairing:
        pairs = matched(table.engine, pairs_query(pairing, linked=table.linked), **table.tables)
        here = replace(table, pairs=pairs)
        alone = [
            Finding(f"unpaired-{row['kind']}", count=int(row["n"]), next_step="Ask for the slips of the other side.")
            for row in here.counted(unpaired_count_query(pairing, linked=table.linked))
        ]
        here = here.absent(paired_query("paired"), waiting_query(pairing, linked=table.linked))
        table = replace(here, pairs=pa.concat_tables([table.pairs, pairs]), findings=(*table.findings, *alone))
    return table


def _followed(table: _Table) -> _Table:
    for rule in table.definition.sequences:
        query = sequence_query(rule, linked=table.linked, paired=bool(table.definition.pairing))
        table = table.absent(query, deed=rule.action, among=table.returning if is_history(rule) else None)
    return table


def _lasting(table: _Table) -> _Table:
    paired = bool(table.definition.pairing)
    queries = [temporary_query(d, linked=table.linked, paired=paired) for d in table.definition.duration]
    return table.absent(*queries, among=table.returning)


_STAGES: tuple[Callable[[_Table], _Table], ...] = (
    _withdrawn, _repeated, _corrected, _children, _paired, _followed, _lasting,
)  # fmt: skip


def _counted(exceptions: pa.Table, flags: pa.Table) -> tuple[Finding, ...]:
    found = []
    for table in (exceptions, flags):
        counts = Counter(reason for row in table.select(["reasons"]).to_pylist() for reason in row["reasons"])
        found += [Finding(reason, count=count) for reason, count in counts.most_common()]
    return tuple(found)
