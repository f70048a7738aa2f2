"""Figures: places and lengths are those of the numbers, and what cannot be drawn is not drawn."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from importlib import resources

import msgspec
import pytest

from qonys.concepts.status import ObservationStatus
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.figures.lines import spread
from qonys.disseminate.figures.png import png_of
from qonys.disseminate.figures.scale import scale_with_zero
from qonys.disseminate.figures.text_width import text_lines, text_width
from qonys.disseminate.numbers import number
from spec.drawn_figures import computed, design_of, drawn, marks_of, numbers_in, without_losses, words_in
from spec.drawn_tables import drawn_table
from spec.seed_release import made_up_tables, seed_facts

BARS = """
   | 2024 arrivals | 2024 departures | 2024 net
_T |          2000 |            2000 |        0
N1 |          1200 |            1000 |      200
S1 |           700 |            1100 |     -400
C1 |           100 |               0 |      100
"""
YEARS = """
     | arrivals | departures |  net
2021 |      300 |        400 | -100
2022 |      350 |        400 |  -50
2024 |      500 |        320 |  180
"""


def regions(mini: Profile, text: str = BARS) -> OutputTable:
    return drawn_table(mini, "internal-by-region", ["area"], ["period", "measure"], text)


def years(mini: Profile, text: str = YEARS) -> OutputTable:
    return drawn_table(mini, "external-by-year", ["period"], ["measure"], text)


def width(marks: dict[str, dict[str, str]], name: str) -> float:
    return float(marks[name]["width"])


def test_a_bar_is_as_long_as_its_value_on_both_sides_of_zero(mini: Profile) -> None:
    figure = drawn(mini, regions(mini), design_of(mini, kind="bars", table="internal-by-region"))
    bars = marks_of(figure, "rect")
    assert list(bars) == ["net N1", "net C1", "net S1"], "largest first"
    assert width(bars, "net N1") / width(bars, "net C1") == pytest.approx(2, rel=1e-3)
    assert width(bars, "net S1") / width(bars, "net N1") == pytest.approx(2, rel=1e-3)
    zero = float(bars["net N1"]["x"])
    assert float(bars["net S1"]["x"]) + width(bars, "net S1") == pytest.approx(zero, abs=0.02)


def test_bars_of_two_series_share_one_axis_and_have_their_colours(mini: Profile) -> None:
    design = design_of(mini, kind="bars", table="internal-by-region", measures=["arrivals", "departures"])
    bars = marks_of(drawn(mini, regions(mini), design), "rect")
    assert width(bars, "arrivals N1") / width(bars, "departures S1") == pytest.approx(1200 / 1100, rel=1e-3)
    assert width(bars, "departures C1") == 0
    assert (bars["arrivals N1"]["fill"], bars["departures N1"]["fill"]) == ("#0072b2", "#d55e00")


def test_a_bar_on_the_page_is_as_long_as_in_the_picture(mini: Profile) -> None:
    figure = drawn(mini, regions(mini), design_of(mini, kind="bars", table="internal-by-region"))
    assert 'style="margin-left:66.7%;width:33.3%"' in figure.html
    assert 'class="out" style="width:66.7%"' in figure.html


def test_members_beyond_the_top_are_added_up_and_named_others(mini: Profile) -> None:
    design = design_of(mini, kind="bars", table="internal-by-region", measures=["arrivals"], top=1)
    figure = drawn(mini, regions(mini), design)
    assert [(p.code, p.written) for p in figure.plotted.heads] == [("N1", "1,200"), ("others", "800")]
    assert "All others" in words_in(figure)


def test_rates_are_never_added_up_and_what_is_not_shown_is_counted(mini: Profile) -> None:
    table = drawn_table(mini, "rates-by-region", ["area"], ["period", "measure"], BARS.replace("net", "net_rate"))
    design = design_of(mini, kind="bars", table="rates-by-region", measures=["net_rate"], top=1)
    figure = drawn(mini, table, design)
    assert [p.code for p in figure.plotted.heads] == ["N1"]
    assert "2 more are not shown." in " ".join(words_in(figure))


def test_a_missing_value_has_its_symbol_and_no_bar(mini: Profile) -> None:
    table = regions(mini, BARS.replace("1000 |      200", "1000 |        …"))
    figure = drawn(mini, table, design_of(mini, kind="bars", table="internal-by-region"))
    assert "net N1" not in marks_of(figure, "rect")
    assert "…" in words_in(figure)
    assert "… not available" in " ".join(words_in(figure))
    assert [p.code for p in figure.plotted.heads] == ["C1", "S1", "N1"]


def test_a_point_stands_where_its_period_and_its_value_are(mini: Profile) -> None:
    design = design_of(mini, kind="lines", table="external-by-year", measures=["arrivals"], along="period")
    dots = marks_of(drawn(mini, years(mini), design), "circle")
    x = [float(dots[f"arrivals {year}"]["cx"]) for year in (2021, 2022, 2024)]
    y = [float(dots[f"arrivals {year}"]["cy"]) for year in (2021, 2022, 2024)]
    assert (x[2] - x[1]) / (x[1] - x[0]) == pytest.approx(2, rel=1e-3), "a missing year is a gap"
    assert (y[0] - y[2]) / (y[0] - y[1]) == pytest.approx(4, rel=1e-2)


def test_a_line_is_drawn_neither_over_a_missing_value_nor_over_a_break(mini: Profile) -> None:
    text = """
         | arrivals
    2019 |      300
    2020 |      310
    2021 |        …
    2022 |      330
    2023 |      340
    """
    design = design_of(mini, kind="lines", table="external-by-year", measures=["arrivals"], along="period")
    assert set(marks_of(drawn(mini, years(mini, text), design), "polyline")) == {"arrivals 0", "arrivals 1"}
    table = years(mini, text.replace("…", "320"))
    whole = drawn(mini, table, design)
    assert set(marks_of(whole, "polyline")) == {"arrivals 0"}
    cells = {
        key: cell.marked(ObservationStatus.BREAK) if key[0] == "2022" else cell for key, cell in table.cells.items()
    }
    broken = drawn(mini, msgspec.structs.replace(table, cells=cells), design)
    assert set(marks_of(broken, "polyline")) == {"arrivals 0", "arrivals 1"}
    assert "stroke-dasharray" in broken.picture.svg.decode()
    assert "b break in the series" in " ".join(words_in(broken))


def test_one_point_is_a_dot_in_the_middle_and_no_line(mini: Profile) -> None:
    design = design_of(mini, kind="lines", table="external-by-year", measures=["arrivals"], along="period")
    figure = drawn(mini, years(mini, "\n | arrivals\n2024 | 5\n"), design)
    assert set(marks_of(figure, "circle")) == {"arrivals 2024"}
    assert marks_of(figure, "polyline") == {}
    assert 'style="left:50.0%' in figure.html


def test_the_highlighted_series_stands_out_and_lies_on_top(mini: Profile) -> None:
    design = design_of(
        mini, kind="lines", table="external-by-year", measures=["arrivals", "departures", "net"], along="period",
        highlight="arrivals",
    )  # fmt: skip
    lines = marks_of(drawn(mini, years(mini), design), "polyline")
    assert list(lines)[-1] == "arrivals 0"
    assert lines["arrivals 0"]["stroke"] == "#1c6071"
    assert {lines["net 0"]["stroke"], lines["departures 0"]["stroke"]} == {"#7f949c"}


@pytest.mark.parametrize("values", [("0", "0", "0"), ("0.0004", "-0.0001", "0"), ("9e9", "1", "-9e9"), ("1", "1", "1")])
def test_very_small_very_large_and_equal_values_are_drawn_inside_the_picture(
    mini: Profile, values: tuple[str, str, str]
) -> None:
    text = f"\n | 2024 net\nN1 | {values[0]}\nS1 | {values[1]}\nC1 | {values[2]}\n"
    figure = drawn(mini, regions(mini, text), design_of(mini, kind="bars", table="internal-by-region"))
    for bar in marks_of(figure, "rect").values():
        assert float(bar["x"]) >= 0
        assert float(bar["x"]) + float(bar["width"]) <= figure.picture.width
    lines = f"\n | arrivals\n2022 | {values[0]}\n2023 | {values[1]}\n2024 | {values[2]}\n"
    design = design_of(mini, kind="lines", table="external-by-year", measures=["arrivals"], along="period")
    figure = drawn(mini, years(mini, lines), design)
    for dot in marks_of(figure, "circle").values():
        assert 0 <= float(dot["cy"]) <= figure.picture.height


def test_a_figure_without_any_value_is_left_out_and_found(mini: Profile) -> None:
    table = regions(mini, "\n | 2024 net\nN1 | …\nS1 | …\n")
    outcome = computed(mini, table, design_of(mini, kind="bars", table="internal-by-region"))
    assert outcome.data == {}
    assert [f.what for f in outcome.findings] == [
        "The figure “drawn” is left out: none of its cells in internal-by-region has a value."
    ]


def test_a_figure_whose_words_lack_a_value_is_left_out_and_found(mini: Profile) -> None:
    values = {"n": {"table": "internal-by-region", "measure": "net", "compute": "growth"}}
    outcome = computed(mini, regions(mini), design_of(mini, kind="bars", table="internal-by-region", values=values))
    assert outcome.data == {}
    assert "has no cell at period 2023" in outcome.findings[0].what


def test_a_figure_of_a_table_that_is_not_there_is_found(mini: Profile) -> None:
    outcome = computed(mini, regions(mini), design_of(mini, kind="bars", table="net-by-region"))
    assert "there is no table net-by-region" in outcome.findings[0].what


def test_a_picture_says_status_signs_notice_source_and_vintage(mini: Profile) -> None:
    table = regions(mini, BARS.replace("     -400", "     -400*"))
    said = " ".join(words_in(drawn(mini, table, design_of(mini, kind="bars", table="internal-by-region"))))
    for part in (
        "Data status: Calibrated", "* Invented", "−400*", "Ardal does not exist.", "All records are synthetic.",
        "Source: Office of Settlements of Ardal.", "Data as of 28 February 2025", "vintage 0123456789ab",
    ):  # fmt: skip
        assert part in said, part


def test_the_title_says_the_largest_and_the_smallest_member_and_leaves_totals_and_groups_aside(mini: Profile) -> None:
    values = {
        "most": {"table": "internal-by-region", "measure": "net", "compute": "largest", "over": "area"},
        "least": {"table": "internal-by-region", "measure": "net", "compute": "smallest", "over": "area"},
    }
    title = {"en": "{most_name} {most}, {least_name} {least}", "es": "{most_name}"}
    design = design_of(mini, kind="bars", table="internal-by-region", values=values, title=title)
    assert drawn(mini, regions(mini), design).title == "Northmark 200, Southfield −400"


def test_every_number_of_every_figure_is_that_of_its_table_in_every_language(mini: Profile) -> None:
    tables = without_losses(made_up_tables(mini))
    bundle = release_bundle(mini, mini.releases["annual"], tables, {}, seed_facts("mini")).data
    for language in mini.languages:
        page = bundle[f"{language}/index.html"].decode()
        for design in mini.releases["annual"].figures:
            table = tables[design.table]
            part = page[page.index(f'id="figure-{design.id}"') :].partition("</figure>")[0]
            known = {
                number(cell.value, language, table.measures[table.measure_of(key)].decimals)
                for key, cell in table.cells.items()
                if cell.value is not None
            }
            squares = re.findall(r": </span>([^<>]+)</li>", part)
            ends = re.findall(r": ([^<>]+)</span></li>", part)
            shown = [cell.rstrip("*§b") for cell in (*numbers_in(part), *squares, *ends)]
            assert shown, design.id
            assert set(shown) <= known, design.id


def test_each_figure_is_a_file_in_both_formats_whose_name_tells_it_from_others(mini: Profile) -> None:
    bundle = release_bundle(
        mini, mini.releases["annual"], without_losses(made_up_tables(mini)), {}, seed_facts("mini")
    ).data
    for language in mini.languages:
        for design in mini.releases["annual"].figures:
            named = "-".join(dict.fromkeys((design.table, design.id)))
            name = f"figures/mini-2024-{named}-{language}-0123456789ab"
            assert bundle[f"{name}.svg"].startswith(b"<svg ")
            assert bundle[f"{name}.png"].startswith(b"\x89PNG")
            assert png_of(bundle[f"{name}.svg"]) == bundle[f"{name}.png"]


def test_a_picture_asks_nobody_for_anything(mini: Profile) -> None:
    svg = drawn(mini, regions(mini), design_of(mini, kind="bars", table="internal-by-region")).picture.svg.decode()
    assert "href" not in svg and "<script" not in svg and "<image" not in svg and "@import" not in svg
    assert svg.count("url(") == svg.count("url(data:font/woff;base64,") > 0


def test_words_of_a_profile_are_escaped_in_the_picture(mini: Profile) -> None:
    evil = {"en": "<script>1 & 2</script>", "es": "x"}
    figure = drawn(mini, regions(mini), design_of(mini, kind="bars", table="internal-by-region", title=evil))
    assert b"<script" not in figure.picture.svg
    assert "<script>1 & 2</script>" in words_in(figure)


def test_long_names_are_broken_into_lines_that_stay_inside(mini: Profile) -> None:
    kz = load_profile("kz")
    text = "\n | 2024 net\n590000000 | 5\n270000000 | -3\n"
    table = drawn_table(kz, "interregional-net", ["area"], ["period", "measure"], text)
    figure = drawn(kz, table, design_of(kz, kind="bars", table="interregional-net"), "kk")
    assert "Солтүстік Қазақстан облысы" in words_in(figure)
    assert all(text_width(line, 12.5) <= 200 for line in text_lines("Солтүстік Қазақстан облысы тағы да", 200, 12.5))


def test_widths_are_those_of_the_shipped_fonts() -> None:
    tt = pytest.importorskip("fontTools.ttLib", reason="fonttools is not installed")
    assets = resources.files("qonys.disseminate") / "assets"
    widths = json.loads((assets / "inter-widths.json").read_text(encoding="utf-8"))
    for name in ("regular", "semibold"):
        with resources.as_file(assets / f"inter-{name}.ttf") as path:
            font = tt.TTFont(path)
        assert widths[name] == {chr(c): font["hmtx"][glyph][0] for c, glyph in font.getBestCmap().items()}
        assert font["head"].unitsPerEm == 2048
        assert set("ӘҒҚҢӨҰҮҺІәғқңөұүһі ‰₸−→≥†‡§≈÷…×\u202fñ¿") <= set(widths[name])


def test_labels_are_spread_so_that_none_overlaps() -> None:
    centres = spread([5, 5, 5, 90], [10, 10, 10, 10], 0, 100)
    assert all(b - a >= 10 for a, b in zip(sorted(centres), sorted(centres)[1:], strict=False))
    assert spread([99], [10], 0, 100) == [95]


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [(("0", "93"), 0, 100), (("-8991", "73238"), -20000, 80000), (("0.3",), 0, 0.3), (("-5", "-2"), -5, 0)],
)
def test_an_axis_has_zero_and_round_ends(values: tuple[str, ...], low: float, high: float) -> None:
    scale = scale_with_zero([Decimal(value) for value in values])
    assert (scale.low, scale.high) == pytest.approx((low, high))
    assert 0 in scale.marks
