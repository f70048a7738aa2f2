"""Sets registrations side by side: the second half of *process*."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from qonys.datasets.outcome import Outcome, Table
from qonys.process.integration import Integrated, integrated
from qonys.production.office import Office


def integrate(office: Office, tables: Mapping[str, Table], exceptions: pa.Table) -> Outcome[Integrated]:
    """What shows only beside other registrations: exceptions, when slips count, flags, pairs.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
        exceptions: the slips that are out already, as `datasets.move.EXCEPTION`.
    """
    found = integrated(office.engine, office.profile.integration, exceptions, tables)
    return Outcome(found, found.findings)
