"""Rules in VTL: what is written means the same there, and what cannot be said is told with the reason.

The rulesets of mini and kz, and conditions of every sort, were run through an engine of VTL once on random slips with
blanks: every rule failed the same slips. That engine cannot be installed beside ours, so the texts are held here.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qonys.concepts.rule import Rule
from qonys.country.loading import load_profile, shipped_profiles
from qonys.process.built_in_rules import every_rule
from qonys.process.rule_names import RECORD_NAMES
from qonys.process.vtl_rules import vtl_rules
from qonys.queries.expressions import parsed_condition
from qonys.queries.vtl import UnsayableError, vtl_of
from spec.command_line import qonys


def said(text: str) -> str:
    return vtl_of(parsed_condition(text, names=RECORD_NAMES, where="test"))


SAID = {
    "age between 0 and 115": "between(age, 0, 115)",
    "date <= received": "'date' <= received",
    "date >= date '1991-12-16'": "'date' >= cast(\"1991-12-16\", date)",
    "not (origin_inside and destination_inside)": "not (origin_inside and destination_inside)",
    "origin_level is not null and age <> 3": "(not (isnull(origin_level))) and (age <> 3)",
    "sex in ('F', 'M')": 'sex in {"F", "M"}',
    "age not in (1, 2)": "not (age in {1, 2})",
    "coalesce(birth_date, death_date, date) <= date": "(nvl(birth_date, nvl(death_date, 'date'))) <= 'date'",
    "origin_inside is not true": "not (nvl(origin_inside, false))",
    "origin_inside is false": "not (nvl(origin_inside, true))",
    "sex is distinct from number_sex": "not (if isnull(sex) or isnull(number_sex) then isnull(sex) and isnull(number_sex) "
    "else sex = number_sex)",
    "nullif(sex, 'F') is null": 'isnull(if nvl(sex = "F", false) then null else sex)',
    "case when age > 3 then sex = 'F' when age > 1 then true end": "if nvl(age > 3, false) then (sex = \"F\") else "
    "(if nvl(age > 1, false) then true else (null))",
    "left(origin, 2) = '71'": '(substr(origin, 1, 2)) = "71"',
    "substring(origin, 2, 3) = '100'": '(substr(origin, 2, 3)) = "100"',
    "starts_with(origin, '71')": 'substr(origin, 1, 2) = "71"',
    "contains(origin, '00')": 'instr(origin, "00") > 0',
    "regexp_full_match(origin, '7[0-9]+')": 'match_characters(origin, "7[0-9]+")',
    "upper(trim(office)) || 'x' = 'Ax'": '(upper(trim(office)) || "x") = "Ax"',
    "-age < 0 and age + 2 * 3 > 7": "((-age) < 0) and ((age + (2 * 3)) > 7)",
    "abs(age) < 50 and length(office) > 1": "(abs(age) < 50) and (length(office) > 1)",
    "year(date) = 2024 or day(date) > 28": "(getyear('date') = 2024) or (dayofmonth('date') > 28)",
    "date_diff('year', birth_date, date) > 3": "(getyear('date') - getyear(birth_date)) > 3",
    "date_diff('day', date, received) <= 396": "(if 'date' <= received then datediff('date', received) "
    "else -datediff('date', received)) <= 396",
}  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_a_condition_is_written_as_vtl_says_it(text: str) -> None:
    assert said(text) == SAID[text]


UNSAYABLE = {
    "age // 2 = 1": "//",
    "age % 2 = 1": "%",
    "age / 2 > 1": "/",
    "right(origin, 2) = '00'": "right",
    "ends_with(origin, '00')": "ends_with",
    "greatest(age, 3) = 3": "greatest",
    "regexp_matches(origin, '^7')": "regexp_matches",
    "regexp_full_match(origin, '\\d+')": "a pattern with a backslash or a quotation mark",
    "office = 'say \"so\"'": "a text with a double quotation mark in it",
    "office like 'a%'": "like",
    "isodow(date) = 7": "isodow",
    "try_cast(office as integer) = 1": "try_cast",
    "cast(office as integer) = 1": "cast of other than a constant to a date",
    "date_sub('month', birth_date, date) > 3": "date_sub in another unit than the year",
    "date_diff('week', birth_date, date) > 3": "date_diff in the unit week",
    "date + interval 3 month > received": "interval",
    "age in (number_valid, 3)": "in with other than constants",
    "substring(origin, age, 2) = '00'": "substring from or of other than a constant",
    "starts_with(origin, destination)": "starts_with of other than a constant",
}


@pytest.mark.parametrize("text", UNSAYABLE)
def test_what_cannot_be_said_is_told(text: str) -> None:
    with pytest.raises(UnsayableError) as told:
        said(text)
    assert str(told.value) == UNSAYABLE[text]


def rule(name: str, expr: str, **more: object) -> Rule:
    said = {"id": name, "expr": expr, "action": "flag", "message": {"en": "Odd.", "es": "Raro."}, **more}
    return Rule(**said)  # type: ignore[arg-type]


def test_a_ruleset_holds_severity_validity_missing_values_and_versions() -> None:
    made = vtl_rules(
        [
            rule("sex-stated", "sex is not null", severity="info"),
            rule("old", "age < 100", when="reason = 'work'", on_null="fail"),
            rule("old", "age < 90", version=2, valid_from=date(2024, 1, 1)),
            rule("pattern", "office like 'a%'"),
            rule("of-groups", "n > 3", scope="file", per=("delivery",)),
        ],
        "ardal-rules",
        "es",
    )
    assert (
        made.text
        == """\
