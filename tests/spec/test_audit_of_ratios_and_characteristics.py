"""The auditor finds what shares, rates and growth tell of counts, and what tables by different characteristics tell together. Each
attack is done here by hand first, from what everybody reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from qonys.analyse.audit import Published, Weakness, as_published, weaknesses
from qonys.analyse.deducing import deduced
from qonys.analyse.differencing import differences
from qonys.analyse.members import Setting
from qonys.analyse.published_ratios import ratios_of
from qonys.analyse.tables import output_table
from qonys.concepts.indicator import Indicator
from qonys.concepts.protection import Protection
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from spec.counted_tables import counts_of, drawn_moves, setting
from spec.planted_differences import design, plan, public, value, without

HEAD = "\n    date       | origin | destination | ethnicity | sex | n\n"
ABROAD: dict[str, Any] = {"universe": "external", "measures": ("arrivals",)}
SHARES = design("shares", "ethnicity", totals=("ethnicity",), universe="external", measures=("arrivals_share",))
HEADLINE = design("headline", "", **ABROAD)


def indicator(name: str, function: str, of: str = "arrivals", **more: Any) -> Indicator:  # noqa: ANN401 fields
    named = dict.fromkeys(("en", "es"), name)
    return Indicator(name, named, function, of, named, named, named, **more)  # type: ignore[arg-type]


def read(
    profile: Profile, designs: Sequence[TableDesign], *moves: str, indicators: Sequence[Indicator] = ()
) -> list[Published]:
    """The tables of moves drawn by hand, as everybody reads them."""
    shared = setting(profile, indicators={one.id: one for one in indicators})
    drawn = drawn_moves(HEAD + "\n".join(f"    {line}" for line in moves))
    return [_read(profile, one, shared, drawn) for one in designs]


def _read(profile: Profile, one: TableDesign, shared: Setting, moves: pa.Table) -> Published:
    table = output_table(one, counts_of(profile, one, moves), shared)
    return replace(as_published(one, table), ratios=ratios_of(one, table, shared))


def found(tables: Sequence[Published], by: Protection, *, thorough: bool = True) -> set[tuple[str, str, int, int]]:
    told: tuple[Weakness, ...] = deduced(tables, by, thorough=thorough).weaknesses
    return {(one.attack, one.cell, one.least, one.most) for one in told}


def came(ethnicity: str, n: int, to: str = "N11", sex: str = "F", year: int = 2024) -> str:
    return f"{year}-05-05 | XB | {to} | {ethnicity} | {sex} | {n}"


@pytest.mark.parametrize("thorough", [True, False])
@pytest.mark.parametrize(("cadians", "others", "pinned"), [(2, 58, True), (4, 56, False), (2, 5000, False)])
def test_a_share_of_a_total_that_is_shown_tells_a_count(
    mini: Profile, thorough: bool, cadians: int, others: int, pinned: bool
) -> None:
    tables = read(mini, [SHARES, HEADLINE], came("cad", cadians), came("ard", others))
    total = value(tables[1], "arrivals", "")
    share = round(100 * cadians / total, 1)
    agreeing = [n for n in range(total + 1) if abs(100 * n / total - share) <= 0.05]
    assert (agreeing == [2]) == pinned
    expected = {("rates and shares", "2024, cad, arrivals", 2, 2)} if pinned else set()
    assert found(tables, plan([SHARES, HEADLINE]), thorough=thorough) == expected
    assert found(tables[:1], plan([SHARES]), thorough=thorough) == set()


def rounded(table: Published, ethnicity: str, to: int) -> Published:
    cells = {key: to if key[-1] == ethnicity else count for key, count in table.shown("arrivals").items()}
    return replace(table, sides={**table.sides, "arrivals": cells})


COUNTS = design("counts", "ethnicity", **ABROAD)


def test_a_share_undoes_the_rounding_of_its_count(mini: Profile) -> None:
    """2 are shown as 3, which may be 1 to 5; 2 of 2,002 are 0.1 %, which may be 2 or 3, and 1.7 to 2.3 of 100."""
    for others, expected in ((98, {("rates and shares", "2024, cad, arrivals", 2, 2)}), (2000, set())):
        shares, counts, headline = read(mini, [SHARES, COUNTS, HEADLINE], came("cad", 2), came("ard", others))
        total = value(headline, "arrivals", "")
        agreeing = [n for n in range(1, 6) if abs(100 * n / total - round(200 / total, 1)) <= 0.05]
        assert (len(agreeing) == 1) == bool(expected)
        by = plan([SHARES, HEADLINE], additive=("counts",))
        assert found([shares, rounded(counts, "cad", 3), headline], by) == expected


def test_shares_of_rounded_counts_tell_nothing(mini: Profile) -> None:
    counts, headline = read(mini, [COUNTS, HEADLINE], came("cad", 2), came("ard", 98))
    assert found([rounded(counts, "cad", 3), headline], plan([HEADLINE], additive=("counts",))) == set()


def test_what_an_allowed_table_tells_alone_is_no_weakness(mini: Profile) -> None:
    tables = read(mini, [SHARES, COUNTS, HEADLINE], came("cad", 2), came("ard", 58))
    by = plan([SHARES, COUNTS, HEADLINE], allowed={"counts": "as the office publishes it"})
    assert found(tables, by) == set()


RATES = design("rates", "area", universe="external", measures=("arrivals_rate",))
BY_AREA = Protection(sensitive=("area",), exact={"rates": "", "shares": "", "grown": "", "balance": ""})


@pytest.mark.parametrize(("n", "decimals", "pinned"), [(2, 2, True), (2, 0, False), (30, 2, False)])
def test_a_rate_of_a_population_that_is_published_tells_a_count(
    mini: Profile, n: int, decimals: int, pinned: bool
) -> None:
    """Southfield has 15,000 persons at the start of 2024 and 14,900 at its end."""
    rate = indicator("arrivals_rate", "rate", decimals=decimals)
    tables = read(mini, [RATES], came("ard", n, to="S11"), came("ard", 900), indicators=[rate])
    average = (15_000 + 14_900) / 2
    shown = round(1000 * n / average, decimals)
    agreeing = [k for k in range(100) if abs(1000 * k / average - shown) <= 0.5 * 10**-decimals]
    assert (agreeing == [2]) == pinned
    expected = {("rates and shares", "2024, S1, arrivals", 2, 2)} if pinned else set()
    assert found(tables, BY_AREA) == expected


def test_a_net_rate_and_the_arrivals_are_the_departures(mini: Profile) -> None:
    nets = design("rates", "area", universe="external", measures=("net_rate",))
    arrivals = design("shown", "area", **ABROAD)
    left = "2024-05-05 | S11 | XB | ard | F | 2"
    tables = read(
        mini, [nets, arrivals], came("ard", 40, to="S11"), left, indicators=[indicator("net_rate", "rate", "net")]
    )
    assert value(tables[1], "arrivals", "S1") - round(2.54 * 14_950 / 1000) == 2
    told = found(tables, Protection(sensitive=("area",), exact={"rates": "", "shown": ""}, allowed={"shown": ""}))
    assert told == {("rates and shares", "2024, S1, departures", 2, 2)}


def test_a_growth_on_a_base_that_is_shown_tells_a_count(mini: Profile) -> None:
    """50 came in 2023, and 96 % fewer in 2024."""
    grown = design("grown", "ethnicity", universe="external", measures=("growth",), years=2)
    before = design("before", "ethnicity", years=2, **ABROAD)
    growth = indicator("growth", "growth", decimals=1)
    tables = read(mini, [grown, before], came("cad", 50, year=2023), came("cad", 2), indicators=[growth])
    base = value(tables[1], "arrivals", "cad", "2023")
    assert [n for n in range(200) if abs(100 * (n / base - 1) + 96) <= 0.05] == [2]
    shown_before = replace(tables[1], sides={"arrivals": {**tables[1].shown("arrivals"), ("2024", "cad"): None}})
    told = found([tables[0], shown_before], plan([grown, before]))
    assert told == {("rates and shares", "2024, cad, arrivals", 2, 2)}


def test_an_effectiveness_and_a_turnover_are_both_sides(mini: Profile) -> None:
    balance = design("balance", "ethnicity", universe="external", measures=("turnover", "effectiveness"))
    effectiveness = indicator("effectiveness", "effectiveness", "net", decimals=1)
    left = "2024-05-05 | N11 | XB | ard | F | 2"
    (table,) = read(mini, [balance], came("ard", 48), left, indicators=[effectiveness])
    turnover = value(table, "turnover", "ard")
    assert [d for d in range(turnover + 1) if abs(100 * (turnover - 2 * d) / turnover - 92) <= 0.05] == [2]
    told = found([table], plan([balance]))
    assert told == {("rates and shares", "2024, ard, departures", 2, 2)}


def test_a_rate_that_is_left_out_since_it_is_of_few_tells_that_they_are_few(mini: Profile) -> None:
    """Rounded to 3 it is 1 to 5; fewer than 3 besides, it is 1 or 2."""
    counts = design("counts", "area", **ABROAD)
    for least_count, expected in ((3, {("rates and shares", "2024, S1, arrivals", 1, 2)}), (10, set())):
        rate = indicator("arrivals_rate", "rate", decimals=0, least_count=least_count)
        rates, plain = read(mini, [RATES, counts], came("ard", 2, to="S11"), came("ard", 900), indicators=[rate])
        cells = {key: 3 if key[1] == "S1" else count for key, count in plain.shown("arrivals").items()}
        tables = [rates, replace(plain, sides={"arrivals": cells})]
        by = Protection(sensitive=("area",), exact={"rates": ""}, additive=("counts",))
        assert found(tables, by) == expected


BY_PLACE = design("by-area", "area ethnicity", **ABROAD)
BY_SEX = design("by-sex", "sex ethnicity", **ABROAD)


def test_a_share_of_a_region_tells_the_district_that_is_hidden(mini: Profile) -> None:
    """The region is known by a share of its total, and by no count; the districts are in another table, all but one."""
    shares = design(
        "shares", "ethnicity area", totals=("ethnicity",), universe="external", measures=("arrivals_share",)
    )
    regions = design("regions", "area", **ABROAD)
    districts = design("districts", "place ethnicity", **ABROAD)
    for n, expected in ((2, {("difference of districts", 2, 2)}), (9, set())):
        tables = read(
            mini,
            [shares, regions, districts],
            came("ard", 20, to="S11"),
            came("ard", n, to="S12"),
            came("bor", 30, to="S11"),
        )
        total = value(tables[1], "arrivals", "S1")
        share = round(100 * (20 + n) / total, 1)
        assert [k for k in range(total + 1) if abs(100 * k / total - share) <= 0.05] == [20 + n]
        hidden = [*tables[:2], without(tables[2], "S12 ard")]
        told = differences(hidden, plan([shares, regions, districts]), public(mini)).weaknesses
        assert {(one.attack, one.least, one.most) for one in told} == expected
        assert not differences(hidden[1:], plan([regions, districts]), public(mini)).weaknesses


@pytest.mark.parametrize("thorough", [True, False])
def test_a_hidden_count_is_the_sum_over_another_characteristic_less_the_others(mini: Profile, thorough: bool) -> None:
    """Neither table shows the Cadians together: their women and men are those of all regions."""
    for n, expected in ((2, {("sums over characteristics", "2024, S1, cad, arrivals", 2, 2)}), (20, set())):
        regions, sexes = read(
            mini, [BY_PLACE, BY_SEX], came("cad", 30), came("cad", n, to="S11", sex="M"), came("cad", 40, sex="M")
        )
        assert value(sexes, "arrivals", "F cad") + value(sexes, "arrivals", "M cad") - value(
            regions, "arrivals", "N1 cad"
        ) == n  # fmt: skip
        hidden = without(regions, "S1 cad")
        assert "deduced from sums" not in {one.attack for one in weaknesses([hidden, sexes], plan([BY_PLACE, BY_SEX]))}
        assert found([hidden, sexes], plan([BY_PLACE, BY_SEX]), thorough=thorough) == expected
        assert found([hidden], plan([BY_PLACE]), thorough=thorough) == set()


def test_whoever_is_not_of_the_chosen_sex_is_the_rest(mini: Profile) -> None:
    women = design("women", "sex ethnicity", only={"sex": ("F",)}, **ABROAD)
    tables = read(mini, [COUNTS, women], came("ard", 30), came("ard", 1, sex="M"))
    assert value(tables[0], "arrivals", "ard") - value(tables[1], "arrivals", "F ard") == 1
    (told,) = deduced(tables, plan([COUNTS, women])).weaknesses
    assert (told.attack, told.least, told.most) == ("sums over characteristics", 1, 1)
    assert "beside only sex F" in told.cell
    assert told.tables == ("counts", "women")


def test_what_other_attacks_found_is_not_told_again(mini: Profile) -> None:
    tables = read(mini, [BY_PLACE, BY_SEX], came("cad", 30), came("cad", 2, to="S11", sex="M"))
    hidden = [without(tables[0], "S1 cad"), without(tables[1], "M cad")]
    told = deduced(hidden, plan([BY_PLACE, BY_SEX])).weaknesses
    assert deduced(hidden, plan([BY_PLACE, BY_SEX]), known=told).weaknesses == ()


def test_the_report_says_how_each_count_was_judged(mini: Profile) -> None:
    tables = read(
        mini, [BY_PLACE, BY_SEX], came("cad", 30), came("cad", 20, to="S11", sex="M"), came("cad", 9, to="C11")
    )
    judged = deduced([without(tables[0], "S1 cad", "N1 cad"), tables[1]], plan([BY_PLACE, BY_SEX])).judged
    assert (judged.searched, judged.left, judged.cut_short) == (2, 0, 0)
    assert judged.counts == judged.shown + judged.by_sums + judged.searched
    quick = deduced(
        [without(tables[0], "S1 cad", "N1 cad"), tables[1]], plan([BY_PLACE, BY_SEX]), thorough=False
    ).judged
    assert (quick.searched, quick.left) == (0, 2)


GROUPS, AREAS, SEXES = ("ard", "cad"), ("N1", "S1"), ("F", "M")


@pytest.mark.parametrize("seed", range(20))
def test_what_shares_and_two_tables_tell_is_what_every_count_that_agrees_says(mini: Profile, seed: int) -> None:
    """Brute force over the regions and the sexes of two ethnic groups; counts are hidden at random, shares are of all."""
    draw = np.random.default_rng(seed)
    truth = draw.choice(4, 8, p=[0.35, 0.25, 0.3, 0.1])
    ends = product(GROUPS, ("N11", "S11"), SEXES)
    moves = [came(g, int(n), to=to, sex=sex) for (g, to, sex), n in zip(ends, truth, strict=True) if n]
    assert len(moves) > 1, "a seed by which hardly anybody moves shows nothing: take another"
    tables = read(mini, [BY_PLACE, BY_SEX, SHARES, HEADLINE], *moves)
    hidden = [_hidden(table, draw) for table in tables[:2]] + tables[2:]
    total = int(truth.sum())
    shares = {group: round(100 * int(truth[4 * n : 4 * n + 4].sum()) / total, 1) for n, group in enumerate(GROUPS)}
    agreeing = _agreeing(hidden[:2], shares, total)
    expected = set()
    for cell, counts in agreeing.items():
        is_said = any(one.shown("arrivals").get(("2024", *cell)) for one in hidden[:2])
        if 1 <= counts.min() <= counts.max() < 3 and not is_said:
            expected.add((", ".join(cell), int(counts.min()), int(counts.max())))
    told = {
        (_plain(cell), least, most)
        for _, cell, least, most in found(hidden, plan([BY_PLACE, BY_SEX, SHARES, HEADLINE]))
    }
    assert told == expected


def _plain(cell: str) -> str:
    return cell.removeprefix("2024, ").removesuffix(", arrivals")


def _hidden(table: Published, draw: np.random.Generator) -> Published:
    cells = [" ".join(cell) for cell in product((*AREAS, *SEXES), GROUPS) if ("2024", *cell) in table.shown("arrivals")]
    return without(table, *(cell for cell in cells if draw.random() < 0.4))


def _agreeing(
    tables: Sequence[Published], shares: Mapping[str, float], total: int
) -> dict[tuple[str, ...], np.ndarray]:
    """Every cell of both tables and every group, over all counts that agree with what is read; written apart from the auditor."""
    four = np.indices([total + 1] * 4).reshape(4, -1)
    four = four[:, four.sum(axis=0) == total]
    names = [[(a, g) for g in GROUPS for a in codes] for codes in (AREAS, SEXES)]
    sides = []
    for table, cells in zip(tables, names, strict=True):
        counts = four
        for row, (code, group) in enumerate(cells):
            read_as = table.shown("arrivals").get(("2024", code, group))
            if read_as is not None:
                counts = counts[:, counts[row] == read_as]
        sides.append(counts)
    x, y = (np.repeat(sides[0], sides[1].shape[1], axis=1), np.tile(sides[1], sides[0].shape[1]))
    same = x[0] + x[1] == y[0] + y[1]
    x, y = x[:, same], y[:, same]
    of_group = {"ard": x[0] + x[1], "cad": x[2] + x[3]}
    fits = np.ones(x.shape[1], bool)
    for group, share in shares.items():
        fits &= np.abs(100 * of_group[group] / total - share) <= 0.05 + 1e-9
    found_in = {name: x[row, fits] for row, name in enumerate(names[0])}
    found_in |= {name: y[row, fits] for row, name in enumerate(names[1])}
    return found_in | {(group,): counts[fits] for group, counts in of_group.items()}
