"""What changed in a release, put onto its page and into its files in one language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace

from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.disseminate.changes import Change
from qonys.disseminate.corrections import (
    CORRECTIONS_FILE,
    ReasonWords,
    cells_name,
    corrections_file,
    said_movement,
    said_since,
)
from qonys.disseminate.page import Spoken
from qonys.disseminate.since_published import ReleaseRevision
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.words import Words

_HEADS = ("table", "table_title", "cell", "cell_label", "before", "after", "difference")


def with_revision(
    spoken: Spoken,
    revision: ReleaseRevision,
    profile: Profile,
    tables: Mapping[str, OutputTable],
    words: Words,
    facts: ReleaseFacts,
) -> Spoken:
    """What a page says, with the reasons of each comparison and with what differs from the vintage published before."""
    rules = {rule.id: rule.message for rule in profile.rules.rules}
    speech = ReasonWords(words, rules, profile.protection.threshold)
    comparisons = [
        replace(one, reasons=said_movement(revision.movements[one.table], profile.tables[one.table].universe, speech))
        if one.changes and one.table in revision.movements
        else one
        for one in spoken.comparisons
    ]
    if revision.since is None:
        return replace(spoken, comparisons=comparisons)
    download = f"../{cells_name(words, facts)}"
    return replace(spoken, comparisons=comparisons, since=said_since(revision.since, tables, download, speech))


def revision_files(
    revision: ReleaseRevision, tables: Mapping[str, OutputTable], words: Words, facts: ReleaseFacts
) -> dict[str, bytes]:
    """The corrections log, and the cells that differ from the vintage published before, where one was."""
    since = revision.since
    files = {CORRECTIONS_FILE: corrections_file(facts.period, since.log if since else ())}
    if since and since.tables:
        files[cells_name(words, facts)] = _cells(revision.cells, tables, words)
    return files


def _cells(cells: Mapping[str, list[Change]], tables: Mapping[str, OutputTable], words: Words) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADS)
    for name, changes in cells.items():
        writer.writerows(_rows(tables[name], changes, words))
    return text.getvalue().encode()


def _rows(table: OutputTable, changes: list[Change], words: Words) -> Iterator[list[str]]:
    layout, title = TableLayout(table, words), table.title[words.language]
    for change in changes:
        pairs = [(d.id, code) for d, code in zip(table.dimensions, change.key, strict=True)]
        codes = "; ".join(f"{name}={code}" for name, code in pairs)
        labels = ", ".join(_label(layout, name, code) for name, code in pairs)
        values = ("" if value is None else str(value) for value in (change.before, change.after, change.difference))
        yield [table.id, title, codes, labels, *values]


def _label(layout: TableLayout, dimension: str, code: str) -> str:
    """The label of a code; the code itself where the table has no such member any more."""
    known = code in layout.table.dimension(dimension).codes
    return layout.label(dimension, code) if known else code
