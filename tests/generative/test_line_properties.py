"""What holds of the line for any moves, any text file, any slips."""

from __future__ import annotations

import csv
import dataclasses
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qonys.analyse.identities import fail_if_internal_flows_do_not_balance, fail_if_parts_differ_from_total
from qonys.collect import readers
from qonys.concepts.correction import REASONS
from qonys.concepts.layout import SourceLayout
from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.datasets.decision import Act
from qonys.errors import StatisticianError
from qonys.production.deciding import Request, closing_requests, decide
from qonys.store.states import State
from spec.counted_tables import CUT_OFF, counts_of, moves_table, table_of
from spec.drawn_slips import Walk, arrivals_csv

MINI = load_profile("mini")
REGION = {
    "N11": "N1",
    "N12": "N1",
    "N1": "N1",
    "S11": "S1",
    "S13": "S1",
    "S1": "S1",
    "C11": "C1",
    "C12": "C1",
    "C1": "C1",
}
NOWHERE_STATED = "XA"
ABROAD = ("XB", "XC", "XD", "_U")
DAYS = st.dates(date(2022, 11, 1), date(2025, 2, 1))
KNOWN = st.sampled_from([date(2025, 1, 31), CUT_OFF, CUT_OFF + timedelta(days=1)])


def drawn_design(name: str, rows: str, columns: str = "period measure", **more: Any) -> TableDesign:  # noqa: ANN401 fields of TableDesign
    given_more = {"frequency": "year", "measures": ("arrivals", "departures", "net", "turnover"), **more}
    title = {"en": name, "es": name}
    return TableDesign(id=name, title=title, rows=tuple(rows.split()), columns=tuple(columns.split()), **given_more)


DESIGNS: dict[str, TableDesign] = {
    **{name: MINI.tables[name] for name in ("net-by-region", "internal-by-region", "external-by-country", "origin-destination", "internal-by-month")},
    "sexes": drawn_design("sexes", "area sex", universe="interregional", years=2, totals=("area", "sex")),
    "ages": drawn_design("ages", "age_group", "period sex measure", universe="internal", totals=("age_group",)),
    "streams": drawn_design("streams", "stream", "period area measure", universe="all", totals=("stream", "area")),
    "places": drawn_design("places", "locality partner_locality", universe="internal", totals=("locality", "partner_locality")),
    "partners": drawn_design("partners", "area partner", universe="external", years=3, totals=("partner",), groups=("partner",)),
    "regions": drawn_design("regions", "area partner_area", universe="interregional", only={"area": ("C1",)}),
    "schools": drawn_design("schools", "education sex", universe="external", youngest=15, totals=("education",)),
}  # fmt: skip


@st.composite
def moves(draw: st.DrawFn) -> dict[str, Any]:
    inside = st.sampled_from([*REGION, NOWHERE_STATED])
    ends = draw(st.one_of(
        st.tuples(inside, inside), st.tuples(inside, st.sampled_from(ABROAD)), st.tuples(st.sampled_from(ABROAD), inside)
    ))  # fmt: skip
    locality = st.sampled_from(["U", "R", None])
    return {
        "date": draw(DAYS),
        "origin": ends[0],
        "destination": ends[1],
        "origin_locality": draw(locality),
        "destination_locality": draw(locality),
        "sex": draw(st.sampled_from(["F", "M", None])),
        "age": draw(st.one_of(st.none(), st.integers(0, 110))),
        "education": draw(st.sampled_from(["1", "2", None])),
        "known_from": draw(KNOWN),
        "known_to": draw(st.one_of(st.none(), KNOWN)),
    }


class Side(NamedTuple):
    """One side of a move: its characteristics by dimension, the group of its partner, and whether it is the arrival."""

    at: dict[str, str]
    group: str
    arrives: bool


def reference(design: TableDesign, given_moves: list[dict[str, Any]]) -> dict[tuple[str, ...], tuple[int, int]]:
    """The same counts, slowly: every side of every move, put under every combination of its codes, groups and totals."""
    arrivals: Counter[tuple[str, ...]] = Counter()
    departures: Counter[tuple[str, ...]] = Counter()
    for move in given_moves:
        for side in sides(move):
            if belongs(design, move, side):
                for key in keys(design, side, move["date"]):
                    (arrivals if side.arrives else departures)[key] += 1
    return {key: (arrivals[key], departures[key]) for key in arrivals | departures}


