"""The auditor finds what groups of countries, tables by district and nets tell together. Each attack is done here by hand first, by
adding and taking away what everybody reads."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from qonys.analyse.audit import Published, weaknesses
from qonys.analyse.differencing import differences
from qonys.country.profile import Profile
from spec.planted_differences import design, found, plan, public, shown, value, without

ABROAD = {"universe": "external", "measures": ("arrivals",)}
BY_COUNTRY = design("by-country", "partner ethnicity", totals=("partner",), groups=("partner",), **ABROAD)
BY_REGION = design("by-region", "area ethnicity", totals=("area",), **ABROAD)
BY_DISTRICT = design("by-district", "place ethnicity", **ABROAD)
ARRIVALS = design("arrivals", "area ethnicity", measures=("arrivals",))
NETS = design("nets", "area ethnicity", measures=("net",))
MOVES = """
    date       | origin | destination | ethnicity | origin_locality | destination_locality | n
    2024-03-05 | XB     | N11         | ard       |                 | R                    | 25
    2024-04-05 | XD     | S11         | ard       |                 | R                    | 30
    2024-05-05 | XE     | C11         | ard       |                 | U                    | 40
    2024-09-05 | XC     | C11         | ard       |                 | U                    | 50
    2024-03-05 | N11    | S11         | ard       | R               | R                    | 40
    2024-03-05 | S11    | C11         | ard       | R               | U                    | 30
    2024-09-05 | C11    | S11         | ard       | U               | R                    | 60
    2024-09-05 | S11    | N11         | ard       | R               | R                    | 50
