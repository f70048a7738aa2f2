"""Checks a profile as a whole, beyond what reading it checks: its expressions, and its plan of simulation."""

from __future__ import annotations

from typing import Any

from qonys.collect.computed import layout_expressions
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.country.simulation_plan import load_plan
from qonys.disseminate.quality_texts import concepts_without_text
from qonys.process.edits import correction_match, rule_edit
from qonys.process.imputation import donor_query
from qonys.production.rule_checking import fail_if_rules_are_wrong
from qonys.production.text_checking import fail_if_a_text_says_an_unknown_value


def check_profile(name: str) -> dict[str, Any]:
    """Check every file of a profile.

    Returns:
        The profile's id, content hash, and how many of each it holds.

    Raises:
        ProfileError: the first mistake, with file and line where there is one.
    """
    profile = load_profile(name)
    for layout in profile.layouts.values():
        layout_expressions(layout)
    fail_if_rules_are_wrong(profile)
    _edits(profile)
    fail_if_a_text_says_an_unknown_value(profile)
    if (profile.folder / "simulation").is_dir():
        load_plan(profile)
    return {
        "profile": profile.id,
        "content_hash": profile.content_hash,
        "languages": profile.languages,
        "holds": {
            "areas": len(profile.areas.areas),
            "classifications": len(profile.classifications),
            "layouts": len(profile.layouts),
            "rules": len(profile.rules.rules),
            "corrections": len(profile.corrections.corrections) + len(profile.corrections.fills),
            "imputed variables": len(profile.imputation.variables),
            "tables": len(profile.tables),
            "release designs": len(profile.releases),
        },
        "quality_texts_missing": concepts_without_text(profile),
    }


def _edits(profile: Profile) -> None:
    """Read every expression by which slips are corrected, edited and imputed."""
    for entry in profile.corrections.corrections:
        correction_match(entry)
    for rule in profile.rules.rules:
        if rule.action == "edit":
            rule_edit(rule)
    for one in profile.imputation.variables:
        donor_query(one, ())
