"""The sentences of a release follow the register: other slips, other words, and none where a number is missing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from real.walked_line import WalkedLine, walked_line
from spec.seed_figures import visible_text
from spec.seed_release import pages_alone
from walked_line import WalkedLine as WholeLine

RISE = {"en": r"Arrivals rose by [\d.]+% on 2023", "es": r"Las llegadas aumentaron un [\d,]+\s% respecto a 2023"}
FALL = {"en": r"Arrivals fell by [\d.]+% on 2023", "es": r"Las llegadas disminuyeron un [\d,]+\s% respecto a 2023"}
ANY = {"en": r"Arrivals (rose|fell|did)", "es": r"Las llegadas (aumentaron|disminuyeron|no variaron)"}


def released_without(tmp_path: Path, simulated: Path, left_out: Callable[[Path], bool]) -> WalkedLine:
    """The release of a register from which some deliveries are left out."""
    altered = tmp_path / "deliveries"
    shutil.copytree(simulated, altered)
    for path in [path for path in altered.rglob("*") if path.is_file() and left_out(path)]:
        path.unlink()
    with pages_alone():
        return walked_line("mini", tmp_path, altered, "2024")


LANGUAGES = ("en", "es")


def test_a_register_that_grew_is_said_to_have_grown(walked: WholeLine) -> None:
    for language in LANGUAGES:
        page = (Path(walked.published.folder) / language / "index.html").read_text(encoding="utf-8")
        assert re.search(RISE[language], visible_text(page)), language


def test_without_half_of_the_slips_of_2024_arrivals_fell(tmp_path: Path, simulated: Path) -> None:
    line = released_without(tmp_path, simulated, lambda path: bool(re.fullmatch(r"2024-\d\d.parquet", path.name)))
    for language in LANGUAGES:
        assert re.search(FALL[language], visible_text(line.page(language))), language


def test_without_the_base_year_nothing_is_said_of_growth(tmp_path: Path, simulated: Path) -> None:
    line = released_without(tmp_path, simulated, lambda path: "2023" in path.name)
    for language in LANGUAGES:
        assert not re.search(ANY[language], visible_text(line.page(language))), language
        base = [row for row in line.rows("external-by-year", language) if row["period"] == "2023"]
        assert {(row["value"], row["obs_status"]) for row in base} == {("", "L")}
