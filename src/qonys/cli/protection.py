"""The commands about the protection of persons in what is published."""

from __future__ import annotations

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, prints, progress_shown, says, show_findings


def audit(period: str, /, *, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Attack the tables of a release as an intruder would, and list what can be found out.

    Small counts, groups of one kind, what follows from sums, and differences: from what is published already, between borders,
    between months and years, between tables.
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
    else:
        show_findings(outcome.findings)
        against = f", with {len(found.earlier)} published releases" if found.earlier else ""
        says.print(f"Attacked {found.tables} tables, {found.cells} cells{against}.")
        for table, sides in found.utility.items():
            for side, told in sides.items():
                prints.print(
                    f"{table}, {side}: {told['changed']} of {told['cells']} inner cells changed, by {told['mean']:.2f} on "
                    f"average and {told['largest']} at most ({told['mean_percent']:.2f} % on average, Hellinger utility "
                    f"{told['hellinger']:.4f}); {told['became_zero']} became zero, {told['forced']} went against their key",
                    soft_wrap=True,
                )
    if found.weaknesses:
        raise StatisticianError(
            f"{len(found.weaknesses)} counts can be found out.",
            where=f"release {period}",
            next_step="Protect the tables, coarsen them, or allow them with a reason: protection.yaml.",
        )
    if not json:
        prints.print("Nothing can be found out that must not be.")
