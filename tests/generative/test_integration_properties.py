"""What holds of slips set side by side, whatever they are: each is in one place, and no cut-off knows of what came later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qonys.concepts.integration import Integration
from qonys.country.loading import load_profile
from qonys.datasets.move import EXCEPTION
from qonys.datasets.registration import REGISTRATION
from qonys.datasets.territory import territory_table
from qonys.engine.duck import DuckDBEngine
from qonys.process.integration import integrated
from qonys.process.moves import moves_query

MINI = load_profile("mini")
ENGINE = DuckDBEngine(threads=1)
TERRITORY = territory_table(MINI.areas, MINI.identity.level)
FIRST = date(2025, 1, 1)
COUNTRIES = {
    "arrivals alone": {
        "near_duplicates": [{"days": 2}], "children": [{"days": 2, "action": "set_apart"}],
        "sequences": [{"id": "origin-elsewhere", "action": "set_apart"}, {"id": "after-death", "action": "quarantine"}],
    },
    "both sides": {
        "near_duplicates": [{"days": 2, "counts": "most_complete"}], "sources": ["bulk"], "pairing": [{"days": 5}],
        "sequences": [
            {"id": "arrival-without-departure", "action": "set_apart"},
            {"id": "departure-without-arrival", "action": "quarantine"},
            {"id": "two-places-on-one-day", "action": "set_apart", "ends": "area"},
        ],
    },
    "both sides, departures count, arrivals wait": {
        "near_duplicates": [{"days": 1, "counts": "last"}],
        "pairing": [{"days": 5, "counts": "departure", "unpaired_arrivals": "wait", "unpaired_departures": "count"}],
        "duration": [{"months": 3}],
    },
    "twelve of sixteen": {"duration": [{"months": 12, "of_months": 16}], "near_duplicates": [{"days": 2, "counts": "last"}]},
}  # fmt: skip

slips = st.fixed_dictionaries({
    "slip": st.sampled_from([None, b"s1", b"s2", b"s3", b"s4"]),
    "corrects": st.sampled_from([None, None, None, b"s1", b"s2", b"s3"]),
    "person": st.sampled_from([b"ann", b"ann", b"ann", b"ann", b"bob", None]),
    "kind": st.sampled_from(["arrival", "arrival", "arrival", "departure"]),
    "date": st.sampled_from([date(2024, 1, 1) + timedelta(days=n) for n in (0, 0, 1, 2, 2, 5, 60, 300)]),
    "origin": st.sampled_from(["N11", "N11", "N11", "C11", "XB"]),
    "destination": st.sampled_from(["C11", "C11", "C11", "N11", "S11"]),
    "birth_date": st.sampled_from([date(1990, 2, 1), date(2015, 3, 6), None]),
    "sex": st.sampled_from(["M", "F", None]),
    "death_date": st.sampled_from([None, None, None, date(2024, 1, 3)]),
    "children": st.sampled_from([None, None, [{"sex": "M", "birth_date": date(2015, 3, 6)}]]),
})  # fmt: skip


@st.composite
def registers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Deliveries in the order in which they came; some replace an earlier one."""
    deliveries: list[dict[str, Any]] = []
    day = FIRST
    for number in range(1, draw(st.integers(2, 4)) + 1):
        day += timedelta(days=draw(st.sampled_from([0, 5, 5])))
        free = [d["delivery"] for d in deliveries if not any(o["replaces"] == d["delivery"] for o in deliveries)]
        replaces = draw(st.sampled_from([None, None, *free]))
        rows = draw(st.lists(slips, min_size=1, max_size=6))
        layout = draw(st.sampled_from(["arrivals", "bulk"]))
        deliveries.append({"delivery": number, "received": day, "replaces": replaces, "layout": layout, "rows": rows})
    return deliveries


def one_after_the_other(*days: int) -> list[dict[str, Any]]:
    """A delivery every five days, each with one slip of the same person, dated some days after the first of the year."""
    plain = dict.fromkeys(("slip", "corrects", "birth_date", "sex", "death_date", "children"))
    moves = {"person": b"ann", "kind": "arrival", "origin": "N11", "destination": "C11"}
    return [
        {
            "delivery": number, "received": FIRST + timedelta(days=5 * number), "replaces": None, "layout": "arrivals",
            "rows": [{**plain, **moves, "date": date(2024, 1, 1) + timedelta(days=later)}],
        }
        for number, later in enumerate(days, start=1)
    ]  # fmt: skip


