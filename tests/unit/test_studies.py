"""Analyses of drawn tables: a series of ten years is adjusted, and every sentence can be said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
import yaml

from qonys.analyse.studies.ages import model_schedule
from qonys.analyse.studies.series import forecast_series, seasonally_adjusted
from qonys.analyse.studies.study import Study
from qonys.concepts.age import age_groups
from qonys.concepts.analysis import Analysis
from qonys.concepts.period import Period
from qonys.concepts.working_days import WorkingDays
from qonys.country.loading import load_profile
from qonys.datasets.output import Cell, Dimension, MeasureForm, Member, OutputTable
from qonys.disseminate.analysis_words import analysis_sentences
from qonys.engine.seasonal import x13_run
from qonys.production.building import tables_to_release
from walked_line import WalkedLine

WORDS = Path(__file__).parents[2] / "src" / "qonys" / "disseminate" / "languages" / "analysis"
MONTHS = [f"{year}-{month:02d}" for year in range(2015, 2025) for month in range(1, 13)]


@pytest.fixture(scope="module")
def study(walked: WalkedLine) -> Study:
    """Arrivals and departures of ten years, whose seasons are opposite; the first half year was not published."""
    profile, draw = walked.line.office.profile, np.random.default_rng(4)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(120) / 12)
    counts = {"arrivals": 900 * season, "departures": 700 * season[::-1]}
    cells = {
        (month, measure): Cell(float(round(value * draw.normal(1, 0.02))) if month >= "2015-07" else None)
        for measure, values in counts.items()
        for month, value in zip(MONTHS, values, strict=True)
    }
    said = dict.fromkeys(profile.languages, "drawn")
    dimensions = (
        Dimension("period", said, tuple(Member(month, said) for month in MONTHS)),
        Dimension("measure", said, tuple(Member(measure, said) for measure in counts)),
    )
    form = MeasureForm(0, said)
    table = OutputTable(
        "drawn", said, "2024", "final", "2025-02-28", ("period",), ("measure",), dimensions,
        dict.fromkeys(counts, form), (), cells,
    )  # fmt: skip
    setting, _, _ = tables_to_release(walked.line.office.reading(), Period(2024))
    entry = Analysis("adjusted", dict.fromkeys(profile.languages, "Adjusted"), "seasonal", "drawn", tuple(counts))
    return Study(entry, setting, analysis_sentences(profile), table, "final", 3)


def test_ten_years_are_adjusted_and_the_net_is_the_difference_of_its_parts(study: Study) -> None:
    table = seasonally_adjusted(study, x13_run, WorkingDays()).table
    assert table is not None
    value = {key: cell.value or 0.0 for key, cell in table.cells.items()}
    months = table.dimension("period").codes
    assert (months[0], months[-1]) == ("2015-07", "2024-12")
    observed, adjusted = (np.array([value[m, name] for m in months]) for name in ("arrivals", "arrivals_adjusted"))
    assert adjusted.std() < 0.2 * observed.std(), "the season is gone"
    for month in months:
        parts = value[month, "arrivals_adjusted"] - value[month, "departures_adjusted"]
        assert value[month, "net_adjusted"] == pytest.approx(parts)
    assert "114 months" in table.notes[0]["en"]
    assert "No seasonality is left" in table.notes[0]["en"]
    assert "114 meses" in table.notes[0]["es"]


def test_a_forecast_covers_the_next_twelve_months_with_bounds(study: Study) -> None:
    pytest.importorskip("statsmodels")
    entry = msgspec.structs.replace(study.entry, method="forecast")
    table = forecast_series(replace(study, entry=entry)).table
    assert table is not None
    assert table.dimension("period").codes[0] == "2025-01"
    assert len(table.cells) == 36
    for month in table.dimension("period").codes:
        lower, point, upper = (table.cells[month, name].value or 0.0 for name in ("lower", "forecast", "upper"))
        assert lower < point < upper
        assert table.cells[month, "forecast"].observation.value == "P"


def test_rates_that_are_alike_at_all_ages_have_no_curve_with_a_peak_to_tell(study: Study) -> None:
    said = dict.fromkeys(study.entry.title, "drawn")
    codes = {"period": ["2024"], "age_group": [code for code, _, _ in age_groups()], "measure": ["arrivals"]}
    dimensions = tuple(Dimension(id_, said, tuple(Member(code, said) for code in of)) for id_, of in codes.items())
    cells = {("2024", code, "arrivals"): Cell(20.0) for code in codes["age_group"]}
    table = msgspec.structs.replace(study.source, rows=("age_group",), columns=("period", "measure"), cells=cells)
    table = msgspec.structs.replace(table, dimensions=dimensions)
    alike = SimpleNamespace(average=lambda *_: SimpleNamespace(persons=1000.0))
    entry = msgspec.structs.replace(study.entry, method="schedule", measures=("arrivals",))
    found = model_schedule(replace(study, entry=entry, table=table, setting=replace(study.setting, populations=alike)))
    assert found.table is None
    assert "No curve can be fitted" in found.refused["en"]


@pytest.mark.parametrize("profile", ["mini", "kz"])
def test_every_sentence_of_analyses_can_be_said_in_every_language(profile: str) -> None:
    say = analysis_sentences(load_profile(profile))
    words = yaml.safe_load((WORDS / "en.yaml").read_text(encoding="utf-8"))
    for key, text in words.items():
        if key.startswith("analysis."):
            names = set(re.findall(r"\{(\w+)[,}]", text))
            for left in ("none", "other"):
                said = say(key, {name: left if name == "left" else 5 for name in names})
                assert all(said.values())
                assert not any(re.search(r"[{}#]", sentence) for sentence in said.values())
