"""How outlines come onto a picture: areas keep their sizes, borders stay shared, arrows point where they lead."""

from __future__ import annotations

import re
from math import cos, hypot, pi, radians, sin

import numpy as np
import pytest

from qonys.concepts.outline import Outline
from qonys.disseminate.figures.arrow import arrow
from qonys.disseminate.figures.drawn_areas import drawn_areas
from qonys.disseminate.figures.projection import EqualArea
from qonys.disseminate.figures.simpler_borders import Ring, simpler_line, simpler_rings


def _size(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(x[:-1] @ y[1:] - x[1:] @ y[:-1])) / 2


def _square(west: float, south: float, side: float) -> np.ndarray:
    """A ring around degrees, with many places, so that its edges follow the parallels."""
    steps = np.linspace(0, side, 400)
    edges = [(west + steps, south + 0 * steps), (west + side + 0 * steps, south + steps)]
    edges += [(west + side - steps, south + side + 0 * steps), (west + 0 * steps, south + side - steps)]
    return np.concatenate([np.column_stack(edge) for edge in edges])


def test_areas_keep_their_sizes_wherever_they_lie() -> None:
    """A field of degrees has the size that it has on the sphere, near the middle and far away from it."""
    near, far = _square(60, 40, 5), _square(90, 60, 5)
    plane = EqualArea.around([near, far])
    for ring, south in ((near, 40), (far, 60)):
        on_the_sphere = radians(5) * (sin(radians(south + 5)) - sin(radians(south)))
        assert _size(plane.places(ring)) == pytest.approx(on_the_sphere, rel=1e-4)


def test_the_middle_is_the_origin_and_north_is_up() -> None:
    plane = EqualArea(70.0, 48.0)
    middle, north, east = plane.places(np.array([[70.0, 48.0], [70.0, 58.0], [80.0, 48.0]]))
    assert middle == pytest.approx([0, 0])
    assert north == pytest.approx([0, 2 * sin(radians(10) / 2)])
    assert east[0] > 0


def test_land_on_both_sides_of_the_180th_meridian_stays_together() -> None:
    places = np.array([[179.0, 65.0], [-179.0, 65.0], [179.0, 66.0]])
    on_plane = EqualArea.around([places]).places(places)
    assert hypot(*(on_plane[1] - on_plane[0])) == pytest.approx(radians(2) * cos(radians(65)), rel=1e-2)


def test_a_line_keeps_its_ends_and_no_place_is_farther_away_than_the_tolerance() -> None:
    line = [(float(x), 10 * sin(x / 7)) for x in range(100)]
    simpler = simpler_line(line, 1.0)
    assert (simpler[0], simpler[-1]) == (line[0], line[-1])
    assert 4 < len(simpler) < 40
    xs, ys = zip(*simpler, strict=True)
    assert max(abs(y - np.interp(x, xs, ys)) for x, y in line) < 1.7, (
        "off by the tolerance, across a slope of at most 1.5"
    )


def _wavy_neighbours() -> list[Ring]:
    """Two areas that share a wavy line, read in opposite directions, as files have them."""
    shared = [(50 + 3 * sin(y / 2), float(y)) for y in range(101)]
    left = ((0.0, 0.0), *shared, (0.0, 100.0), (0.0, 0.0))
    right = ((100.0, 0.0), (100.0, 100.0), *reversed(shared), (100.0, 0.0))
    return [left, right]


def test_neighbours_share_the_same_places_when_their_border_is_simpler() -> None:
    before = _wavy_neighbours()
    left, right = simpler_rings(before, 1.0)
    shared = set(left) & set(right)
    assert 5 < len(shared) < len(set(before[0]) & set(before[1]))
    assert all(place in shared for place in left if 40 < place[0] < 60), "no gap opens"
    assert left[0] == left[-1] and right[0] == right[-1]


def test_a_ring_in_a_hole_is_the_hole_itself() -> None:
    circle = [(50 + 20 * cos(a * pi / 90), 50 + 20 * sin(a * pi / 90)) for a in range(180)]
    inner: Ring = (*circle, circle[0])
    hole: Ring = (*reversed(circle[70:]), *reversed(circle[:70]), circle[-1])
    one, other = simpler_rings([inner, hole], 1.0)
    assert set(one) == set(other)
    assert 6 < len(one) < 40


def test_a_fine_file_gives_a_light_picture() -> None:
    ring = tuple(
        (60 + 9 * cos(a / 9000) + 0.4 * sin(a / 7), 45 + 6 * sin(a / 9000) + 0.4 * cos(a / 5)) for a in range(56000)
    )
    (area,) = drawn_areas((Outline("N1", (((*ring, ring[0]),),)),)).areas.values()
    assert 100 < sum(map(len, area.rings)) <= 2600


def test_words_stand_inside_an_area_of_an_odd_shape() -> None:
    """The centre of gravity of a horseshoe lies outside it."""
    shoe = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (7.0, 9.0), (7.0, 2.0), (2.0, 2.0), (2.0, 9.0), (0.0, 9.0), (0.0, 0.0))
    (area,) = drawn_areas((Outline("N1", ((shoe,),)),)).areas.values()
    x, y = area.middle
    xs, ys = [place[0] for place in area.rings[0]], [place[1] for place in area.rings[0]]
    across, down = (x - min(xs)) / (max(xs) - min(xs)), (y - min(ys)) / (max(ys) - min(ys))
    assert across < 2 / 9 or across > 7 / 9 or down > 7 / 9
    assert area.room > 9


def _places(outline: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", outline)]


def test_an_arrow_grows_from_its_tail_to_its_head_whose_point_is_the_destination() -> None:
    places = _places(arrow((0, 0), (200, 0), 10))
    assert (200.0, 0.0) in places
    sides = (len(places) - 3) // 2
    left, right = places[:sides], places[: sides + 2 : -1]
    widths = [hypot(a - c, b - d) for (a, b), (c, d) in zip(left, right, strict=True)]
    assert widths == sorted(widths)
    assert widths[0] == pytest.approx(3, abs=0.2)
    assert widths[-1] == pytest.approx(10, abs=0.2)


def test_arrows_there_and_back_do_not_lie_on_each_other() -> None:
    there = [y for _, y in _places(arrow((0, 0), (200, 0), 4))]
    back = [y for _, y in _places(arrow((200, 0), (0, 0), 4))]
    assert abs(sum(there) / len(there) - sum(back) / len(back)) > 10


def test_an_arrow_between_neighbours_too_near_for_it_is_none() -> None:
    assert arrow((0, 0), (3, 0), 5) == ""
