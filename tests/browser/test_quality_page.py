"""The page of the quality report in a real browser: nothing overflows, nothing is inaccessible, every concept is reached."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.chromium import LANGUAGES, needs_chromium
from qonys.concepts.quality import SIMS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium


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
