# ruff: noqa: S101, T201
# %% [markdown]
# # The methods alone: the migration system of Kazakhstan
#
# `qonys.methods` needs numpy and scipy and knows no register. This script runs cell by cell in an editor, or as a
# whole: `python docs/tutorials/methods.py`. A test runs it at every change.
#
# The Bureau of National Statistics publishes how many people arrived in and left each region, not the flows between
# regions. We estimate these, and ask what is known of the system in spite of that.

# %%
import csv
from importlib.resources import files

import numpy as np

from qonys.methods.ages.fitting import fit_counts
from qonys.methods.ages.model_schedule import Parameters, schedule, schedule_indices
from qonys.methods.estimation.raking import rake_matrix
from qonys.methods.series.nowcast import nowcast
from qonys.methods.series.triangle import Triangle
from qonys.methods.systems.aggregation import scale_effects
from qonys.methods.systems.distance import great_circle_distances
from qonys.methods.systems.gravity import gravity_model
from qonys.methods.systems.summary import system_summary
from qonys.methods.systems.system import migration_system

PROFILE = files("qonys") / "profiles" / "kz"


def rows(*place: str) -> list[dict[str, str]]:
    """The rows of a table of published figures."""
    with PROFILE.joinpath(*place).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# %% [markdown]
# ## Figures of 2024
# Internal arrivals and departures by region, moves within a region among them; the population on 1 January 2024 and
# 2025; the approximate place of each administrative centre.

# %%
centres = rows("areas", "centres.csv")
areas = [centre["area"] for centre in centres]
arrived, left = (
    np.array([sum(int(r[side]) for r in rows("simulation", "internal.csv") if (r["year"], r["area"]) == ("2024", a)) for a in areas])
    for side in ("arrivals", "departures")
)  # fmt: skip
persons = {(r["area"], r["date"]): int(r["persons"]) for r in rows("population", "population.csv") if not r["locality"]}
population = np.array([(persons[a, "2024-01-01"] + persons[a, "2025-01-01"]) / 2 for a in areas])
distance = great_circle_distances([float(c["longitude"]) for c in centres], [float(c["latitude"]) for c in centres])
print(f"{len(areas)} regions, {arrived.sum():,} moves, {population.sum():,.0f} people")

# %% [markdown]
# ## Flows between regions: an assumption, and figures that hold
# The seed says that flows fall with distance, and how large the share of moves within a region is. Both are
# assumptions. Raking keeps their pattern and makes every region's arrivals and departures those that were published.

# %%
near = 1 / np.where(distance > 0, distance, np.inf)
within = np.array([float(r["within"]) for r in rows("simulation", "places.csv")])
seed = near / near.sum(axis=1, keepdims=True) * (1 - within[:, None]) + np.diag(within)
raked = rake_matrix(seed * left[:, None], left, arrived)
flows = raked.matrix
print(f"raked in {raked.iterations} rounds, largest error {raked.largest_error:.1e} persons")

# %% [markdown]
# ## Indices of the system
# Which of them stand on published figures alone? The nets do: whoever is counted within a region arrives and leaves
# there. So the aggregate net migration rate is a fact, whatever the seed; intensity and effectiveness are not.

# %%
summary = system_summary(flows, population, distance)
for index in ("crude_migration_intensity", "migration_effectiveness", "aggregate_net_migration_rate", "mean_distance"):
    print(f"{index:32} {summary[index]:10.3f}")
net_rate = 100 * np.abs(arrived - left).sum() / 2 / population.sum()
assert np.isclose(summary["aggregate_net_migration_rate"], net_rate)
assert np.isclose(
    summary["aggregate_net_migration_rate"],
    summary["crude_migration_intensity"] * summary["migration_effectiveness"] / 100,
)

# %% [markdown]
# ## Distance
# The gravity model gives back the exponent of the seed, −1: an estimate never says more than what went into it.

# %%
model = gravity_model(flows, distance)
print(f"exponent of distance {model.exponent:.4f}")
assert np.isclose(model.exponent, -1, atol=1e-6)

# %% [markdown]
# ## Would other borders tell another story?
# The regions are merged at random into 5, 10 and 15 zones. The fewer zones, the fewer moves cross a border and the more
# gains and losses cancel: figures of countries are comparable only at a like number of areas.

# %%
system = migration_system(flows, population, distance)
effects = scale_effects(system, (5, 10, 15), 50, np.random.default_rng(1))
for name in ("crude_migration_intensity", "migration_effectiveness"):
    print(f"{name:32}", np.round(effects.quantiles(name, [0.5])[:, 0], 2))

# %% [markdown]
# ## Ages
# Kazakhstan publishes no population by age with its migration, so the counts here are invented: a known curve, and
# Poisson noise on it. The fit finds the curve again.

# %%
ages, at_risk = np.arange(80), np.full(80, 20_000)
true = Parameters(a1=0.02, alpha1=0.1, a2=0.06, alpha2=0.1, mu2=20, lambda2=0.4, c=0.003)
moved = np.random.default_rng(2).poisson(at_risk * schedule(ages, true))
fitted = fit_counts(ages, moved, at_risk, parameters=7)
print(f"peak of working ages at {schedule_indices(fitted.parameters).labour_peak:.1f} years")
assert np.abs(fitted.rates - schedule(ages, true)).max() < 0.003

# %% [markdown]
# ## The months that are still filling up
# Of each month 80 % become known at once, 15 % a month later, 5 % after two. A nowcast learns that, and says how sure it is.

# %%
counts = np.random.default_rng(3).poisson(1000 * np.tile([0.80, 0.15, 0.05], (24, 1))).astype(float)
final = counts[-1].sum()
counts[-1, 1:] = counts[-2, 2] = np.nan
made = nowcast(Triangle(counts[None])).by_month
print(
    f"known {made.counted[-1]:.0f}, expected {made.point[-1]:.0f} ({made.lower[-1]:.0f} to {made.upper[-1]:.0f}), came {final:.0f}"
)
assert made.lower[-1] < final < made.upper[-1]
