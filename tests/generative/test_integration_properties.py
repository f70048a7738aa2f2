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
from qonys.datasets.standing import EARLIER
from qonys.datasets.territory import territory_table
from qonys.engine.duck import DuckDBEngine
from qonys.process.integration import integrated
from qonys.process.moves import moves_query

MINI = load_profile("mini")
ENGINE = DuckDBEngine(threads=1)
TERRITORY = territory_table(MINI.areas, MINI.identity.level)
FIRST = date(2025, 1, 1)
KEY = ["person", "date", "kind", "origin", "destination"]
Away = dict[int, list[tuple[date, date | None, int | None]]]
"""Delivery -> the days since and until which it does not count, and what stands in its place."""
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


def away(register: list[dict[str, Any]]) -> Away:
    """The days since and until which each delivery does not count, and what stands in its place: by its redelivery."""
    return {one["replaces"]: [(one["received"], None, one["delivery"])] for one in register if one["replaces"]}


@st.composite
def registers_with_withdrawals(draw: st.DrawFn) -> tuple[list[dict[str, Any]], Away]:
    """Deliveries of which some are replaced, withdrawn and reinstated, once or twice, as persons said."""
    register = draw(registers())
    gone = away(register)
    for one in register:
        spans, day = [], one["received"]
        for since, until, by in gone.get(one["delivery"], []):
            until = draw(st.sampled_from([until, since + timedelta(days=7)]))
            spans.append((since, until, by))
            day = until or date.max
        while day < date.max and len(spans) < 2 and draw(st.booleans()):
            since = day + timedelta(days=draw(st.sampled_from([0, 3, 5])))
            until = draw(st.sampled_from([None, since + timedelta(days=2), since + timedelta(days=5)]))
            spans.append((since, until, None))
            day = until or date.max
        gone[one["delivery"]] = spans
    return register, gone


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


def two_corrections_of_which_one_bears_the_number_that_both_correct() -> list[dict[str, Any]]:
    """The slip that they correct is not in the file that came in place of its own; the later correction counts."""
    first, again, later = one_after_the_other(0, 0, 60)
    first["rows"][0]["slip"] = b"s3"
    again |= {"received": first["received"], "replaces": 1, "rows": [{**again["rows"][0], "person": b"bob"}]}
    (slip,) = later["rows"]
    later["rows"] = [{**slip, "corrects": b"s3"}, {**slip, "slip": b"s3", "corrects": b"s3"}]
    return [first, again, later]


@pytest.mark.parametrize("country", COUNTRIES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(register=one_after_the_other(0, 1, 3), broken=set())
@example(register=two_corrections_of_a_number_borne_twice(), broken=set())
@given(register=registers(), broken=st.sets(st.tuples(st.integers(1, 4), st.integers(1, 6)), max_size=2))
def test_a_slip_is_in_one_place_and_a_cut_off_knows_nothing_of_later_deliveries(
    country: str, register: list[dict[str, Any]], broken: set[tuple[int, int]]
) -> None:
    definition = msgspec.convert({"duplicate_key": KEY, **COUNTRIES[country]}, Integration)
    exceptions, moves = set_side_by_side(definition, register, broken)
    for day in sorted({delivery["received"] for delivery in register}):
        until_then = [delivery for delivery in register if delivery["received"] <= day]
        out_then, then = set_side_by_side(definition, until_then, broken)
        assert sorted(known_on(moves, day)) == sorted(known_on(then, day)), day
        assert out_on(exceptions, day) == out_on(out_then, day), day
        assert_each_is_in_one_place(until_then, exceptions, moves, day)


@pytest.mark.parametrize("country", COUNTRIES)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=registers_with_withdrawals(), broken=st.sets(st.tuples(st.integers(1, 4), st.integers(1, 6)), max_size=2))
def test_a_cut_off_knows_nothing_of_what_is_said_later_of_whole_deliveries(
    country: str, drawn: tuple[list[dict[str, Any]], Away], broken: set[tuple[int, int]]
) -> None:
    register, gone = drawn
    definition = msgspec.convert({"duplicate_key": KEY, **COUNTRIES[country]}, Integration)
    exceptions, moves = set_side_by_side(definition, register, broken, gone)
    counting = {(m["delivery"], m["row"]) for m in moves if m["known_to"] is None}
    absent = {delivery for delivery, spans in gone.items() for _, until, _ in spans[-1:] if until is None}
    assert not {delivery for delivery, _ in counting} & absent
    said = {day for spans in gone.values() for since, until, _ in spans for day in (since, until) if day}
    for day in sorted({delivery["received"] for delivery in register} | said):
        until_then = [delivery for delivery in register if delivery["received"] <= day]
        out_then, then = set_side_by_side(definition, until_then, broken, as_of(gone, day))
        assert sorted(known_on(moves, day)) == sorted(known_on(then, day)), day
        assert out_on(exceptions, day) == out_on(out_then, day), day
        assert_each_is_in_one_place(until_then, exceptions, moves, day)
        away_then = {
            number for number, spans in as_of(gone, day).items() for _, until, _ in spans[-1:] if until is None
        }
        assert not {delivery for delivery, _, _ in known_on(moves, day)} & away_then


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(register=two_corrections_of_which_one_bears_the_number_that_both_correct(), later=9)
@given(register=registers(), later=st.sampled_from([0, 3, 9]))
def test_a_replacement_that_is_said_later_is_as_if_it_had_been_said_at_once(
    register: list[dict[str, Any]], later: int
) -> None:
    """From the day on which it is said. Both are of a country whose slips do not choose among several by what came first, and
    in which a number is of one person: two corrections of it are held for different ones once they were known to be.
    """
    for delivery in register:
        delivery["rows"] = [{**row, "person": b"ann"} if row["slip"] else row for row in delivery["rows"]]
    definition = msgspec.convert({"duplicate_key": KEY}, Integration)
    at_once = away(register)
    said = {n: [(since + timedelta(days=later), until, by) for since, until, by in of] for n, of in at_once.items()}
    wanted, found = (set_side_by_side(definition, register, set(), gone)[1] for gone in (at_once, said))
    last = max(delivery["received"] for delivery in register) + timedelta(days=later)
    assert sorted(known_on(found, last)) == sorted(known_on(wanted, last))
    if not later:
        assert found == wanted