def sides(move: dict[str, Any]) -> Iterator[Side]:
    units = [
        REGION.get(move[end], "_U" if move[end] == NOWHERE_STATED else move[end]) for end in ("origin", "destination")
    ]
    abroad = [move[end] in ABROAD for end in ("origin", "destination")]
    localities = [
        "" if out else move[f"{end}_locality"] or "_U"
        for end, out in zip(("origin", "destination"), abroad, strict=True)
    ]
    stream = (
        "external"
        if any(abroad)
        else "_U"
        if "_U" in units
        else "intraregional"
        if units[0] == units[1]
        else "interregional"
    )
    for here, there in ((0, 1), (1, 0)):
        if not abroad[here]:
            union = units[there] == "XB" or (units[there] == "XC" and move["date"] >= date(2024, 7, 1))
            at = {
                "area": units[here], "partner": units[there], "partner_area": units[there], "stream": stream,
                "locality": localities[here], "partner_locality": localities[there], "sex": move["sex"] or "_U",
                "education": move["education"] or "_U", "age_group": age_group(move["age"]),
            }  # fmt: skip
            yield Side(at, "UNION" if union else "OTHER", arrives=here == 1)


def age_group(age: int | None) -> str:
    if age is None:
        return "_U"
    return "Y_GE85" if age >= 85 else f"Y{age - age % 5}T{age - age % 5 + 4}"


def belongs(design: TableDesign, move: dict[str, Any], side: Side) -> bool:
    known = move["known_from"] <= CUT_OFF and (move["known_to"] is None or move["known_to"] > CUT_OFF)
    stream = side.at["stream"]
    universe = {
        "all": True, "external": stream == "external", "internal": stream != "external", "interregional": stream == "interregional",
    }[design.universe]  # fmt: skip
    in_time = 2024 - design.years < move["date"].year <= 2024
    old_enough = design.youngest is None or move["age"] is None or move["age"] >= design.youngest
    return (
        known
        and universe
        and in_time
        and old_enough
        and all(side.at[name] in codes for name, codes in design.only.items())
    )


def keys(design: TableDesign, side: Side, day: date) -> Iterator[tuple[str, ...]]:
    period = str(day.year) if design.frequency == "year" else f"{day:%Y-%m}"
    choices = [
        [side.at[name], *([side.group] if name in design.groups else []), *(["_T"] if name in design.totals else [])]
        for name in design.dimensions
    ]
    return ((period, *codes) for codes in product(*choices))


CHILD = {
    "date": date(2023, 3, 1), "origin": "N11", "destination": "S11", "origin_locality": "R", "destination_locality": "U",
    "sex": "F", "age": 3, "education": None, "known_from": date(2025, 1, 31), "known_to": None,
}  # fmt: skip
"""Of the sex of a child one table tells, though another one that tells of it counts nobody below 15."""


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@example([CHILD])
@given(st.lists(moves(), min_size=1, max_size=60))
def test_every_table_equals_a_count_by_hand(given_moves: list[dict[str, Any]]) -> None:
    table = moves_table(given_moves)
    for design in DESIGNS.values():
        counted = counts_of(MINI, design, table, designs=tuple(DESIGNS.values())).to_pylist()
        found = {
            (row["period"], *(row[name] for name in design.dimensions)): (row["arrivals"], row["departures"])
            for row in counted
            if row["arrivals"] or row["departures"]
        }
        assert found == reference(design, given_moves), design.id


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(moves(), min_size=1, max_size=40))
def test_parts_add_up_and_internal_flows_balance_in_any_table(given_moves: list[dict[str, Any]]) -> None:
    rows = moves_table(given_moves)
    for name in MINI.tables:
        table = table_of(MINI, MINI.tables[name], rows)
        fail_if_parts_differ_from_total(table, MINI.tables[name])
        if MINI.tables[name].universe == "internal" and "net" in MINI.tables[name].measures:
            fail_if_internal_flows_do_not_balance(table)


