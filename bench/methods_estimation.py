"""Estimates flows of many areas: seconds of each method, and its ratio to the stated budget.

    .venv/bin/python bench/methods_estimation.py [--areas 200] [--runs 5]

The stocks are drawn: most people are natives, the others are unevenly spread. Memory is the peak of what numpy holds
during a call; the cube origin × destination × birthplace alone would take 8 n³ bytes. Last, where R is installed, its
loglin rakes the same table to the same three margins. On a busy machine threads of matrix products wait for each other:
OPENBLAS_NUM_THREADS=1 tells what the methods themselves take.
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np
from r_beside import RAKING, beside_r, told_beside

from qonys.methods.estimation.harmonisation import harmonised_flows
from qonys.methods.estimation.net_constrained import kl_nearest_flows, l1_nearest_flows
from qonys.methods.estimation.raking import Margin, rake
from qonys.methods.estimation.stocks_to_flows import distance_seed, stocks_to_flows

BUDGET_SECONDS = 1.0


def main() -> None:
    """Draw a system of areas, run each method, print medians, ratios and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", type=int, default=200, help="number of areas")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each method")
    given = parser.parse_args()
    for name, call in _calls(given.areas, np.random.default_rng(1)).items():
        seconds, used = [], []
        for _ in range(given.runs):
            begin, before = time.perf_counter(), time.process_time()
            call()
            seconds.append(time.perf_counter() - begin)
            used.append(time.process_time() - before)
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        median, processor = statistics.median(seconds), statistics.median(used)
        print(
            f"{name:55s} {median:7.3f} s of {BUDGET_SECONDS:.0f} s: ratio {median / BUDGET_SECONDS:5.2f}; "
            f"processor {processor:7.3f} s; {peak:6.1f} MiB"
        )
    raking_beside_r(np.random.default_rng(2))


def raking_beside_r(draw: np.random.Generator) -> None:
    """Three overlapping margins of four axes, so that raking needs many rounds; both end at errors of 1e-9."""
    cube = draw.gamma(0.5, 20, (60, 60, 18, 2))
    axes = ((0, 1), (0, 2, 3), (1, 2, 3))
    margins = [Margin(kept, cube.sum(axis=tuple({0, 1, 2, 3} - {*kept}))) for kept in axes]
    theirs = beside_r(RAKING, {"cube": cube, "shape": np.array(cube.shape)})
    if theirs is None:
        return
    before = time.process_time()
    found = rake(np.ones(cube.shape), margins, tolerance=1e-9 / float(cube.sum()))
    used = time.process_time() - before
    fitted = theirs[1].reshape(cube.shape, order="F")
    told_beside("raking to three margins of four axes", used, theirs[0], float(np.abs(found.matrix - fitted).max()))


def _calls(n: int, draw: np.random.Generator) -> dict[str, Callable[[], object]]:
    start = draw.gamma(0.3, 1_000, (n, n)) + np.diag(draw.gamma(2, 3e6, n))
    end = start * draw.uniform(0.8, 1.3, (n, n))
    given = (start, end, np.diag(end) * 0.06, start.sum(axis=0) * 0.04)
    seed = distance_seed(np.abs(np.subtract.outer(*2 * [draw.uniform(0, 100, n)])) + 1)
    flows, net = draw.gamma(0.3, 1_000, (n, n)), draw.normal(0, 30_000, n)
    cube = draw.gamma(0.5, 20, (60, 60, 18, 2))
    margins = [Margin((0, 2, 3), cube.sum(axis=1)), Margin((1, 2, 3), cube.sum(axis=0))]
    return {
        **{
            f"stocks to flows, {matching}, {told}": partial(
                stocks_to_flows, *given, matching=matching, seed=weights, staying=staying
            )
            for matching in ("rescale", "open", "open-dr")
            for told, weights, staying in (
                ("minimum migration", None, 1.0),
                ("minimum migration, distances", seed, 1.0),
                ("mixed with independence, distances", seed, 0.9),
            )
        },
        "nets by divergence": partial(kl_nearest_flows, flows, net - net.mean()),
        "nets by linear programme": partial(l1_nearest_flows, flows, net - net.mean()),
        "harmonisation": partial(harmonised_flows, flows + 1, flows * 2 + 1, benchmark=("sender", 0)),
        "raking 60 × 60 × 18 × 2 to two margins of three axes": partial(rake, np.ones(cube.shape), margins),
    }


if __name__ == "__main__":
    main()
