"""The page of findings in a real browser: nothing overflows on a phone or a desk, and nothing is loaded from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.chromium import needs_chromium
from qonys.concepts.rule import Rule
from qonys.country.loading import load_profile
from qonys.evaluate.findings import Example, RuleFinding, Value, findings_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs_chromium


def _found(number: int, rule: Rule) -> RuleFinding:
    example = Example(
        1, number, (Value("origin", "710000000"), Value("reason", None), Value("personal_remark", "x" * 90))
    )
    fails = 0 if number % 3 == 0 else 1_234_567
    broken = "Conversion Error: Could not convert string 'x' to INT32" if number == 3 else ""
    return RuleFinding(
        rule.id, rule.version, rule.scope, rule.severity, rule.action, rule.message, 9_876_543 if number % 2 else fails,
        1, fails, 0, broken, (example,) * 5 if fails else (),
    )  # fmt: skip


def _page_of(folder: Path, language: str) -> Path:
    kz = load_profile("kz")
    found = [_found(number, rule) for number, rule in enumerate(kz.rules.rules)]
    path = folder / "findings.html"
    page = findings_page(found, profile=kz.identity.names[language], day="2025-03-01", language=language)
    path.write_text(page, encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(browser: Browser, tmp_path: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme).new_page()
    page.goto(_page_of(tmp_path, "kk").as_uri())
    page.locator("summary").click()
    results = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_fits_its_screen_and_can_be_walked_by_keyboard(
    browser: Browser, tmp_path: Path, language: str, width: int
) -> None:
    path = _page_of(tmp_path, language)
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator("h1").count() == 1
    assert page.locator("article").count() == page.locator("article[aria-labelledby] > h2[id]").count() > 0
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == [path.as_uri()]
    page.close()
