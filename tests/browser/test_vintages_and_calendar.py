"""What a browser makes of an earlier vintage and of the calendar: the banner, with and without a server of ours; axe; widths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from browser.chromium import LANGUAGES, needs_chromium
from qonys.country.loading import load_profile
from qonys.disseminate.vintage_notices import latest_link, replaced_notice, withdrawal_bundle
from qonys.published.bundles import PublishedFolder
from qonys.serve.vintages import with_banner
from unit.test_release_calendar import files_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium
WIDTHS = (320, 360, 768, 1200)
OLD, NEW = "a" * 12, "b" * 12
REASON = {
    "kk": "Екі жеткізілім екі рет есепке алынған еді.",
    "ru": "Две поставки учтены дважды.",
    "en": "Two came twice.",
}


@pytest.fixture(scope="module")
def public(bundle: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two vintages of one page, the first one corrected, as they lie in a published folder; and the calendar."""
    from datetime import date

    import msgspec

    from qonys.published.bundles import PeriodStatus, VintageStatus

    kz, root = load_profile("kz"), tmp_path_factory.mktemp("public")
    for vintage in (OLD, NEW):
        for name, content in bundle.items():
            path = root / "kz" / "2024" / vintage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    notice = replaced_notice(kz, "corrected", date(2025, 3, 20), REASON)
    status = PeriodStatus(
        NEW, (VintageStatus(OLD, "superseded", "", notice), VintageStatus(NEW, "published")), latest_link(kz)
    )
    (root / "kz" / "2024" / "status.json").write_bytes(msgspec.json.encode(status))
    PublishedFolder(root).replace_calendar("kz", files_of(kz))
    _, pages = withdrawal_bundle(
        kz, dict.fromkeys(LANGUAGES, "Миграция"), replaced_notice(kz, "withdrawn", date(2025, 3, 20), REASON)
    )
    for name, content in pages.items():
        (root / "withdrawn" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "withdrawn" / name).write_bytes(content)
    return root


@pytest.fixture(scope="module")
def address(public: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(public)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def opened(browser: Browser, address: str, **context: object) -> Page:
    page = browser.new_context(viewport={"width": 1200, "height": 900}, **context).new_page()
    page.goto(address)
    return page


def violations(page: Page) -> str:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page.evaluate("document.querySelectorAll('main tbody tr:nth-child(n+6)').forEach(row => row.remove())")
    results = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    return str(results.generate_report()) if results.violations_count else ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_static_host_shows_the_banner_on_an_earlier_vintage_and_none_on_the_current_one(
    browser: Browser, address: str, language: str
) -> None:
    page = opened(browser, f"{address}/kz/2024/{OLD}/{language}/index.html")
    banner = page.locator("#vintage-banner")
    banner.wait_for()
    assert REASON[language] in banner.inner_text()
    assert banner.locator("a").get_attribute("href") == f"../../latest/{language}/index.html"
    current = opened(browser, f"{address}/kz/2024/{NEW}/{language}/index.html")
    current.wait_for_load_state("networkidle")
    assert current.locator("#vintage-banner").count() == 0


def test_opened_from_a_disk_the_page_asks_nothing_and_no_error_is_told(browser: Browser, public: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: told.append(request.url) if "status.json" in request.url else None)
    page.goto((public / "kz" / "2024" / OLD / "kk" / "index.html").as_uri())
    page.wait_for_timeout(300)
    assert told == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_page_with_the_banner_of_the_server(browser: Browser, public: Path, scheme: str) -> None:
    status = PublishedFolder(public).status("kz", "2024")
    assert status is not None
    path = public / "kz" / "2024" / OLD / "kk" / "index.html"
    served = path.with_name("served.html")
    served.write_bytes(with_banner(path.read_bytes(), status, OLD, "kk"))
    page = opened(browser, served.as_uri(), color_scheme=scheme)
    assert page.locator("#vintage-banner").is_visible()
    page.evaluate("document.querySelectorAll('main .figure, main section.table').forEach(part => part.remove())")
    assert violations(page) == "", "what was removed is looked at on the page without a banner"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    served.unlink()


@pytest.mark.parametrize("place", ["kz/calendar/{}/index.html", "withdrawn/{}/index.html"])
@pytest.mark.parametrize(("language", "scheme"), [("kk", "light"), ("ru", "dark"), ("en", "light")])
def test_axe_finds_nothing_on_the_calendar_and_on_what_tells_of_a_withdrawal(
    browser: Browser, public: Path, place: str, language: str, scheme: str
) -> None:
    page = opened(browser, (public / place.format(language)).as_uri(), color_scheme=scheme)
    assert violations(page) == ""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_addresses_of_the_calendar_lead_to_files(browser: Browser, public: Path) -> None:
    page = opened(browser, (public / "kz" / "calendar" / "ru" / "index.html").as_uri())
    found = page.evaluate("[...document.querySelectorAll('main a, nav a, link')].map(a => a.getAttribute('href'))")
    folder = public / "kz" / "calendar" / "ru"
    assert found
    assert [one for one in found if "latest" not in one and not (folder / one).resolve().is_file()] == []