def as_of(gone: Away, day: date) -> Away:
    """What had been said of deliveries by a day."""
    return {
        number: [(since, until if until and until <= day else None, by) for since, until, by in spans if since <= day]
        for number, spans in gone.items()
    }


def earlier(gone: Away) -> pa.Table:
    rows = [
        {"delivery": number, "since": since, "until": until, "replaced_by": by}
        for number, spans in gone.items()
        for since, until, by in spans
        if until
    ]
    return pa.Table.from_pylist(rows, schema=EARLIER)


def assert_each_is_in_one_place(
    register: list[dict[str, Any]], exceptions: list[dict[str, Any]], moves: list[dict[str, Any]], day: date
) -> None:
    """Of the slips that had come by a day each is a move that counted then, or out for a reason that held then."""
    here = Counter((row["delivery"], row["row"]) for row in registrations(register).to_pylist())
    counting = Counter((delivery, row) for delivery, row, line in known_on(moves, day) if line == 0)
    assert counting + Counter((delivery, row) for delivery, row, _, _ in out_on(exceptions, day)) == here, day


def out_on(exceptions: list[dict[str, Any]], day: date) -> list[tuple[int, int, str, list[str]]]:
    return sorted(
        (e["delivery"], e["row"], e["fate"], e["reasons"])
        for e in exceptions
        if e["since"] <= day and (e["until"] is None or day < e["until"])
    )


def known_on(moves: list[dict[str, Any]], day: date) -> Iterator[tuple[int, int, int]]:
    for move in moves:
        if move["known_from"] <= day and (move["known_to"] is None or day < move["known_to"]):
            yield move["delivery"], move["row"], move["line"]


def set_side_by_side(
    definition: Integration, register: list[dict[str, Any]], broken: set[tuple[int, int]], gone: Away | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Exceptions and moves of a register in which some slips are broken."""
    rows = registrations(register)
    out = [
        {"delivery": r["delivery"], "row": r["row"], "date": r["date"], "since": r["received"], "fate": "quarantine", "reasons": ["x"]}
        for r in rows.to_pylist() if (r["delivery"], r["row"]) in broken
    ]  # fmt: skip
    gone = away(register) if gone is None else gone
    tables = {"registrations": rows, "deliveries": deliveries_table(register, gone), "territory": TERRITORY}
    found = integrated(ENGINE, definition, pa.Table.from_pylist(out, schema=EXCEPTION), tables, earlier(gone))
    moves = ENGINE.run(moves_query(), None, **tables, exceptions=found.exceptions, spans=found.spans)
    return found.exceptions.to_pylist(), moves.to_pylist()


def registrations(register: list[dict[str, Any]]) -> pa.Table:
    rows = [
        {**slip, "delivery": delivery["delivery"], "row": number, "received": delivery["received"], "record_key": 1}
        for delivery in register
        for number, slip in enumerate(delivery["rows"], start=1)
    ]
    return pa.Table.from_pylist(rows, schema=REGISTRATION)


def deliveries_table(register: list[dict[str, Any]], gone: Away) -> pa.Table:
    open_ = [
        next(((since, by) for since, until, by in gone.get(one["delivery"], []) if until is None), (None, None))
        for one in register
    ]
    return pa.table(
        {
            "delivery": pa.array([d["delivery"] for d in register], pa.int32()),
            "layout": pa.array([d["layout"] for d in register], pa.string()),
            "received": pa.array([d["received"] for d in register], pa.date32()),
            "withdrawn_on": pa.array([since for since, _ in open_], pa.date32()),
            "replaced_by": pa.array([by for _, by in open_], pa.int32()),
        }
    )
