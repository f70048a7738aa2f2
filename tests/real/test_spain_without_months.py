"""Spain without its table by month: flows of years, and the same release otherwise."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from qonys.concepts.period import Period
from qonys.country.loading import SHIPPED
from qonys.production.explaining import explain
from real.real_data import real_data
from real.walked_line import WalkedLine, walked_line

_BY_MONTH = "      - {id: by-month,"
TABLES = (
    "internal-by-stream", "interregional-net", "interregional-indicators", "external-by-year", "external-by-country",
    "external-by-sex-age", "internal-by-province",
)  # fmt: skip


def without_months(folder: Path) -> Path:
    """The profile of Spain less its one monthly table and the figure of it."""
    profile = Path(shutil.copytree(SHIPPED / "es", folder, ignore=shutil.ignore_patterns("__pycache__")))
    (profile / "tables" / "internal-by-month.yaml").unlink()
    protection = profile / "protection.yaml"
    lines = protection.read_text(encoding="utf-8").splitlines(keepends=True)
    protection.write_text("".join(line for line in lines if "internal-by-month" not in line), encoding="utf-8")
    path = profile / "release" / "designs" / "annual.yaml"
    design = path.read_text(encoding="utf-8")
    before, figure, after = design.partition("  - id: months\n")
    assert figure
    design = before + after[after.index("  - id: countries\n") :]
    kept = [line for line in design.splitlines(keepends=True) if not line.startswith(_BY_MONTH)]
    path.write_text("".join(kept), encoding="utf-8")
    return profile


@pytest.fixture(scope="module")
def spains(tmp_path_factory: pytest.TempPathFactory) -> tuple[WalkedLine, WalkedLine]:
    sample, folder = real_data("es/sample_EVR_2016.txt"), tmp_path_factory.mktemp("spains")
    yearly = str(without_months(folder / "yearly"))
    by_month, by_year = (
        walked_line(profile, folder / name, sample, "2016", received=date(2017, 6, 30))
        for name, profile in (("a", "es"), ("b", yearly))
    )
    return by_month, by_year


def months_and_flows(spain: WalkedLine) -> tuple[list[int], int]:
    flows = spain.line.office.store.files("statistics/flows")
    found = spain.line.office.engine.run("select month from flows", None, flows=flows)["month"].to_pylist()
    return sorted(set(found)), len(found)


def cells(spain: WalkedLine, table: str) -> list[dict[str, str]]:
    """The rows of a table without the release that they are of."""
    return [{name: value for name, value in row.items() if name != "release_vintage"} for row in spain.rows(table)]


def test_the_tables_are_the_same_and_the_flows_are_fewer(spains: tuple[WalkedLine, WalkedLine]) -> None:
    by_month, by_year = spains
    (months, many), (january, few) = map(months_and_flows, spains)
    assert (months, january) == (list(range(1, 13)), [1])
    assert few < many
    for table in TABLES:
        assert cells(by_year, table) == cells(by_month, table), table
    assert not [finding for finding in by_year.findings if finding.severity == "error"]


def test_a_cell_is_explained_down_to_its_year(spains: tuple[WalkedLine, WalkedLine]) -> None:
    for spain in spains:
        told = explain(spain.line.office, Period(2016), "external-by-year.arrivals", {}).explanation
        assert told.exact == 2576
        (waterfall,) = told.waterfalls
        assert waterfall.steps[-1].count == 2576
