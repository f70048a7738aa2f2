"""Protects the counts of a table before they become a published one: rounded so that they add up, or perturbed one by one.

Laws of rounding: only inner cells are changed, and every sum of the table is added up anew from them; a sum that another table publishes
exact stays exact; where inner cells cannot be rounded so, they are not published at all for that period (coarsened to its
exact sums), and it is said. Exact counts go no further than this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from qonys.analyse.published_cells import CellOfAll, cell_of_all
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL
from qonys.datasets.cell_keys import cell_keys
from qonys.datasets.outcome import Finding
from qonys.methods.disclosure.additive_rounding import additive_rounding
from qonys.methods.disclosure.cell_key import PerturbationTable, cell_key_fractions
from qonys.methods.disclosure.mended_numbers import MOST_STEPS
from qonys.methods.disclosure.utility import utility as measured_utility
from qonys.methods.disclosure.whole_numbers import MOST_NODES, MOST_PIVOTS, MOST_UNSURE

Key: TypeAlias = tuple[str, ...]
SIDES = ("arrivals", "departures")


@dataclass(frozen=True)
class ProtectedCounts:
    """Counts that may be published.

    Args:
        counts: the counts of the design, as `queries.tables.table_query` gives them, without keys.
        coarsened: periods of which only exact sums are published; what is 0 is not published either, for it would tell.
        exact: keys (period and dimensions) of the exact sums of coarsened periods.
        findings: what was coarsened.
        utility: by side, what protection cost: ``cells`` (inner ones), ``small`` (those that must not be told), ``changed``, ``mean`` and ``largest`` change in
            persons, ``mean_percent`` of the counts that were not zero, ``hellinger`` (1 where nothing was changed; see
            `methods.disclosure.utility`), ``became_zero``, and ``forced``: small ones that a margin sent where their key
            would not have.
    """

    counts: pa.Table
    coarsened: frozenset[str] = frozenset()
    exact: frozenset[Key] = frozenset()
    findings: tuple[Finding, ...] = ()
    utility: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def hides(self, key: Key) -> bool:
        """The cell at these codes (period and dimensions) is not published."""
        return key[0] in self.coarsened and key not in self.exact


def published_exact(design: TableDesign, vintage: str, counts: pa.Table) -> dict[CellOfAll, int]:
    """The counts that a table shows as they are, whatever table shows them besides.

    A table of nets alone shows none; one that shows both sides shows both.
    """
    shown = {side for side in SIDES if side in design.measures or f"{side}_share" in design.measures}
    sides = SIDES if {"net", "turnover"} <= set(design.measures) else tuple(shown)
    return {
        cell_of_all(design, vintage, side, key): int(row[side])
        for key, row in _rows(design, counts).items()
        for side in sides
    }


def rounded_counts(
    design: TableDesign,
    vintage: str,
    counts: pa.Table,
    exact: Mapping[CellOfAll, int],
    base: int,
    agreed: Mapping[CellOfAll, int] | None = None,
) -> ProtectedCounts:
    """The counts of a table with small ones rounded so that they add up.

    Args:
        design: the table; it has no groups.
        vintage: data cut-off of the counts.
        counts: its exact counts with keys; a combination that is not there is 0.
        exact: what other tables publish as it is.
        base: small counts become 0 or this.
        agreed: what other tables publish rounded (`published_rounded`); a count that this table shows too becomes the same.
    """
    rows = _rows(design, counts)
    keys, of_side = list(rows), {side: cell_keys(counts, side) for side in SIDES}
    coarsened, kept_exact, findings = set[str](), set[Key](), list[Finding]()
    columns: dict[str, NDArray[np.int64]] = {}
    utility: dict[str, Mapping[str, float]] = {}
    blocks = [_Block(design, keys, period) for period in sorted({key[0] for key in keys})]
    known = dict(agreed or {})
    for side in _sides_shown(design):
        column = np.array([rows[key][side] for key in keys], np.int64)
        before, forced = column.copy(), 0
        for block in blocks:
            cells = [cell_of_all(design, vintage, side, keys[place]) for place in block.places]
            of_block = _Sums(cells, exact, known)
            found = _rounded_block(block, of_block, column, of_side[side], base)
            if not found.exact_kept:
                coarsened.add(block.period)
                kept_exact |= {keys[p] for p, is_exact in zip(block.places, of_block.is_exact, strict=True) if is_exact}
                findings.append(_coarsened(design, block.period, side, ended_early=found.ended_early))
            elif not found.agreed_kept:
                findings.append(_two_values(design, block.period, side))
            forced += found.forced
            sums = block.all_members @ found.inner
            # A period that cannot be rounded shows its exact sums, which are not those of its inner cells.
            column[block.places] = np.where(of_block.is_exact, column[block.places], sums)
            known |= dict(zip(cells, column[block.places].tolist(), strict=True))
        columns[side] = column
        of_inner = np.concatenate([np.zeros(0, np.int64), *(block.inner for block in blocks)])
        utility[side] = _utility(before[of_inner], column[of_inner], base - 1, forced)
    kept = {name: counts[name] for name in counts.column_names if "_key_" not in name and name not in SIDES}
    nothing = pa.array(np.zeros(counts.num_rows, np.int64))
    protected = pa.table({**kept, **{side: pa.array(columns[side]) if side in columns else nothing for side in SIDES}})
    return ProtectedCounts(protected, frozenset(coarsened), frozenset(kept_exact), tuple(findings), utility)


def published_rounded(design: TableDesign, vintage: str, protected: ProtectedCounts) -> dict[CellOfAll, int]:
    """The counts that a rounded table shows, whatever table shows them besides."""
    return {
        cell_of_all(design, vintage, side, key): int(row[side])
        for key, row in _rows(design, protected.counts).items()
        for side in _sides_shown(design)
        if not protected.hides(key)
    }


class _Sums:
    """What the cells of a block must be, as other tables show them.

    Args:
        cells: the counts of the block.
        exact: what is published as it is.
        agreed: what is published rounded.
    """

    def __init__(
        self, cells: Sequence[CellOfAll], exact: Mapping[CellOfAll, int], agreed: Mapping[CellOfAll, int]
    ) -> None:
        self.is_exact = np.array([cell in exact for cell in cells], bool)
        self.is_agreed = np.array([cell in agreed and cell not in exact for cell in cells], bool)
        self.agreed = np.array([agreed.get(cell, 0) for cell in cells], np.int64)


@dataclass(frozen=True, slots=True)
class _RoundedBlock:
    inner: NDArray[np.int64]
    forced: int
    exact_kept: bool
    agreed_kept: bool
    ended_early: bool


def _rounded_block(
    block: _Block, sums: _Sums, column: NDArray[np.int64], keys: NDArray[np.uint64], base: int
) -> _RoundedBlock:
    """The inner cells of a block, rounded so that they have the sums of other tables: the exact ones before all."""
    for is_fixed in (sums.is_exact | sums.is_agreed, sums.is_exact):
        wanted = np.where(sums.is_agreed, sums.agreed, column[block.places])[is_fixed]
        found = additive_rounding(
            column[block.inner], block.membership(is_fixed), keys[block.inner], base, wanted=wanted
        )
        if found.kept.all():
            break
    agreed_kept = bool((is_fixed | ~sums.is_agreed).all())
    return _RoundedBlock(found.counts, int(found.forced.sum()), bool(found.kept.all()), agreed_kept, found.ended_early)


def _utility(
    before: NDArray[np.int64], after: NDArray[np.int64], largest_small: int, forced: int
) -> Mapping[str, float]:
    found = measured_utility(before, after)
    return {
        "cells": len(before),
        "small": int(np.count_nonzero((before > 0) & (before <= largest_small))),
        "changed": int(np.count_nonzero(before != after)),
        "mean": float(np.nan_to_num(found.mean_absolute[0])),
        "largest": int(np.nan_to_num(found.largest_absolute[0])),
        "mean_percent": 100 * float(np.nan_to_num(found.mean_relative[0])),
        "hellinger": float(np.nan_to_num(found.hellinger_utility[0], nan=1.0)),
        "became_zero": int(found.false_zeros[0]),
        "forced": forced,
    }


def _sides_shown(design: TableDesign) -> tuple[str, ...]:
    """The sides that some measure of a table needs; the other one is not published, and not counted either."""
    if set(design.measures) - {*SIDES, *(f"{side}_share" for side in SIDES)}:
        return SIDES
    return tuple(side for side in SIDES if side in design.measures or f"{side}_share" in design.measures)


def perturbed_counts(
    design: TableDesign,
    vintage: str,
    counts: pa.Table,
    exact: Mapping[CellOfAll, int],
    noise: PerturbationTable,
    threshold: int = 3,
) -> ProtectedCounts:
    """The counts of a table, each perturbed by the key of its own moves; its parts may not add up.

    A count that another table publishes as it is stays so: two values for one count would tell the noise.

    Args:
        design: the table.
        vintage: data cut-off of the counts.
        counts: its exact counts with keys.
        exact: what other tables publish as it is.
        noise: the perturbation table.
        threshold: k; smaller counts are told of as small in the utility.
    """
    keys = list(_rows(design, counts))
    utility: dict[str, Mapping[str, float]] = {}
    columns = {side: pa.array(np.zeros(counts.num_rows, np.int64)) for side in SIDES}
    for side in _sides_shown(design):
        before = counts[side].to_numpy().astype(np.int64)
        free = np.array([cell_of_all(design, vintage, side, key) not in exact for key in keys])
        after = np.where(free, noise.perturbed(before, cell_key_fractions(cell_keys(counts, side))), before)
        utility[side] = _utility(before, after, threshold - 1, 0)
        columns[side] = pa.array(after)
    kept = {name: counts[name] for name in counts.column_names if "_key_" not in name and name not in SIDES}
    return ProtectedCounts(pa.table({**kept, **columns}), utility=utility)


def _rows(design: TableDesign, counts: pa.Table) -> dict[Key, Mapping[str, Any]]:
    names = ("period", *design.dimensions)
    return {tuple(row[name] for name in names): row for row in counts.to_pylist()}


class _Block:
    """The cells of one period: which are inner ones, and of which inner ones each cell is the sum.

    Args:
        design: the table.
        keys: all keys of its counts.
        period: the period.
    """

    def __init__(self, design: TableDesign, keys: Sequence[Key], period: str) -> None:
        self.period = period
        # In the order of their codes: an engine gives rows in any order, and equal costs are told apart by place.
        of_period = (place for place, key in enumerate(keys) if key[0] == period)
        self.places = np.array(sorted(of_period, key=keys.__getitem__))
        totals = [1 + design.dimensions.index(name) for name in design.totals if name in design.dimensions]
        is_inner = np.array([all(keys[place][at] != TOTAL for at in totals) for place in self.places])
        self.inner = self.places[is_inner]
        number = {keys[place]: column for column, place in enumerate(self.inner)}
        inner = _InnerCells(number, totals)
        pairs = [(line, column) for line, place in enumerate(self.places) for column in inner.of(keys[place])]
        lines, columns = np.array(pairs, np.int64).reshape(-1, 2).T
        shape = (len(self.places), len(self.inner))
        self.all_members: csr_array = csr_array((np.ones(len(lines), np.int64), (lines, columns)), shape=shape)

    def membership(self, fixed: NDArray[np.bool_]) -> csr_array:
        """The cells that must stay as they are, with the inner cells that make them up."""
        return csr_array(self.all_members[np.flatnonzero(fixed)])


class _InnerCells:
    """The inner cells that make up a cell, found by the codes that it leaves fixed: each kind of sum is looked through once.

    Args:
        number: place of each inner cell among them.
        totals: places in a key that may be totals.
    """

    def __init__(self, number: Mapping[Key, int], totals: Sequence[int]) -> None:
        self._number, self._totals = number, frozenset(totals)
        self._of_kind: dict[tuple[int, ...], dict[Key, list[int]]] = {}

    def of(self, key: Key) -> Sequence[int]:
        """Places of the inner cells of which the cell at a key is the sum."""
        if key in self._number:
            return (self._number[key],)
        fixed = tuple(at for at, code in enumerate(key) if not (at in self._totals and code == TOTAL))
        return self._by_codes(fixed).get(tuple(key[at] for at in fixed), ())

    def _by_codes(self, fixed: tuple[int, ...]) -> Mapping[Key, list[int]]:
        if fixed not in self._of_kind:
            found = self._of_kind[fixed] = {}
            for inner, column in self._number.items():
                found.setdefault(tuple(inner[at] for at in fixed), []).append(column)
        return self._of_kind[fixed]


def _coarsened(design: TableDesign, period: str, side: str, *, ended_early: bool) -> Finding:
    """That a period is not published in its inner cells: because there is no rounding, or none within the steps of the search."""
    found = (
        f"could not be rounded so that all exact sums stay within {MOST_PIVOTS:,} pivots and {MOST_NODES} nodes, where at most "
        f"{MOST_UNSURE} numbers that are not whole are searched, nor within {MOST_STEPS:,} steps of mending"
        if ended_early
        else "cannot be rounded so that all exact sums stay"
    )
    return Finding(
        f"The {side} of {period} {found}: their inner cells are not published.",
        where=f"table {design.id}",
        next_step="Fewer dimensions, larger groups, or a margin that is not published exact would help: protection.yaml.",
    )


def _two_values(design: TableDesign, period: str, side: str) -> Finding:
    return Finding(
        f"The {side} of {period} cannot be rounded to the sums that another rounded table shows: both show their own.",
        where=f"table {design.id}",
        next_step="Publish what they share as counted: list a table of it under `exact` in protection.yaml.",
    )
