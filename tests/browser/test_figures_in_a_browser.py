"""Figures in a real browser: right at every width, in every language, on paper, in forced colours, by keyboard alone."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.chromium import LANGUAGES, needs_chromium
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.disseminate.bundle import release_bundle
from spec.drawn_figures import without_losses
from spec.seed_release import seed_facts, seed_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_WITHOUT_LOSSES = ("external-by-sex-age", "external-by-ethnicity", "origin-destination")
pytestmark = needs_chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    kz, root = load_profile("kz"), tmp_path_factory.mktemp("figures")
    for path, content in _bundle(kz).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    yield root
    shutil.rmtree(root)


def _bundle(kz: Profile) -> dict[str, bytes]:
    """Made-up tables; those that a figure draws without a place for losses have none."""
    tables = seed_tables(kz)
    tables |= without_losses({name: tables[name] for name in _WITHOUT_LOSSES})
    return release_bundle(kz, kz.releases["annual"], tables, {}, seed_facts()).data


def opened(browser: Browser, folder: Path, language: str, width: int = 1200, **context: object) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, **context).new_page()
    page.goto((folder / language / "index.html").as_uri())
    return page


OUTSIDE = """width => [...document.querySelectorAll('.figure *')].filter(e => e.getBoundingClientRect().width
    && e.getBoundingClientRect().right > width && !e.closest('.scroll') && !e.closest('.vh')).map(e =>
    e.closest('.figure').id + ' ' + e.tagName)"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.figure *')].filter(e => !e.children.length
    && e.textContent.trim() && e.getBoundingClientRect().width).map(e => parseFloat(getComputedStyle(e).fontSize)))"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_a_figure_lies_outside_the_page_and_letters_stay_readable(
    browser: Browser, folder: Path, language: str
) -> None:
    page = opened(browser, folder, language)
    for width in (320, 360, 768, 1200):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OUTSIDE, width) == []
        assert page.evaluate(SMALLEST) >= 9.5


def test_names_at_the_ends_of_lines_do_not_overlap(browser: Browser, folder: Path) -> None:
    for language in LANGUAGES:
        page = opened(browser, folder, language, 320)
        for lines in page.locator(".lines").all():
            boxes = sorted(
                (box for box in (label.bounding_box() for label in lines.locator(".ends span").all()) if box),
                key=lambda box: box["y"],
            )
            for one, other in itertools.pairwise(boxes):
                assert one["y"] + one["height"] <= other["y"] + 3, (language, one, other)


def test_periods_below_lines_do_not_overlap_at_any_width(browser: Browser, folder: Path) -> None:
    for language in LANGUAGES:
        for width in (320, 768, 1200):
            page = opened(browser, folder, language, width)
            for axis in page.locator(".lines .x").all():
                boxes = [span.bounding_box() for span in axis.locator("span").all() if span.is_visible()]
                for one, other in itertools.pairwise(boxes):
                    assert one["x"] + one["width"] <= other["x"] + 0.5, (language, width)


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("figure", ["regions", "countries", "sex-and-age", "flows"])
def test_bars_of_all_rows_and_columns_are_as_long_as_their_numbers_say(
    browser: Browser, folder: Path, figure: str, width: int
) -> None:
    page = opened(browser, folder, "en", width)
    drawn: list[tuple[int, float]] = []
    for cell in page.locator(f"#figure-{figure} tbody td").all():
        said = cell.locator("span").inner_text().rstrip("§*").replace("−", "-").replace(",", "")
        bar = cell.locator("b")
        drawn.append((abs(int(said)), bar.bounding_box()["width"] if bar.count() else 0))
    largest, longest = max(drawn)
    assert len(drawn) > 3 and longest > 40
    for value, length in drawn:
        assert abs(length - max(1 if value else 0, value * longest / largest)) < 1, value


def test_the_picture_of_chords_shows_where_there_is_room_and_the_largest_flows_everywhere(
    browser: Browser, folder: Path
) -> None:
    page = opened(browser, folder, "kk", 1200)
    image = page.locator("#figure-flows img")
    assert image.is_visible() and image.get_attribute("alt")
    page.set_viewport_size({"width": 360, "height": 900})
    assert not image.is_visible()
    assert page.locator("#figure-flows tbody tr").first.is_visible()


@pytest.mark.parametrize(("width", "javascript"), [(1200, True), (1200, False), (360, True)])
def test_a_page_that_nobody_scrolled_has_its_pictures_on_paper(
    browser: Browser, folder: Path, width: int, *, javascript: bool
) -> None:
    page = opened(browser, folder, "en", width, java_script_enabled=javascript)
    page.pdf()
    page.emulate_media(media="print")
    images = page.locator("figure img")
    assert images.count()
    for image in images.all():
        assert image.is_visible()
        assert image.evaluate("image => image.complete && image.naturalWidth > 0")


