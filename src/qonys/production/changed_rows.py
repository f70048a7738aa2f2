"""Which rows of a state are not those that came of the same inputs again: the record is named, and its fields.

Law: fields are named, never what stands in them: a record is confidential, a report of a difference gets passed on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from qonys.datasets.outcome import Files
from qonys.engine.duck import DuckDBEngine
from qonys.evaluate.differences import Difference

_KEYS = {
    "clean/moves": ("delivery", "row", "line", "known_from"),
    "clean/exceptions": ("delivery", "row", "since"),
    "clean/amendments": ("delivery", "row"),
}
"""What tells a row of a state from every other one; a flow is told by all its dimensions."""
_COUNT = "n"
_ROWS_TOLD = 50
_DIGEST = "select count(*) as rows, sum(cast(hash({columns}) as hugeint)) as digest from rows"
_APART = "select {columns} from one except all select {columns} from other limit 1000"

Row = dict[str, Any]


def changed_rows(engine: DuckDBEngine, state: str, pinned: Files, again: Files) -> Iterator[Difference]:
    """Rows of a pinned version that differ from those that were made again of its inputs.

    Args:
        engine: compares.
        state: the state, such as ``clean/moves``.
        pinned: the version that a release names.
        again: the same state, made again.

    Raises:
        QueryError: a column is missing.
    """
    columns = ", ".join(f'"{name}"' for name in pinned.schema.names)
    digests = [engine.run(_DIGEST.format(columns=columns), rows=files).to_pylist() for files in (pinned, again)]
    if digests[0] == digests[1]:
        return
    query = _APART.format(columns=columns)
    there = engine.run(query, one=pinned, other=again).to_pylist()
    wanted = engine.run(query, one=again, other=pinned).to_pylist()
    told = list(_told(state, there, wanted))
    yield from told[:_ROWS_TOLD]
    if len(told) > _ROWS_TOLD:
        yield Difference(state, f"{len(told) - _ROWS_TOLD} or more other rows differ")


def _told(state: str, there: list[Row], wanted: list[Row]) -> Iterator[Difference]:
    by_key: dict[tuple[str, ...], tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((there, wanted)):
        for row in rows:
            by_key[_key(state, row)][side].append(row)
    for key, (found, due) in sorted(by_key.items()):
        yield Difference(state, _what(found, due), ", ".join(key))


def _key(state: str, row: Row) -> tuple[str, ...]:
    names = _KEYS.get(state, tuple(name for name in row if name != _COUNT))
    return tuple(f"{name} {row[name]}" for name in names if row.get(name) is not None)


def _what(found: list[Row], due: list[Row]) -> str:
    if not due:
        return "the row does not come of the deliveries of the release"
    if not found:
        return "the row is missing"
    names = [name for name in found[0] if found[0][name] != due[0][name]]
    return f"the row was changed: {', '.join(names)}" if names else "the row stands there more or less often"
