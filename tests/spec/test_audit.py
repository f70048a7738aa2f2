"""The auditor finds what is planted, and nothing in a release that is protected."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from qonys.analyse.audit import Published, Weakness, weaknesses, with_years
from qonys.analyse.published_cells import CellOfAll
from qonys.concepts.protection import Protection
from qonys.concepts.table_design import TableDesign

EXACT = Protection(sensitive=("ethnicity",), exact={"t": "", "m": "", "s": ""})
ROUNDED = Protection(sensitive=("ethnicity",), exact={"m": "", "s": ""}, additive=("t",), base=3)


def design(name: str, rows: str) -> TableDesign:
    return TableDesign(
        id=name, title={}, universe="external", frequency="year", measures=("arrivals",), rows=tuple(rows.split()),
        columns=("period", "measure"), totals=tuple(rows.split()),
    )  # fmt: skip


def published(name: str, rows: str, cells: dict[str, int | None], vintage: str = "final") -> Published:
    """``"N1 ard": 3`` is a cell of 2024."""
    return Published(
        design(name, rows), vintage, {"arrivals": {("2024", *key.split()): value for key, value in cells.items()}}
    )


def crossed(cells: dict[str, int | None]) -> Published:
    """A table of area by ethnicity with its totals."""
    whole = dict(cells)
    for area in {key.split()[0] for key in cells}:
        whole[f"{area} _T"] = sum(v or 0 for k, v in cells.items() if k.split()[0] == area)
    for group in {key.split()[1] for key in cells}:
        whole[f"_T {group}"] = sum(v or 0 for k, v in cells.items() if k.split()[1] == group)
    whole["_T _T"] = sum(v or 0 for v in cells.values())
    return published("t", "area ethnicity", whole)


def attacks(found: tuple[Weakness, ...]) -> set[tuple[str, str]]:
    return {(one.attack, one.cell.removeprefix("2024, ").removesuffix(", arrivals")) for one in found}


def test_a_small_count_in_a_sensitive_dimension_is_found_and_one_elsewhere_is_not() -> None:
    table = crossed({"N1 ard": 2, "N1 bor": 30, "S1 ard": 40, "S1 bor": 50})
    assert attacks(weaknesses([table], EXACT)) == {("small count", "N1, ard")}
    assert weaknesses([table], Protection(sensitive=("sex",), exact={"t": ""})) == ()


def test_what_is_allowed_with_a_reason_is_no_weakness() -> None:
    allowed = Protection(sensitive=("ethnicity",), exact={"t": ""}, allowed={"t": "as the office publishes it"})
    assert weaknesses([crossed({"N1 ard": 2, "N1 bor": 30, "S1 ard": 40, "S1 bor": 50})], allowed) == ()


def test_a_group_of_one_kind_is_found() -> None:
    found = weaknesses([crossed({"N1 ard": 20, "N1 bor": 0, "S1 ard": 40, "S1 bor": 50})], EXACT)
    assert attacks(found) == {("group of one kind", "N1, ard")}


def test_a_hidden_count_is_deduced_from_the_sum_and_the_others() -> None:
    table = crossed({"N1 ard": 20, "N1 bor": 30, "S1 ard": 40, "S1 bor": 50})
    cells = dict(table.shown("arrivals"))
    cells["2024", "N1", "ard"] = None
    cells["2024", "N1", "_T"] = 32
    cells["2024", "_T", "ard"] = 42
    cells["2024", "_T", "_T"] = 122
    hidden = Published(table.design, "final", {"arrivals": cells})
    found = weaknesses([hidden], EXACT)
    assert [(one.attack, one.least, one.most) for one in found] == [("deduced from sums", 2, 2)]


def test_that_no_count_below_the_base_is_rounded_beyond_it_is_known_to_an_intruder_too() -> None:
    """A 4 was 3 at least, so of the 7 persons in N1 no more than 4 are ard; with a base of 5 the same holds of a 6."""
    for base, threshold, total in ((3, 5, 7), (5, 7, 11)):
        plan = Protection(
            sensitive=("ethnicity",), exact={"m": ""}, additive=("t",), base=base, threshold=threshold
        )  # fmt: skip
        table = crossed({"N1 ard": base, "N1 bor": base + 1, "S1 ard": 40, "S1 bor": 50})
        found = weaknesses([table, published("m", "area", {"N1": total})], plan)
        assert [(one.attack, one.least, one.most) for one in found] == [("deduced from sums", 1, base + 1)]
        assert found[0].cell == "2024, N1, ard, arrivals"


def test_a_count_from_the_base_on_that_rounding_left_alone_is_found_where_sums_leave_no_other() -> None:
    """With a base below the threshold a 3 may stand as it was; nobody is in S1, so that the margins tell all of N1."""
    plan = Protection(
        sensitive=("ethnicity",), exact={"m": "", "s": ""}, additive=("t",), base=2, threshold=4, allowed={"s": "sums"}
    )  # fmt: skip
    table = crossed({"N1 ard": 5, "N1 bor": 3, "S1 ard": 0, "S1 bor": 0})
    margins = [published("m", "area", {"N1": 8, "S1": 0}), published("s", "ethnicity", {"ard": 5, "bor": 3})]
    assert attacks(weaknesses([table, *margins], plan)) == {("deduced from sums", "N1, bor")}


def test_rounding_is_undone_by_a_margin_that_leaves_no_other_count() -> None:
    """N1 has 1 person, a margin that another table shows as it is: whoever rounds her to 3 hides nothing."""
    table = published("t", "area ethnicity", {
        "N1 ard": 3, "N1 bor": 0, "S1 ard": 40, "S1 bor": 50, "N1 _T": 3, "S1 _T": 90, "_T ard": 43, "_T bor": 50, "_T _T": 93,
    })  # fmt: skip
    margin = published("m", "area", {"N1": 1, "S1": 90, "_T": 91})
    assert attacks(weaknesses([table, margin], ROUNDED)) == {("deduced from sums", "N1, ard")}
    wider = published("m", "area", {"N1": 4, "S1": 90, "_T": 94})
    assert weaknesses([table, wider], ROUNDED) == ()


def test_what_came_between_two_vintages_is_found() -> None:
    before = crossed({"N1 ard": 20, "N1 bor": 30, "S1 ard": 40, "S1 bor": 50})
    after = crossed({"N1 ard": 21, "N1 bor": 36, "S1 ard": 40, "S1 bor": 50})
    found = weaknesses([after], EXACT, earlier=[before])
    assert attacks(found) == {("difference of vintages", "N1, ard"), ("difference of vintages", "_T, ard")}
    assert weaknesses([after], ROUNDED, earlier=[before]) == ()


def test_twelve_months_tell_their_year() -> None:
    months = {CellOfAll("external", "final", f"2024-{m:02}", "arrivals", ()): m for m in range(1, 13)}
    assert with_years(months)[CellOfAll("external", "final", "2024", "arrivals", ())] == 78
    del months[CellOfAll("external", "final", "2024-05", "arrivals", ())]
    assert CellOfAll("external", "final", "2024", "arrivals", ()) not in with_years(months)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_deduced_is_what_every_table_that_agrees_says(seed: int) -> None:
    """Brute force over all tables of two by three that have the shown margins and may have been rounded to what is shown."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 5, (2, 3))
    shown = np.where((truth > 0) & (truth < 3), np.where(rng.random((2, 3)) < truth / 3, 3, 0), truth)
    areas, groups = ("N1", "S1"), ("ard", "bor", "cad")
    table = crossed({f"{a} {g}": int(shown[i, j]) for i, a in enumerate(areas) for j, g in enumerate(groups)})
    margins = published("m", "area", {a: int(truth[i].sum()) for i, a in enumerate(areas)} | {"_T": int(truth.sum())})
    sums = published(
        "s", "ethnicity", {g: int(truth[:, j].sum()) for j, g in enumerate(groups)} | {"_T": int(truth.sum())}
    )
    ranges = [range(max(v - 2, min(v, 1), 3 if v > 3 else 0), v + 3) for v in shown.ravel().tolist()]
    tables = np.array([
        cells for cells in product(*ranges)
        if (np.reshape(cells, (2, 3)).sum(axis=1) == truth.sum(axis=1)).all()
        and (np.reshape(cells, (2, 3)).sum(axis=0) == truth.sum(axis=0)).all()
    ])  # fmt: skip
    least, most = tables.min(axis=0), tables.max(axis=0)
    wanted = {
        ("deduced from sums", f"{a}, {g}")
        for place, (a, g) in enumerate(product(areas, groups))
        if least[place] >= 1 and most[place] < 3
    }
    plan = Protection(
        sensitive=("ethnicity",), exact={"m": "", "s": ""}, additive=("t",), base=3, allowed={"s": "one dimension"}
    )
    assert attacks(weaknesses([table, margins, sums], plan)) == wanted
