"""Computes the indices of a drawn migration system: medians of seconds and their ratios to the budgets.

    .venv/bin/python bench/methods_systems.py [--areas 250] [--runs 15] [--aggregations 1000] [--r-areas 50 100 250]

Flows are Poisson draws of a gravity model between points of a square; neighbours are those of their Voronoi cells. The
aggregations are contiguous, spread evenly over five numbers of zones, and compute every index of the summary. Beside
the median of the clock stands that of the processor, which tells how busy the machine was otherwise. Then the memory
that one summary and one model take is compared with that of one matrix of flows, and last, where R is installed, the
gravity model with R's glm on the same flows (--r-areas, none to leave it out; 250 areas take R most of a minute).
On a busy machine OPENBLAS_NUM_THREADS=1 keeps threads of matrix products from waiting for each other.
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from r_beside import GRAVITY, beside_r, told_beside
from scipy.spatial import Delaunay

from qonys.methods.systems import gini
from qonys.methods.systems.aggregation import scale_effects
from qonys.methods.systems.gravity import gravity_model
from qonys.methods.systems.quasi_independence import quasi_independence
from qonys.methods.systems.summary import system_summary
from qonys.methods.systems.system import MigrationSystem, migration_system

BUDGETS = {"all Gini indices": 0.05, "gravity model": 0.02, "quasi-independence": 0.02, "summary": 0.2}
BUDGET_PER_AGGREGATION = 20.0 / 1000
GINI = (
    gini.gini_total,
    gini.gini_rows,
    gini.gini_columns,
    gini.gini_exchange,
    gini.standardised_gini_rows,
    gini.standardised_gini_columns,
    gini.standardised_gini_exchange,
    gini.gini_out_fields,
    gini.gini_in_fields,
    gini.migration_weighted_gini_out,
    gini.migration_weighted_gini_in,
    gini.field_gini_out,
    gini.field_gini_in,
)


def drawn_system(areas: int) -> tuple[MigrationSystem, np.ndarray]:
    """A system and which of its areas are neighbours."""
    draw = np.random.default_rng(1)
    places = draw.random((areas, 2)) * 1000
    distances = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    population = draw.lognormal(10, 1, areas)
    mean = np.outer(population, population) * np.where(distances > 0, distances, np.inf) ** -1.1
    flows = draw.poisson(3e6 * mean / mean.sum())
    neighbours = np.zeros((areas, areas), dtype=bool)
    for corner in range(3):
        ends = np.roll(Delaunay(places).simplices, corner, axis=1)
        neighbours[ends[:, 0], ends[:, 1]] = True
    return migration_system(flows, population, distances), neighbours


def seconds(run: Callable[[], object], runs: int) -> tuple[float, float]:
    """Medians by the clock and by the processor."""
    clock, processor = [], []
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        run()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    return statistics.median(clock), statistics.median(processor)


def told(name: str, found: tuple[float, float], budget: float) -> None:
    clock, processor = found
    print(f"{name:22s} {clock:8.4f} s of {budget:7.3f} s: ratio {clock / budget:.2f}; processor {processor:.4f} s")


def peak_of(run: Callable[[], object]) -> int:
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> None:
    """Draw a system, compute its indices, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", type=int, default=250)
    parser.add_argument("--runs", type=int, default=15, help="timed runs of each figure but the aggregations")
    parser.add_argument("--aggregations", type=int, default=1000)
    parser.add_argument("--r-areas", type=int, nargs="*", default=[50, 100, 250], help="areas of the model beside R's")
    given = parser.parse_args()
    system, neighbours = drawn_system(given.areas)
    flows, population, distances = system.flows, system.population, system.distances
    jobs: dict[str, Callable[[], object]] = {
        "all Gini indices": lambda: [index(flows) for index in GINI],
        "gravity model": lambda: gravity_model(flows, distances),
        "quasi-independence": lambda: quasi_independence(flows),
        "summary": lambda: system_summary(flows, population, distances),
    }
    for name, job in jobs.items():
        told(name, seconds(job, given.runs), BUDGETS[name])
    scales = [max(2, int(given.areas * share)) for share in (0.04, 0.08, 0.16, 0.32, 0.64)]
    draw, repetitions = np.random.default_rng(2), max(1, given.aggregations // len(scales))
    merging = seconds(lambda: scale_effects(system, scales, repetitions, draw, neighbours=neighbours), 1)
    done = repetitions * len(scales)
    told(f"{done} aggregations", merging, BUDGET_PER_AGGREGATION * done)
    for name in ("gravity model", "summary"):
        print(f"{name}: peak of {peak_of(jobs[name]) / flows.nbytes:.1f} matrices of flows")
    for areas in given.r_areas:
        gravity_beside_r(areas, given.runs)


def gravity_beside_r(areas: int, runs: int) -> None:
    """The exponent and its standard error by R's glm, with its own bounds of convergence."""
    system, _ = drawn_system(areas)
    flows, distances = system.flows, system.distances
    theirs = None if distances is None else beside_r(GRAVITY, {"flows": flows, "distances": distances})
    if theirs is None or distances is None:
        return
    model = gravity_model(flows, distances)
    ours = seconds(lambda: gravity_model(flows, distances), runs)[1]
    (exponent, error), took = theirs[1], theirs[0]
    told_beside(f"exponent of {areas} areas", ours, took, abs(model.exponent - exponent))
    print(f"{'':22s} exponent {model.exponent:.12f}, standard errors apart by {abs(model.standard_error - error):.1e}")


if __name__ == "__main__":
    main()