define datapoint ruleset 'ardal-rules' (variable sex, age, reason, 'date') is
  /* Raro. */
  sex_stated: not (isnull(sex))
    errorcode "sex-stated" errorlevel 1 ;
  /* Raro. */
  old: when (reason = "work") then nvl(age < 100, false)
    errorcode "old" errorlevel 3 ;
  /* Raro. */
  old_2: when 'date' >= cast("2024-01-01", date) then age < 90
    errorcode "old" errorlevel 3
end datapoint ruleset;
/* Not here: pattern: like. */
/* Not here: of-groups: it judges counts of slips, a datapoint ruleset single ones. */
"""
    )
    assert (made.rules, [one.rule for one in made.left_out]) == (3, ["pattern", "of-groups"])


def test_a_message_ends_no_comment_and_nothing_to_say_is_no_ruleset() -> None:
    made = vtl_rules([rule("a", "age > 1", message={"en": "Stars */ here."})], "r", "en")
    assert made.text.count("*/") == 1
    nothing = vtl_rules([rule("a", "office like 'x'")], "r", "en")
    assert nothing.text == "/* Not here: a: like. */\n"


@pytest.mark.parametrize("profile", shipped_profiles())
def test_every_rule_of_records_of_a_shipped_profile_can_be_said(profile: str) -> None:
    rules = every_rule(load_profile(profile).rules)
    made = vtl_rules(rules, "r", "en")
    assert {one.rule for one in made.left_out} == {one.id for one in rules if one.scope != "record"}
    assert made.text.count("(") == made.text.count(")")
    assert made.rules == made.text.count("errorlevel") > 3


def test_the_command_writes_the_ruleset_and_tells_what_is_not_in_it(tmp_path: Path) -> None:
    path = tmp_path / "rules.vtl"
    ran = qonys("rules", "--profile", "mini", "--vtl", path)
    assert ran.code == 0
    assert path.read_text(encoding="utf-8").startswith("define datapoint ruleset mini_rules (variable origin_level,")
    assert "│ half-refused │ 1 │ it judges counts of slips, a datapoint ruleset single ones │" in ran.said
    assert "19 of 25 rules are in it." in ran.said
    told = qonys("rules", "--profile", "mini", "--vtl", path, "--json").json
    assert (told["rules"], told["left_out"][0]["rule"]) == (19, "half-refused")
    assert qonys("rules", "--profile", "mini", "--vtl", tmp_path / "no" / "rules.vtl").code == 6
