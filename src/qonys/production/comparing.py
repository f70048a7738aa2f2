"""Compares two releases, or two vintages of one: their files, tables and cells."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from qonys.evaluate.differences import Difference, cell_differences
from qonys.published.bundles import ReleaseFile
from qonys.published.sources import Source, release_in


class ChangedTable(msgspec.Struct, frozen=True):
    """A table of which cells differ: how many, of how many, and which."""

    table: str
    cells: int
    of: int
    differences: tuple[Difference, ...]


class Comparison(msgspec.Struct, frozen=True):
    """Two releases side by side; the files of a vintage are named without it.

    Args:
        one: profile, period and vintage of the first.
        other: of the second.
        same: files that are the same byte for byte.
        changed: files that are in both and differ.
        only_one: files that only the first has.
        only_other: files that only the second has.
        tables: tables of which a cell differs.
    """

    one: str
    other: str
    same: int
    changed: tuple[str, ...]
    only_one: tuple[str, ...]
    only_other: tuple[str, ...]
    tables: tuple[ChangedTable, ...]

    @property
    def is_same(self) -> bool:
        return not (self.changed or self.only_one or self.only_other)


def compare(one: Source, other: Source) -> Comparison:
    """Compare two releases.

    Raises:
        OperatorError: one of the two is no release, or cannot be reached.
    """
    first, second = release_in(one), release_in(other)
    names, names_there = _names(first), _names(second)
    both = sorted(names.keys() & names_there.keys())
    changed = [name for name in both if first.files[names[name]] != second.files[names_there[name]]]
    tables = [
        table
        for name in changed
        if (table := _table(name, one.file(names[name]), other.file(names_there[name]), first)) is not None
    ]
    return Comparison(
        _told(first),
        _told(second),
        len(both) - len(changed),
        tuple(changed),
        tuple(sorted(names.keys() - names_there.keys())),
        tuple(sorted(names_there.keys() - names.keys())),
        tuple(tables),
    )


def _names(release: ReleaseFile) -> Mapping[str, str]:
    """Name without the vintage -> name."""
    return {name.replace(release.facts.vintage, "VINTAGE"): name for name in release.files}


def _told(release: ReleaseFile) -> str:
    facts = release.facts
    return f"{facts.profile} {facts.period} {facts.vintage}"


def _table(name: str, one: bytes | None, other: bytes | None, release: ReleaseFile) -> ChangedTable | None:
    """What differs in a table, told once: from its JSON file in the first language."""
    language = next(iter(release.titles))
    if one is None or other is None or not name.endswith(f"-{language}-VINTAGE.json"):
        return None
    found = tuple(cell_differences(name, one, other))
    if not found:
        return None
    cells = len(msgspec.json.decode(one)["observations"])
    return ChangedTable(str(msgspec.json.decode(one)["id"]), len(found), cells, found)
