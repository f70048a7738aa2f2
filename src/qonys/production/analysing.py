"""The step *analyse*: the analyses that the design of a release names, made without building it."""

from __future__ import annotations

from collections.abc import Collection

from qonys.concepts.analysis import AnalysisMethod
from qonys.concepts.period import Period
from qonys.datasets.analysis import Analysed
from qonys.datasets.outcome import Outcome
from qonys.errors import ProfileError
from qonys.production.analyses import Counts, analyses_made, tables_read_by
from qonys.production.building import tables_to_release
from qonys.production.office import Office


def analyse(
    office: Office, period: Period, methods: Collection[AnalysisMethod], *, exact: bool = False
) -> Outcome[tuple[Analysed, ...]]:
    """The analyses of the release of a period that are made by some methods, whether the release shows them or not.

    Args:
        office: the office at work.
        period: a period of the calendar.
        methods: by which they are made.
        exact: from counts that are not protected; every cell of the results is confidential then.

    Raises:
        ProfileError: the design of the release has no such analysis, or see `building.build`.
        StatisticianError: the tables cannot be made; see `building.build`.
        OperatorError: a program or library that a method needs is not installed.
    """
    office = office.reading()
    if exact:
        office = office.without_protection()
    design = office.profile.releases[office.profile.calendar_entry(str(period)).release]
    wanted = tuple(analysis for analysis in design.analyses if analysis.method in methods)
    if not wanted:
        known = ", ".join(f"{one.id} ({one.method})" for one in design.analyses) or "none"
        raise ProfileError(
            f"The release of {period} has no analysis by {' or '.join(methods)}.",
            where=str(office.profile.folder / f"release/designs/{design.id}.yaml"),
            next_step=f"It has: {known}. Add an entry under `analyses:`.",
        )
    setting, _, made = tables_to_release(office, period, besides=tables_read_by(wanted))
    counts = Counts(setting, made.data, confidential=exact)
    return Outcome(tuple(analyses_made(office, wanted, counts)), made.findings)
