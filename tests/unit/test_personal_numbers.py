"""What a personal number says of its person: Kazakhstan's scheme, against numbers that others publish as valid."""

from __future__ import annotations

import pyarrow as pa
import pytest

from qonys.collect.personal_numbers import said_by_numbers
from qonys.concepts.personal_number import NumberScheme
from qonys.country.loading import load_profile
from spec.drawn_slips import drawn


@pytest.fixture(scope="module")
def iin() -> NumberScheme:
    return load_profile("kz").numbers["iin"]


def test_a_number_says_whether_it_is_valid_and_when_who_was_born(iin: NumberScheme) -> None:
    table = drawn("""
        number         | number_valid | number_birth_date | number_sex
        791028302728   | True         | 1979-10-28        | M
        061211600012   | True         | 2006-12-11        | F
        700911204362   | True         | 1870-09-11        | F
        251112401047   | True         | 1925-11-12        | F
        791028302729   | False        |                   |
        791028302782   | False        |                   |
        79102830272    | False        |                   |
        7910283027288  | False        |                   |
        79102830272x   | False        |                   |
        ٧٩١٠٢٨٣٠٢٧٢٨   | False        |                   |
        -              |              |                   |
                       |              |                   |
    """)  # fmt: skip
    numbers = pa.array([f" {row['number']} " for row in table])
    said = said_by_numbers(numbers, ("", "-"), iin)
    for name in ("number_valid", "number_birth_date", "number_sex"):
        assert ["" if value is None else str(value) for value in said[name].to_pylist()] == [row[name] for row in table]


def test_digits_that_are_no_date_or_no_sex_say_none(iin: NumberScheme) -> None:
    said = said_by_numbers(pa.array(["790231300003", "791028002729"]), (), iin)
    assert said["number_birth_date"].to_pylist() == [None, None]
    assert said["number_valid"].to_pylist() == [slow_check(iin, "790231300003"), slow_check(iin, "791028002729")]


def test_the_check_digit_is_that_of_a_slow_count(iin: NumberScheme) -> None:
    numbers = [f"{n * 7_919_171 % 10**12:012}" for n in range(3000)]
    said = said_by_numbers(pa.array(numbers), (), iin)["number_valid"].to_pylist()
    assert said == [slow_check(iin, number) for number in numbers]
    assert 200 < sum(said) < 400


def slow_check(scheme: NumberScheme, number: str) -> bool:
    for weights in scheme.weights:
        remainder = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % scheme.modulus
        if remainder < 10:
            return remainder == int(number[-1])
    return False
