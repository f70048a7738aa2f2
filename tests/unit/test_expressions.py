"""The language of conditions: what it takes, and what it refuses with the reason."""

from __future__ import annotations

import pytest

from qonys.errors import ProfileError
from qonys.queries.expressions import parsed_condition

NAMES = ("date", "age", "PLACE", "education")


@pytest.mark.parametrize(
    "text",
    [
        "age between 0 and 115",
        "education is null or education in ('1', '2')",
        "case when PLACE is null then '_U' else left(PLACE, 2) || '0' end",
        "year(date) - 2000 >= 0 and not age = 3",
        "cast(PLACE as integer) % 2 = 1",
        "coalesce(nullif(trim(PLACE), ''), upper('x')) like 'X%'",
        "regexp_matches(PLACE, '^[0-9]+$') and starts_with(PLACE, '1')",
        "date_sub('year', date, date '2024-01-01') >= 3 and date + interval 3 month > last_day(date)",
        "greatest(age, 3) is distinct from least(age, 5) or isodow(date) = 7",
    ],
)
def test_conditions_of_the_field_are_taken(text: str) -> None:
    assert parsed_condition(text, names=NAMES, where="here").sql(dialect="duckdb")


@pytest.mark.parametrize(
    "text",
    [
        "(select count(*) from registrations) > 1",
        "exists (select 1)",
        "read_text('/etc/passwd') = 'x'",
        "age in (select 1)",
        "getenv('HOME') = 'x'",
        "cast(PLACE as blob) = 'x'",
        "age = $inner",
        "sum(age) over () > 1",
        "age > random()",
        "date > current_date",
        "regexp_matches(PLACE, PLACE)",
        "pg_sleep(3) is null",
    ],
)
def test_nothing_that_reads_elsewhere_or_has_an_effect_is_taken(text: str) -> None:
    with pytest.raises(ProfileError) as told:
        parsed_condition(text, names=NAMES, where="rules, x")
    assert told.value.where == "rules, x"
    assert "Allowed:" in told.value.next_step


def test_a_name_is_taken_in_its_own_spelling_and_an_unknown_one_is_told_with_those_allowed() -> None:
    assert parsed_condition("place = 'x'", names=NAMES, where="").sql(dialect="duckdb") == "\"PLACE\" = 'x'"
    for text in ("height > 3", "r.age > 3"):
        with pytest.raises(ProfileError, match="there is no") as told:
            parsed_condition(text, names=NAMES, where="")
        assert "Allowed: PLACE, age, date, education." in told.value.next_step


@pytest.mark.parametrize("text", ["age >", "", "age = 1; drop table moves", ")("])
def test_what_is_no_expression_is_told(text: str) -> None:
    with pytest.raises(ProfileError):
        parsed_condition(text, names=NAMES, where="")
