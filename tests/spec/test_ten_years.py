"""Ten years of the invented country: what was simulated is what seasonal adjustment, nowcast, ages and forecast find."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from qonys.concepts.analysis import AnalysisMethod
from qonys.concepts.period import Period
from qonys.concepts.simulation import Course, SimulationPlan
from qonys.country.loading import SHIPPED, load_profile
from qonys.country.simulation_plan import load_plan
from qonys.datasets.analysis import Analysed
from qonys.datasets.output import OutputTable
from qonys.methods.series.monthly import Values
from qonys.production.line import Line
from qonys.production.simulating import simulate_register
from spec.drawn_slips import new_office
from spec.seed_figures import words_of_page

_SEASONAL: tuple[AnalysisMethod, ...] = ("seasonal",)
YEARS, YEAR = 10, Period(2024)
MONTHS = [str(Period(year, month)) for year in range(2015, 2025) for month in range(1, 13)]
LEVEL, EFFECT = 0.03, 2.0
"""How far a shift of level (a share) and the effect of a day off (percent) may be off"""


@dataclass(frozen=True)
class Decade:
    """The whole line of ten years, and the folder of its release."""

    line: Line
    folder: Path


@pytest.fixture(scope="module")
def decade(tmp_path_factory: pytest.TempPathFactory) -> Decade:
    """Mini, whose nowcast reads all months since deliveries came month by month; arrivals in one file, for speed."""
    root = tmp_path_factory.mktemp("decade")
    country = Path(shutil.copytree(SHIPPED / "mini", root / "mini"))
    for name, old, new in (
        ("release/designs/monthly.yaml", "since: 2024-01", "since: 2023-01"),
        (
            "deliveries.yaml",
            "- {layout: arrivals, every: month, due: 20, first: 2024-01, last: 2024-12, regions: [S1]}\n",
            "",
        ),
        ("simulation/plan.yaml", "  - {layout: arrivals, destinations: [S1]}\n", ""),
    ):
        text = (country / name).read_text(encoding="utf-8")
        assert old in text
        (country / name).write_text(text.replace(old, new), encoding="utf-8")
    simulate_register(str(country), root / "in", seed=7, moves=None, progress=lambda what, rows: None, years=YEARS)
    line = Line(new_office(root / "workspace", profile=str(country)))
    line.collect([root / "in"])
    line.process()
    line.tabulate()
    built = line.build(YEAR).data
    return Decade(line, Path(built.folder))


def made(decade: Decade, method: AnalysisMethod, period: Period = YEAR) -> OutputTable:
    (found,) = decade.line.analyse(period, (method,)).data
    assert found.table is not None, found.refused
    return found.table


def column(table: OutputTable, measure: str) -> Values:
    return np.array([table.cells[month, measure].value for month in table.dimension("period").codes], dtype=float)


@pytest.fixture(scope="module")
def plan() -> SimulationPlan:
    return load_plan(load_profile("mini"))


@pytest.fixture(scope="module")
def course(plan: SimulationPlan) -> Course:
    assert plan.design.course is not None
    return plan.design.course


@pytest.fixture(scope="module")
def seasonal(decade: Decade) -> dict[str, Analysed]:
    return {one.id: one for one in decade.line.analyse(YEAR, _SEASONAL).data}


@pytest.fixture(scope="module")
def adjusted(seasonal: dict[str, Analysed]) -> OutputTable:
    table = seasonal["internal-adjusted"].table
    assert table is not None
    return table


def test_the_seasonal_factors_that_were_simulated_are_found(
    adjusted: OutputTable, plan: SimulationPlan, course: Course
) -> None:
    assert list(adjusted.dimension("period").codes) == MONTHS
    ratios = (column(adjusted, "arrivals") / column(adjusted, "arrivals_adjusted")).reshape(YEARS, 12).mean(axis=0)
    usual = np.bincount([m.month or 0 for m in plan.internal], [m.arrivals for m in plan.internal])[1:]
    working = load_profile("mini").publication.working_days
    off = Counter(d.month for y in range(2015, 2025) for d, one in working.days_off(y).items() if one.dates)
    truth = usual * [1 + course.day_off * off[month] / YEARS for month in range(1, 13)]
    error = np.abs(ratios / ratios.mean() / (truth / truth.mean()) - 1)
    assert np.ptp(truth / truth.mean()) > 0.3, "there is a season"
    chance = course.scatter / YEARS**0.5
    assert error.max() < 4 * chance, "each factor"
    assert np.sqrt(np.mean(error**2)) < 2 * chance, "all of them"


def test_the_shifts_of_level_that_were_simulated_stay_in_the_adjusted_series(
    adjusted: OutputTable, course: Course
) -> None:
    series = column(adjusted, "arrivals_adjusted")
    for month, factor in course.shifts.items():
        at = MONTHS.index(month)
        ratio = series[at : at + 12].mean() / series[at - 12 : at].mean()
        assert ratio == pytest.approx(factor * (1 + course.growth), abs=LEVEL)
        (told,) = [
            text["en"] for text in adjusted.notes if "the level shifts" in text["en"] and _named(month) in text["en"]
        ]
        shift = float(told.rpartition(", ")[2].partition("%")[0].replace("−", "-"))
        assert shift == pytest.approx(100 * (factor - 1), abs=100 * LEVEL)


def _named(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def test_the_effect_of_the_holiday_that_was_simulated_is_found_and_told(
    decade: Decade, adjusted: OutputTable, course: Course
) -> None:
    (note,) = [text["en"] for text in adjusted.notes if text["en"].startswith("Tide Day, Arrivals")]
    effect = float(note.partition(" by ")[2].partition("%")[0].replace("−", "-"))
    assert effect == pytest.approx(100 * course.day_off, abs=EFFECT)
    pages = [
        (decade.folder / "bundle" / language / "index.html").read_text(encoding="utf-8") for language in ("en", "es")
    ]
    assert note in words_of_page(pages[0])
    assert "Día de la Marea, Llegadas" in pages[1]
    assert all("table-external-adjusted" in page for page in pages)


def test_the_adjusted_net_is_the_difference_of_its_adjusted_parts(seasonal: dict[str, Analysed]) -> None:
    external = seasonal["external-adjusted"].table
    assert external is not None
    parts = column(external, "arrivals_adjusted") - column(external, "departures_adjusted")
    np.testing.assert_allclose(column(external, "net_adjusted"), parts)
    assert "No seasonality is left" in external.notes[0]["en"]


def test_a_nowcast_covers_what_the_later_register_shows(decade: Decade) -> None:
    known: Counter[str] = Counter()
    for lag in decade.line.lags():
        known[lag.event_month] += lag.moves - lag.withdrawn
    inside = []
    for month in (3, 6, 9):
        table = made(decade, "nowcast", Period(2024, month))
        codes = table.dimension("period").codes
        assert codes[0] == "2023-01"
        for code in codes[-3:]:
            counted, lower, upper = (table.cells[code, name].value or 0 for name in ("counted", "lower", "upper"))
            assert counted < known[code], "some were still to come"
            inside.append(lower <= known[code] <= upper)
    assert sum(inside) >= len(inside) - 1, "95 % of nine"
    (judged,) = [text["en"] for text in table.notes if text["en"].startswith("In back-testing")]
    assert float(judged.partition("held for ")[2].partition("%")[0]) >= 85


def test_the_curve_of_ages_rises_where_most_were_simulated(decade: Decade, plan: SimulationPlan) -> None:
    table = made(decade, "schedule")
    fitted = {key[0]: cell.value for key, cell in table.cells.items() if key[2] == "fitted_rate"}
    likeliest = max(plan.design.people.ages, key=lambda one: one[1])[0]
    assert likeliest == 18
    assert max(fitted, key=lambda group: fitted[group] or 0) in ("Y15T19", "Y20T24")


def test_a_forecast_tells_how_its_bounds_held_on_earlier_months(decade: Decade, plan: SimulationPlan) -> None:
    pytest.importorskip("statsmodels")
    table = made(decade, "forecast")
    assert table.dimension("period").codes[0] == "2025-01"
    assert "120 months observed" in table.notes[0]["en"]
    coverage = float(table.notes[0]["en"].partition("they held for ")[2].partition("%")[0])
    assert coverage >= 60, "meant for 80 %"
    assert np.corrcoef(column(table, "forecast"), plan.design.external_months)[0, 1] > 0.9
    assert (column(table, "lower") < column(table, "forecast")).all()


def test_the_population_by_age_of_all_ten_years_adds_up_to_that_of_the_country() -> None:
    figures = [figure for figure in load_profile("mini").population if figure.area == "XA"]
    for year in range(2015, 2026):
        of_year = [figure for figure in figures if figure.date.year == year]
        total, groups = ([one.persons for one in of_year if bool(one.age_group) is by_age] for by_age in (False, True))
        assert len(groups) == 18
        assert [sum(groups)] == total