def two_corrections_of_a_number_borne_twice() -> list[dict[str, Any]]:
    """They correct different slips until one of these is replaced, and the same one from then on."""
    one = one_after_the_other(0)[0]
    (slip,) = one["rows"]
    rows = [
        [{**slip, "slip": b"s3", "person": b"bob"}],
        [{**slip, "slip": b"s3"}],
        [{**slip, "corrects": b"s3"}, {**slip, "corrects": b"s3", "person": None}],
        [slip],
    ]
    days = [FIRST, FIRST, FIRST, FIRST + timedelta(days=5)]
    return [
        {**one, "delivery": n, "received": day, "rows": said, "replaces": 2 if n == 4 else None}
        for n, (day, said) in enumerate(zip(days, rows, strict=True), start=1)
    ]


@pytest.mark.parametrize("country", COUNTRIES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(register=one_after_the_other(0, 1, 3), broken=set())
@example(register=two_corrections_of_a_number_borne_twice(), broken=set())
@given(register=registers(), broken=st.sets(st.tuples(st.integers(1, 4), st.integers(1, 6)), max_size=2))
def test_a_slip_is_in_one_place_and_a_cut_off_knows_nothing_of_later_deliveries(
    country: str, register: list[dict[str, Any]], broken: set[tuple[int, int]]
) -> None:
    definition = msgspec.convert(
        {"duplicate_key": ["person", "date", "kind", "origin", "destination"], **COUNTRIES[country]}, Integration
    )
    exceptions, moves = set_side_by_side(definition, register, broken)
    everything = Counter((row["delivery"], row["row"]) for row in registrations(register).to_pylist())
    counting = Counter((m["delivery"], m["row"]) for m in moves if m["line"] == 0 and m["known_to"] is None)
    assert counting + Counter((e["delivery"], e["row"]) for e in exceptions) == everything
    assert all(m["known_to"] is None or m["known_from"] < m["known_to"] for m in moves)
    days = sorted({delivery["received"] for delivery in register})
    for day in days[:-1]:  # on the last one all of them are known
        until_then = [delivery for delivery in register if delivery["received"] <= day]
        _, then = set_side_by_side(definition, until_then, broken)
        assert sorted(known_on(moves, day)) == sorted(known_on(then, day)), day


def known_on(moves: list[dict[str, Any]], day: date) -> Iterator[tuple[int, int, int]]:
    for move in moves:
        if move["known_from"] <= day and (move["known_to"] is None or day < move["known_to"]):
            yield move["delivery"], move["row"], move["line"]


def set_side_by_side(
    definition: Integration, register: list[dict[str, Any]], broken: set[tuple[int, int]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Exceptions and moves of a register in which some slips are broken."""
    rows = registrations(register)
    out = [
        {"delivery": r["delivery"], "row": r["row"], "date": r["date"], "since": r["received"], "fate": "quarantine", "reasons": ["x"]}
        for r in rows.to_pylist() if (r["delivery"], r["row"]) in broken
    ]  # fmt: skip
    tables = {"registrations": rows, "deliveries": deliveries_table(register), "territory": TERRITORY}
    found = integrated(ENGINE, definition, pa.Table.from_pylist(out, schema=EXCEPTION), tables)
    moves = ENGINE.run(moves_query(), None, **tables, exceptions=found.exceptions, spans=found.spans)
    return found.exceptions.to_pylist(), moves.to_pylist()


def registrations(register: list[dict[str, Any]]) -> pa.Table:
    rows = [
        {**slip, "delivery": delivery["delivery"], "row": number, "received": delivery["received"], "record_key": 1}
        for delivery in register
        for number, slip in enumerate(delivery["rows"], start=1)
    ]
    return pa.Table.from_pylist(rows, schema=REGISTRATION)


def deliveries_table(register: list[dict[str, Any]]) -> pa.Table:
    replaced = {delivery["replaces"]: delivery["received"] for delivery in register}
    return pa.table(
        {
            "delivery": pa.array([d["delivery"] for d in register], pa.int32()),
            "layout": pa.array([d["layout"] for d in register], pa.string()),
            "received": pa.array([d["received"] for d in register], pa.date32()),
            "replaced_on": pa.array([replaced.get(d["delivery"]) for d in register], pa.date32()),
        }
    )
