"""A country that publishes years alone: its release is the same, byte for byte, as if its flows kept their month."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from qonys.concepts.period import Period
from qonys.country.loading import SHIPPED
from qonys.production import tabulating
from spec.drawn_slips import Walk
from spec.explained_cells import every_explanation, explained_tables, fail_unless_it_sums

YEAR = Period(2024)
SLIPS = """
    PERSON | DAY        | FROM | TO  | GROUP
    ann    | 05.03.2024 | N11  | S11 | ard
    bob    | 05.03.2023 | N11  | S11 | ard
    cat    | 30.06.2024 | S11  | C11 | bor
    dan    | 06.02.2024 | XC   | C11 | cad
    eve    | 07.07.2024 | XC   | C11 | cad
    fay    | 07.09.2024 | XB   | N12 | bor
    gil    | 31.12.2023 | XC   | N12 | cad
"""


def without_months(folder: Path, *, joined: str) -> Path:
    """Mini as a country that publishes a year alone; Cadia joins the union on a day."""
    mine = Path(shutil.copytree(SHIPPED / "mini", folder))
    gone = {path.stem for path in (mine / "tables").glob("*.yaml") if "month" in path.stem or "so-far" in path.stem}
    for name in gone:
        (mine / "tables" / f"{name}.yaml").unlink()
    (mine / "release" / "designs" / "monthly.yaml").unlink()
    annual = mine / "release" / "designs" / "annual.yaml"
    design = yaml.safe_load(annual.read_text("utf-8"))
    dropped = gone | {one["id"] for kind in ("analyses", "figures") for one in design[kind] if one.get("table") in gone}
    for kind in ("analyses", "figures"):
        design[kind] = [one for one in design[kind] if one["id"] not in dropped]
    design["sections"] = [_without(dropped, section) for section in design["sections"]]
    design["sections"][1]["sections"] = design["sections"][1]["sections"][:1]
    annual.write_text(yaml.safe_dump(design, allow_unicode=True), "utf-8")
    _rewrite(mine / "calendar.yaml", lambda entries: [one for one in entries if one["release"] == "annual"])
    _rewrite(mine / "publication.yaml", lambda all_of: {**all_of, "rules": all_of["rules"][:1]})
    exact = "exact"
    _rewrite(
        mine / "protection.yaml",
        lambda plan: {**plan, exact: {name: why for name, why in plan[exact].items() if name not in gone}},
    )
    members = mine / "classifications" / "country_group_members.csv"
    members.write_text(members.read_text("utf-8").replace("2024-07-01", joined), "utf-8")
    return mine


def _without(names: set[str], section: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        kind: [name for name in of if name not in names] if kind in ("figures", "tables") else of
        for kind, of in section.items()
    }
    return kept | ({"sections": [_without(names, one) for one in kept["sections"]]} if "sections" in kept else {})


def _rewrite(path: Path, change: Any) -> None:  # noqa: ANN401 what a YAML file holds
    path.write_text(yaml.safe_dump(change(yaml.safe_load(path.read_text("utf-8"))), allow_unicode=True), "utf-8")


def counted(folder: Path, profile: Path) -> Walk:
    walk = Walk(folder, profile=str(profile))
    walk.receive("2025-01-10", SLIPS)
    walk.process()
    walk.line.tabulate()
    return walk


def months_of(walk: Walk) -> set[object]:
    flows = walk.line.office.store.files("statistics/flows")
    return {row["month"] for row in walk.line.office.engine.run("select distinct month from f", f=flows).to_pylist()}


def hashes(folder: Path) -> Mapping[str, str]:
    files = (path for path in (folder / "bundle").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_release_is_the_same_byte_for_byte_from_flows_of_years(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    country = without_months(tmp_path / "country", joined="2024-01-01")
    walk = counted(tmp_path / "years", country)
    assert months_of(walk) == {1}
    of_years = walk.line.build(YEAR).data
    found = hashes(Path(of_years.folder))
    monkeypatch.setattr(tabulating, "frequency_of_flows", lambda *_: "month")
    walk.line.tabulate()
    assert months_of(walk) >= {2, 3, 6, 7, 9, 12}
    of_months = walk.line.build(YEAR).data
    assert len(found) > 20
    assert hashes(Path(of_months.folder)) == found


def test_every_cell_of_flows_of_years_is_explained_and_sums(tmp_path: Path) -> None:
    walk = counted(tmp_path / "years", without_months(tmp_path / "country", joined="2024-01-01"))
    walk.line.build(YEAR)
    told = [one for table in explained_tables(walk.line.office, YEAR) for one in every_explanation(table)]
    waterfalls = [waterfall for one in told for waterfall in one.waterfalls]
    for waterfall in waterfalls:
        fail_unless_it_sums(waterfall)
    assert any(step.id == "period" and step.changes for one in waterfalls for step in one.steps)
    assert {one.made for one in told} >= {"counted", "computed"}
    absent = {one.why_absent for one in told if one.made == "absent"}
    assert "nothing-delivered" not in absent


def test_a_country_that_joins_a_group_in_mid_year_is_in_both_as_flows_then_keep_their_month(tmp_path: Path) -> None:
    walk = counted(tmp_path / "months", without_months(tmp_path / "country", joined="2024-07-01"))
    assert months_of(walk) >= {2, 7}
    walk.line.build(YEAR)
    by_group = next(t for t in explained_tables(walk.line.office, YEAR) if t.design.id == "external-by-country")
    arrivals = {
        one.at["partner"]: one.exact
        for one in every_explanation(by_group)
        if one.measure == "arrivals" and one.at["period"] == "2024"
    }
    assert (arrivals["XC"], arrivals["UNION"]) == (2, 2)


def test_a_year_of_which_nothing_came_is_not_available_though_flows_are_of_years(tmp_path: Path) -> None:
    walk = Walk(tmp_path / "years", profile=str(without_months(tmp_path / "country", joined="2024-01-01")))
    walk.receive(
        "2025-01-10",
        SLIPS.replace("    bob    | 05.03.2023", "    bob    | 05.03.2024").replace("31.12.2023", "31.12.2024"),
    )
    walk.process()
    walk.line.tabulate()
    walk.line.build(YEAR)
    by_year = next(t for t in explained_tables(walk.line.office, YEAR) if t.design.id == "external-by-year")
    told = {(one.at["period"], one.measure): one for one in every_explanation(by_year)}
    assert told["2023", "arrivals"].why_absent == "nothing-delivered"
    assert told["2024", "arrivals"].published == 4
