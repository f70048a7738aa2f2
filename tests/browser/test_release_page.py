"""The release page in a real browser: nothing overflows, nothing is inaccessible, everything works without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.chromium import LANGUAGES, needs_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium


def opened(browser: Browser, folder: Path, language: str, width: int = 1200, **context: object) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, **context).new_page()
    page.goto((folder / language / "index.html").as_uri())
    return page


@pytest.mark.parametrize(("language", "scheme"), [("kk", "light"), ("ru", "light"), ("en", "light"), ("kk", "dark")])
def test_axe_finds_no_violation(browser: Browser, folder: Path, language: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = opened(browser, folder, language, color_scheme=scheme)
    page.evaluate(
        "document.querySelectorAll('tbody tr:nth-child(n+6)').forEach(row => row.remove())"
    )  # alike, and slow
    results = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()


def test_axe_finds_no_violation_on_the_front_page(browser: Browser, folder: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = browser.new_context(java_script_enabled=True).new_page()
    text = (folder / "index.html").read_text(encoding="utf-8").replace('http-equiv="refresh"', 'name="was-refresh"')
    (folder / "front-still.html").write_text(text, encoding="utf-8")
    page.goto((folder / "front-still.html").as_uri())
    assert axe.Axe().run(page).violations_count == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_never_scrolls_sideways(browser: Browser, folder: Path, language: str) -> None:
    page = opened(browser, folder, language)
    for width in (320, 360, 768, 1200):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wide_table_scrolls_in_its_own_region_by_keyboard_and_keeps_its_first_column(
    browser: Browser, folder: Path
) -> None:
    page = opened(browser, folder, "ru", 360)
    region = page.locator("#table-internal-by-month .scroll")
    region.focus()
    first = region.locator("tbody tr").first.locator("th").first
    before = first.bounding_box()["x"]
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#table-internal-by-month .scroll').scrollLeft > 100")
    assert abs(first.bounding_box()["x"] - before) < 1


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("place", ["#table-interregional-net", "#figure-regions"])
def test_the_longest_name_of_a_region_is_broken_within_no_word_on_a_telephone(
    browser: Browser, folder: Path, place: str, width: int
) -> None:
    page = opened(browser, folder, "ru", width)
    name = page.locator(f"{place} tbody th").nth(1)
    name.scroll_into_view_if_needed()
    script = """name => {
        name.textContent = "Кызылординская область";
        const word = document.createRange();
        word.setStart(name.firstChild, 0);
        word.setEnd(name.firstChild, "Кызылординская".length);
        return word.getClientRects().length;
    }"""
    assert name.evaluate(script) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_number_beside_a_name_is_whole_on_a_telephone(browser: Browser, folder: Path, language: str) -> None:
    """A number that its region cuts reads as another one."""
    page = opened(browser, folder, language, 320)
    page.add_style_tag(content=".body section.table { content-visibility: visible !important; }")
    script = """rows => rows.map(row => {
        const number = document.createRange();
        number.selectNode(row.querySelector("td").firstChild);
        return row.closest(".scroll").getBoundingClientRect().right - number.getBoundingClientRect().right;
    })"""
    assert min(page.locator("section.table > .scroll tbody tr:not(:has(.inner, .word))").evaluate_all(script)) >= 0


@pytest.mark.parametrize("width", [320, 1200])
def test_the_notes_of_every_table_are_shown(browser: Browser, folder: Path, width: int) -> None:
    notes = opened(browser, folder, "kk", width).locator("section.table > .notes")
    assert notes.count() > 3
    assert all(note.is_visible() for note in notes.all())


def test_a_range_is_not_parted_at_the_end_of_a_line(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "ru", 320)
    script = """(title, whole) => {
        title.style.width = "7ch";
        title.innerHTML = whole ? '<span class="range">2023–2024</span>' : "2023–2024";
        const range = document.createRange();
        range.selectNodeContents(whole ? title.firstChild : title);
        return range.getClientRects().length;
    }"""
    title = page.locator("section.table h4").first
    assert [title.evaluate(script, whole) for whole in (False, True)] == [2, 1]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_no_table_hides_only_its_last_rows(browser: Browser, folder: Path, language: str) -> None:
    """A telephone shows no bar for scrolling: who sees eighteen of twenty regions takes them for all."""
    page = opened(browser, folder, language, 320)
    page.add_style_tag(content=".body section.table { content-visibility: visible !important; }")
    script = "all => all.map(one => one.scrollHeight - one.clientHeight).filter(hidden => hidden > 2 && hidden < 200)"
    assert page.locator("section.table > .scroll").evaluate_all(script) == []


def test_the_front_page_leads_to_the_default_language(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    page.wait_for_url("**/kk/index.html")


def test_the_language_switch_keeps_the_place(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "kk")
    page.goto(page.url + "#interregional")
    page.click(".languages a[hreflang=ru]")
    page.wait_for_url("**/ru/index.html#interregional")


def test_a_key_point_leads_to_its_table_and_everything_works_without_javascript(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "en", java_script_enabled=False)
    page.click("#point-gaining a[href^='#table-']")
    assert page.url.endswith("#table-interregional-net")
    assert page.locator("#table-interregional-net table").is_visible()


@pytest.mark.parametrize("way", ["on loading", "on the page"])
def test_a_link_lands_on_its_table_however_far_down_it_stands(browser: Browser, folder: Path, way: str) -> None:
    """Tables are laid out when they come near; where a link leads must not depend on those above."""
    page = opened(browser, folder, "en")
    far = page.evaluate("[...document.querySelectorAll('section.table')].map(table => table.id).at(-3)")
    if way == "on loading":
        page.goto("about:blank")
        page.goto((folder / "en" / "index.html").as_uri() + f"#{far}")
    else:
        page.evaluate(f"location.hash = '#{far}'")
    page.wait_for_timeout(500)
    assert 0 <= page.evaluate(f"document.getElementById('{far}').getBoundingClientRect().top") < 60


def test_the_first_tab_reaches_the_link_to_the_content(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    box = page.locator(".skip").bounding_box()
    assert box["x"] >= 0


def test_the_page_asks_nobody_else_for_anything_and_its_font_loads(browser: Browser, folder: Path) -> None:
    page = browser.new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "kk" / "index.html").as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    assert asked and all(url.startswith("file://") for url in asked)
    assert page.evaluate("[...document.fonts].every(font => font.status === 'loaded')")


LETTERS = "ӘҒҚҢӨҰҮҺІ әғқңөұүһі ‰₸−→≥\u202f áéíóúüñ¿¡"


def test_the_font_has_every_letter_of_the_languages(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "kk")
    script = """async letters => {
        await document.fonts.ready;
        const width = (font, text) => {
            const context = document.createElement('canvas').getContext('2d');
            context.font = '64px ' + font;
            return context.measureText(text).width;
        };
        return [...letters].filter(sign => width('Inter, monospace', sign) === width('monospace', sign)
            && width('Inter, serif', sign) === width('serif', sign));
    }"""
    assert page.evaluate(script, LETTERS) == []


def test_nothing_is_lost_on_paper_and_in_forced_colours(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "en", forced_colors="active")
    assert page.locator(".chip").first.is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".downloads").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"


def test_a_sentence_keeps_its_words_on_paper_and_loses_only_what_leads_elsewhere(
    browser: Browser, folder: Path
) -> None:
    page = opened(browser, folder, "ru")
    terms = page.locator(".points a.term")
    assert terms.count() > 1
    page.emulate_media(media="print")
    assert all(term.is_visible() for term in terms.all())
    assert not any(link.is_visible() for link in page.locator(".points a:not(.term), .how").all())


def test_the_colours_of_a_key_stand_beside_their_names_on_paper(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder, "ru")
    page.emulate_media(media="print")
    for row in page.locator("table.key tbody tr").all():
        square, name = row.locator("i").bounding_box(), row.locator("th").bounding_box()
        assert square and name
        assert (
            name["x"] <= square["x"] and name["y"] <= square["y"] + square["height"] / 2 <= name["y"] + name["height"]
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_head_is_broken_and_the_heads_of_rows_stand_above_theirs(
    browser: Browser, folder: Path, language: str
) -> None:
    page = opened(browser, folder, language)
    broken = """() => [...document.querySelectorAll('.scroll thead th')].filter(head => {
        const whole = [...head.textContent.matchAll(/\\S+/g)], node = document.createRange();
        const text = document.createTreeWalker(head, NodeFilter.SHOW_TEXT).nextNode();
        return text && whole.some(word => {
            node.setStart(text, word.index); node.setEnd(text, Math.min(text.length, word.index + word[0].length));
            return !word[0].includes('-') && node.getClientRects().length > 1;
        });
    }).map(head => head.textContent)"""
    assert page.evaluate(broken) == []
    aligned = "heads => [...new Set(heads.map(head => getComputedStyle(head).textAlign))]"
    assert page.locator(".scroll thead tr:first-child th[rowspan]").evaluate_all(aligned) == ["start"]


def test_paper_is_light_whatever_the_screen_prefers(browser: Browser, folder: Path) -> None:
    colours = "() => ['--accent', '--down', '--in'].map(name => getComputedStyle(document.documentElement).getPropertyValue(name))"
    said = []
    for scheme in ("light", "dark"):
        page = opened(browser, folder, "en", color_scheme=scheme)
        page.emulate_media(media="print")
        said.append(page.evaluate(colours))
    assert said[0] == said[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_column_of_a_table_is_lost_on_paper(browser: Browser, folder: Path, language: str) -> None:
    """A4 with margins of 10 mm is 718 pixels wide, 1,047 across; a browser makes a page smaller by a few parts in a hundred."""
    page = opened(browser, folder, language)
    page.emulate_media(media="print")
    ends = """all => all.map(table => [
        getComputedStyle(table.closest("section.table")).page === "across", table.getBoundingClientRect().right
    ])"""
    for across, width in ((False, 718), (True, 1047)):
        page.set_viewport_size({"width": width, "height": 900})
        tables = [end for lying, end in page.locator("section.table table").evaluate_all(ends) if lying is across]
        assert max(tables) <= 1.06 * width
