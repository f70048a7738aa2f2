"""Which identities the published tables of a release keep, read off their designs and how they are protected."""

from __future__ import annotations

from collections.abc import Iterable

from qonys.country.profile import Profile
from qonys.datasets.identities import Identities


def identities_of(profile: Profile, tables: Iterable[str]) -> Identities:
    """What a reader may add up: all of it was held against the statistics, or against the rounded tables, in the build.

    Args:
        profile: gives table designs and their protection.
        tables: ids of the tables of a release.
    """
    designs = [profile.tables[name] for name in tables if profile.protection.method(name) != "cell_key"]
    sums = {d.id: tuple(name for name in d.totals if name not in d.only) for d in designs}
    balanced = (d.id for d in designs if d.universe in ("internal", "interregional") and not d.only)
    return Identities({name: dimensions for name, dimensions in sums.items() if dimensions}, tuple(balanced))
