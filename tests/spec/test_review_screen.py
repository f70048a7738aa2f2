"""The screens of `qonys review`, played key by key as a person would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Static

from qonys.cli.review_screen import ReviewApp
from qonys.production.linking import waiting_pairs
from spec.drawn_slips import drawn
from spec.reviewed_slips import ReviewedWalk, faulty_walk
from spec.test_pairs_are_reviewed import MARK, WRITTEN, NamedWalk

Play = Callable[[ReviewApp, Pilot[None]], Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> ReviewedWalk:
    return faulty_walk(tmp_path_factory.mktemp("faulty"))


@pytest.fixture
def walk(faulty: ReviewedWalk, tmp_path: Path) -> ReviewedWalk:
    return faulty.copied(tmp_path)


def on_screen(walk: ReviewedWalk, play: Play, *, links: bool = False) -> None:
    """Play with the screen as a person would, key by key."""

    async def played() -> None:
        app = ReviewApp(walk.office, "en", links=links)
        async with app.run_test(size=(120, 50)) as pilot:
            await pilot.pause()
            await play(app, pilot)

    asyncio.run(played())


def shown(app: ReviewApp) -> str:
    """All that the screen says of a slip, or of a pair."""
    names = ("#head", "#reasons", "#decisions", "#said")
    texts = [str(app.screen.query_one(name, Static).render()) for name in names if app.screen.query(name)]
    table = app.screen.query_one(DataTable)
    return "\n".join([*texts, *(" ".join(map(str, table.get_row_at(line))) for line in range(table.row_count))])


def test_the_screen_goes_through_what_waits_and_shows_no_identifier(walk: ReviewedWalk) -> None:
    async def play(app: ReviewApp, pilot: Pilot[None]) -> None:
        seen = []
        for _ in range(4):
            seen.append(shown(app))
            await pilot.press("n")
        assert "1 of 4 · delivery 1, row 4" in seen[0]
        assert "The age is below 0 or above 115." in seen[0]
        assert "DAY 31.02.2024" in seen[1]
        assert "sex: no code of sex" in seen[2]
        assert "schooling-of-a-child" in seen[3]
        assert shown(app) == seen[0]
        await pilot.press("p")
        assert shown(app) == seen[3]
        assert MARK not in "".join(seen)
        assert MARK not in app.export_screenshot()

    on_screen(walk, play)


def test_on_the_screen_a_field_is_edited_a_row_released_a_flag_accepted_and_the_last_taken_back(
    walk: ReviewedWalk,
) -> None:
    async def play(app: ReviewApp, pilot: Pilot[None]) -> None:
        await pilot.press("n")
        await pilot.press("r", "enter", "enter")
        assert "still cannot be read" in shown(app)
        await pilot.press("e")
        await pilot.press("ctrl+u", *"28.02.2024", "enter", "enter", "enter")
        assert "DAY: 31.02.2024 → 28.02.2024" in shown(app)
        await pilot.press("r", "enter", "enter")
        assert "release" in shown(app)
        await pilot.press("n", "n", "a", "enter", *"as it is", "enter")
        assert "accept schooling-of-a-child  (REVIEW, Olga, 2025-03-01) as it is" in shown(app)
        await pilot.press("n", "x", "enter", "enter")
        assert "leave out" in shown(app)
        await pilot.press("u", "enter", "enter")
        assert "undo 4" in shown(app)
        await pilot.press("x", "escape", "u")
        assert "Nothing of this slip can be taken back." in shown(app)

    on_screen(walk, play)
    assert walk.log("row act field new reason") == drawn("""
        row | act       | field | new        | reason
        2   | set       | DAY   | 28.02.2024 | REVIEW
        2   | release   |       |            | REVIEW
        5   | accept    |       |            | REVIEW
        4   | leave_out |       |            | REVIEW
        4   | undo      |       |            | REVIEW
    """)
    walk.process()
    assert [row["row"] for row in walk.moves("row")] == ["2", "5", "6"]


def test_a_screen_without_anything_that_waits_says_so(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "PERSON | SEX\nann | f")
    walk.process()

    async def play(app: ReviewApp, pilot: Pilot[None]) -> None:
        await pilot.press("n", "e", "r", "u")
        assert "Nothing" in shown(app)

    on_screen(walk, play)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> NamedWalk:
    return NamedWalk(tmp_path_factory.mktemp("named"))


def test_pairs_are_decided_by_keys_and_taken_back(named: NamedWalk) -> None:
    first, second, third, *_ = waiting_pairs(named.office)

    async def play(app: ReviewApp, pilot: Pilot[None]) -> None:
        seen = shown(app)
        assert f"1 of {len(waiting_pairs(named.office))} · probability {first.probability:.3f}" in seen
        assert "date 2024-09-05 2024-03-05 ≠" in seen
        assert "destination C11 C11" in seen
        assert f"given_name hidden hidden {first.names['given_name']}" in seen
        heads = [str(column.label) for column in app.screen.query_one(DataTable).columns.values()]
        assert heads[1:3] == [f"delivery 1, row {first.row}", f"delivery 1, row {first.other_row}"]
        await pilot.press("s", "enter", *"same street", "enter")
        assert f"same person as 1:{first.other_row}  (REVIEW, Olga, 2025-03-01) same street" in shown(app)
        await pilot.press("d", "enter", "enter")
        assert "Entry 1 says already that they are of the same person" in shown(app)
        await pilot.press("n", "d", "ctrl+u", *"other", "enter", "enter")
        assert "The reason OTHER needs a note." in shown(app)
        await pilot.press("d", "ctrl+u", *"other", "enter", *"twins", "enter")
        assert f"another person than 1:{second.other_row}  (OTHER, Olga, 2025-03-01) twins" in shown(app)
        await pilot.press("p", "u", "enter", "enter")
        assert "undo 1" in shown(app)
        await pilot.press("u")
        assert "Nothing of this pair can be taken back." in shown(app)
        await pilot.press("n", "n", "s", "escape")
        assert "No decision yet." in shown(app)
        assert MARK not in app.export_screenshot()
        assert WRITTEN[third.row - 2].surname not in app.export_screenshot()

    on_screen(named, play, links=True)
    assert named.log("row act new reason note") == drawn(f"""
        row          | act       | new                  | reason | note
        {first.row}  | same      | 1:{first.other_row}  | REVIEW | same street
        {second.row} | different | 1:{second.other_row} | OTHER  | twins
        {first.row}  | undo      |                      | REVIEW |
    """)
    assert [one.key for one in waiting_pairs(named.office)[:2]] == [first.key, third.key]


def test_one_key_leads_from_slips_to_pairs_and_back_to_where_one_was(walk: ReviewedWalk) -> None:
    async def play(app: ReviewApp, pilot: Pilot[None]) -> None:
        await pilot.press("n")
        before = shown(app)
        await pilot.press("l")
        assert "No pair waits." in shown(app)
        await pilot.press("n", "s", "d", "u", "x", "r")
        assert "No pair waits." in shown(app)
        await pilot.press("l")
        assert shown(app) == before

    on_screen(walk, play)
    assert walk.log("entry") == []
