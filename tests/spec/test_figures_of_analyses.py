"""The figures of analyses: each result that a release shows has its picture, drawn of its own numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from qonys.analyse.studies.distance_bands import BOUNDS, with_distance_bands
from qonys.analyse.studies.series import forecast_series, seasonally_adjusted
from qonys.analyse.studies.study import Study
from qonys.concepts.analysis import Analysis
from qonys.concepts.period import Period
from qonys.concepts.release import Section
from qonys.concepts.status import DataStatus
from qonys.concepts.working_days import WorkingDays
from qonys.country.loading import load_profile
from qonys.datasets.analysis import Analysed
from qonys.datasets.output import Cell, Dimension, MeasureForm, Member, OutputTable
from qonys.disseminate.analysis_words import analysis_sentences
from qonys.disseminate.figures.figure import Figure
from qonys.disseminate.figures.making import About, compute_figures, figures_in
from qonys.disseminate.figures.of_analyses import with_figures_of_analyses
from qonys.disseminate.words import words_of
from qonys.engine.seasonal import x13_run
from qonys.methods.systems.gravity import gravity_model
from qonys.production.building import tables_to_release
from spec.drawn_figures import marks_of
from spec.seed_release import seed_facts
from walked_line import WalkedLine

MONTHS = [f"{year}-{month:02d}" for year in range(2015, 2025) for month in range(1, 13)]
METHODS = ("system", "gravity", "zones", "ages", "schedule", "seasonal", "nowcast", "forecast")


@pytest.fixture(scope="module")
def study(walked: WalkedLine) -> Study:
    """Ten years of monthly arrivals with a season."""
    profile, draw = walked.line.office.profile, np.random.default_rng(4)
    season = 900 * (1 + 0.3 * np.sin(2 * np.pi * np.arange(120) / 12)) * draw.normal(1, 0.02, 120)
    said = dict.fromkeys(profile.languages, "drawn")
    dimensions = (
        Dimension("period", said, tuple(Member(month, said) for month in MONTHS)),
        Dimension("measure", said, (Member("arrivals", said),)),
    )
    table = OutputTable(
        "drawn", said, "2024", "final", "2025-02-28", ("period",), ("measure",), dimensions,
        {"arrivals": MeasureForm(0, said)}, (),
        {(month, "arrivals"): Cell(float(round(value))) for month, value in zip(MONTHS, season, strict=True)},
    )  # fmt: skip
    setting, _, _ = tables_to_release(walked.line.office.reading(), Period(2024))
    entry = Analysis("drawn-by", dict.fromkeys(profile.languages, "Analysis"), "forecast", "drawn")
    return Study(entry, setting, analysis_sentences(profile), table, "final", 3)


@pytest.fixture(scope="module")
def forecast(study: Study) -> Analysed:
    pytest.importorskip("statsmodels")
    return forecast_series(study)


def figure(walked: WalkedLine, made: Analysed, language: str = "en") -> Figure:
    """The figure that a release gives the result of an analysis."""
    profile, identity = walked.line.office.profile, walked.line.office.profile.identity
    vocabularies = [words_of(profile, one) for one in profile.languages]
    section = Section("analysis", dict.fromkeys(profile.languages, "Analysis"), tables=(made.id,))
    bare = msgspec.structs.replace(profile.releases["annual"], figures=(), sections=(section,))
    design = with_figures_of_analyses(bare, [made], vocabularies)
    assert design.sections[0].figures == (made.id,)
    tables = {table.id: table for table in made.tables}
    readings = compute_figures(design, tables, Period(2024))
    assert not readings.findings, readings.findings
    about = About(seed_facts(profile.id), identity.names[language], identity.office[language], "Release", "Notice")
    return figures_in(words_of(profile, language), design, readings.data, tables, about)[made.id]


def test_the_figure_of_an_analysis_stands_right_before_its_table(walked: WalkedLine) -> None:
    for language in ("en", "es"):
        page = (Path(walked.built.folder) / "bundle" / language / "index.html").read_text(encoding="utf-8")
        for name in ("system-indices", "age-schedule"):
            between = page[page.index(f'id="figure-{name}"') : page.index(f'id="table-{name}"')]
            assert between.count("<figure") == 0
            assert between.count('id="table-') == 0


def test_numbers_of_lines_open_below_them_unless_their_table_follows_at_once(walked: WalkedLine) -> None:
    page = (Path(walked.built.folder) / "bundle" / "en" / "index.html").read_text(encoding="utf-8")
    for name, opens in (("age-schedule", False), ("external", True)):
        part = page[page.index(f'id="figure-{name}"') :].partition("</figure>")[0]
        assert 'class="lines' in part
        assert ("<details>" in part) is opens, name


def test_the_interval_of_a_forecast_is_a_band_as_wide_as_its_bounds(walked: WalkedLine, forecast: Analysed) -> None:
    made = forecast
    assert made.table is not None
    outline = marks_of(figure(walked, made), "path")["band"]["d"]
    heights = [float(place.split(" ")[1]) for place in outline.strip("MZ").split("L")]
    months = made.table.dimension("period").codes
    lower, upper = (np.round([made.table.cells[m, name].value or 0.0 for m in months]) for name in ("lower", "upper"))
    drawn = np.array(heights[12:])[::-1] - np.array(heights[:12])
    assert np.allclose(drawn / drawn.sum(), (upper - lower) / (upper - lower).sum(), atol=1e-3)


def test_a_forecast_is_drawn_behind_the_months_that_it_goes_on_from(walked: WalkedLine, forecast: Analysed) -> None:
    made = forecast
    assert made.drawn is not None
    assert made.drawn.id == "drawn-by-drawn"
    dots = marks_of(figure(walked, made), "circle")
    observed = [name.split(" ")[1] for name in dots if name.startswith("observed")]
    ahead = [name.split(" ")[1] for name in dots if name.startswith("forecast")]
    assert (observed, ahead[0], len(ahead)) == (MONTHS[-36:], "2025-01", 12)


def test_an_adjusted_series_stands_out_of_the_observed_one(walked: WalkedLine, study: Study) -> None:
    seasonal = replace(study, entry=msgspec.structs.replace(study.entry, method="seasonal"))
    made = seasonally_adjusted(seasonal, x13_run, WorkingDays())
    assert made.table is not None, made.refused
    widths = {name.split(" ")[0]: float(line["stroke-width"]) for name, line in marks_of(figure(walked, made), "polyline").items()}  # fmt: skip
    assert widths["arrivals_adjusted"] > 2 * widths["arrivals"]
    last = made.table.cells["2024-12", "arrivals_adjusted"].value or 0.0
    assert f"{last:,.0f} people" in figure(walked, made).title


def test_observed_rates_are_dots_and_the_model_is_a_line(walked: WalkedLine) -> None:
    (path,) = (Path(walked.built.folder) / "bundle").glob("figures/mini-2024-age-schedule-en-*.svg")
    svg = path.read_text(encoding="utf-8")
    lines = re.findall(r'<polyline [^>]*data-of="([a-z_]+) ', svg)
    dots = re.findall(r'<circle [^>]*data-of="observed_rate ', svg)
    assert (lines, len(dots)) == (["fitted_rate"], 17)


def test_moves_are_counted_by_bands_of_distance(study: Study) -> None:
    distances = np.array([[0, 50, 250], [50, 0, 260], [250, 260, 0]], dtype=float)
    counted = np.array([[9, 10, 1], [20, 9, 2], [3, 4, 9]], dtype=float)
    result = Analysed("drawn-by", "gravity", study.title)
    drawn = with_distance_bands(study, result, ("2024", counted), distances).drawn
    assert drawn is not None
    moves = {(band, measure): cell.value or 0.0 for (band, _, measure), cell in drawn.cells.items()}
    assert (moves["0", "observed"], moves["200", "observed"]) == (30, 10)
    assert moves["0", "expected"] + moves["200", "expected"] == pytest.approx(40)
    assert moves["0", "expected"] < 30, "without distance fewer would be near"
    assert [member.label["en"] for member in drawn.dimension("distance_band").members] == ["0–100 km", "200–300 km"]
    assert np.pi * 6371.0088 < BOUNDS[-1], "no two places of the Earth are beyond the last band"


@pytest.mark.parametrize("profile", ["mini", "kz"])
def test_the_figure_of_every_method_has_its_words_in_every_language(profile: str) -> None:
    loaded = load_profile(profile)
    for language in loaded.languages:
        words = words_of(loaded, language)
        for method in METHODS:
            assert all(words[f"analysis.{method}.figure.{part}"] for part in ("title", "subtitle", "finding"))


def test_an_index_by_number_of_zones_is_a_line_within_its_bounds_that_ends_in_the_areas_themselves(
    walked: WalkedLine,
) -> None:
    (made,) = walked.line.analyse(Period(2024), ("zones",)).data
    assert made.table is not None, made.refused
    value = {key: cell.value for key, cell in made.table.cells.items()}
    shown = figure(walked, made)
    marks = marks_of(shown, "polyline")
    assert list(marks) == ["median 0"]
    (left, low), (right, high) = (map(float, place.split(",")) for place in marks["median 0"]["points"].split())
    assert (left < right, low > high) == (True, True), "with more zones more moves count"
    few, most = (value["crude_migration_intensity", zones, "2024", "median"] for zones in ("2", "3"))
    assert f"{few:.2f}% of the population with 2 zones, {most:.2f}% with 3 zones" in shown.title
    outline = marks_of(shown, "path")["band"]["d"].strip("MZ").split("L")
    assert outline[1] == outline[2], "three areas become three zones in one way only"


def test_the_title_of_distance_says_of_synthetic_records_that_they_give_back_what_was_assumed(
    walked: WalkedLine, study: Study
) -> None:
    distances = np.array([[0, 50, 250], [50, 0, 260], [250, 260, 0]], dtype=float)
    counted = np.array([[9, 10, 1], [20, 9, 2], [3, 4, 9]], dtype=float)
    entry, table = msgspec.structs.replace(study.entry, method="gravity"), study.source
    for status, said in (
        (DataStatus.INVENTED, "Synthetic records give back"), (DataStatus.CALIBRATED, "Synthetic records give back"),
        (DataStatus.COMPILED, "Distance holds moves back"),
    ):  # fmt: skip
        cells = {key: cell._replace(data=status) for key, cell in table.cells.items()}
        own = replace(study, entry=entry, table=msgspec.structs.replace(table, cells=cells))
        rows, columns = [own.measures(["distance_exponent"])], [own.periods(["2024"])]
        result = own.result(rows, columns, {("distance_exponent", "2024"): -1.2}, gravity_model, {"areas": 3})
        made = with_distance_bands(own, result, ("2024", counted), distances)
        assert figure(walked, made).title.startswith(said)


def test_the_largest_age_group_of_one_of_several_streams_is_not_said_of_all_who_moved(walked: WalkedLine) -> None:
    def member(code: str) -> Member:
        return Member(code, dict.fromkeys(walked.line.office.profile.languages, code))

    said = member("ages").label
    codes = {
        "age_group": ["Y0T4", "Y20T24"],
        "stream": ["external", "internal"],
        "period": ["2024"],
        "measure": ["share"],
    }
    dimensions = tuple(Dimension(name, said, tuple(map(member, inner))) for name, inner in codes.items())
    shares = {
        ("Y0T4", "external"): 10,
        ("Y20T24", "external"): 90,
        ("Y0T4", "internal"): 70,
        ("Y20T24", "internal"): 30,
    }
    table = OutputTable(
        "drawn-by", said, "2024", "final", "2025-02-28", ("age_group", "stream"), ("period", "measure"), dimensions,
        {"share": MeasureForm(0, {"en": "%", "es": "%"})}, (),
        {(*key, "2024", "share"): Cell(float(share)) for key, share in shares.items()},
    )  # fmt: skip
    shown = figure(walked, Analysed("drawn-by", "ages", said, table))
    assert shown.title == "Largest age group, “external”: Y20T24 (90%)"
    assert (shown.subtitle, "“external”" in shown.finding) == ("Share by age group, 2024, per cent", True)
