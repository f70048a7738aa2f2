"""The command that tells the quality of a release."""

from __future__ import annotations

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, prints, progress_shown, show_findings


def quality(period: str, /, *, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Print the measures of the quality report of a period's release, as it would be built now.

    Every measure has a value, or the reason why it has none. Nothing is written.

    Args:
        period: a period of the calendar (2024).
        workspace: folder of the workspace.
        json: print the measures as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.concepts.quality import QUALITY_MEASURES

    with progress_shown() as progress:
        outcome = line_of(workspace, progress).quality(Period.parse(period))
    if json:
        as_json({"quality": outcome.data, "findings": outcome.findings})
        return
    show_findings(outcome.findings)
    for one in outcome.data.measures:
        definition = QUALITY_MEASURES[one.measure]
        value = (
            one.why.replace("_", " ") if one.value is None else f"{one.value:.{definition.decimals}f} {definition.unit}"
        )
        of = f" ({', '.join(one.of.values())})" if one.of else ""
        prints.print(f"{definition.concept} {one.measure}{of}: {value}", soft_wrap=True, markup=False)
