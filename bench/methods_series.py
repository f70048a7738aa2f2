"""Times the series methods: one seasonal adjustment, a nowcast with its back-test, a forecast with its back-test.

    OPENBLAS_NUM_THREADS=1 .venv/bin/python bench/methods_series.py [--runs 5]

The series are invented and seeded: eight years of months for the adjustment and the forecast; 200 groups, 60 months and
12 lags for the nowcast. An adjustment includes starting the program. It is timed over twenty series, since the automatic
choice of a model takes seconds where the season hardly moves; the slowest is printed beside the median, and the same with
a fixed model, as between two reviews of the models. Coverage is that of
intervals at 0.95 (nowcast) and 0.8 (forecast) from earlier cut-offs; the figures say how the method works, not how well
a country's series are foreseen. One thread computes faster than several on matrices this small, so the commands of
Qonys take one, and so does this one if told.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from qonys.engine.seasonal import x13_run
from qonys.methods.series.forecast import forecast
from qonys.methods.series.monthly import Month, MonthlySeries
from qonys.methods.series.nowcast import nowcast, nowcast_backtest
from qonys.methods.series.seasonal import seasonal_adjustment
from qonys.methods.series.specification import Method, Specification
from qonys.methods.series.triangle import Triangle

ADJUSTMENT_SECONDS, NOWCAST_SECONDS, BACKTEST_SECONDS, FORECAST_SECONDS = 0.6, 0.5, 10.0, 5.0
GROUPS, MONTHS, LAGS = 200, 60, 12
SERIES = 20
Result = TypeVar("Result")


def main() -> None:
    """Make the series, time each method, print the medians beside their budgets and the coverage that was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each")
    runs = parser.parse_args().runs
    series, triangle = invented_series(), invented_triangle()
    for method in Method:
        for model in (None, "(0 1 1)(0 1 1)"):
            report_adjustments(Specification(method=method, model=model))
    report(f"nowcast, {GROUPS} × {MONTHS} × {LAGS}", NOWCAST_SECONDS, runs, lambda: nowcast(triangle))
    judged = report("nowcast, back-test", BACKTEST_SECONDS, runs, lambda: nowcast_backtest(triangle))
    print(f"  coverage at 0.95: groups {judged.by_group.coverage:.3f}, sums {judged.by_month.coverage:.3f}")
    made = report("forecast with back-test, 24 origins", FORECAST_SECONDS, runs, lambda: forecast(series.values))
    for name, one in made.judgements.items():
        print(f"  {name}: coverage at 0.8 {one.calibration.coverage:.3f}, pinball {one.pinball:.1f}")
    print(f"  weights: {', '.join(f'{name} {weight:.2f}' for name, weight in made.weights.items())}")


def report_adjustments(specification: Specification) -> None:
    """Adjust each of the series once and print the median and the slowest beside the budget."""
    seconds = []
    for seed in range(SERIES):
        series = invented_series(seed)
        start = time.perf_counter()
        seasonal_adjustment(series, specification, x13_run)
        seconds.append(time.perf_counter() - start)
    median, slowest = statistics.median(seconds), max(seconds)
    within = sum(one <= ADJUSTMENT_SECONDS for one in seconds)
    print(
        f"adjustment, {specification.method}, model {specification.model or 'automatic'}: median {median:.3f} s of "
        f"{ADJUSTMENT_SECONDS:.1f} s: ratio {median / ADJUSTMENT_SECONDS:.2f}; slowest {slowest:.2f} s, "
        f"{within} of {SERIES} within"
    )


def report(name: str, budget: float, runs: int, work: Callable[[], Result]) -> Result:
    """Run the work, print its median beside the budget, return what it made last."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        made = work()
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds)
    print(f"{name}: median {median:.3f} s of {budget:.1f} s: ratio {median / budget:.2f}")
    return made


def invented_series(seed: int = 1) -> MonthlySeries:
    """Eight years of arrivals with a season and a wandering level."""
    draw = np.random.default_rng(seed)
    level = np.cumsum(draw.normal(0, 0.02, 96)) + np.tile(draw.normal(0, 0.2, 12), 8)
    return MonthlySeries(Month(2016, 1), np.round(20_000 * np.exp(level + draw.normal(0, 0.03, 96))))


def invented_triangle() -> Triangle:
    """Registrations that come late in the same way in every month, with Poisson variation."""
    draw = np.random.default_rng(2)
    shares = 0.5 ** np.arange(1, LAGS + 1)
    expected = 200 * np.exp(draw.normal(0, 0.3, (GROUPS, MONTHS, 1))) * shares / shares.sum()
    known = np.add.outer(np.arange(MONTHS), np.arange(LAGS)) < MONTHS
    return Triangle(np.where(known, draw.poisson(expected), np.nan))


if __name__ == "__main__":
    main()
