"""The auditor reads vintages that are no longer current, what analyses show of counts, and what nowcasts show of late registrations."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from qonys.analyse.audit import Published, as_published_analysis, weaknesses
from qonys.analyse.deducing import deduced
from qonys.analyse.differencing import differences
from qonys.analyse.late_registrations import KnownMoves, late_registrations, shown_by_nowcast
from qonys.concepts.period import Period
from qonys.concepts.protection import Protection
from qonys.country.profile import Profile
from spec.command_line import qonys
from spec.drawn_slips import Walk
from spec.planted_differences import design, plan, public, shown, value
from spec.test_protected_release import profile

ABROAD = design("abroad", "ethnicity", universe="external", measures=("arrivals",))
ROUNDED = Protection(sensitive=("ethnicity",), additive=("abroad",))
ONE = "2024-05-05 | XB | C11 | cad | 1"


def rounded_to(table: Published, codes: str, count: int) -> Published:
    cells = dict(table.shown("arrivals"))
    cells["2024", codes] = count
    return replace(table, sides={"arrivals": cells})


def of_vintage(table: Published, by: Protection) -> Published:
    return replace(table, plan=by, shown_by="a1b2c3")


def test_a_vintage_that_was_rounded_the_other_way_undoes_the_rounding(mini: Profile) -> None:
    """3 in one vintage is 1 to 5, 0 in the other is 0 to 2: of the same moves it is 1 or 2."""
    (table,) = shown(mini, [ABROAD], ONE)
    now, before = rounded_to(table, "cad", 0), of_vintage(rounded_to(table, "cad", 3), ROUNDED)
    assert set(range(3)) & set(range(1, 6)) == {1, 2}
    (found,) = differences([now], ROUNDED, public(mini), besides=[before]).weaknesses
    assert (found.attack, found.least, found.most) == ("difference of vintages", 1, 2)
    assert found.tables == ("abroad", "abroad of a1b2c3")
    assert differences([now], ROUNDED, public(mini), besides=[of_vintage(now, ROUNDED)]).weaknesses == ()


def test_a_vintage_that_showed_the_count_as_it_is_undoes_the_rounding(mini: Profile) -> None:
    (table,) = shown(mini, [ABROAD], ONE)
    exact = of_vintage(table, plan([ABROAD]))
    assert value(exact, "arrivals", "cad") == 1
    told = weaknesses([rounded_to(table, "cad", 3)], ROUNDED, besides=[exact])
    assert [(one.attack, one.cell, one.least, one.most) for one in told] == [
        ("difference of vintages", "2024, cad, arrivals", 1, 1)
    ]
    assert weaknesses([rounded_to(table, "cad", 3)], ROUNDED) == ()


def test_a_vintage_is_read_by_the_plan_by_which_it_was_protected(mini: Profile) -> None:
    """30 as counted and 32 as counted differ by 2; had the first been rounded, nobody could say so."""
    (before,) = shown(mini, [ABROAD])
    (now,) = shown(mini, [ABROAD], *["2024-05-05 | XB | C11 | ard | 2"])
    exact = plan([ABROAD])
    assert value(now, "arrivals", "ard") - value(before, "arrivals", "ard") == 2
    told = weaknesses([now], exact, earlier=[of_vintage(before, exact)])
    assert [(one.attack, one.least, one.most) for one in told] == [("difference of vintages", 2, 2)]
    assert weaknesses([now], exact, earlier=[of_vintage(before, ROUNDED)]) == ()


def test_an_analysis_that_read_counts_before_they_were_protected_is_found(mini: Profile) -> None:
    (table,) = shown(mini, [ABROAD], ONE)
    protected = rounded_to(table, "cad", 3)
    honest = as_published_analysis(protected, [("2024", "arrivals", 3.0), ("2024", "arrivals_adjusted", 2.6)],
                                   {"ethnicity": "cad"}, "adjusted")  # fmt: skip
    assert honest is None
    leaking = as_published_analysis(protected, [("2024", "arrivals", 1.0)], {"ethnicity": "cad"}, "adjusted")
    assert leaking is not None
    told = weaknesses([protected, leaking], ROUNDED, besides=[leaking])
    assert ("small count", "abroad of adjusted", 1) in {(one.attack, one.table, one.least) for one in told}


def test_an_analysis_of_one_group_says_nothing_of_the_others(mini: Profile) -> None:
    """It reads the Cadians alone, so whom it does not name is not nobody, and its one count is no total."""
    (table,) = shown(mini, [ABROAD], ONE, "2024-05-05 | XB | C11 | bor | 2")
    protected = rounded_to(table, "cad", 3)
    leaking = as_published_analysis(protected, [("2024", "arrivals", 1.0)], {"ethnicity": "cad"}, "adjusted")
    assert leaking is not None
    regions = design("regions", "area ethnicity", universe="external", measures=("arrivals",))
    (by_region,) = shown(mini, [regions], ONE, "2024-05-05 | XB | N11 | bor | 2")
    of_one = as_published_analysis(by_region, [("2024", "arrivals", 9.0)], {"area": "C1", "ethnicity": "bor"}, "one")
    assert of_one is not None
    assert deduced([protected], ROUNDED, besides=[leaking]).weaknesses == ()
    hidden = replace(by_region, sides={"arrivals": dict.fromkeys(by_region.shown("arrivals"))})
    assert differences([hidden], plan([regions]), public(mini), besides=[of_one]).weaknesses == ()


MAY = "2024-05"
EARLY, LATE = date(2024, 6, 30), date(2024, 7, 31)


@pytest.mark.parametrize(
    ("base", "threshold", "first", "later", "found"),
    [
        (2, 3, 98, 99, {(1, 2)}),  # 98 stands for 97 and 98
        (3, 3, 99, 101, set()),  # 99 stands for 98, 99 and 100: one to three came late
        (3, 4, 99, 101, {(1, 3)}),
        (4, 4, 100, 102, set()),
    ],
)
def test_a_base_below_the_threshold_tells_late_registrations(
    base: int, threshold: int, first: int, later: int, found: set[tuple[int, int]]
) -> None:
    known = [shown_by_nowcast("nowcast", MAY, EARLY, first, base), KnownMoves(MAY, LATE, later, later)]
    told = late_registrations(known, Protection(threshold=threshold))
    assert {(one.least, one.most) for one in told} == found
    assert all(one.attack == "late registrations" and one.tables == ("nowcast",) for one in told)


@pytest.mark.parametrize("base", [0, 2, 3, 4, 5])
def test_what_a_nowcast_says_is_every_count_that_is_rounded_to_it(base: int) -> None:
    def rounded(count: int) -> int:
        return base * int(np.floor(count / base + 0.5)) if base else count

    for shown_as in sorted({rounded(count) for count in range(40)})[:8]:
        counts = [count for count in range(60) if rounded(count) == shown_as]
        told = shown_by_nowcast("nowcast", MAY, EARLY, shown_as, base)
        assert (told.least, told.most) == (min(counts), max(counts))


@pytest.mark.parametrize("seed", range(20))
def test_late_registrations_are_found_where_every_count_that_agrees_says_so(seed: int) -> None:
    """Brute force over what was known on three days; each is rounded by a base of its own, and the last one shown as it is."""
    draw = np.random.default_rng(seed)
    truth = np.cumsum(draw.integers([6, 0, 0], [9, 4, 4]))
    bases, days = draw.choice([2, 3], 2), [EARLY, LATE, date(2024, 8, 31)]
    shown_as = [int(b * np.floor(t / b + 0.5)) for b, t in zip(bases, truth, strict=False)]
    known = [shown_by_nowcast("n", MAY, d, v, int(b)) for d, v, b in zip(days, shown_as, bases, strict=False)]
    known.append(KnownMoves(MAY, days[2], int(truth[2]), int(truth[2])))
    agreeing = np.array([
        counts for counts in product(range(25), repeat=2)
        if all(b * np.floor(c / b + 0.5) == v for c, v, b in zip(counts, shown_as, bases, strict=True))
    ])  # fmt: skip
    every = np.column_stack([agreeing, np.full(len(agreeing), truth[2])])
    expected = set()
    for first, second in ((0, 1), (0, 2), (1, 2)):
        for late in (every[:, second] - every[:, first], every[:, first] - every[:, second]):
            if 1 <= late.min() <= late.max() < 3:
                expected.add((int(late.min()), int(late.max())))
    assert {(one.least, one.most) for one in late_registrations(known, Protection())} == expected


def test_what_exact_tables_tell_without_a_nowcast_is_left_to_them() -> None:
    exact = [KnownMoves(MAY, EARLY, 99, 99), KnownMoves(MAY, LATE, 100, 100)]
    with_nowcasts = [*exact, shown_by_nowcast("nowcast", MAY, EARLY, 98, 2)]
    assert late_registrations(exact, Protection()) == late_registrations(with_nowcasts, Protection()) == ()


PEOPLE = "\n".join(
    f"p{n:02} | {n % 27 + 1:02}.03.2024 | {'XB' if n % 2 else 'N11'} | C11 | {('ard', 'bor')[n % 3 == 0]}"
    for n in range(48)
)
HEAD = "PERSON | DAY | FROM | TO | GROUP"
ALLOWED = "allowed:\n  external-by-ethnicity: the whole country by one characteristic\n"


@pytest.fixture
def walk(tmp_path: Path, only_pages: None) -> Walk:
    """The first vintage of 2024 is published; nothing is allowed, and no count of it is small."""
    walk = Walk(tmp_path, profile=str(profile(tmp_path, (ALLOWED, ""))))
    walk.receive("2024-01-10", f"{HEAD}\nold | 05.03.2023 | N11 | C11 | ard")
    walk.receive("2025-01-10", f"{HEAD}\n{PEOPLE}")
    released(walk)
    return walk


def released(walk: Walk) -> None:
    walk.process()
    walk.line.tabulate()
    walk.line.build(Period(2024))
    walk.line.publish()


def audited(walk: Walk) -> tuple[int, dict[str, list[str]], str]:
    ran = qonys("protect", "audit", "2024", "--workspace", walk.line.office.workspace.folder, "--json")
    return ran.code, ran.json["audit"], ran.out


def test_a_superseded_vintage_that_stays_readable_is_read(walk: Walk) -> None:
    """Two late slips are the difference, also when the vintage without them is no longer the current one."""
    code, said, _ = audited(walk)
    assert (code, said["weaknesses"], said["superseded"]) == (0, [], [])
    walk.receive("2025-01-20", f"{HEAD}\nlat | 05.03.2024 | XB | C11 | ard\nlau | 06.03.2024 | XB | C11 | ard")
    released(walk)
    code, said, out = audited(walk)
    assert code == 4
    assert len(said["superseded"]) == 1 and len(said["earlier"]) == 2
    assert {one["attack"] for one in said["weaknesses"]} == {"difference of vintages"}
    assert "Difference of vintages" in out
    read = qonys("protect", "audit", "2024", "--workspace", walk.line.office.workspace.folder)
    assert "2 published vintages of this and other periods, 1 of them no longer current" in read.out
    assert re.search(r"\d  difference of vintages ", read.out) and "none  small count " in read.out
    assert "The other vintage stays readable" in read.said


def test_a_vintage_is_read_by_the_profile_that_was_kept_with_it(walk: Walk) -> None:
    """The first vintage showed ethnic groups as counted; rounding them since hides nobody whom it told."""
    walk.receive("2025-01-20", f"{HEAD}\nlat | 05.03.2024 | XB | C11 | ard\nlau | 06.03.2024 | XB | C11 | ard")
    mine = walk.line.office.profile.folder / "protection.yaml"
    text = mine.read_text("utf-8").replace("  external-by-ethnicity: one dimension\n", "")
    mine.write_text(text.replace("additive: [", "additive: [external-by-ethnicity, "), "utf-8")
    walk.line = type(walk.line)(replace(walk.line.office))
    walk.process()
    walk.line.tabulate()
    code, said, _ = audited(walk)
    assert code == 0  # the old vintage is exact, the new one is not: nobody can take one from the other
    assert len(said["earlier"]) == 1
