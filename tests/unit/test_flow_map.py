"""Maps of flows: areas in shades, circles for what is too small, arrows for the largest flows; without outlines, squares."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from qonys.concepts.status import DataStatus
from qonys.country.outlines import OUTLINES, outlines_of
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from qonys.disseminate.figures.figure import Figure
from qonys.disseminate.figures.png import png_of
from spec.drawn_figures import computed, design_of, drawn, marks_of, numbers_in, words_in
from spec.drawn_flows import FLOWS, RATES, flows
from spec.drawn_tables import drawn_table
from spec.invented_outlines import invented_outlines, write_outlines

MAP = {"kind": "flow_map", "table": "rates-by-region", "measures": ["net_rate"], "flows": "origin-destination"}


@pytest.fixture
def mapped(mini: Profile, tmp_path: Path) -> Profile:
    """The invented country with a file of outlines."""
    write_outlines(tmp_path / OUTLINES)
    return replace(mini, outlines=outlines_of(tmp_path, "", frozenset({"N1", "S1", "C1"}), "region"))


def rates(profile: Profile) -> OutputTable:
    return drawn_table(profile, "rates-by-region", ["area"], ["period", "measure"], RATES)


def map_of(profile: Profile, language: str = "", flows_text: str = FLOWS, **more: object) -> Figure:
    design = design_of(profile, **MAP, **more)
    return drawn(profile, rates(profile), design, language, more=[flows(profile, flows_text)])


def test_an_area_has_the_shade_of_its_number_and_a_city_too_small_for_its_outline_is_a_circle(mapped: Profile) -> None:
    figure = map_of(mapped)
    shapes, circles = marks_of(figure, "path"), marks_of(figure, "circle")
    assert {"N1", "S1"} <= set(shapes)
    assert set(circles) == {"C1"}
    assert len({shapes["N1"]["fill"], shapes["S1"]["fill"], circles["C1"]["fill"]}) == 3
    assert {"North", "−4.50", "Port"} <= set(words_in(figure))


def test_a_city_is_drawn_by_its_outline_where_it_is_large(mini: Profile, tmp_path: Path) -> None:
    """Which area is a circle follows from its size alone."""
    path = write_outlines(tmp_path / OUTLINES)
    path.write_text(path.read_text().replace("12.1", "13.6").replace("49.1", "49.7"))
    mapped = replace(mini, outlines=outlines_of(tmp_path, "", frozenset({"N1", "S1", "C1"}), "region"))
    figure = map_of(mapped)
    assert "C1" in marks_of(figure, "path")
    assert marks_of(figure, "circle") == {}
    assert not any("too small" in words for words in words_in(figure))


def test_the_largest_flows_between_areas_are_arrows_and_their_share_is_said(mapped: Profile) -> None:
    figure = map_of(mapped, top=3)
    assert {name for name in marks_of(figure, "path") if " " in name} == {"S1 C1", "N1 S1", "N1 C1"}
    assert set(marks_of(map_of(mapped, top=1), "path")) == {"N1", "S1", "S1 C1"}, "`top` counts arrows, not areas"
    said = " ".join(words_in(figure))
    assert "The arrows are the 3 largest flows between areas: 74% of all moves between areas." in said
    assert "Circles stand for areas too small for their outline: Port Ardal." in said


def test_the_text_alternative_says_the_finding_the_share_and_the_largest_flow(mapped: Profile) -> None:
    figure = map_of(mapped, top=3)
    assert figure.finding == (
        "Finding The arrows are the 3 largest flows between areas: 74% of all moves between areas. "
        "An arrow is as wide as its flow is large. The largest flow leads from Southfield to Port Ardal: 110."
    )
    assert f"<desc>{figure.finding}</desc>" in figure.picture.svg.decode()
    assert f'alt="{figure.finding}"' in figure.html


def test_the_data_status_of_the_flows_is_said_where_it_is_not_that_of_the_rates(mapped: Profile) -> None:
    invented = flows(mapped)
    invented = replace_cells(invented, data=DataStatus.INVENTED)
    published = replace_cells(rates(mapped), data=DataStatus.PUBLISHED)
    figure = drawn(mapped, published, design_of(mapped, **MAP), more=[invented])
    assert "Data status of the flows: Invented" in " ".join(words_in(figure))
    assert '<p class="said">Data status of the flows: Invented' in figure.html
    same = drawn(mapped, published, design_of(mapped, **MAP), more=[replace_cells(invented, data=DataStatus.PUBLISHED)])
    assert "Data status of the flows" not in same.html


def replace_cells(table: OutputTable, data: DataStatus) -> OutputTable:
    return msgspec.structs.replace(table, cells={key: cell._replace(data=data) for key, cell in table.cells.items()})


def test_the_picture_says_that_its_records_are_synthetic(mapped: Profile) -> None:
    assert "All records are synthetic." in " ".join(words_in(map_of(mapped)))


def test_the_page_has_every_number_of_the_map_in_tables(mapped: Profile) -> None:
    figure = map_of(mapped, top=2)
    assert numbers_in(figure.html + figure.numbers) == ["110", "100", "−4.50", "3.20", "0.00"]
    assert re.findall(r'<th scope="row">(.*?→.*?)</th>', figure.html)[0] == "Southfield → Port Ardal"
    assert '<ul class="tiles"' in figure.html, "where there is no room, the squares stand in place of the picture"


@pytest.mark.parametrize(("latitude", "is_above"), [(48.2, True), (49.8, False)])
def test_words_stand_above_the_middle_of_an_area_where_a_circle_lies_below(
    mini: Profile, tmp_path: Path, latitude: float, is_above: bool
) -> None:
    """Else the arrows to a city would run through the name of its region."""
    content = invented_outlines()
    north, south, city = (feature["geometry"]["coordinates"] for feature in content["features"])
    north[0] = [[10, 50], [40, 50], [40, 70], [10, 70], [10, 50]]
    south[:] = [[[10, 48], [12, 48], [12, 50], [10, 50], [10, 48]]]
    city[0] = [[11, latitude], [11.05, latitude], [11.05, latitude + 0.05], [11, latitude]]
    write_outlines(tmp_path / OUTLINES, content)
    mapped = replace(mini, outlines=outlines_of(tmp_path, "", frozenset({"N1", "S1", "C1"}), "region"))
    svg = map_of(mapped).picture.svg.decode()
    ((middle, words),) = re.findall(r'cy="([\d.]+)" r="2" [^>]*/><text [^>]*y="([\d.]+)"[^>]*>South<', svg)
    assert (float(words) < float(middle)) is is_above


def test_without_outlines_the_map_is_one_of_squares(mini: Profile) -> None:
    squares = drawn(mini, rates(mini), design_of(mini, kind="tiles", table="rates-by-region", measures=["net_rate"]))
    figure = map_of(mini)
    assert figure.html == squares.html
    assert figure.picture.svg == squares.picture.svg


def test_a_profile_without_squares_has_bars_where_there_is_no_room_for_the_map(mapped: Profile) -> None:
    figure = map_of(replace(mapped, tiles=()))
    assert '<ul class="tiles"' not in figure.html
    assert '<div class="narrow"><table class="bars' in figure.html
    assert "Northmark" in words_in(figure)


def test_a_map_whose_outlines_lack_an_area_is_left_out_and_found(mapped: Profile) -> None:
    poor = replace(mapped, outlines=mapped.outlines[:1])
    outcome = computed(poor, rates(poor), design_of(poor, **MAP), more=[flows(poor)])
    assert outcome.data == {}
    assert "the file of outlines has none for S1, C1" in outcome.findings[0].what
    assert "Add what is missing" in outcome.findings[0].next_step


def test_a_map_of_flows_in_which_nobody_moved_is_left_out_and_found(mapped: Profile) -> None:
    nobody = flows(
        mapped,
        re.sub(r"(\| +)\d+(?=\*? |$)", r"\g<1>0", FLOWS.replace("2024 ", "2024_"), flags=re.MULTILINE).replace(
            "2024_", "2024 "
        ),
    )
    outcome = computed(mapped, rates(mapped), design_of(mapped, **MAP), more=[nobody])
    assert outcome.data == {}
    assert "nobody is counted" in outcome.findings[0].what


def test_a_map_without_its_table_of_flows_is_left_out_and_found(mapped: Profile) -> None:
    outcome = computed(mapped, rates(mapped), design_of(mapped, **MAP))
    assert "there is no table origin-destination" in outcome.findings[0].what


def test_the_same_map_has_the_same_bytes_in_pixels_too(mapped: Profile) -> None:
    one, other = map_of(mapped), map_of(mapped)
    assert one.picture.svg == other.picture.svg
    assert png_of(one.picture.svg) == png_of(other.picture.svg)
