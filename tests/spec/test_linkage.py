"""Slips without an identifier find their person; measured on persons whose second writings have known errors."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from qonys.collect.name_encodings import NameEncodings
from qonys.concepts.integration import Integration, Linkage
from qonys.country.loading import load_profile
from qonys.datasets.move import EXCEPTION
from qonys.datasets.territory import territory_table
from qonys.engine.duck import DuckDBEngine
from qonys.process.integration import integrated
from qonys.process.linkage import Linked, linked
from qonys.simulate.persons_with_errors import Written, persons_with_errors
from qonys.simulate.slips_of_persons import quality, slips_of_persons

ENCODED = NameEncodings(b"key of a test").encoded
PERSONS, REWRITTEN = 17_000, 3_000


@pytest.fixture(scope="module")
def written() -> list[Written]:
    return persons_with_errors(PERSONS, REWRITTEN, seed=3)


@pytest.fixture(scope="module")
def tables(written: list[Written]) -> dict[str, pa.Table]:
    return slips_of_persons(written, ENCODED)


@pytest.fixture(scope="module")
def found(tables: dict[str, pa.Table]) -> Linked:
    return linked(DuckDBEngine(), Linkage(), **tables)


def test_links_are_right_and_most_are_found(found: Linked, written: list[Written]) -> None:
    precision, recall = quality(found.links, written)
    assert precision >= 0.998
    assert recall >= 0.9


def test_links_are_as_right_where_half_of_those_without_a_number_are_of_nobody_who_is_known() -> None:
    written = persons_with_errors(PERSONS + REWRITTEN, REWRITTEN, seed=11, strangers=REWRITTEN)
    precision, recall = quality(linked(DuckDBEngine(), Linkage(), **slips_of_persons(written, ENCODED)).links, written)
    assert precision >= 0.998
    assert recall >= 0.9


def test_a_twin_of_another_given_name_is_left_to_a_reviewer() -> None:
    written = persons_with_errors(2_000, 400, seed=4)
    known = next(one for one in written if one.identified and one.given_name != "erlan")
    twin = replace(known, person=2_000_000, identified=False, given_name="erlan")
    found = linked(DuckDBEngine(), Linkage(), **slips_of_persons([*written, twin], ENCODED))
    of_twin = {row["other_row"]: row for row in found.links.to_pylist() if row["row"] == len(written)}
    assert of_twin[known.person]["probability"] >= Linkage().link
    assert of_twin[known.person]["status"] == "review"
    assert len(written) not in found.persons["row"].to_pylist()


def test_a_linked_slip_has_the_person_of_the_slip_that_it_is_linked_with(found: Linked, written: list[Written]) -> None:
    person = {row["row"]: row["person"] for row in found.persons.to_pylist()}
    of_links = [
        row for row in found.links.to_pylist() if row["status"] == "linked" and written[row["other_row"]].identified
    ]
    assert of_links
    assert all(person[row["row"]] == written[row["other_row"]].person.to_bytes(16, "big") for row in of_links)


@pytest.mark.parametrize(("persons", "strangers"), [(1, 1), (2, 0), (20, 1)])
def test_few_slips_teach_the_model_nothing_and_link_nobody(persons: int, strangers: int) -> None:
    written = persons_with_errors(persons, 0, seed=persons + strangers, strangers=strangers)
    assert not linked(DuckDBEngine(), Linkage(), **slips_of_persons(written, ENCODED)).persons.num_rows


def test_only_slips_without_an_identifier_are_given_a_person(found: Linked, written: list[Written]) -> None:
    rows = found.persons["row"].to_pylist()
    assert len(rows) == len(set(rows))
    assert not any(written[row].identified for row in rows)


def test_pairs_between_the_thresholds_go_to_review(found: Linked) -> None:
    links = found.links.to_pylist()
    assert {row["status"] for row in links} == {"linked", "review"}
    assert all(row["probability"] >= (0.95 if row["status"] == "linked" else 0.5) for row in links)
    assert any(0.5 <= row["probability"] < 0.95 for row in links)


def test_parameters_and_thresholds_are_recorded(found: Linked) -> None:
    assert {"prior", "link", "review", "seed", "comparisons"} <= set(found.parameters)
    for levels in found.parameters["comparisons"].values():
        assert 0 < levels[0]["m"] < 1 and 0 < levels[0]["u"] < 1


def test_a_slip_that_two_persons_could_have_written_is_left_to_a_reviewer() -> None:
    written = persons_with_errors(2_000, 400, seed=4)
    twin = next(one for one in written if not one.identified)
    true = written[twin.person]
    double = Written(
        2_000_000,
        identified=True,
        **{n: getattr(true, n) for n in ("surname", "given_name", "birth_place", "birth_date", "sex")},
    )
    again = Written(
        true.person,
        identified=False,
        **{n: getattr(true, n) for n in ("surname", "given_name", "birth_place", "birth_date", "sex")},
    )
    found = linked(DuckDBEngine(), Linkage(), **slips_of_persons([*written, double, again], ENCODED))
    of_again = [
        row
        for row in found.links.to_pylist()
        if row["row"] == len(written) + 1 and row["other_row"] in (true.person, len(written))
    ]
    assert {row["status"] for row in of_again} == {"review"}


def test_slips_of_a_register_in_which_everybody_has_a_number_are_left_alone() -> None:
    written = persons_with_errors(50, 0, seed=5)
    assert linked(DuckDBEngine(), Linkage(), **slips_of_persons(written, ENCODED)) == Linked()


def test_a_slip_that_was_linked_repeats_the_slip_of_its_person(tables: dict[str, pa.Table], found: Linked) -> None:
    mini = load_profile("mini")
    count = tables["registrations"].num_rows
    same = {"date": pa.array([19_800] * count, pa.date32()), "kind": ["arrival"] * count, "origin": ["N11"] * count}
    same["destination"] = ["C11"] * count
    slips = tables["registrations"]
    for name, values in same.items():
        slips = slips.set_column(
            slips.schema.get_field_index(name),
            slips.schema.field(name),
            pa.array(values, slips.schema.field(name).type),
        )
    given = {
        **tables,
        "registrations": slips,
        "territory": territory_table(mini.areas, "region"),
        "linked": found.persons,
    }
    definition = Integration(duplicate_key=("person", "date", "kind", "origin", "destination"))
    aside = integrated(DuckDBEngine(), definition, EXCEPTION.empty_table(), given).exceptions
    assert set(aside["row"].to_pylist()) <= set(found.persons["row"].to_pylist())
    assert aside.num_rows >= 0.9 * REWRITTEN
