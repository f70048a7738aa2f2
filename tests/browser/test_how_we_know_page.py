"""The page “how do we know?” in a real browser: nothing inaccessible, nothing overflows, and the way there and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.chromium import LANGUAGES, needs_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium


def opened(browser: Browser, folder: Path, language: str, name: str = "how-we-know", **context: object) -> Page:
    page = browser.new_context(viewport={"width": 1200, "height": 900}, **context).new_page()
    page.goto((folder / language / f"{name}.html").as_uri())
    return page


@pytest.mark.parametrize(("language", "scheme"), [("kk", "light"), ("ru", "light"), ("en", "light"), ("ru", "dark")])
def test_axe_finds_no_violation(browser: Browser, folder: Path, language: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(browser, folder, language, color_scheme=scheme)
    results = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_never_scrolls_sideways(browser: Browser, folder: Path, language: str) -> None:
    page = opened(browser, folder, language)
    for width in (320, 360, 768, 1200):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_figure_leads_to_its_table_there_and_back_without_javascript(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "kk", "index", java_script_enabled=False)
    page.click(".figures div:first-child .how")
    assert page.url.endswith("/kk/how-we-know.html#table-external-by-year")
    page.click("#table-external-by-year .downloads a:first-child")
    assert page.url.endswith("/kk/index.html#table-external-by-year")
    page.click("#point-totals .how")
    assert page.url.endswith("/kk/how-we-know.html#table-external-by-year")


def test_the_language_switch_stays_on_the_page(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "kk")
    page.goto(page.url + "#way")
    page.click(".languages a[hreflang=ru]")
    page.wait_for_url("**/ru/how-we-know.html#way")


def test_the_numbers_of_the_way_are_written_as_the_language_writes_them(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "ru")
    rows = page.locator("#way table").first.locator("tbody tr").all_inner_texts()
    assert rows[0].split("\t") == ["Прочитано талонов", "1\u202f973\u202f740"]
    assert rows[1].split("\t") == ["значение не удалось прочитать", "−977"]


@pytest.mark.parametrize("width", [360, 1200])
def test_what_became_of_slips_is_read_in_lines_that_take_most_of_the_width(
    browser: Browser, folder: Path, width: int
) -> None:
    page = opened(browser, folder, "kk")
    page.set_viewport_size({"width": width, "height": 900})
    table = page.locator("#way .scroll").first
    step = table.locator("tbody th").first
    assert step.bounding_box()["width"] > 0.6 * table.bounding_box()["width"]
