"""How a table lies on sheets of paper: no column is lost, none is wider than the sheet, words and numbers stay whole."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qonys.disseminate.bulletin.sheets import ACROSS, UPRIGHT, Column, Sheet, heads_within, lying, sheet_for, width_of
from qonys.disseminate.table_layout import Head

REGION = Column("Region", ("Total", "Northmark", "Port Ardal"))
ROUNDING = 1.0


def columns(count: int, head: str = "January", entry: str = "180,234") -> list[Column]:
    return [Column(head, (entry,))] * count


def width(sheet: Sheet, part: int = 0) -> float:
    return sum(sheet.heads) + sum(sheet.parts[part].widths)


def test_a_narrow_table_lies_upright_in_full_size_and_whole() -> None:
    sheet = sheet_for([REGION], columns(3), [Head("2024", 3)])
    assert (sheet.across, sheet.size, len(sheet.parts)) == (False, 8.5, 1)
    assert width(sheet) < UPRIGHT


def test_a_table_is_made_smaller_before_it_is_laid_across_and_laid_across_before_it_is_parted() -> None:
    found = [sheet_for([REGION], columns(count), [Head("", count)]) for count in range(1, 22)]
    ways = [(len(sheet.parts) > 1, sheet.across, -sheet.size if len(sheet.parts) == 1 else 0.0) for sheet in found]
    assert ways == sorted(ways)
    assert {(sheet.across, len(sheet.parts)) for sheet in found} == {(False, 1), (True, 1), (True, 2)}


def test_a_table_without_a_column_of_numbers_has_a_sheet_of_its_heads() -> None:
    """As a register of one office alone has it: of what a table shows across, nothing came."""
    sheet = sheet_for([REGION], [], [])
    assert (len(sheet.heads), [part.widths for part in sheet.parts]) == (1, [()])


def test_parts_are_cut_between_the_groups_of_the_head() -> None:
    sheet = sheet_for([REGION], columns(36), [Head("Arrivals", 12), Head("Departures", 12), Head("Net", 12)])
    assert [(part.start, part.stop) for part in sheet.parts] == [(0, 12), (12, 24), (24, 36)]


def test_a_group_too_wide_for_a_sheet_is_cut_into_about_equal_parts() -> None:
    sheet = sheet_for([REGION], columns(21, "Северо-Казахстанская область"), [Head("Область", 21)])
    sizes = [part.stop - part.start for part in sheet.parts]
    assert len(sizes) > 1 and max(sizes) - min(sizes) <= 1


@given(st.lists(st.tuples(st.text(max_size=20), st.text("0123456789\u202f", max_size=12)), min_size=1, max_size=60))
def test_every_column_is_in_one_part_and_no_part_is_wider_than_its_sheet(drawn: list[tuple[str, str]]) -> None:
    sheet = sheet_for([REGION], [Column(head, (entry,)) for head, entry in drawn], [Head("", len(drawn))])
    cuts = [sheet.parts[0].start, *(part.stop for part in sheet.parts)]
    assert cuts == sorted(set(cuts)) and (cuts[0], cuts[-1]) == (0, len(drawn))
    assert all(before.stop == after.start for before, after in pairwise(sheet.parts))
    room = ACROSS if sheet.across else UPRIGHT
    assert all(width(sheet, part) <= room + ROUNDING for part in range(len(sheet.parts)))


def test_no_word_of_a_head_and_no_number_is_broken() -> None:
    sheet = sheet_for([REGION], [Column("Net migration rate", ("−12,345.6",))] * 4, [Head("", 4)])
    for word in ("migration", "−12,345.6"):
        assert sheet.parts[0].widths[0] > width_of(word, sheet.size)


@pytest.mark.parametrize(
    ("start", "stop", "wanted"),
    [(0, 6, [("a", 3), ("b", 3)]), (0, 3, [("a", 3)]), (2, 4, [("a", 1), ("b", 1)]), (3, 5, [("b", 2)])],
)
def test_a_head_that_reaches_beyond_a_part_is_cut(start: int, stop: int, wanted: list[tuple[str, int]]) -> None:
    assert [(h.label, h.span) for h in heads_within([Head("a", 3), Head("b", 3)], start, stop)] == wanted


@pytest.mark.parametrize(
    ("width", "height", "across"), [(720, 400, False), (720, 1400, False), (1213, 991, True), (1600, 300, True)]
)
def test_a_picture_lies_across_where_its_letters_could_not_be_read_upright(
    width: float, height: float, across: bool
) -> None:
    assert lying(width, height)[0] is across
