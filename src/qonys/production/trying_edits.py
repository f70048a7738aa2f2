"""What rules that edit would change on the slips of a month, had they been others: values before and after, with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec
import pyarrow as pa

from qonys.concepts.correction import EDITABLE
from qonys.datasets.decision import Key
from qonys.datasets.outcome import Overlay, Table
from qonys.process.trial import edits_query
from qonys.production.office import Office

_EXAMPLES = 5
_MOST_SHOWN = 20
_NO_NOTES = pa.schema([("delivery", pa.int32()), ("row", pa.int64()), ("edits", pa.list_(pa.string()))])


class ChangedValue(msgspec.Struct, frozen=True):
    """A value that slips have now, and the one that they would have in its place; None: not stated.

    ``examples`` are delivery and row of the first slips.
    """

    before: str | None
    after: str | None
    slips: int
    examples: tuple[tuple[int, int], ...]


class EditTrial(msgspec.Struct, frozen=True):
    """What would be otherwise in one field of the slips of the month.

    Args:
        field: the variable.
        edit: by what: ``edited:`` and the id of a rule, or ``corrected:``, ``filled:`` with that of another entry, where
            what the rule changed leads to it.
        slips: slips of which the value would be another.
        values: the most frequent changes first; not all of them where they are many.
        more: how many changes are left out.
    """

    field: str
    edit: str
    slips: int
    values: tuple[ChangedValue, ...]
    more: int = 0


def edit_trials(office: Office, stands: Table, would: Table, slips: str) -> tuple[EditTrial, ...]:
    """Values of slips that would be others, by field and edit, the most slips first.

    Args:
        office: the office at work.
        stands: the registrations after the edits that stand.
        would: the registrations after the edits as they would be.
        slips: subquery over ``registrations`` of the slips of the month.
    """
    tables: dict[str, Table] = {
        "registrations": stands, "edited": would, "notes_before": _notes(stands), "notes_after": _notes(would),
    }  # fmt: skip
    found = office.engine.run(edits_query(EDITABLE, slips), None, **tables).to_pylist()
    fields = Counter((row["field"], row["edit"] or "") for row in found)
    slips_of: dict[tuple[str, str], dict[tuple[str | None, str | None], list[Key]]] = {field: {} for field in fields}
    for row in found:
        changes = slips_of[row["field"], row["edit"] or ""]
        changes.setdefault((row["before"], row["after"]), []).append((row["delivery"], row["row"]))
    return tuple(_trial(*field, slips_of[field]) for field, _ in fields.most_common())


def _trial(field: str, edit: str, slips_of: Mapping[tuple[str | None, str | None], list[Key]]) -> EditTrial:
    most_first = sorted(slips_of.items(), key=lambda change: -len(change[1]))
    values = tuple(
        ChangedValue(before, after, len(slips), tuple(slips[:_EXAMPLES]))
        for (before, after), slips in most_first[:_MOST_SHOWN]
    )
    return EditTrial(field, edit, sum(map(len, slips_of.values())), values, len(most_first) - len(values))


def _notes(registrations: Table) -> pa.Table:
    if isinstance(registrations, Overlay):
        return registrations.rows.select(_NO_NOTES.names)
    return _NO_NOTES.empty_table()
