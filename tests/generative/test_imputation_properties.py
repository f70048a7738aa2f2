"""The fast hot deck against a slow, clear one, whatever the slips and whatever their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qonys.concepts.correction import ImputationPlan, Imputed
from qonys.country.loading import load_profile
from qonys.datasets.decision import AMENDMENT
from qonys.datasets.move import EXCEPTION
from qonys.datasets.registration import REGISTRATION
from qonys.datasets.standing import SPAN
from qonys.datasets.territory import territory_table
from qonys.engine.duck import DuckDBEngine
from qonys.process.imputation import imputed_rows

DAYS = (date(2024, 1, 10), date(2024, 2, 10))
PLAN = ImputationPlan(
    (
        Imputed("sex", (("age_group", "origin_unit"), ("reason",), ())),
        Imputed("age", (("sex", "month"), ())),
        Imputed("education", (("sex", "age_group"), ("origin_unit",)), when="age >= 15"),
    )
)
Slip = dict[str, Any]
slips_ = st.lists(
    st.fixed_dictionaries(
        {
            "received": st.sampled_from(DAYS),
            "record_key": st.integers(-3, 3),
            "date": st.sampled_from([date(2024, 1, 5), date(2024, 1, 6), date(2024, 2, 5)]),
            "sex": st.sampled_from(["F", "M", None]),
            "age": st.sampled_from([3, 20, 22, 40, None]),
            "education": st.sampled_from(["1", "2", None]),
            "reason": st.sampled_from(["work", "study", None]),
            "origin": st.sampled_from(["N11", "C11"]),
            "out": st.booleans(),
        }
    ),
    max_size=14,
)


@cache
def engine(threads: int) -> DuckDBEngine:
    return DuckDBEngine(memory_limit="400MB", threads=threads)


@cache
def territory() -> pa.Table:
    profile = load_profile("mini")
    return territory_table(profile.areas, profile.identity.level)


def numbered(slips: Sequence[Slip]) -> list[Slip]:
    """Slips with a place of their own, all that they need besides, and a day of receipt for each delivery."""
    plain = {"destination": "S11", "kind": "arrival"}
    return [
        {**plain, **slip, "delivery": 1 + DAYS.index(slip["received"]), "row": row} for row, slip in enumerate(slips)
    ]


def fast(slips: Sequence[Slip], *, threads: int = 2) -> tuple[dict[tuple[int, str], object], dict[str, Any]]:
    """Row and variable -> imputed value, and the measures."""
    table = pa.Table.from_pylist([{n: v for n, v in s.items() if n != "out"} for s in slips], schema=REGISTRATION)
    gone = [
        {"delivery": s["delivery"], "row": s["row"], "date": s["date"], "since": s["received"], "fate": "quarantine"}
        for s in slips
        if s["out"]
    ]
    found = imputed_rows(
        engine(threads),
        PLAN,
        {
            "registrations": table,
            "deliveries": pa.table({"delivery": pa.array([1, 2], pa.int32())}),
            "territory": territory(),
            "exceptions": pa.Table.from_pylist(gone, schema=EXCEPTION),
            "spans": SPAN.empty_table(),
        },
    )
    assert found.data.schema == AMENDMENT
    values = {
        (row["row"], note.split(":")[0]): row[note.split(":")[0]]
        for row in found.data.to_pylist()
        for note in row["edits"]
    }
    return values, found.measures.get("imputation", {})


def slow(slips: Sequence[Slip]) -> dict[tuple[int, str], object]:
    """The same by going through the deck slip by slip."""
    deck = sorted(
        (dict(slip) for slip in slips if not slip["out"]),
        key=lambda s: (s["received"], s["record_key"], s["delivery"], s["row"]),
    )
    values: dict[tuple[int, str], object] = {}
    for one in PLAN.variables:
        applicable = [s for s in deck if not one.when or (s["age"] is not None and s["age"] >= 15)]
        taken: dict[int, object] = {}
        for classes in one.classes:
            for place, slip in enumerate(applicable):
                if slip[one.variable] is None and slip["row"] not in taken and None not in klass(slip, classes):
                    value = donated(applicable, place, one.variable, classes)
                    if value is not None:
                        taken[slip["row"]] = value
        for slip in deck:
            if slip["row"] in taken:
                slip[one.variable] = values[slip["row"], one.variable] = taken[slip["row"]]
    return values


def klass(slip: Slip, classes: Sequence[str]) -> tuple[object, ...]:
    made = {
        "age_group": None if slip["age"] is None else 5 * (slip["age"] // 5),
        "origin_unit": slip["origin"][:1],
        "month": slip["date"].replace(day=1),
    }
    return tuple(made.get(name, slip.get(name)) for name in classes)


def donated(deck: Sequence[Slip], place: int, variable: str, classes: Sequence[str]) -> object:
    like = [klass(other, classes) == klass(deck[place], classes) and other[variable] is not None for other in deck]
    before = [deck[i][variable] for i in range(place) if like[i]]
    after = [
        deck[i][variable]
        for i in range(place + 1, len(deck))
        if like[i] and deck[i]["received"] == deck[place]["received"]
    ]
    return before[-1] if before else after[0] if after else None


PLAIN: Slip = {
    "received": DAYS[0], "record_key": 0, "date": date(2024, 1, 5), "education": "1", "reason": "work",
    "origin": "N11", "out": False,
}  # fmt: skip
OF_UNKNOWN_AGE = [
    {**PLAIN, "sex": "F", "age": None},
    {**PLAIN, "sex": "M", "age": 3},
    {**PLAIN, "sex": None, "age": None},
]
"""Two slips of which the age is unknown are not of one age group: missing equals nothing."""


@settings(max_examples=40, deadline=None)
@given(slips_)
@example(OF_UNKNOWN_AGE)
def test_the_fast_deck_gives_what_the_slow_one_gives(drawn: list[Slip]) -> None:
    slips = numbered(drawn)
    values, measures = fast(slips)
    assert values == slow(slips)
    for one in PLAN.variables:
        told = measures[one.variable]
        assert told["imputed"] == sum(variable == one.variable for _, variable in values) <= told["missing"]
        assert told["imputation_rate"] == (told["imputed"] / told["applicable"] if told["applicable"] else 0)


@settings(max_examples=20, deadline=None)
@given(slips_, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_number_of_threads_changes_a_value(drawn: list[Slip], random: Any) -> None:  # noqa: ANN401
    slips = numbered(drawn)
    shuffled = list(slips)
    random.shuffle(shuffled)
    assert fast(slips) == fast(shuffled, threads=1)


@settings(max_examples=20, deadline=None)
@given(slips_)
def test_what_comes_later_changes_no_value_that_was_imputed_before(drawn: list[Slip]) -> None:
    slips = numbered(drawn)
    early = [slip for slip in slips if slip["received"] == DAYS[0]]
    values, _ = fast(slips)
    assert {key: value for key, value in values.items() if slips[key[0]]["received"] == DAYS[0]} == fast(early)[0]


@settings(max_examples=20, deadline=None)
@given(slips_)
def test_what_does_not_apply_is_not_imputed_and_what_is_stated_stays(drawn: list[Slip]) -> None:
    slips = numbered(drawn)
    values, _ = fast(slips)
    for row, variable in values:
        assert slips[row][variable] is None
        assert not slips[row]["out"]
    ages = {row: values.get((row, "age"), slips[row]["age"]) for row in range(len(slips))}
    assert all(ages[row] is not None and ages[row] >= 15 for row, variable in values if variable == "education")
