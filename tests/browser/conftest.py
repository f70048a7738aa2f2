"""One browser and one release for all tests of this folder, which one worker runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from browser.chromium import CHROMIUM, FLAGS
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.explanation import Change, Step
from qonys.datasets.output import OutputTable
from qonys.datasets.quality import DeliveryCounts, FieldCounts, RegisterCounts, ReleaseDays, SlipCounts
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.how_we_know import Grounds
from qonys.evaluate.quality.report import QualityReport, ReleaseInput, quality_report
from qonys.process.built_in_rules import every_rule
from spec.drawn_tables import drawn_table
from spec.seed_release import seed_facts, seed_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OPERATIONAL = """
          | 2024 arrivals | 2024 departures | 2024 net
       _T |       1510337 |         1510337 |        0
710000000 |        200001 |          126761 |    73240
"""
WAY = (
    Step("read", 1_973_740),
    Step("taken", 1_972_763, (Change("field:", -977),)),
    Step("sound", 1_972_369, (Change("rule:born-after", -197), Change("rule:future", -197))),
    Step("standing", 1_968_471, (Change("others:", -3_898),)),
    Step("moves", 2_640_870, (Change("accompanying", 672_399),)),
)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def bundle() -> dict[str, bytes]:
    """The annual release of Kazakhstan with the seed's tables and all that a release may hold; no test changes it."""
    kz = load_profile("kz")
    tables = seed_tables(kz)
    earlier = drawn_table(
        kz, "internal-by-region", ["area"], ["period", "measure"], OPERATIONAL,
        vintage="operational", cut_off="2025-01-31",
    )  # fmt: skip
    grounds = Grounds({"operational": WAY, "final": WAY}, every_rule(kz.rules))
    made = release_bundle(
        kz, kz.releases["annual"], tables, {"internal-by-region": earlier}, seed_facts(), _report(kz, tables),
        grounds=grounds,
    )  # fmt: skip
    return made.data


def _report(kz: Profile, tables: dict[str, OutputTable]) -> QualityReport:
    slips = SlipCounts(1000, 4, 950, 6, 30, 10, 20, {"duplicate": 20, "not-a-move": 10}, {"work-in-old-age": 7})
    fields = (FieldCounts("education", 900, 40, 30), FieldCounts("marital", 0, 0, 0, asked=False))
    register = RegisterCounts(slips, fields, {0: 1, 1: 800, 2: 120, 7: 30}, DeliveryCounts(3, 3, 0), ("education",))
    given = ReleaseInput(
        "2024", ReleaseDays(date(2024, 12, 31), None, date(2025, 3, 12)), register, 3, tables, {}, kz.tables
    )
    rules = {rule.id: rule.message for rule in kz.rules.rules}
    return msgspec.structs.replace(quality_report(given), rules=rules)


@pytest.fixture(scope="package")
def folder(bundle: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("release")
    for path, content in bundle.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root