fields = st.text(alphabet='ab; "', max_size=4)  # separators and quotation marks among them
lines = st.one_of(
    st.just(""),
    st.lists(fields, min_size=1, max_size=4).map(";".join),
    st.lists(st.sampled_from(["x", "", "y z", '"q;r"', '"a ""b"""']), min_size=3, max_size=3).map(";".join),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(lines, max_size=40), st.sampled_from(["\n", "\r\n"]), st.integers(40, 4000))
def test_every_line_of_a_text_file_is_a_row_or_a_broken_row_with_its_own_number(
    written: list[str], line_break: str, block_bytes: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(readers.delimited, "_BLOCK_BYTES", block_bytes):
        path = Path(folder) / "arrivals_x.csv"
        path.write_bytes("".join(line + line_break for line in ["SLIP;DAY;FROM", *written]).encode())
        reader = readers.read_rows(path, three_columns())
        rows = {
            row["row"]: [row["SLIP"], row["DAY"], row["FROM"]] for batch in reader.batches for row in batch.to_pylist()
        }
    broken = [row.row for row in reader.broken]
    wanted = [number for number, line in enumerate(written, start=2) if line]
    assert sorted([*rows, *broken]) == wanted
    for number, values in rows.items():
        line = written[number - 2]
        if '"' not in line:
            assert values == line.split(";")
        else:
            assert len(next(csv.reader([line], delimiter=";"))) == 3


def three_columns() -> SourceLayout:
    layout = MINI.layouts["arrivals"]
    return msgspec.structs.replace(
        layout, columns=tuple(c for c in layout.columns if c.name in ("SLIP", "DAY", "FROM"))
    )


slips = st.fixed_dictionaries({
    "SLIP": st.sampled_from(["", "s1", "s2", "s3", "s4"]),
    "CORRECTS": st.sampled_from(["", "", "s1", "s2", "s3"]),
    "PERSON": st.sampled_from(["", "ann", "bob"]),
    "DAY": st.sampled_from(["05.03.2024", "06.03.2023", "31.02.2024", "", "01.02.2030"]),
    "TYPE": st.sampled_from(["1", "1", "2", "3", "9"]),
    "BORN": st.sampled_from(["01.02.1990", "", "07.03.2024", "01.01.1850"]),
    "FROM": st.sampled_from(["N11", "C11", "N13", "S12", "XB", "_U", "Nowhere", ""]),
    "TO": st.sampled_from(["C11", "C11", "XB", "XC", "S13"]),
    "CHILDREN": st.sampled_from(["", "", "M20150306", "F20230101 M20240306", "x"]),
})  # fmt: skip


broken_lines = st.sampled_from(
    ["", "word", ";;;", 's9;;"ann', "x;" * 20, "739184625001;;739184625001;739184625001" + ";" * 11]
)


class Step(NamedTuple):
    """One delivery, and what is decided after it: which slip, what is done with it."""

    rows: list[dict[str, str]]
    broken: list[str]
    replaces: int | None
    decisions: list[tuple[int, Act, str | None, str | None]]
    deliveries: list[tuple[int, Act]]


decisions = st.one_of(
    st.tuples(st.integers(0, 30), st.just("set"), st.just("sex"), st.sampled_from(["F", "M", "_U"])),
    st.tuples(st.integers(0, 30), st.just("set"), st.just("birth_date"), st.sampled_from(["1990-02-01", "2030-01-01"])),
    st.tuples(st.integers(0, 30), st.just("set"), st.just("origin"), st.sampled_from(["N11", "C11", "XB"])),
    st.tuples(st.integers(0, 30), st.sampled_from(["release", "accept", "leave_out"]), st.none(), st.none()),
)
steps = st.builds(
    Step,
    st.lists(slips, min_size=1, max_size=12),
    st.lists(broken_lines, max_size=2),
    st.one_of(st.none(), st.none(), st.integers(1, 3)),
    st.lists(decisions, max_size=4),
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["withdraw", "reinstate"])), max_size=2),
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=3))
def test_every_slip_stands_in_exactly_one_place_after_every_step(given_steps: list[Step]) -> None:
    """Rows in = taken + quarantined + set apart, whatever comes, replaces what came, and is decided about slips and deliveries."""
    with tempfile.TemporaryDirectory() as folder:
        walk, delivered = Walk(Path(folder)), 0
        for number, step in enumerate(given_steps):
            before = len(walk.line.office.store.receipts())
            receive(walk, number, step)
            kept = [line for line in step.broken if line]
            delivered += (len(step.rows) + len(kept)) * (len(walk.line.office.store.receipts()) - before)
            fail_unless_all_are_there(walk, delivered)
            walk.process()
            fail_unless_all_are_there(walk, delivered)
            fail_unless_each_is_in_one_place(walk)
            decide_what_can_be(walk, step)
            walk.process()
            fail_unless_all_are_there(walk, delivered)
            fail_unless_each_is_in_one_place(walk)