@pytest.mark.parametrize(("width", "loads"), [(360, False), (1200, True)])
def test_a_telephone_does_not_load_the_circle_that_it_does_not_show(
    browser: Browser, folder: Path, width: int, *, loads: bool
) -> None:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "en" / "index.html").as_uri(), wait_until="networkidle")
    assert any("-flows-" in url for url in asked) is loads


def test_one_area_of_the_chords_stands_alone_by_pointer_and_by_keyboard(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "en", 1200)
    image, links = page.locator("#figure-flows img"), page.locator("#figure-flows .focus a")
    whole, address = image.get_attribute("src"), links.nth(1).get_attribute("href")
    links.nth(0).focus()
    page.keyboard.press("Tab")
    told = page.locator("#figure-flows .focus span:visible")
    assert image.get_attribute("src") == address != whole and told.count() == 1
    assert told.inner_text().startswith(links.nth(1).inner_text())
    assert {"→", "←"} <= set(told.inner_text())
    page.evaluate("document.activeElement.blur()")
    assert image.get_attribute("src") == whole and told.count() == 0
    links.nth(2).hover()
    assert image.get_attribute("src") == links.nth(2).get_attribute("href") and told.count() == 1


def test_a_link_to_one_area_of_the_chords_fades_the_flows_of_others(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "en", java_script_enabled=False)
    address = str(page.locator("#figure-flows .focus a").first.get_attribute("href"))
    page.goto(f"{(folder / 'en' / address.split('#')[0]).resolve().as_uri()}#{address.split('#')[1]}")
    code = address.split("#at-")[1]
    shown = "els => els.map(e => [e.dataset.of, getComputedStyle(e).opacity])"
    told = page.locator("path[data-of]").evaluate_all(shown)
    assert {(code in str(of).split(), opacity == "1") for of, opacity in told} == {(True, True), (False, False)}


def test_every_figure_leads_to_its_table_and_its_files_without_javascript(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "ru", java_script_enabled=False)
    figures = page.locator("figure.figure").all()
    assert len(figures) == len(load_profile("kz").releases["annual"].figures)
    for figure in figures:
        target = figure.locator(".to-table").get_attribute("href")
        assert page.locator(f"{target} table").count() == 1
        for link in figure.locator(".downloads a[download]").all():
            assert (folder / "ru" / str(link.get_attribute("href"))).resolve().is_file()


def test_the_numbers_of_lines_are_opened_and_scrolled_by_keyboard(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "en", 320)
    summary = page.locator("#figure-net-by-year summary")
    summary.focus()
    page.keyboard.press("Enter")
    table = page.locator("#figure-net-by-year details table")
    assert table.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "scroll"


def test_bars_and_lines_are_seen_in_forced_colours_and_on_paper(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "en", forced_colors="active")
    colour = "e => getComputedStyle(e).backgroundColor"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.locator("#figure-regions b.in").first.evaluate(colour) != ground
    assert page.locator("#figure-countries b.out").first.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    assert page.locator(".lines path.one").first.evaluate("e => getComputedStyle(e).stroke") not in ("none", ground)
    page.emulate_media(media="print", forced_colors="none")
    assert page.locator("#figure-regions b").first.evaluate("e => getComputedStyle(e).printColorAdjust") == "exact"
    assert not page.locator("#figure-net-by-year details").is_visible()


def test_a_map_of_heat_has_all_its_columns_on_paper(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "ru", 718)
    page.emulate_media(media="print")
    widths = "e => [e.scrollWidth, e.clientWidth]"
    wide, room = page.locator("#figure-origin-destination .scroll").evaluate(widths)
    assert wide <= room, "718 pixels are the width of an upright A4 sheet within its margins"


def test_a_picture_opened_alone_says_what_it_is_and_is_cut_nowhere(browser: Browser, folder: Path) -> None:
    page = browser.new_context().new_page()
    for path in sorted((folder / "figures").glob("*-kk-*.svg")):
        page.goto(path.as_uri())
        outside = page.evaluate(
            "() => [...document.querySelectorAll('text')].filter(t => { const b = t.getBoundingClientRect();"
            " const all = document.documentElement.getBoundingClientRect();"
            " return b.left < all.left - 1 || b.right > all.right + 1 || b.bottom > all.bottom + 1; })"
            ".map(t => t.textContent)"
        )
        assert outside == [], path.name
        assert "синтетикалық" in page.evaluate("document.documentElement.textContent"), path.name
