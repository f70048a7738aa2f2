"""Fits model schedules to drawn counts, splits groups into single ages and makes life tables: medians and budgets.

    .venv/bin/python bench/methods_ages.py [--runs 9]

Counts are drawn from a schedule of 13 parameters with a fixed seed, for a small area (2,000 persons at each age), a
middle one and a country (2 million), and every model is fitted to each: a model with too few curves is the harder work.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from qonys.methods.ages.fitting import fit_counts, fit_rates
from qonys.methods.ages.graduation import single_ages, sprague_ages
from qonys.methods.ages.life_table import multiregional_life_table
from qonys.methods.ages.model_schedule import Parameters, schedule

FIT_BUDGET_SECONDS = 0.2
AGES = np.arange(0.0, 91)
TRUE = Parameters(
    a1=0.03, alpha1=0.12, a2=0.08, alpha2=0.11, mu2=24, lambda2=0.3, a3=0.01, alpha3=0.3, mu3=65, lambda3=0.4,
    a4=0.002, lambda4=0.02, c=0.004,
)  # fmt: skip


def told(name: str, runs: int, work: Callable[[], object], budget: float | None = None) -> None:
    """Run the work, print its median and, where there is a budget, the ratio to it."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    of_budget = f" of {budget:.1f} s: ratio {median / budget:.2f}" if budget else ""
    print(f"{name:48s} median {1000 * median:8.2f} ms{of_budget}")


def main() -> None:
    """Time each method."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="timed runs of each")
    runs = parser.parse_args().runs
    draw = np.random.default_rng(1)
    for persons in (2_000.0, 50_000.0, 2_000_000.0):
        population = np.full(AGES.size, persons)
        migrants = draw.poisson(population * schedule(AGES, TRUE)).astype(float)
        for count in (7, 9, 11, 13):
            of_counts = partial(fit_counts, AGES, migrants, population, parameters=count)
            of_rates = partial(fit_rates, AGES, migrants / population, parameters=count)
            told(f"fit of {count} parameters, {persons:,.0f} persons an age", runs, of_counts, FIT_BUDGET_SECONDS)
            told("  from their rates", runs, of_rates, FIT_BUDGET_SECONDS)
    groups = migrants[:90].reshape(-1, 5).sum(axis=1)
    told("18 groups to single ages, monotone", runs, lambda: single_ages(range(0, 90, 5), groups, closed_at=90))
    told("18 groups to single ages, Sprague", runs, lambda: sprague_ages(range(0, 90, 5), groups, closed_at=90))
    deaths = draw.uniform(0.001, 0.05, (101, 20))
    moves = draw.uniform(0, 0.002, (101, 20, 20))
    told("life table of 20 regions and 101 ages", runs, lambda: multiregional_life_table(np.arange(101), deaths, moves))


if __name__ == "__main__":
    main()
