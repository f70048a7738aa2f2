"""The other kinds of figures: parts of a whole, pyramids, maps of heat, squares, small lines, chords."""

from __future__ import annotations

import re
from decimal import Decimal
from math import pi

import pytest

from qonys.concepts.figure import FigureDesign
from qonys.concepts.status import DataStatus
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.disseminate.figures.chord import Chord
from qonys.disseminate.figures.chord_drawn import chord_body, chord_notes
from qonys.disseminate.figures.plotted import Plotted, Point, Series
from qonys.disseminate.figures.shades import shades_both_ways, shades_one_way
from qonys.disseminate.words import words_of
from spec.drawn_figures import computed, design_of, drawn, marks_of, numbers_in, words_in
from spec.drawn_flows import FLOWS, RATES, flows
from spec.drawn_tables import drawn_table

SHARES = """
    | 2024 arrivals_share | 2024 departures_share
_T  |               100.0 |                 100.0
ard |                20.0 |                  60.0
bor |                50.0 |                  10.0
cad |                25.0 |                  20.0
oth |                 5.0 |                  10.0
"""
AGES = """
       | _T arrivals 2024 | M arrivals 2024 | F arrivals 2024 | _T departures 2024 | M departures 2024 | F departures 2024
Y0T4   |               30 |              10 |              20 |                  9 |                 5 |                 4
Y5T9   |               60 |              20 |              40 |                 10 |                10 |                 0
Y_GE85 |                1 |               1 |               0 |                  0 |                 0 |                 0
"""
MAP = {
    "kind": "heat_map", "table": "origin-destination", "measures": ["arrivals"], "along": "partner_area", "by": "area",
}  # fmt: skip


def shares_design(mini: Profile, **more: object) -> FigureDesign:
    return design_of(
        mini, kind="shares", table="external-by-ethnicity", measures=["arrivals_share", "departures_share"],
        along="measure", by="ethnicity", **more,
    )  # fmt: skip


def test_a_part_is_as_long_as_its_share_and_keeps_its_colour_in_every_bar(mini: Profile) -> None:
    table = drawn_table(mini, "external-by-ethnicity", ["ethnicity"], ["period", "measure"], SHARES)
    figure = drawn(mini, table, shares_design(mini))
    parts = marks_of(figure, "rect")
    bar = [name for name in parts if name.endswith("arrivals_share")]
    assert sum(float(parts[name]["width"]) for name in bar) == pytest.approx(
        sum(float(parts[name]["width"]) for name in parts if name.endswith("departures_share")), abs=0.05
    )
    wide = float(parts["bor arrivals_share"]["width"])
    assert float(parts["cad arrivals_share"]["width"]) == pytest.approx(wide / 2, abs=0.02)
    for code in ("ard", "bor", "cad", "oth"):
        assert parts[f"{code} arrivals_share"]["fill"] == parts[f"{code} departures_share"]["fill"]
    assert numbers_in(figure.html) == ["20.0", "60.0", "50.0", "10.0", "25.0", "20.0", "5.0", "10.0"]


def test_small_parts_are_added_up_last_and_grey(mini: Profile) -> None:
    table = drawn_table(mini, "external-by-ethnicity", ["ethnicity"], ["period", "measure"], SHARES)
    figure = drawn(mini, table, shares_design(mini, top=1))
    assert [series.code for series in figure.plotted.series] == ["bor", "others"]
    assert [point.written for point in figure.plotted.series[1].points] == ["50.0", "90.0"]
    assert marks_of(figure, "rect")["others arrivals_share"]["fill"] == "#c3ced3"


def test_a_class_of_others_is_added_to_all_others_however_large_it_is(mini: Profile) -> None:
    table = drawn_table(mini, "external-by-ethnicity", ["ethnicity"], ["period", "measure"], SHARES)
    figure = drawn(mini, table, shares_design(mini, top=2, rest=("bor",)))
    assert [series.code for series in figure.plotted.series] == ["cad", "ard", "others"]
    assert [point.written for point in figure.plotted.series[2].points] == ["55.0", "20.0"]


