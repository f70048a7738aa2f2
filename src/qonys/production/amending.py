"""Amends registrations without rewriting them: corrections before they are judged, imputed values after."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from qonys.datasets.outcome import Outcome, Table
from qonys.production.office import Office


def amended(office: Office, tables: Mapping[str, Table]) -> Outcome[Table]:
    """The registrations as they are judged.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
    """
    _ = office
    return Outcome(tables["registrations"])


def imputed(office: Office, tables: Mapping[str, Table], exceptions: pa.Table) -> Outcome[Table]:
    """The registrations as they become moves.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
        exceptions: the slips that make no move, as `datasets.move.EXCEPTION`.
    """
    _ = office, exceptions
    return Outcome(tables["registrations"])
