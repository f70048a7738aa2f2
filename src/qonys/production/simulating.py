"""The step before the line: a synthetic register for demonstrations, tests and benchmarks."""

from __future__ import annotations

from pathlib import Path

from qonys.country.loading import load_profile
from qonys.country.simulation_plan import load_plan
from qonys.datasets.outcome import Outcome, Progress
from qonys.simulate.register import SimulatedDelivery, simulate


def simulate_register(
    profile: str, folder: Path, *, seed: int, moves: int | None, progress: Progress
) -> Outcome[tuple[SimulatedDelivery, ...]]:
    """Write the deliveries of a profile's simulation plan.

    Raises:
        ProfileError: the profile has no plan, or it contradicts itself.
    """
    loaded = load_profile(profile)
    return simulate(loaded, load_plan(loaded), folder, seed=seed, moves=moves, progress=progress)
