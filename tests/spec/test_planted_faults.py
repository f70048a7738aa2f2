"""On the synthetic register of mini, rules of the severity error find the planted faults, none more and none less."""

from __future__ import annotations

from spec.planted_findings import fail_unless_errors_are_the_planted_ones, groups_failing, planted, warnings_of
from walked_line import WalkedLine


def test_error_rules_find_exactly_the_planted_faults(walked: WalkedLine) -> None:
    assert planted(walked.deliveries)["born_after"] > 0
    fail_unless_errors_are_the_planted_ones(walked.line.office, walked.deliveries, ("future", "born-after"))


def test_warnings_are_the_expected_ones(walked: WalkedLine) -> None:
    """Ages and reasons are drawn apart from each other; internal migration of 2024 is planned 25.6 % above that of 2023."""
    assert warnings_of(walked.line.office) == {"work-in-old-age", "internal-year-on-year"}
    assert groups_failing(walked.line.office) == {"internal-year-on-year": 1}
