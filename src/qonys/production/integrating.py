"""Sets registrations side by side: the second half of *process*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa

from qonys.datasets.outcome import Finding, Outcome, Table
from qonys.process.integration import integrated
from qonys.production.office import Office


def integrate(office: Office, tables: Mapping[str, Table], exceptions: pa.Table) -> Outcome[pa.Table]:
    """All exceptions: those handed in and those that show only beside other registrations.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
        exceptions: the slips that are out already, as `datasets.move.EXCEPTION`.
    """
    found = integrated(office.engine, office.profile.rules, exceptions, **tables)
    more = found["reasons"].slice(exceptions.num_rows).to_pylist()
    counts = Counter(reason for reasons in more for reason in reasons or ())
    return Outcome(found, tuple(Finding(reason, count=count) for reason, count in counts.most_common()))