def test_pyramids_of_two_measures_share_one_scale_with_the_youngest_at_the_bottom(mini: Profile) -> None:
    table = drawn_table(mini, "external-by-country", ["age_group"], ["sex", "measure", "period"], AGES)
    design = design_of(
        mini, kind="pyramid", table="external-by-country", measures=["arrivals", "departures"], along="age_group",
        by="sex", series=["M", "F"],
    )  # fmt: skip
    figure = drawn(mini, table, design)
    bars = marks_of(figure, "rect")
    width = {name: float(bar["width"]) for name, bar in bars.items()}
    assert width["Arrivals F Y5T9"] == pytest.approx(4 * width["Departures M Y5T9"], abs=0.05)
    assert float(bars["Arrivals M Y0T4"]["y"]) > float(bars["Arrivals M Y5T9"]["y"])
    left, right = bars["Arrivals M Y0T4"], bars["Arrivals F Y0T4"]
    assert float(left["x"]) + float(left["width"]) < float(right["x"])
    assert "Arrivals F Y_GE85" not in bars, "zero has no bar"
    assert "85+" in words_in(figure)
    assert numbers_in(figure.html) == ["1", "0", "20", "40", "10", "20", "0", "0", "10", "0", "5", "4"]


@pytest.mark.parametrize("kind", ["pyramid", "shares", "chord"])
def test_what_has_no_place_for_losses_is_not_drawn_of_them(mini: Profile, kind: str) -> None:
    design = {
        "pyramid": design_of(
            mini, kind="pyramid", table="external-by-country", measures=["arrivals"], along="age_group", by="sex",
            series=["M", "F"],
        ),
        "shares": shares_design(mini),
        "chord": design_of(mini, **{**MAP, "kind": "chord"}),
    }[kind]  # fmt: skip
    table = {
        "pyramid": drawn_table(
            mini, "external-by-country", ["age_group"], ["sex", "measure", "period"], AGES.replace(" 40 |", "-40 |")
        ),
        "shares": drawn_table(
            mini, "external-by-ethnicity", ["ethnicity"], ["period", "measure"], SHARES.replace("  5.0", " -5.0")
        ),
        "chord": flows(mini, FLOWS.replace(" 110", "-110")),
    }[kind]
    outcome = computed(mini, table, design)
    assert outcome.data == {}
    assert "below zero" in outcome.findings[0].what


def test_a_map_of_heat_shades_flows_alone_in_the_order_of_neighbours(mini: Profile) -> None:
    figure = drawn(mini, flows(mini), design_of(mini, **MAP))
    cells = marks_of(figure, "rect")
    assert cells["N1 N1"]["fill"] == "url(#hatch)"
    assert cells["_T N1"]["fill"] == cells["N1 _T"]["fill"] == "#ffffff"
    assert cells["S1 C1"]["fill"] != cells["S1 N1"]["fill"]
    assert [point.code for point in figure.plotted.heads] == ["N1", "C1", "S1", "_T"]
    assert "1,160*" in words_in(figure)
    assert "<td class=hd>500</td>" in figure.html
    assert figure.html.count("<td") == 16
    assert '<div class="scroll" role="region" tabindex="0"' in figure.html


def test_a_map_of_heat_has_every_number_of_its_table(mini: Profile) -> None:
    figure = drawn(mini, flows(mini), design_of(mini, **MAP))
    table = flows(mini)
    assert sorted(float(cell.rstrip("*").replace(",", "")) for cell in numbers_in(figure.html)) == sorted(
        cell.value for cell in table.cells.values() if cell.value is not None
    )


def test_letters_are_white_on_dark_shades_only(mini: Profile) -> None:
    svg = drawn(mini, flows(mini), design_of(mini, **MAP)).picture.svg.decode()
    for fill, letters in re.findall(
        r'<rect [^>]*fill="(#[0-9a-f]{6})"[^>]*data-of[^>]*/><text [^>]*fill="(#[0-9a-f]{6})"', svg
    ):
        assert (letters == "#ffffff") is (fill in ("#2f7480", "#1c6071", "#0b3a53"))


def test_shades_have_round_borders_and_each_value_its_class() -> None:
    shades = shades_one_way([Decimal(n) for n in (1, 4, 9, 33, 120, 480, 5200, 31000)])
    assert list(shades.borders) == sorted(set(shades.borders))
    assert len(shades.fills) == len(shades.borders) + 1
    assert shades.of(Decimal(0)) == 0 and shades.of(Decimal(10**6)) == len(shades.borders)
    assert shades_one_way([]).of(Decimal(5)) == 0
    both = shades_both_ways([Decimal(n) for n in (-40, -8, -1, 2, 9, 50)])
    assert [-b for b in reversed(both.borders)] == list(both.borders), "the same borders on both sides"
    assert both.of(Decimal(-1)) < both.of(Decimal(1))


