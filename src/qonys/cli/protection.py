"""The commands about the protection of persons in what is published."""

from __future__ import annotations

import sys

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, prints, progress_shown, show_findings


def audit(period: str, /, *, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Attack the tables of a release as an intruder would, and list what can be found out.

    Small counts, groups of one kind, what follows from sums and from shares, rates and growth, and differences: from every vintage that can still be read, between
    borders, districts and groups of countries, between months and years, between tables, of a net and one of its sides.
    Nothing is written. Ends with 4 where something can be found out.

    Args:
        period: a year of the calendar (2024).
        workspace: folder of the workspace.
        json: print what was attacked, what gave way and what protection changed as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.errors import StatisticianError

    with progress_shown() as progress:
        outcome = line_of(workspace, progress).audit(Period.parse(period))
    found = outcome.data
    if json:
        as_json({"audit": found, "findings": outcome.findings})
        sys.exit(StatisticianError.exit_code if found.weaknesses else 0)
    show_findings(outcome.findings)
    from qonys.cli.audit_report import show_audit

    show_audit(found)
    if found.weaknesses:
        raise StatisticianError(
            f"{len(found.weaknesses)} {'count' if len(found.weaknesses) == 1 else 'counts'} can be found out.",
            where=f"release {period}",
            next_step="Protect the tables, coarsen them, or allow them with a reason: protection.yaml.",
        )
    prints.print("Nothing can be found out that must not be.")
