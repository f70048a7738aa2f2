"""Golden copies of the release of the invented country: a change of what readers see is seen before it is published."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from unittest import mock

import openpyxl
import pytest
from pypdf import PdfReader

from golden.golden_copies import COPIES, Golden
from qonys.concepts.period import Period
from qonys.disseminate import bundle as bundling
from qonys.disseminate.bulletin.content import Bulletin
from qonys.disseminate.bulletin.document import bulletin_file, bulletin_pictures
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.since_published import ReleaseRevision
from qonys.production.analyses import Counts, analyses_made
from qonys.production.building import tables_to_release
from qonys.production.movements import movement
from qonys.production.quality import release_quality
from qonys.production.quality_counting import register_counts
from qonys.production.released_tables import released_tables
from qonys.production.slips_counted import public_grounds
from spec.seed_release import seed_facts
from walked_line import WalkedLine

LANGUAGES = ("en", "es")
SMALL, FULL = 11, 72
"""Pixels per inch of a small picture and of a whole one"""
LEADERS = re.compile(r"(?: \.){3,} ")
LARGEST_PICTURE = 10_000


@pytest.fixture
def golden(request: pytest.FixtureRequest, tmp_path: object) -> Golden:
    return Golden(accept=request.config.getoption("--accept-golden"), beside=tmp_path)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bulletins() -> list[Bulletin]:
    """The content of each bulletin of the release, in the order of the languages; filled while it is built."""
    return []


@pytest.fixture(scope="module")
def bundle(walked: WalkedLine, bulletins: list[Bulletin]) -> dict[str, bytes]:
    """The release of the walked line, with facts that no change of the profile or of the version touches."""
    office = walked.line.office.reading()
    design = office.profile.releases["annual"]
    setting, flows, made = tables_to_release(office, Period(2024))
    earlier = released_tables(office, {c.table: c.vintage for c in design.comparisons}, setting, flows).data
    tables = {name: made.data[name] for name in design.tables}
    entry = office.profile.calendar_entry("2024")
    register = register_counts(office, Period(2024), max(entry.cut_offs.values()))
    report = release_quality(office, entry, tables, earlier, made.measures["protected"], register)
    grounds = public_grounds(office, entry.cut_offs)
    analyses = tuple(analyses_made(office, design.shown_analyses, Counts(setting, made.data)))

    days = (date(2023, 1, 1), date(2024, 12, 31), date(2025, 1, 31), date(2025, 2, 28))
    revision = ReleaseRevision({name: movement(office, *days) for name in earlier})

    def noted(bulletin: Bulletin) -> bytes:
        bulletins.append(bulletin)
        return bulletin_file(bulletin)

    with mock.patch.object(bundling, "bulletin_file", noted):
        facts = seed_facts("mini")
        return release_bundle(
            office.profile, design, tables, earlier, facts, report, revision, grounds, analyses
        ).data  # fmt: skip


class Lines(HTMLParser):
    """A page as text: a line a block, cells of a row side by side, addresses of links behind their words."""

    BLOCKS = frozenset(("h1", "h2", "h3", "h4", "h5", "p", "li", "dt", "dd", "tr", "caption", "title"))
    CELLS = frozenset(("td", "th"))

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines, self.address = [""], ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BLOCKS:
            self.lines.append("#" * int(tag[1]) + " " if re.fullmatch(r"h\d", tag) else "")
        if tag in self.CELLS:
            self.lines[-1] += " | "
        if tag == "a":
            self.address = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.lines[-1] += f" <{self.address}>"

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data

    def text(self) -> str:
        lines = (" ".join(line.split()) for line in self.lines)
        return "\n".join(line for line in lines if line) + "\n"


def dumped(content: bytes) -> Iterator[str]:
    """Each cell of a workbook that holds something: its place, its value, its number format where it has one."""
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        yield f"== {sheet.title}: {', '.join(f'{t.name} {t.ref}' for t in sheet.tables.values()) or 'no table'}"
        for row in sheet.iter_rows():
            filled = [cell for cell in row if cell.value is not None]
            formats = {cell.number_format for cell in filled} - {"General"}
            if filled:
                values = " | ".join(str(cell.value) for cell in filled)
                yield f"{filled[0].coordinate}: {values}" + (f"   ({', '.join(sorted(formats))})" if formats else "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_reads_as_its_golden_copy(golden: Golden, bundle: dict[str, bytes], language: str) -> None:
    golden.text(f"page-{language}", Lines(bundle[f"{language}/index.html"].decode()).text())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_quality_report_reads_as_its_golden_copy(golden: Golden, bundle: dict[str, bytes], language: str) -> None:
    golden.text(f"quality-{language}", Lines(bundle[f"{language}/quality.html"].decode()).text())


def test_the_file_of_the_quality_report_is_its_golden_copy(golden: Golden, bundle: dict[str, bytes]) -> None:
    content = json.loads(bundle["files/mini-2024-quality-en-0123456789ab.json"])
    golden.text("quality-file-en", json.dumps(content, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cells_of_the_workbook_are_those_of_its_golden_copy(
    golden: Golden, bundle: dict[str, bytes], language: str
) -> None:
    content = bundle[f"files/mini-2024-{language}-0123456789ab.xlsx"]
    golden.text(f"workbook-{language}", "\n".join(dumped(content)) + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bulletin_reads_as_its_golden_copy(golden: Golden, bundle: dict[str, bytes], language: str) -> None:
    reader = PdfReader(io.BytesIO(bundle[f"files/mini-2024-{language}-0123456789ab.pdf"]))
    pages = (
        f"== {number}\n{LEADERS.sub(' … ', page.extract_text()).rstrip()}"
        for number, page in enumerate(reader.pages, start=1)
    )
    golden.text(f"bulletin-{language}", "\n".join(pages) + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_the_bulletin_look_as_their_golden_copies(
    golden: Golden, bundle: dict[str, bytes], bulletins: list[Bulletin], language: str
) -> None:
    made = next(bulletin for bulletin in bulletins if bulletin.language == language)
    small, full = (bulletin_pictures(made, size) for size in (SMALL, FULL))
    golden.pictures(f"bulletin-{language}", small, full)


def test_golden_copies_stay_small() -> None:
    assert {
        copy.name: copy.stat().st_size for copy in COPIES.glob("*.png") if copy.stat().st_size > LARGEST_PICTURE
    } == {}


def test_a_page_that_differs_by_a_pixel_is_named_and_laid_down(
    golden: Golden, bundle: dict[str, bytes], bulletins: list[Bulletin]
) -> None:
    pages = bulletin_pictures(next(bulletin for bulletin in bulletins if bulletin.language == "en"), FULL)
    other = [*pages[:1], pages[1] + b"\0", *pages[2:]]
    with pytest.raises(pytest.fail.Exception, match="Pages 02 of bulletin-en differ"):
        Golden(accept=False, beside=golden.beside).pictures("bulletin-en", [], other)
    assert [file.name for file in golden.beside.iterdir()] == ["bulletin-en-02.png"]


def test_a_difference_is_told_by_its_lines(golden: Golden, bundle: dict[str, bytes]) -> None:
    page = Lines(bundle["en/index.html"].decode()).text().replace("Key points", "Points")
    with pytest.raises(
        pytest.fail.Exception, match=r"(?s)page-en.txt differs.*-.*Key points.*\+.*Points.*accept-golden"
    ):
        Golden(accept=False, beside=golden.beside).text("page-en", page)
