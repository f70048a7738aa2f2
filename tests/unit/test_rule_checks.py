"""Rules that contradict each other, or themselves, are told with what is allowed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from qonys.concepts.rule import Rule
from qonys.country.loading import load_profile
from qonys.country.rule_checks import rule_contradictions
from qonys.errors import ProfileError
from qonys.production.rule_checking import fail_if_rules_are_wrong

TABLES = load_profile("mini").tables
GROUPS = {"scope": "cross-period", "per": ["destination_unit", "month"]}
PUBLISHED = {"table": "internal-by-region", "measure": "arrivals", "by": {"area": "destination_unit"}}


def _rule(**fields: Any) -> Rule:  # noqa: ANN401 what YAML holds
    plain = {"id": "x", "message": {"en": "Wrong.", "es": "Mal."}, "expr": "true", "action": "flag"}
    return msgspec.convert({**plain, **fields}, Rule)


def _told(*rules: Rule) -> list[str]:
    return [what for _, what, _ in rule_contradictions(rules, TABLES)]


def test_rules_in_order_are_not_told() -> None:
    assert _told(
        _rule(valid_to="2024-01-01"),
        _rule(valid_from="2024-01-01", version=2),
        _rule(id="y", **GROUPS, published=PUBLISHED),
        _rule(id="z", action="edit", edit={"sex": "number_sex"}),
        _rule(id="r", scope="file", per=["delivery"], action="reject"),
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"valid_from": "2024-01-01", "valid_to": "2024-01-01"}, "it ends before it begins."),
        ({"action": "edit"}, "the action edit needs the field `edit`, and no other action has it."),
        ({"edit": {"sex": "number_sex"}}, "the action edit needs the field `edit`, and no other action has it."),
        ({"action": "edit", "edit": {"person": "slip"}}, "“person” cannot be edited."),
        ({"per": ["delivery"]}, "per, count and published are for rules of groups."),
        ({"scope": "file"}, "a rule of the scope file needs `per`."),
        ({**GROUPS, "action": "quarantine"}, "a rule of groups cannot quarantine."),
        ({**GROUPS, "action": "reject"}, "to reject a delivery, `per` must have delivery."),
        ({**GROUPS, "per": ["year", "month"]}, "`per` has more than one time."),
        ({**GROUPS, "published": {**PUBLISHED, "table": "none"}}, "there is no table “none”."),
        ({**GROUPS, "published": {**PUBLISHED, "measure": "n"}}, "internal-by-region has no measure “n”."),
        ({**GROUPS, "published": {**PUBLISHED, "by": {"sex": "month"}}}, "sex is no dimension of internal-by-region."),
        ({**GROUPS, "published": {**PUBLISHED, "by": {"area": "kind"}}}, "published: kind is not among its keys."),
    ],
)
def test_a_rule_that_contradicts_itself_is_told(fields: dict[str, Any], told: str) -> None:
    assert f"x: {told}" in _told(_rule(**fields))


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({}, {"version": 2}, "x stands twice for the same days."),
        ({"valid_to": "2024-01-02"}, {"valid_from": "2024-01-01", "version": 2}, "x stands twice for the same days."),
        ({"valid_to": "2024-01-01"}, {"valid_from": "2024-01-01"}, "x: two rules of other days have one version."),
    ],
)
def test_two_rules_of_one_id_have_days_and_versions_of_their_own(
    one: dict[str, Any], other: dict[str, Any], told: str
) -> None:
    assert _told(_rule(**one), _rule(**other)) == [told]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"expr": "stature > 3"}, "there is no stature"),
        ({"when": "n > 3"}, "there is no n"),
        ({"expr": "surname is not null"}, "there is no surname"),
        ({"expr": "age || 3 between date and sex"}, "cannot be computed"),
        ({**GROUPS, "expr": "sex = 'F'"}, "there is no sex"),
        ({**GROUPS, "count": "n > 3"}, "there is no n"),
        ({**GROUPS, "per": ["person"]}, "“person” is no key of groups"),
        ({"action": "edit", "edit": {"sex": "stature"}}, "there is no stature"),
    ],
)
def test_an_expression_that_names_what_there_is_not_is_told(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ProfileError, match=told):
        fail_if_rules_are_wrong(load_profile("mini"), [_rule(**fields)])
