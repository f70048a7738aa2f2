"""Times disclosure control on invented arrays: p-table, noise by cell key, both ways to round, bounds by propagation.

    .venv/bin/python bench/methods_disclosure.py [--runs 5]

The cube that is rounded has 20 × 20 areas, two sexes and 25 ages: 20,000 inner cells, a third of them 1 or 2. `additive_rounding`
keeps from 41 to 2,400 sums, which cross more and more; beside its times stand the cells that went against their key, the mean change, the
Hellinger utility, whether the search ended early, and how many unchanged cells move when one cell in a hundred gets another record, small
ones apart. The cube of 20 × 20 × 50 has all its sums over one dimension exact. Denser cubes have 10 or 50 persons a cell. Seconds are
told by the clock and of the processor, which say the same on a machine that does other work.
`small_count_rounding` publishes every cell and seven kinds of sums; beside its times stand the mean and the largest distance of
published sums, and unchanged cells that move, per 100 candidates, when one cell in a hundred gets another record: what a larger
`keep` gives up in fit, it gains in steady vintages. The system that is attacked has 1,000,000 cells and 540,000 exact sums.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array, eye_array, vstack

from qonys.analyse.protecting import published_exact, rounded_counts
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL
from qonys.methods.disclosure.additive_rounding import additive_rounding, moved_between
from qonys.methods.disclosure.bounds import CountBounds, propagated
from qonys.methods.disclosure.cell_key import cell_key_fractions, perturbation_table
from qonys.methods.disclosure.small_count_rounding import moved_between as moved_cells
from qonys.methods.disclosure.small_count_rounding import small_count_rounding
from qonys.methods.disclosure.utility import utility

P_TABLE_SECONDS, NOISE_SECONDS, ROUNDING_SECONDS, BOUNDS_SECONDS = 1.0, 2.0, 2.0, 10.0
CUBE, SYSTEM = (20, 20, 2, 25), (100, 100, 2, 50)


def sums_over(shape: tuple[int, ...], *kept: tuple[int, ...]) -> csr_array:
    """One row for each combination of the kept dimensions, a column for each cell."""
    places, cells = np.indices(shape).reshape(len(shape), -1), int(np.prod(shape))
    parts = []
    for dimensions in kept:
        row = np.zeros(cells, np.int64)
        for dimension in dimensions:
            row = row * shape[dimension] + places[dimension]
        parts.append(csr_array((np.ones(cells, np.int64), (row, np.arange(cells)))))
    return csr_array(vstack(parts, format="csr"))


def told(what: str, budget: float, runs: int, made: Callable[[], object]) -> None:
    seconds, processor = [], []
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        made()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    median, of_processor = statistics.median(seconds), statistics.median(processor)
    print(
        f"{what:<66} median {median:6.3f} s, processor {of_processor:6.3f} s, of {budget:4.1f} s: ratio {median / budget:.2f}"
    )


def cube(draw: np.random.Generator, mean: float = 2, shape: tuple[int, ...] = CUBE) -> tuple[np.ndarray, np.ndarray]:
    """Counts of a cube and the keys of its cells."""
    weights = np.exp(draw.normal(0, 1.5, shape))
    counts = draw.poisson(mean * weights / weights.mean()).ravel()
    return counts, draw.integers(0, 2**64, len(counts), dtype=np.uint64)


def rounding_with_exact_sums(runs: int, draw: np.random.Generator) -> None:
    counts, keys = cube(draw)
    pairs = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
    crossing = (
        ("areas × sex, areas × age", ((0, 2), (1, 2), (0, 3), (1, 3), ())),
        ("all pairs but destination × age", ((0, 1), (0, 2), (1, 2), (2, 3), (0, 3), ())),
    )
    for what, kept in (
        ("areas", ((0,), (1,), ())),
        ("areas × sex, sex × age", ((0, 2), (1, 2), (2, 3), ())),
        ("origin × destination", ((0, 1), ())),
        ("origin × sex × age", ((0, 2, 3), ())),
        ("origin × sex × age, destination × sex", ((0, 2, 3), (1, 2), ())),
        *crossing,
        ("all pairs", pairs),
        ("O × D, O × sex × age, D × age", ((0, 1), (0, 2, 3), (1, 3))),
    ):
        rounding_of(what, counts, keys, sums_over(CUBE, *kept), runs)
    for mean in (10, 50):
        for what, kept in (*crossing, ("all pairs", pairs)):
            rounding_of(f"{what}, {mean} a cell", *cube(np.random.default_rng(1), mean), sums_over(CUBE, *kept), runs)
    flat = (20, 20, 50)
    for mean in (2, 10):
        sums = sums_over(flat, (0, 1), (0, 2), (1, 2))
        rounding_of(f"O × D × age, {mean} a cell, all pairs", *cube(np.random.default_rng(1), mean, flat), sums, runs)


def rounding_of(what: str, counts: np.ndarray, keys: np.ndarray, sums: csr_array, runs: int) -> None:
    """Times one rounding, and compares it with that of a vintage in which one cell in a hundred has one record more."""
    name = f"additive rounding, {sums.shape[0]} sums: {what}"
    told(name, ROUNDING_SECONDS, runs, lambda: additive_rounding(counts, sums, keys))
    found, draw = additive_rounding(counts, sums, keys), np.random.default_rng(2)
    same, small = draw.random(len(counts)) >= 0.01, (counts > 0) & (counts < 3)
    other_keys = np.where(same, keys, draw.integers(0, 2**64, len(counts), dtype=np.uint64))
    later = additive_rounding(counts + ~same, sums, other_keys)
    measured = utility(counts, found.counts)
    print(
        f"    kept {found.kept.sum()} sums of {len(found.kept)}{', ended early' if found.ended_early else ''}; "
        f"{found.forced.sum()} cells against their key; mean |Δ| {measured.mean_absolute[0]:.3f}, "
        f"Hellinger {measured.hellinger_utility[0]:.4f}; moved {moved_between(found, later, same)}, "
        f"small ones {moved_between(found, later, same & small)} of {np.count_nonzero(same & small)}"
    )


def rounding_a_table(runs: int, draw: np.random.Generator) -> None:
    """A table of the cube with all its sums, as a release protects it: the sums of origin, destination, sex and age are exact."""
    inner, inner_keys = cube(draw)
    names = ("partner_area", "area", "sex", "age_group")
    design = TableDesign(
        id="cube", title={}, universe="internal", frequency="year", measures=("arrivals",), rows=names,
        columns=("period", "measure"), totals=names,
    )  # fmt: skip
    counts, exact = [], {}
    for kept in (kept for size in range(5) for kept in combinations(range(4), size)):
        sums = sums_over(CUBE, kept)
        codes = np.indices([CUBE[at] for at in kept]).reshape(len(kept), sums.shape[0])
        code = {name: np.full(sums.shape[0], TOTAL, dtype=object) for name in names}
        for at, of_dimension in zip(kept, codes, strict=True):
            code[names[at]] = np.char.add("C", of_dimension.astype(str)).astype(object)
        whole = {"arrivals": sums @ inner, "arrivals_key_high": sums @ (inner_keys >> np.uint64(32)).astype(np.int64)}
        whole |= {"arrivals_key_low": sums @ (inner_keys & np.uint64(2**32 - 1)).astype(np.int64)}
        none = {name.replace("arrivals", "departures"): np.zeros(sums.shape[0], np.int64) for name in whole}
        counts.append(pa.table({"period": ["2024"] * sums.shape[0], **code, **whole, **none}))
        if len(kept) < 2:
            exact |= published_exact(design, "final", counts[-1])
    table = pa.concat_tables(counts)
    name = f"a table of 20,000 inner cells, {table.num_rows:,} with its sums"
    told(name, ROUNDING_SECONDS, runs, lambda: rounded_counts(design, "final", table, exact, 3))


def rounding_small_counts(runs: int, draw: np.random.Generator) -> None:
    counts, keys = cube(draw)
    sums = sums_over(CUBE, (0,), (1,), (0, 1), (0, 2, 3), (1, 2, 3), (2, 3), (0, 1, 2))
    published = csr_array(vstack([sums, eye_array(len(counts), dtype=np.int64, format="csr")], format="csr"))
    changed = draw.random(len(counts)) < 0.01
    later_keys = np.where(changed, draw.integers(0, 2**64, len(counts), dtype=np.uint64), keys)
    for keep in (np.inf, 5.0, 2.0, 0.0):
        name = f"small-count rounding, 20,000 cells, keep {keep}"
        told(name, ROUNDING_SECONDS, runs, lambda k=keep: small_count_rounding(counts, published, keys, keep=k))
        found = small_count_rounding(counts, published, keys, keep=keep)
        later = small_count_rounding(counts + changed, published, later_keys, keep=keep)
        measured = utility(sums @ counts, sums @ found.rounded)
        moved = len(moved_cells(found, later).moved) / int(found.candidates.sum())
        print(
            f"    mean |Δ| {measured.mean_absolute[0]:.2f}, largest {measured.largest_absolute[0]:.0f}; "
            f"moved {100 * moved:.2f} %"
        )


def bounds(runs: int, draw: np.random.Generator) -> None:
    """Propagation where six cells in ten are published and sums of three dimensions are exact."""
    cells = int(np.prod(SYSTEM))
    truth = draw.poisson(np.exp(draw.normal(-1, 1.5, cells)))
    sums = sums_over(SYSTEM, (0, 1, 2), (0, 2, 3), (1, 2, 3), (0, 1, 3))
    seen = draw.random(cells) < 0.6
    known = CountBounds(np.where(seen, truth, 0), np.where(seen, truth, 10**6))
    told("bounds of 1,000,000 cells", BOUNDS_SECONDS, runs, lambda: propagated(sums, sums @ truth, known))


def main() -> None:
    """Time each method, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="timed runs")
    runs, draw = parser.parse_args().runs, np.random.default_rng(1)
    for largest, variance, kept in ((5, 3.0, 2), (12, 5.0, 2)):
        told(
            f"p-table D {largest} V {variance} js {kept}",
            P_TABLE_SECONDS,
            runs,
            lambda d=largest, v=variance, js=kept: perturbation_table(d, v, smallest_kept=js),
        )
    table, cells = perturbation_table(5, 3.0, smallest_kept=2), 1_000_000
    counts, keys = draw.poisson(5, cells), draw.integers(0, 2**64, cells, dtype=np.uint64)
    told("noise of 1,000,000 cells", NOISE_SECONDS, runs, lambda: table.perturbed(counts, cell_key_fractions(keys)))
    rounding_with_exact_sums(runs, draw)
    rounding_a_table(runs, draw)
    rounding_small_counts(runs, draw)
    bounds(runs, draw)


if __name__ == "__main__":
    main()
