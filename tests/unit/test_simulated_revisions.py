"""Late slips and cancellations of a simulated year: the end is the same, the beginning is not."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from qonys.country.loading import SHIPPED, load_profile
from qonys.country.simulation_plan import load_plan
from qonys.errors import ProfileError
from qonys.production.line import Line
from qonys.production.simulating import simulate_register
from spec.drawn_slips import new_office

REVISION = """
revisions:
  - {year: 2024, received: 2025-02-20, layout: bulk, late: {external_in: 5}, cancelled: {external_in: 12}, since: 11}
"""


CORRECTION = "data_correction,,,Correction of data,Corrección de datos\n"


@pytest.fixture
def country(tmp_path: Path) -> Path:
    """A copy of mini whose year is revised."""
    copy = Path(shutil.copytree(SHIPPED / "mini", tmp_path / "country"))
    plan = copy / "simulation" / "plan.yaml"
    plan.write_text(plan.read_text("utf-8") + REVISION, "utf-8")
    types = copy / "classifications" / "registration_type.csv"
    types.write_text(types.read_text("utf-8") + CORRECTION, "utf-8")
    return copy


def known(line: Line, day: str) -> Counter[str]:
    """External moves of 2024 that count on a day."""
    query = (
        "select origin = 'XA' or length(origin) > 2 as left, count(*) as n from moves where year(date) = 2024 "
        f"and known_from <= date '{day}' and (known_to is null or known_to > date '{day}') "
        "and (origin like 'X_' or destination like 'X_') group by all"
    )
    office = line.office
    rows = office.engine.run(query, moves=office.store.files("clean/moves")).to_pylist()
    return Counter({"out" if row["left"] else "in": row["n"] for row in rows})


def test_first_figures_lack_what_is_late_and_hold_what_will_be_cancelled(country: Path, tmp_path: Path) -> None:
    plain, revised = tmp_path / "plain", tmp_path / "revised"
    for profile, folder in (("mini", plain), (str(country), revised)):
        simulate_register(profile, folder / "deliveries", seed=7, moves=None, progress=lambda _what, _rows: None)
    true = known(processed("mini", plain), "2025-02-28")
    line = processed(str(country), revised)
    assert known(line, "2025-02-28") == true
    assert known(line, "2025-01-31") == Counter({"in": true["in"] - 5 + 12, "out": true["out"]})


def processed(profile: str, folder: Path) -> Line:
    line = Line(new_office(folder / "workspace", profile=profile))
    line.collect([folder / "deliveries"])
    line.process()
    return line


SPOILT = {
    "a revision before the last delivery": ("received: 2025-02-20, layout", "received: 2025-01-10, layout", "before its last"),
    "a year that is not simulated": ("{year: 2024, received: 2025-02-20, layout", "{year: 2021, received: 2025-02-20, layout", "2021 is not simulated"),
    "a layout without slip numbers": ("layout: bulk, late", "layout: ledger, late", "fixed width|no slip number"),
    "a stream that there is not": ("late: {external_in", "late: {outer", "outer"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_wrong_revision_is_refused(country: Path, name: str) -> None:
    old, new, message = SPOILT[name]
    plan = country / "simulation" / "plan.yaml"
    assert old in plan.read_text("utf-8")
    plan.write_text(plan.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ProfileError, match=message):
        load_plan(load_profile(str(country)))


def test_cancellations_need_a_registration_type_that_cancels(country: Path) -> None:
    types = country / "classifications" / "registration_type.csv"
    types.write_text(types.read_text("utf-8").replace(CORRECTION, ""), "utf-8")
    with pytest.raises(ProfileError, match="no registration type is data_correction"):
        load_plan(load_profile(str(country)))


def test_more_cancellations_than_slips_are_refused(country: Path, tmp_path: Path) -> None:
    plan = country / "simulation" / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("external_in: 12", "external_in: 3000"), "utf-8")
    with pytest.raises(ProfileError, match="3005 are to be late or cancelled"):
        simulate_register(str(country), tmp_path / "out", seed=7, moves=None, progress=lambda _what, _rows: None)