"""


@pytest.mark.parametrize("thorough", [True, False])
def test_a_member_that_is_not_shown_is_its_group_less_the_others(mini: Profile, thorough: bool) -> None:
    """Cadia was no member of the union until July."""
    for moves, expected in ((), set()), (("2024-05-05 | XC | N11 | ard | | R | 1",), {("difference of groups", 1, 1)}):
        (table,) = shown(mini, [BY_COUNTRY], *moves, plain=MOVES)
        assert value(table, "arrivals", "OTHER ard") - value(table, "arrivals", "XD ard") - value(
            table, "arrivals", "XE ard"
        ) == len(moves)
        hidden = without(table, "XC ard")
        assert found(mini, [hidden], plan([BY_COUNTRY]), thorough=thorough) == expected


def test_a_total_less_its_groups_and_the_members_of_one_is_a_member_of_the_other(mini: Profile) -> None:
    (table,) = shown(mini, [BY_COUNTRY], "2024-05-05 | XB | N11 | ard | | R | 1", plain=MOVES.replace("| 25", "| 1 "))
    hidden = without(table, "XB ard", "UNION ard")
    total, other = value(hidden, "arrivals", "_T ard"), value(hidden, "arrivals", "OTHER ard")
    assert total - other - value(hidden, "arrivals", "XC ard") == 2
    assert found(mini, [hidden], plan([BY_COUNTRY])) == {("difference of groups", 2, 2)}


def test_groups_that_overlap_tell_what_they_share(mini: Profile) -> None:
    """Each of three groups is large; two of them less the third are one country."""
    lists = {"cd": ("XC", "XD"), "de": ("XD", "XE"), "cde": ("XC", "XD", "XE")}
    designs = [design(name, "ethnicity", only={"partner": codes}, **ABROAD) for name, codes in lists.items()]
    for dorne in (1, 30):
        tables = shown(mini, designs, plain=MOVES.replace("| 30\n    2024-05", f"| {dorne}\n    2024-05"))
        cd, de, cde = (value(table, "arrivals", "ard") for table in tables)
        assert cd + de - cde == dorne
        expected = {("difference of groups", 1, 1)} if dorne == 1 else set()
        assert found(mini, tables, plan(designs)) == expected
        assert found(mini, tables[:2], plan(designs)) == set()


@pytest.mark.parametrize("thorough", [True, False])
def test_a_district_is_its_region_in_one_table_less_the_others_in_another(mini: Profile, thorough: bool) -> None:
    designs = [BY_REGION, BY_DISTRICT]
    for moves in (), ("2024-05-05 | XB | N12 | ard | | U | 2",):
        regions, districts = shown(mini, designs, *moves, plain=MOVES)
        less = value(regions, "arrivals", "N1 ard") - value(districts, "arrivals", "N11 ard")
        assert less == 2 * len(moves)
        hidden = without(districts, "N12 ard")
        expected = {("difference of districts", 2, 2)} if moves else set()
        assert found(mini, [regions, hidden], plan(designs), thorough=thorough) == expected
        assert found(mini, [hidden], plan(designs), thorough=thorough) == set()


def test_slips_that_name_no_district_are_found_too(mini: Profile) -> None:
    designs = [BY_REGION, BY_DISTRICT]
    regions, districts = shown(mini, designs, "2024-05-05 | XB | N1 | ard | | R | 1", plain=MOVES)
    hidden = without(districts, "N1_U ard")
    assert value(regions, "arrivals", "N1 ard") - value(districts, "arrivals", "N11 ard") == 1
    assert found(mini, [regions, hidden], plan(designs)) == {("difference of districts", 1, 1)}


def test_a_district_that_changed_its_region_is_in_the_region_of_the_day(mini: Profile) -> None:
    """Marsh is in Southfield since January: a region less its districts of 2024 must count it there."""
    designs = [BY_REGION, BY_DISTRICT]
    regions, districts = shown(mini, designs, "2024-05-05 | XB | S12 | ard | | R | 2", plain=MOVES)
    hidden = without(districts, "S12 ard")
    assert value(regions, "arrivals", "S1 ard") - value(districts, "arrivals", "S11 ard") == 2
    assert found(mini, [regions, hidden], plan(designs)) == {("difference of districts", 2, 2)}


@pytest.mark.parametrize("thorough", [True, False])
def test_a_net_and_the_arrivals_are_the_departures(mini: Profile, thorough: bool) -> None:
    designs = [ARRIVALS, NETS]
    for moves in (), ("2024-05-05 | N11 | S11 | bor | | | 2",):
        arrivals, nets = shown(mini, designs, *moves, plain=MOVES)
        departures = value(arrivals, "arrivals", "N1 bor") - value(nets, "net", "N1 bor")
        assert departures == 2 * len(moves)
        told = found(mini, [nets, arrivals], plan(designs, allowed={"arrivals": ""}), thorough=thorough)
        assert told == ({("net and one side", 2, 2)} if moves else set())
        assert found(mini, [nets], plan(designs), thorough=thorough) == set()


def test_a_table_that_shows_a_net_beside_one_side_tells_the_other_alone(mini: Profile) -> None:
    one = design("one", "ethnicity", universe="external", measures=("arrivals", "net"))
    (table,) = shown(mini, [one], "2024-05-05 | N11 | XB | ard | R | | 1", plain=MOVES)
    assert value(table, "arrivals", "ard") - value(table, "net", "ard") == 1
    assert found(mini, [table], plan([one])) == {("net and one side", 1, 1)}
    assert found(mini, [table], plan([one], allowed={"one": "as the office publishes it"})) == set()


def test_a_turnover_and_a_net_are_both_sides(mini: Profile) -> None:
    designs = [design(name, "ethnicity", universe="external", measures=(name,)) for name in ("turnover", "net")]
    turnover, net = shown(mini, designs, "2024-05-05 | N11 | XB | ard | R | | 1", plain=MOVES)
    assert (value(turnover, "turnover", "ard") - value(net, "net", "ard")) / 2 == 1
    assert found(mini, [turnover, net], plan(designs)) == {("net and one side", 1, 1)}


def test_a_net_by_settlement_is_read_by_the_ends_of_the_move(mini: Profile) -> None:
    """Who leaves the countryside leaves it at the origin, whatever the settlement of the destination."""
    designs = [design(name, "locality ethnicity", measures=(name,)) for name in ("arrivals", "net")]
    arrivals, nets = shown(mini, designs, "2024-05-05 | C11 | N11 | bor | U | R | 2", plain=MOVES)
    assert value(arrivals, "arrivals", "U bor") - value(nets, "net", "U bor") == 2
    told = differences([arrivals, nets], plan(designs, allowed={"arrivals": ""}), public(mini)).weaknesses
    assert ("2024, U, bor, departures", 2) in {(one.cell, one.least) for one in told}


def test_the_net_of_what_changed_its_region_needs_both_tables_of_both_borders(mini: Profile) -> None:
    designs = [
        design(f"{measure}-{borders}", "area ethnicity", measures=(measure,), boundaries=borders)
        for measure, borders in product(("arrivals", "net"), ("2023", "2024"))
    ]
    tables = shown(mini, designs, "2024-05-05 | S12 | C11 | ard | R | U | 2", plain=MOVES)
    assert ("net and one side", 2, 2) in found(mini, tables, plan(designs))
    for left_out in range(4):
        assert found(mini, [*tables[:left_out], *tables[left_out + 1 :]], plan(designs)) == set()


def test_rounded_and_perturbed_nets_tell_nothing(mini: Profile) -> None:
    designs = [ARRIVALS, NETS]
    tables = shown(mini, designs, "2024-05-05 | N11 | S11 | bor | | | 2", plain=MOVES)
    rounded = plan(designs, exact={}, additive=("arrivals", "nets"))
    perturbed = plan(designs, exact={}, cell_key=("arrivals", "nets"))
    assert found(mini, tables, rounded) == found(mini, tables, perturbed) == set()


def test_a_weakness_says_which_tables_tell_it_together(mini: Profile) -> None:
    designs = [ARRIVALS, NETS, BY_REGION]
    tables = shown(mini, designs, "2024-05-05 | N11 | S11 | bor | | | 2", plain=MOVES)
    told = differences(tables, plan(designs, allowed={"arrivals": ""}), public(mini)).weaknesses
    assert {one.tables for one in told} == {("arrivals", "nets")}


def test_a_table_with_groups_is_not_taken_for_its_members_twice(mini: Profile) -> None:
    """A total is the sum of its members, and of its groups, and not of both."""
    (table,) = shown(mini, [BY_COUNTRY], plain=MOVES)
    hidden = without(table, "XC ard", "XD ard")
    assert [one for one in weaknesses([hidden], plan([BY_COUNTRY])) if one.attack == "deduced from sums"] == []


# Unknown counts of ard: arrivals in two districts of Northmark and one of Southfield from two countries, departures from both.
ARRIVED = list(product(("N11", "N12", "S11"), ("XB", "XD")))
LEFT = ("N1", "S1")
NAMES = [{*pair, pair[0][:2], {"XB": "UNION", "XD": "OTHER"}[pair[1]], "_T"} for pair in ARRIVED]
KINDS = len(ARRIVED) + len(LEFT)


@pytest.mark.parametrize("seed", range(24))
def test_what_districts_groups_and_nets_tell_is_what_every_count_that_agrees_says(mini: Profile, seed: int) -> None:
    """Brute force over eight unknown counts; cells are hidden at random."""
    draw = np.random.default_rng(seed)
    arrived, left = draw.choice(3, len(ARRIVED), p=[0.4, 0.4, 0.2]), draw.integers(0, 3, len(LEFT))
    ends = [*((p, d) for d, p in ARRIVED), *((f"{region}1", "XB") for region in LEFT)]
    lines = [f"2024-05-05 | {a} | {b} | ard | | | {n}" for (a, b), n in zip(ends, (*arrived, *left), strict=True) if n]
    nets = design("nets", "area ethnicity", universe="external", measures=("net",))
    designs = [BY_REGION, BY_DISTRICT, BY_COUNTRY, nets]
    hidden = [_hidden(table, draw) for table in shown(mini, designs, *lines, plain=f"\n{MOVES.splitlines()[1]}\n")]
    sums, values, cells = _read(hidden)
    agreeing = _agreeing(sums, values, most=int(arrived.sum()) + 3)
    nobody = np.abs(sums[(values == 0) & (sums >= 0).all(axis=1)]).any(axis=0)
    sums, cells = np.where(nobody, 0, sums), [np.where(nobody, 0, cell) for cell in cells]
    itself = {row.tobytes() for row, read in zip(sums, values, strict=True) if 0 < read < 3 and (row >= 0).all()}
    asked = {row.tobytes(): row for row in (*np.eye(KINDS, dtype=np.int64), *cells)}
    nested = {(a - b).tobytes(): a - b for a in cells for b in cells if (a >= b).all() and (a > b).any()}
    told = {(one.least, one.most) for one in differences(hidden, plan(designs), public(mini)).weaknesses}
    must = _pinned(agreeing, [row for mark, row in asked.items() if mark not in itself])
    may = _pinned(agreeing, [row for mark, row in (asked | nested).items() if mark not in itself])
    assert must <= told <= may


def _hidden(table: Published, draw: np.random.Generator) -> Published:
    """With some cells of the unknown counts hidden."""
    codes = {*LEFT, *(name for names in NAMES for name in names)}
    keys = sorted({key for cells in table.sides.values() for key in cells if key[-1] == "ard" and key[1] in codes})
    return without(table, *(" ".join(key[1:]) for key in keys if draw.random() < 0.35))


def _read(tables: list[Published]) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """What the tables say of the unknown counts, and which of them each cell has; written apart from the auditor."""
    lines: list[tuple[np.ndarray, int]] = []
    cells: list[np.ndarray] = []
    for table in tables:
        for measure, read in ((measure, cells) for measure, cells in table.sides.items() if cells):
            for (_, code, ethnicity), value_read in read.items():
                came = np.array([*(code in names for names in NAMES), *(False for _ in LEFT)], np.int64)
                went = np.array(
                    [*(False for _ in NAMES), *(measure == "net" and code == one for one in LEFT)], np.int64
                )
                cells += [row for row in (came, went) if row.any() and ethnicity == "ard"]
                if value_read is not None and ethnicity == "ard":
                    lines.append((came - went, value_read))
    countries = {key[1] for key in tables[2].shown("arrivals")}
    absent = [code for code in ("XB", "XD") if code not in countries]  # whoever is not in the table is nobody
    lines += [(np.array([*(code in names for names in NAMES), False, False], np.int64), 0) for code in absent]
    return np.array([row for row, _ in lines]), np.array([read for _, read in lines]), cells


def _agreeing(sums: np.ndarray, values: np.ndarray, most: int) -> np.ndarray:
    """All counts that agree with what is read, shape (KINDS, counts): the arrivals first, then with every departure."""
    n = len(ARRIVED)
    of_arrivals = ~sums[:, n:].any(axis=1)
    counts = np.zeros((0, 1), np.int64)
    for kind in range(n):
        more = np.tile(np.arange(most + 1), counts.shape[1])
        counts = np.vstack([np.repeat(counts, most + 1, axis=1), more])
        within = (sums[of_arrivals][:, : kind + 1] @ counts <= values[of_arrivals][:, None]).all(axis=0)
        counts = counts[:, within & (counts.sum(axis=0) <= most)]
    counts = counts[:, (sums[of_arrivals][:, :n] @ counts == values[of_arrivals][:, None]).all(axis=0)]
    for _ in LEFT:
        counts = np.vstack([np.repeat(counts, most + 1, axis=1), np.tile(np.arange(most + 1), counts.shape[1])])
    return counts[:, (sums @ counts == values[:, None]).all(axis=0)]


def _pinned(agreeing: np.ndarray, asked: list[np.ndarray]) -> set[tuple[int, int]]:
    """The least and the most of some sums, of those that are from 1 to 2 in all counts that agree."""
    of_sums = np.array(asked) @ agreeing
    ends = zip(of_sums.min(axis=1).tolist(), of_sums.max(axis=1).tolist(), strict=True)
    return {(low, high) for low, high in ends if low >= 1 and high < 3}
