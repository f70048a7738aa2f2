"""What a personal number says of its person: Kazakhstan's scheme, against numbers that others publish as valid."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from qonys.collect.personal_numbers import said_by_numbers
from qonys.concepts.personal_number import NumberScheme
from qonys.country.loading import load_profile
from qonys.production.simulating import simulate_register
from qonys.simulate.person_numbers import PersonNumbers
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


def test_simulated_numbers_are_valid_and_given_once_and_say_what_their_persons_are(iin: NumberScheme) -> None:
    rng = np.random.default_rng(7)
    birth = rng.integers(-25_000, 20_000, 20_000).astype(np.int32)
    birth[:900] = birth[0]
    woman = rng.random(len(birth)) < 0.5
    maker = PersonNumbers(iin)
    numbers = np.concatenate([maker.new(birth[:10_000], woman[:10_000]), maker.new(birth[10_000:], woman[10_000:])])
    assert len(np.unique(numbers)) == len(numbers)
    said = said_by_numbers(pa.array([f"{number:012}" for number in numbers]), (), iin)
    assert all(said["number_valid"].to_pylist())
    assert said["number_birth_date"].cast(pa.int32()).to_pylist() == birth.tolist()
    assert said["number_sex"].to_pylist() == ["F" if one else "M" for one in woman]
    mistyped = maker.with_other_check_digit(numbers)
    assert not any(said_by_numbers(pa.array([f"{n:012}" for n in mistyped]), (), iin)["number_valid"].to_pylist())


def test_the_faults_of_numbers_stand_on_slips_that_are_no_migration(tmp_path: Path) -> None:
    outcome = simulate_register("kz", tmp_path, seed=3, moves=40_000, progress=lambda what, rows: None)
    assert all(delivery.slips for delivery in outcome.data)
    note = json.loads((tmp_path / "planted.json").read_text("utf-8"))
    planted = note["faults"]["2024"]
    slips = pa.concat_tables([pq.read_table(path) for path in tmp_path.rglob("*.parquet")])
    said = said_by_numbers(slips["person"].combine_chunks(), (), load_profile("kz").numbers["iin"])
    wrong = pc.invert(said["number_valid"])
    other = pc.not_equal(said["number_sex"], slips["sex"].combine_chunks().cast(pa.string()))
    for flags, kind in ((wrong, "wrong_check_digit"), (other, "sex_against_number")):
        found = slips.filter(pc.fill_null(flags, False))
        assert found.num_rows == planted[kind] > 0
        assert set(found["registration_type"].to_pylist()) == {"name_change"}
