"""The page “how do we know?” in a real browser: nothing inaccessible, nothing overflows, and the way there and back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qonys.country.loading import load_profile
from qonys.datasets.explanation import Change, Step
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.how_we_know import Grounds
from qonys.production.slips_counted import every_rule
from spec.seed_release import seed_facts, seed_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LANGUAGES = ("kk", "ru", "en")
WAY = (
    Step("read", 1_973_740),
    Step("taken", 1_972_763, (Change("field:", -977),)),
    Step("sound", 1_972_369, (Change("rule:born-after", -197), Change("rule:future", -197))),
    Step("standing", 1_968_471, (Change("others:", -3_898),)),
    Step("moves", 2_640_870, (Change("accompanying", 672_399),)),
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium found: install the system package chromium")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kz = load_profile("kz")
    grounds = Grounds({"operational": WAY, "final": WAY}, every_rule(kz.rules))
    bundle = release_bundle(kz, kz.releases["annual"], seed_tables(kz), {}, seed_facts(), grounds=grounds).data
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
