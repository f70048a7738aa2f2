"""The step before the line: a synthetic register for demonstrations, tests and benchmarks."""

from __future__ import annotations

from pathlib import Path

from qonys.country.loading import load_profile
from qonys.country.simulation_plan import load_plan
from qonys.datasets.outcome import Outcome, Progress
from qonys.simulate.earlier_years import with_earlier_years
from qonys.simulate.register import SimulatedDelivery, simulate


def simulate_register(
    profile: str, folder: Path, *, seed: int, moves: int | None, progress: Progress, years: int | None = None
) -> Outcome[tuple[SimulatedDelivery, ...]]:
    """Write the deliveries of a profile's simulation plan; of so many years, where they are given.

    Raises:
        ProfileError: the profile has no plan, or it contradicts itself.
        StatisticianError: the plan has more years than are asked for.
    """
    loaded = load_profile(profile)
    plan = load_plan(loaded)
    plan = plan if years is None else with_earlier_years(plan, years, loaded.publication.working_days, seed)
    return simulate(loaded, plan, folder, seed=seed, moves=moves, progress=progress)
