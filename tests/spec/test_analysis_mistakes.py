"""An analysis that contradicts the table it reads is found when the profile is read, with its file and what is allowed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qonys.country.loading import SHIPPED, load_profile
from qonys.errors import ProfileError

MISTAKES = {
    "table: internal-by-age, title: {en: \"Age": ("table: nowhere, title: {en: \"Age", "no table “nowhere”"),
    "{id: distance-effect, method: gravity, table: origin-destination-by-year": (
        "{id: distance-effect, method: gravity, table: internal-by-age",
        "has no area, partner_area",
    ),
    "{id: arrivals-ahead, method: forecast, table: external-by-months-of-years": (
        "{id: arrivals-ahead, method: forecast, table: external-by-year",
        "is not by month",
    ),
    "measures: [arrivals, departures], title: {en: \"External migration by month, s": (
        "measures: [arrivals, births], title: {en: \"External migration by month, s",
        "no count “births”",
    ),
    "{id: internal-ages, method: ages": ("{id: internal-by-age, method: ages", "the name internal-by-age is taken"),
    "{id: arrivals-ahead, method: forecast": ("{id: arrivals-ahead, at: {sex: F}, method: forecast", "sex is no dimension"),
}  # fmt: skip


@pytest.mark.parametrize("right", MISTAKES)
def test_a_mistake_in_an_analysis_is_named(tmp_path: Path, right: str) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(SHIPPED / "mini", folder)
    path, (wrong, told) = folder / "release" / "designs" / "annual.yaml", MISTAKES[right]
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=told):
        load_profile(str(folder))


def test_a_centre_belongs_to_an_area(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(SHIPPED / "mini", folder)
    path = folder / "areas" / "centres.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("N1,", "N9,"), encoding="utf-8")
    with pytest.raises(ProfileError, match="N9 is no area"):
        load_profile(str(folder))
