"""The page of the quality report in a real browser: nothing overflows, nothing is inaccessible, every concept is reached."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from qonys.concepts.quality import SIMS
from qonys.country.loading import load_profile
from qonys.datasets.quality import DeliveryCounts, FieldCounts, RegisterCounts, ReleaseDays, SlipCounts
from qonys.disseminate.bundle import release_bundle
from qonys.evaluate.quality.report import ReleaseInput, quality_report
from spec.seed_release import seed_facts, seed_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LANGUAGES = ("kk", "ru", "en")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium found: install the system package chromium")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kz = load_profile("kz")
    tables = seed_tables(kz)
    slips = SlipCounts(1000, 4, 950, 6, 30, 10, 20, {"duplicate": 20, "not-a-move": 10}, {"work-in-old-age": 7})
    fields = (FieldCounts("education", 900, 40, 30), FieldCounts("marital", 0, 0, 0, asked=False))
    register = RegisterCounts(slips, fields, {0: 1, 1: 800, 2: 120, 7: 30}, DeliveryCounts(3, 3, 0), ("education",))
    given = ReleaseInput(
        "2024", ReleaseDays(date(2024, 12, 31), None, date(2025, 3, 12)), register, 3, tables, {}, kz.tables
    )
    rules = {rule.id: rule.message for rule in kz.rules.rules}
    report = msgspec.structs.replace(quality_report(given), rules=rules)
    bundle = release_bundle(kz, kz.releases["annual"], tables, {}, seed_facts(), report).data
    root = tmp_path_factory.mktemp("release")
    for path, content in bundle.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


def opened(browser: Browser, folder: Path, language: str, **context: object) -> Page:
    page = browser.new_context(viewport={"width": 1200, "height": 900}, **context).new_page()
    page.goto((folder / language / "quality.html").as_uri())
    return page


@pytest.mark.parametrize(("language", "scheme"), [("kk", "light"), ("ru", "dark"), ("en", "light")])
def test_axe_finds_no_violation_in_the_quality_report(
    browser: Browser, folder: Path, language: str, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(browser, folder, language, color_scheme=scheme)
    results = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_never_scrolls_sideways(browser: Browser, folder: Path, language: str) -> None:
    page = opened(browser, folder, language)
    for width in (320, 360, 768, 1200):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_release_page_leads_to_the_report_and_back_without_javascript(browser: Browser, folder: Path) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((folder / "ru" / "index.html").as_uri())
    page.click("#quality .button")
    assert page.url.endswith("ru/quality.html")
    page.click(".brand a")
    assert page.url.endswith("ru/index.html")


def test_every_concept_is_an_anchor_that_the_language_switch_keeps(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "kk")
    assert page.evaluate("codes => codes.filter(code => !document.getElementById(code))", [c.code for c in SIMS]) == []
    page.goto(page.url + "#S.15.2")
    page.click(".languages a[hreflang=en]")
    page.wait_for_url("**/en/quality.html#S.15.2")