def test_a_square_stands_where_the_profile_puts_it_and_has_its_number(mini: Profile) -> None:
    table = drawn_table(mini, "rates-by-region", ["area"], ["period", "measure"], RATES)
    figure = drawn(mini, table, design_of(mini, kind="tiles", table="rates-by-region", measures=["net_rate"]))
    squares = marks_of(figure, "rect")
    assert set(squares) == {"N1", "S1", "C1"}
    assert float(squares["C1"]["x"]) > float(squares["N1"]["x"]) == float(squares["S1"]["x"])
    assert float(squares["S1"]["y"]) > float(squares["N1"]["y"]) == float(squares["C1"]["y"])
    assert len({square["fill"] for square in squares.values()}) == 3
    assert {"North", "−4.50"} <= set(words_in(figure))
    assert 'style="grid-area:2/1"' in figure.html and "Southfield" in figure.html


def test_a_circle_of_flows_in_which_nobody_moved_is_left_out_and_found(mini: Profile) -> None:
    design = design_of(mini, **{**MAP, "kind": "chord"})
    nobody = re.sub(r"(\| +)\d+(?=\*? |$)", r"\g<1>0", FLOWS.replace("2024 ", "2024_"), flags=re.MULTILINE)
    outcome = computed(mini, flows(mini, nobody.replace("2024_", "2024 ")), design)
    assert outcome.data == {}
    assert "nobody is counted" in outcome.findings[0].what


def test_a_map_without_a_square_for_an_area_is_left_out_and_found(mini: Profile) -> None:
    table = drawn_table(mini, "rates-by-region", ["area"], ["period", "measure"], RATES.replace("C1", "Q1"))
    outcome = computed(mini, table, design_of(mini, kind="tiles", table="rates-by-region", measures=["net_rate"]))
    assert outcome.data == {}
    assert "areas/tiles.csv has no square for Q1" in outcome.findings[0].what


def test_small_lines_share_their_scale(mini: Profile) -> None:
    text = """
       | net 2024-01 | net 2024-02
    N1 |         100 |         200
    S1 |        -100 |         -50
    C1 |           … |           …
    """
    table = drawn_table(mini, "internal-by-month", ["area"], ["measure", "period"], text)
    design = design_of(mini, kind="multiples", table="internal-by-month", along="period", by="area")
    figure = drawn(mini, table, design)
    lines = {name: mark["points"].split() for name, mark in marks_of(figure, "polyline").items()}
    rise = {name: float(points[0].split(",")[1]) - float(points[1].split(",")[1]) for name, points in lines.items()}
    assert rise["N1 0"] == pytest.approx(2 * rise["S1 0"], abs=0.05)
    assert set(lines) == {"N1 0", "S1 0"}, "without a value there is no line"
    assert "Scale of all panels: −100 … 200, persons" in words_in(figure)


def test_every_flow_is_a_chord_and_sectors_are_as_long_as_their_moves(mini: Profile) -> None:
    design = design_of(mini, **{**MAP, "kind": "chord"})
    figure = drawn(mini, flows(mini), design)
    chords = marks_of(figure, "path")
    assert set(chords) == {"N1 S1", "N1 C1", "S1 N1", "S1 C1", "C1 N1", "C1 S1"}
    chord = Chord(figure.plotted)
    sectors = chord.sectors
    assert {code: (int(s.outflow), int(s.inflow)) for code, s in sectors.items()} == {
        "N1": (200, 60), "S1": (120, 150), "C1": (100, 210),
    }  # fmt: skip
    spans = {code: s.end - s.start for code, s in sectors.items()}
    assert spans["N1"] / spans["S1"] == pytest.approx(260 / 270)
    assert sum(s.net for s in sectors.values()) == 0
    assert max(s.end for s in sectors.values()) < 2 * pi
    for flow in chord.ribbons:
        assert sectors[flow.origin].start <= flow.leaves[0] < flow.leaves[1] <= sectors[flow.origin].between + 1e-9
        assert (
            sectors[flow.destination].between
            <= flow.arrives[0]
            < flow.arrives[1]
            <= sectors[flow.destination].end + 1e-9
        )


