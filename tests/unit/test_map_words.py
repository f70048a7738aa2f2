"""Words on a map keep off each other and off the arrows between a region and its city."""

from __future__ import annotations

from qonys.disseminate.figures.drawn_areas import DrawnArea
from qonys.disseminate.figures.map_words import placed_words

RING = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 0.0))


def _area(code: str, x: float, y: float, *, is_symbol: bool = False) -> DrawnArea:
    return DrawnArea(code, () if is_symbol else (RING,), (x, y), 20.0)


def test_words_stand_below_the_middle_where_nothing_is_in_their_way() -> None:
    places = placed_words([_area("N1", 100, 100), _area("S1", 300, 100)], {"N1": 40, "S1": 40})
    assert all(at.anchor == "middle" and at.y > 100 for at in places.values())


def test_words_stand_above_where_a_circle_lies_below() -> None:
    places = placed_words([_area("N1", 100, 100), _area("C1", 100, 150, is_symbol=True)], {"N1": 40, "C1": 30})
    assert places["N1"].y < 100
    assert places["C1"].anchor == "start"


def test_words_stand_beside_where_others_are_above_and_a_circle_is_below() -> None:
    areas = [_area("S1", 100, 55), _area("N1", 100, 100), _area("C1", 115, 130, is_symbol=True)]
    places = placed_words(areas, dict.fromkeys(("S1", "N1", "C1"), 40.0))
    assert places["N1"].anchor == "end"


def test_words_of_a_circle_at_the_right_edge_stand_on_its_left() -> None:
    places = placed_words([_area("C1", 660, 50, is_symbol=True)], {"C1": 40})
    assert places["C1"].anchor == "end"
    assert places["C1"].box[2] < 660


def test_words_do_not_leave_the_picture() -> None:
    places = placed_words([_area("N1", 5, 50), _area("S1", 668, 50)], {"N1": 60, "S1": 60})
    assert places["N1"].box[0] >= 0
    assert places["S1"].box[2] <= 672
