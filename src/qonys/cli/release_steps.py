"""What the steps before a release found: as content of JSON, and in a few lines for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonys.cli.show import says, show_findings, show_table

if TYPE_CHECKING:
    from qonys.datasets.outcome import Outcome, RuleResult
    from qonys.production.from_slips import Processed, Tabulated

_SEVERITIES = ("error", "warning", "info")
_FOUND = {"error": "errors", "warning": "warnings", "info": "notes"}


def processed_content(outcome: Outcome[tuple[RuleResult, ...]]) -> dict[str, Any]:
    """What `qonys process --json` prints."""
    return {"rules": outcome.data, "findings": outcome.findings, "measures": outcome.measures}


def tabulated_content(outcome: Outcome[int]) -> dict[str, Any]:
    """What `qonys tabulate --json` prints."""
    return {"flows": outcome.data, "cut_offs": outcome.measures, "findings": outcome.findings}


class StepsTold:
    """Keeps what each step found for JSON, and says it as the step ends.

    Args:
        aloud: whether it is said; for a machine it is kept only.
    """

    def __init__(self, *, aloud: bool) -> None:
        self._aloud = aloud
        self.content: dict[str, dict[str, Any]] = {}

    def tell(self, step: Processed | Tabulated) -> None:
        from qonys.production.from_slips import Processed

        if isinstance(step, Processed):
            self.content["process"] = processed_content(step.outcome)
            if self._aloud:
                _show_processed(step)
        else:
            self.content["tabulate"] = tabulated_content(step.outcome)
            if self._aloud:
                _show_tabulated(step)


def _show_processed(step: Processed) -> None:
    """The rules that found something, errors first, and what else is to be known; `qonys findings` gives examples."""
    results = step.outcome.data
    found = sorted((one for one in results if one.fails), key=lambda one: (_SEVERITIES.index(one.severity), -one.fails))
    if found:
        rows = [[one.rule, one.severity, one.fails] for one in found]
        show_table("Rules that found something", ["Rule", "Severity", "Fails"], rows)
    rules = {one.rule for one in results}
    show_findings(finding for finding in step.outcome.findings if finding.what not in rules)
    of_each = [(severity, sum(one.severity == severity for one in found)) for severity in _SEVERITIES]
    told = ", ".join(f"{count} found {_FOUND[severity]}" for severity, count in of_each if count)
    says.print(f"Processed: of {len(results)} rules {told or 'none found anything'}.")


def _show_tabulated(step: Tabulated) -> None:
    """Moves and flows of the release's data cut-offs; others are counted too, for other releases."""
    counted = [(day, step.outcome.measures[day]) for day in sorted(step.cut_offs)]
    rows = [[step.cut_offs[day], day, counts["moves"], counts["flows"]] for day, counts in counted]
    show_table("Flows by data cut-off of the release", ["Cut-off", "Day", "Moves", "Flows"], rows)
    show_findings(step.outcome.findings)
    says.print(f"Tabulated: {step.outcome.data:,} flows, of {len(step.outcome.measures)} data cut-offs.")
