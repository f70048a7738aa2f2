"""The release of a month: the months of its year, the year so far, and growth on the same months of the year before."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from qonys.concepts.period import Period
from qonys.country.loading import load_profile
from qonys.datasets.output import Reference
from qonys.disseminate.period_words import base_in_words, period_arguments, years_phrase
from qonys.disseminate.words import words_of
from qonys.errors import StatisticianError
from qonys.production.line import Line
from qonys.production.simulating import simulate_register
from real.walked_line import KEYS
from spec.seed_figures import words_of_page

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Built:
    """The files of a built release."""

    folder: Path

    def rows(self, table: str) -> Rows:
        (path,) = (self.folder / "files").glob(f"*-{table}-en-*.csv")
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))

    def values(self, table: str, measure: str, **at: str) -> dict[str, float]:
        """Values by period at some codes."""
        chosen = [row for row in self.rows(table) if row["measure"] == measure and at.items() <= row.items()]
        return {row["period"]: float(row["value"]) for row in chosen if row["value"]}

    def text(self, language: str) -> str:
        return words_of_page((self.folder / language / "index.html").read_text(encoding="utf-8"))


def office_of(folder: Path, deliveries: Path, *without: str) -> Line:
    """A walked line of mini, some files left out."""

    from qonys.production.office import Office
    from qonys.store.workspace import Workspace

    workspace = Workspace.create(folder, "mini")
    line = Line(Office(workspace, date(2025, 12, 31), lambda _what, _rows: None, KEYS))
    for day in sorted(path for path in deliveries.iterdir() if path.is_dir()):
        line.collect([file for file in sorted(day.iterdir()) if file.name not in without])
    line.process()
    line.tabulate()
    return line


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deliveries")
    simulate_register("mini", folder, seed=2024, moves=None, progress=lambda _what, _rows: None)
    return folder


@pytest.fixture(scope="module")
def line(deliveries: Path, tmp_path_factory: pytest.TempPathFactory) -> Line:
    return office_of(tmp_path_factory.mktemp("whole") / "office", deliveries)


@pytest.fixture(scope="module")
def september(line: Line) -> Built:
    return Built(Path(line.build(Period.parse("2024-09")).data.folder) / "bundle")


@pytest.fixture(scope="module")
def december(line: Line) -> Built:
    return Built(Path(line.build(Period.parse("2024-12")).data.folder) / "bundle")


@pytest.fixture(scope="module")
def annual(line: Line) -> Built:
    return Built(Path(line.build(Period.parse("2024")).data.folder) / "bundle")


@pytest.mark.parametrize("measure", ["arrivals", "departures", "net"])
def test_the_year_so_far_is_the_sum_of_its_months(september: Built, measure: str) -> None:
    months = september.values("external-by-month", measure)
    assert list(months) == [f"2024-{month:02}" for month in range(1, 10)]
    assert september.values("external-so-far", measure)["2024-01-01/P9M"] == sum(months.values())


def test_growth_is_on_the_same_months_of_the_year_before(september: Built) -> None:
    so_far = september.values("external-so-far", "arrivals")
    assert list(so_far) == ["2023-01-01/P9M", "2024-01-01/P9M"]
    growth = september.values("external-so-far", "arrivals_growth")["2024-01-01/P9M"]
    assert growth == round(100 * (so_far["2024-01-01/P9M"] / so_far["2023-01-01/P9M"] - 1), 1)
    rows = {(r["measure"], r["period"]): r for r in september.rows("external-so-far")}
    assert rows["arrivals_growth", "2024-01-01/P9M"]["related_to_as_of"] == "2024-10-31"


def test_a_rate_of_nine_months_is_annualised_by_their_days(september: Built) -> None:
    net = september.values("external-so-far", "net")["2024-01-01/P9M"]
    of_all = [f for f in load_profile("mini").population if f.area == "XA" and not (f.sex or f.age_group or f.locality)]
    figures = {f.date.year: f.persons for f in of_all}
    start, end = figures[2024], figures[2025]
    average = start + (end - start) * (274 / 366) / 2
    rate = september.values("external-so-far", "net_rate")["2024-01-01/P9M"]
    assert rate == pytest.approx(1000 * net / average * 366 / 274, abs=0.005)


def test_the_figures_of_december_are_the_operational_ones_of_the_annual_release(december: Built, annual: Built) -> None:
    assert december.rows("internal-by-month")[0]["data_cut_off_date"] == "2025-01-31"
    for area in ("_T", "N1", "S1", "C1"):
        months = annual.values("internal-by-month", "arrivals", area=area)
        assert december.values("internal-by-month", "arrivals", area=area) == months
        assert december.values("internal-so-far", "arrivals", area=area)["2024"] == sum(months.values())


def test_the_record_for_machines_has_the_title_in_words(september: Built) -> None:
    told = json.loads((september.folder / "release.json").read_text(encoding="utf-8"))
    assert told["titles"] == {
        "en": "Migration of the population of Ardal, January–September 2024",
        "es": "Migración de la población de Ardal, enero-septiembre de 2024",
    }


def test_page_files_and_workbook_say_the_month(september: Built) -> None:
    assert "Migration of the population of Ardal, January–September 2024" in september.text("en")
    assert "Migración de la población de Ardal, enero-septiembre de 2024" in september.text("es")
    names = [path.name for path in (september.folder / "files").iterdir()]
    assert names and all("-2024-09-" in name for name in names)
    told = Counter((r["release_period"], r["period_label"]) for r in september.rows("external-so-far"))
    assert set(told) == {("2024-09", "January–September 2023"), ("2024-09", "January–September 2024")}
    (workbook,) = (september.folder / "files").glob("*-en-*.xlsx")
    cover = CalamineWorkbook.from_path(str(workbook)).get_sheet_by_index(0).to_python()
    assert any("January–September 2024" in str(cell) for row in cover for cell in row)
    assert "January–September 2024. Qonys" in september.text("en"), "the citation names the period"


def test_key_points_speak_of_the_months_so_far_and_of_the_month_alone(september: Built) -> None:
    so_far = september.values("external-so-far", "arrivals")["2024-01-01/P9M"]
    alone = september.values("external-by-month", "arrivals")["2024-09"]
    text = september.text("en")
    assert f"In January–September 2024, {so_far:.0f} people arrived in Ardal" in text
    assert f"In September 2024 alone, {alone:.0f} people arrived" in text
    assert "compared with January–September 2023 (figures as of 31 October 2024)" in text
    assert f"Entre enero y septiembre de 2024, llegaron {so_far:.0f} personas" in september.text("es")


def test_a_month_whose_deliveries_are_missing_is_refused_with_their_names(deliveries: Path, tmp_path: Path) -> None:
    line = office_of(tmp_path / "office", deliveries, "departures_2024-03.xlsx")
    line.build(Period.parse("2024-02"))
    for month in ("2024-03", "2024-09"):
        with pytest.raises(StatisticianError, match=r"departures of 2024-03 \(Harbour police\)") as refusal:
            line.build(Period.parse(month))
        assert "2024-02" not in refusal.value.what
        assert refusal.value.where == f"release {month}"


def test_a_year_is_built_without_what_did_not_come_and_says_so(deliveries: Path, tmp_path: Path) -> None:
    """The figures are too small and nothing on the page looks wrong: whoever builds must be told."""
    line = office_of(tmp_path / "office", deliveries, "departures_2024-03.xlsx")
    told = line.build(Period.parse("2024")).findings[0]
    assert "By the data cut-off 2025-02-28 had not come: departures of 2024-03 (Harbour police)." in told.what
    assert (told.severity, told.count, told.where) == ("error", 1, "release 2024")


def test_two_deliveries_for_one_month_are_told_of_the_release(line: Line, deliveries: Path, tmp_path: Path) -> None:
    assert not any("several deliveries" in one.what for one in line.build(Period.parse("2024-03")).findings)
    line = office_of(tmp_path / "office", deliveries)
    (first,) = deliveries.rglob("arrivals_2024-02.csv")
    again = tmp_path / "arrivals_2024-02_again.csv"
    again.write_bytes(first.read_bytes().replace(b"31.02.2024", b"27.02.2024"))
    line.collect([again], received=date(2024, 3, 22))
    line.process()
    line.tabulate()
    told = line.build(Period.parse("2024-03")).findings[0]
    assert "Of several deliveries for one period all count: arrivals of 2024-02, as 8, 41." in told.what


PHRASES = {
    "kk": ("2024 жылғы қаңтар–қыркүйекте", "2023 жылғы қаңтар–қыркүйекпен салыстырғанда", "2024 жылғы қыркүйекте", "2023–2024 жылдардағы қаңтар–қыркүйек"),
    "ru": ("в январе–сентябре 2024 года", "по сравнению с январем–сентябрем 2023 года", "в сентябре 2024 года", "январь–сентябрь 2023–2024 годов"),
    "en": ("in January–September 2024", "compared with January–September 2023", "in September 2024", "January–September, 2023–2024"),
}  # fmt: skip


@pytest.mark.parametrize("language", PHRASES)
def test_months_stand_in_the_case_that_their_phrase_asks_for(language: str) -> None:
    words = words_of(load_profile("kz"), language)
    said = {name: argument.shown for name, argument in period_arguments(Period(2024, 9), words).items()}
    last = Period(2024, 9).year_so_far
    found = (
        said["period_in"],
        said["previous_against"],
        said["month_in"],
        years_phrase(last.years_back(1), last, words),
    )
    assert found == PHRASES[language]


@pytest.mark.parametrize(
    ("language", "january", "year"),
    [
        ("kk", "2024 жылғы қаңтарда", "2024 жылы"),
        ("ru", "в январе 2024 года", "в 2024 году"),
        ("en", "in January 2024", "in 2024"),
    ],
)
def test_january_is_no_span_and_december_is_the_year(language: str, january: str, year: str) -> None:
    words = words_of(load_profile("kz"), language)
    assert period_arguments(Period(2024, 1), words)["period_in"].shown == january
    assert period_arguments(Period(2024, 12), words)["period_in"].shown == year


@pytest.mark.parametrize("language", ["kk", "ru", "en", "es"])
def test_every_language_lists_twelve_months_in_every_case(language: str) -> None:
    words = words_of(load_profile("mini" if language == "es" else "kz"), language)
    for phrase in ("name", "in", "to", "against"):
        assert len(set(words[f"months.{phrase}"].split(", "))) == 12


def test_the_base_of_a_growth_is_named_by_its_vintage() -> None:
    words = words_of(load_profile("kz"), "ru")
    assert base_in_words(Reference("known", "2025-03-05"), words) == "данные на 5 марта 2025 года"
    assert base_in_words(Reference("operational", "2025-02-10"), words) == "оперативные данные на 10 февраля 2025 года"
    assert base_in_words(Reference("BNS 6567"), words) == "Бюро национальной статистики, таблица 6567"
    assert base_in_words(Reference("zakon.kz", "2026-03-13"), words) == "zakon.kz, 13 марта 2026 года"