def receive(walk: Walk, number: int, step: Step) -> None:
    """Deliver a file; one that cannot replace what it is to replace is refused, and then taken for itself."""
    path = walk.folder / f"arrivals_{number}.csv"
    path.write_text(arrivals_csv(step.rows) + "".join(f"{line}\n" for line in step.broken), encoding="utf-8")
    for replaces in (step.replaces, None):
        with suppress(StatisticianError):
            walk.line.collect([path], received=date(2025, 1, 10 + number), replaces=replaces)
            close_what_was_decided_about(walk, replaces)
            return


def close_what_was_decided_about(walk: Walk, delivery: int | None) -> None:
    """Process stops at decisions about a delivery that was replaced, until a person has closed them."""
    office = dataclasses.replace(walk.line.office, operator="tester")
    if delivery is not None and (requests := closing_requests(office, delivery, "OWNER", "it was replaced")):
        decide(office, requests)


def decide_what_can_be(walk: Walk, step: Step) -> None:
    """Write down decisions about slips that there are; one that has a fault is refused and changes nothing."""
    office = dataclasses.replace(walk.line.office, operator="tester")
    places = sorted(places_of(walk, "input/registrations") | places_of(walk, "input/quarantine"))
    for place, act, field, new in step.decisions:
        delivery, row = places[place % len(places)]
        with suppress(StatisticianError):
            decide(office, [Request(delivery, row, act, next(iter(REASONS)), field=field, new=new)])
    for delivery, act in step.deliveries:
        with suppress(StatisticianError):
            decide(office, [Request(delivery, 0, act, next(iter(REASONS)))])


def places_of(walk: Walk, state: State, condition: str = "true") -> set[tuple[int, int]]:
    """Delivery and row of each slip in a state."""
    if walk.line.office.store.version(state) is None:
        return set()
    receipts = {receipt.delivery for receipt in walk.line.office.store.receipts()}
    query = f"select delivery, row from slips where {condition}"
    rows = walk.line.office.engine.run(query, None, slips=walk.line.office.store.files(state)).to_pylist()
    assert len({tuple(one.values()) for one in rows}) == len(rows), state
    return {(one["delivery"], one["row"]) for one in rows if one["delivery"] in receipts}


def fail_unless_each_is_in_one_place(walk: Walk) -> None:
    """What was taken is a move or taken out; what was quarantined on entry stays so or was released."""
    taken, refused = places_of(walk, "input/registrations"), places_of(walk, "input/quarantine")
    moved = places_of(walk, "clean/moves", "line = 0 and known_to is null")
    out = places_of(walk, "clean/exceptions", "until is null")
    assert not taken & refused
    assert not moved & out
    assert taken <= moved | out
    assert moved | out <= taken | refused


def fail_unless_all_are_there(walk: Walk, delivered: int) -> None:
    accounts = walk.line.status()  # checks the identities of each period
    assert sum(account.delivered for account in accounts) == delivered
    assert all(min(account.pending, account.moved, account.set_apart, account.quarantined) >= 0 for account in accounts)
    for account in accounts:
        assert account.delivered == account.moved + account.quarantined + account.set_apart + account.pending