def test_small_flows_are_grey_and_large_ones_make_up_most_moves(mini: Profile) -> None:
    figure = drawn(mini, flows(mini), design_of(mini, **{**MAP, "kind": "chord"}))
    large = [ribbon for ribbon in Chord(figure.plotted).ribbons if ribbon.large]
    assert [f"{f.origin} {f.destination}" for f in reversed(large)] == ["S1 C1", "N1 S1", "N1 C1", "C1 N1"]
    assert "Other:" not in " ".join(words_in(figure)), "so few small flows are told apart"
    chords = marks_of(figure, "path")
    assert chords["S1 N1"]["fill"] == "#b9c4c9" != chords["S1 C1"]["fill"]


def test_the_page_lists_the_largest_flows_and_shows_the_picture_by_its_file(mini: Profile) -> None:
    figure = drawn(mini, flows(mini), design_of(mini, **{**MAP, "kind": "chord"}, top=2))
    assert re.findall(r'<th scope="row">(.*?)</th>', figure.html) == [
        "Southfield → Port Ardal",
        "Northmark → Port Ardal",
    ] or (numbers_in(figure.html) == ["110", "100"])
    assert 'src="../figures/mini-2024-origin-destination-drawn-en-0123456789ab.svg"' in figure.html
    assert f'alt="{figure.finding}"' in figure.html


def test_a_flow_without_a_value_is_no_chord(mini: Profile) -> None:
    figure = drawn(mini, flows(mini, FLOWS.replace("110", "…")), design_of(mini, **{**MAP, "kind": "chord"}))
    assert "S1 C1" not in marks_of(figure, "path")


def many_flows() -> Plotted:
    """Eight areas; those of area 0 are large, the others count one to seven persons each."""
    codes = [f"A{n}" for n in range(8)]

    def point(origin: int, destination: int) -> Point:
        value = Decimal(1000 if 0 in (origin, destination) else origin) * (origin != destination)
        return Point(codes[origin], codes[origin], codes[origin], value, str(value), "", ((codes[origin],),))

    series = tuple(Series(code, code, tuple(point(n, place) for n in range(8))) for place, code in enumerate(codes))
    return Plotted(series, "persons", 0, DataStatus.INVENTED, ())


def test_many_small_flows_are_added_up_and_every_sector_keeps_all_its_moves() -> None:
    chord = Chord(many_flows())
    small = [flow for flow in chord.flows if flow not in chord.large]
    assert len(chord.flows) == 56 and small == list(chord.added_up) and len(small) > 30
    ribbons = {(one.origin, one.destination): one.value for one in chord.ribbons}
    assert len(ribbons) == len(chord.large) + len({f.origin for f in small}) + len({f.destination for f in small})
    for code, sector in chord.sectors.items():
        out, into = (sum(value for ends, value in ribbons.items() if ends[side] == code) for side in (0, 1))
        assert (sector.outflow, sector.inflow) == (out, into)
        if code != "others":
            assert out == sum(flow.value for flow in chord.flows if flow.origin == code)
            assert into == sum(flow.value for flow in chord.flows if flow.destination == code)
    others = chord.sectors["others"]
    assert others.outflow == others.inflow == sum(flow.value for flow in small) and others.net == 0
    assert max(sector.end for sector in chord.sectors.values()) < 2 * pi


@pytest.mark.parametrize(
    ("language", "named", "noted"),
    [
        ("en", "Other: 45 smaller flows", "the remaining 45 flows, together 3,168 moves"),
        ("ru", "Прочие: 45 мелких потоков", "показаны остальные 45 потоков, вместе 3\u202f168 переездов"),
        ("kk", "Басқалары: 45 ұсақ ағын", "қалған 45 ағын, барлығы 3\u202f168 көшу"),
    ],
)
def test_what_is_added_up_is_named_and_counted_in_the_picture_and_its_notes(
    language: str, named: str, noted: str
) -> None:
    chord, words = Chord(many_flows()), words_of(load_profile("kz"), language)
    (note,) = chord_notes(chord, words)
    assert noted in note
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", "".join(chord_body(chord, words).parts))
    assert named in " ".join(texts)
    assert chord_notes(Chord(Plotted(many_flows().series[:1], "persons", 0, DataStatus.INVENTED, ())), words) == []
