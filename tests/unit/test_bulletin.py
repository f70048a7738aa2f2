"""The bulletin says what the page says, as a PDF that the compiler took for PDF/UA-1 and PDF/A-2a; the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from unittest import mock

import msgspec
import pytest
from pypdf import PdfReader
from pypdf.generic import Destination, DictionaryObject
from python_calamine import CalamineWorkbook

from qonys.concepts.release import ReleaseDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.disseminate import bundle as bundling
from qonys.disseminate.bulletin import document
from qonys.disseminate.bulletin.content import Bulletin, Heading, Paragraphs, Picture, Points, Run, Table
from qonys.disseminate.bulletin.document import bulletin_file, bulletin_pictures
from qonys.disseminate.bundle import release_bundle
from qonys.errors import StatisticianError
from spec.seed_figures import visible_text, words_of_page
from spec.seed_release import made_up_tables, seed_facts, seed_tables

EVIL = '#panic("x") #read("/etc/passwd") $x^2$ *bold* _it_ = Heading `raw` @ref <label> \\ // no /* comment */ ~ -- "q"'


@pytest.fixture(scope="module")
def mini() -> Profile:
    return load_profile("mini")


@pytest.fixture(scope="module")
def bundle(mini: Profile) -> dict[str, bytes]:
    return release_bundle(mini, mini.releases["annual"], made_up_tables(mini), {}, seed_facts("mini")).data


@pytest.fixture(scope="module")
def bundle_of_kazakhstan() -> dict[str, bytes]:
    kz = load_profile("kz")
    return release_bundle(kz, kz.releases["annual"], seed_tables(kz), {}, seed_facts()).data


@pytest.fixture(scope="module")
def said(mini: Profile) -> Bulletin:
    return said_of(mini, mini.releases["annual"])


def said_of(mini: Profile, design: ReleaseDesign) -> Bulletin:
    """The content of the English bulletin of a design, as it is handed to the compiler."""
    made: list[Bulletin] = []
    with mock.patch.object(bundling, "bulletin_file", lambda bulletin: made.append(bulletin) or b""):
        release_bundle(mini, design, made_up_tables(mini), {}, seed_facts("mini"))
    return made[0]


def test_the_first_use_of_a_term_in_a_section_is_a_link_to_the_glossary(said: Bulletin) -> None:
    items = [item for run in said.runs for item in run.items]
    (points, *_) = (item for item in items if isinstance(item, Points))
    terms = [term for pieces, *_ in points.points for _, term in pieces if term]
    assert terms and len(terms) == len(set(terms))
    assert {f"term-{term}" for term in terms} <= set(said.placed)
    words = "".join(piece for pieces, *_ in points.points for piece, _ in pieces)
    assert "people left it: net migration was" in words, "a text in pieces is the same text"


def test_a_linked_term_leads_to_the_page_where_it_is_explained(bundle: dict[str, bytes], mini: Profile) -> None:
    reader = opened(bundle, "en")
    meaning = mini.glossary[0].meaning["en"].split()[:4]
    (explained,) = (
        n for n, page in enumerate(reader.pages) if " ".join(meaning) in " ".join(page.extract_text().split())
    )
    notes = [note.get_object() for page in list(reader.pages)[:explained] for note in page.get("/Annots", [])]
    assert explained in [reached_by(note, reader) for note in notes]


def reached_by(note: DictionaryObject, reader: PdfReader) -> int | None:
    """The number of the page to which a link within the file leads."""
    place = note.get("/Dest") or note.get("/A", {}).get("/D")
    if isinstance(place, list):
        return next(n for n, page in enumerate(reader.pages) if page.indirect_reference == place[0])
    found = reader.named_destinations.get(str(place))
    return None if found is None else reader.get_destination_page_number(found)


def elements_of(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every element of the structure by which the file is read out."""
    waiting = [reader.root_object["/StructTreeRoot"].get_object()]
    while waiting:
        element = waiting.pop()
        yield element
        kids = element.get("/K", [])
        inner = [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]
        waiting += [kid for kid in inner if isinstance(kid, DictionaryObject)]


def tables_of(bulletin: Bulletin) -> list[Table]:
    return [item for run in bulletin.runs for item in run.items if isinstance(item, Table)]


def opened(bundle: dict[str, bytes], language: str, profile: str = "mini") -> PdfReader:
    return PdfReader(io.BytesIO(bundle[f"files/{profile}-2024-{language}-0123456789ab.pdf"]))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def drawn(*items: Heading | Paragraphs | Picture | Table, **changed: str) -> Bulletin:
    facts = {"language": "en", "kind": "Bulletin", "title": "A title", "office": "An office", "notice": "A notice."}
    return Bulletin(
        **{**facts, **changed}, notice_label="Note", date="2025-03-12", dates=(("Published", "12 March 2025"),),
        vintage="0123456789ab", figures_label="", figures=(), contents_label="Contents", pictures_label="", pictures=(), runs=(Run(False, items),),
        placed=tuple(item.id for item in items if not isinstance(item, Paragraphs)),
    )  # fmt: skip


def test_every_language_has_a_bulletin_that_the_page_links_to(mini: Profile, bundle: dict[str, bytes]) -> None:
    for language in mini.languages:
        name = f"files/mini-2024-{language}-0123456789ab.pdf"
        assert bundle[name].startswith(b"%PDF-1.7")
        assert f'href="../{name}" download' in bundle[f"{language}/index.html"].decode()


def test_the_file_says_title_author_language_date_and_both_standards(bundle: dict[str, bytes]) -> None:
    reader = opened(bundle, "es")
    catalog, told = reader.root_object, reader.metadata
    assert told is not None and told.title == "Migración de la población de Ardal, 2024"
    assert told.author == "Oficina de Poblamiento de Ardal"
    assert told.creation_date is not None and told.creation_date.date().isoformat() == "2025-03-12"
    assert catalog["/Lang"] == "es"
    assert catalog["/MarkInfo"]["/Marked"] and catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = catalog["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfuaid:part>1<", metadata)
    assert re.search(r"pdfaid:part>2<", metadata) and re.search(r"pdfaid:conformance>A<", metadata)


def test_the_outline_leads_to_every_section_and_table(said: Bulletin, bundle: dict[str, bytes]) -> None:
    def titles(entries: list[Destination | list[Destination]]) -> Iterator[str]:
        for entry in entries:
            yield from titles(entry) if isinstance(entry, list) else [str(entry.title).replace("\xa0", " ")]  # type: ignore[arg-type]

    found = list(titles(opened(bundle, "en").outline))
    assert found[:5] == [
        "1. Key points", "Ethnic structure", "Table 1. Ethnic structure of external migration, 2024",
        "Interregional migration", "Table 2. Internal migration by region, 2024",
    ]  # fmt: skip
    assert [title for title in found if title.startswith("Table ")] == [table.title for table in tables_of(said)]
    assert found[-3:] == ["Where the figures come from", "Contacts", "About this release"]


def test_a_list_of_the_figures_leads_to_each_of_them(said: Bulletin, bundle: dict[str, bytes]) -> None:
    pictures = [item.id for run in said.runs for item in run.items if isinstance(item, Picture)]
    assert [id_ for id_, _ in said.pictures] == pictures
    page = next(text for text in (p.extract_text() for p in opened(bundle, "en").pages) if "Figures\n" in text)
    listed = " ".join(page.partition("Figures\n")[2].split())
    at = 0
    for _, title in said.pictures:
        assert title in listed[at:], title
        at = listed.index(title, at)


def test_every_sentence_term_and_cell_of_the_page_stands_in_the_bulletin(bundle: dict[str, bytes]) -> None:
    page = bundle["en/index.html"].decode()
    written = text_of(opened(bundle, "en")).replace(" ", "")
    parts = re.findall(r'<li id="point-[^>]*>(.*?)(?: <a|</li>)', page) + re.findall(r"<dd>(?!<a)(.*?)</dd>", page)
    cells = [re.sub(r"<sup>.*?</sup>|<[^>]+>", "", cell) for cell in re.findall(r"<td>.*?</td>", page)]
    assert len(parts) > 10 and len(cells) > 200
    missing = [part for part in (*parts, *cells) if words_of_page(part).replace(" ", "") not in written]
    assert missing == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_letters_and_signs_of_each_language_are_in_the_embedded_fonts(
    bundle_of_kazakhstan: dict[str, bytes], language: str
) -> None:
    reader = opened(bundle_of_kazakhstan, language, "kz")
    title = {"kk": "Қазақстан Республикасы", "ru": "Республики", "en": "Republic of Kazakhstan"}[language]
    text = " ".join(" ".join(page.extract_text() for page in reader.pages[:3]).split())
    assert title in text and "\ufffd" not in text
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert fonts and all(re.fullmatch(r"/[A-Z]{6}\+(InterVariable|LibertinusSerif)\S*", font) for font in fonts)


def test_the_same_input_gives_the_same_bytes(mini: Profile, bundle: dict[str, bytes]) -> None:
    document._fonts.cache_clear()
    again = release_bundle(mini, mini.releases["annual"], made_up_tables(mini), {}, seed_facts("mini")).data
    assert {name for name in bundle if name.endswith(".pdf")}
    assert [name for name in bundle if bundle[name] != again[name]] == []


def test_every_figure_of_the_page_is_placed_with_the_bytes_of_its_file_and_its_finding(
    said: Bulletin, bundle: dict[str, bytes]
) -> None:
    pictures = [item for run in said.runs for item in run.items if isinstance(item, Picture)]
    files = {content.decode() for name, content in bundle.items() if name.endswith(".svg") and "-en-" in name}
    page = bundle["en/index.html"].decode()
    assert len(pictures) > 5 and {picture.svg for picture in pictures} == files
    assert [picture.id for picture in pictures] == re.findall(r'<figure class="figure" id="([^"]+)"', page)
    read_out = {element["/Alt"] for element in elements_of(opened(bundle, "en")) if "/Alt" in element}
    assert {picture.alternative for picture in pictures} <= read_out
    finding = re.search(r'<p class="vh">(.*?)</p></figcaption>', page)
    assert finding and visible_text(finding[1]).rstrip(".") in pictures[0].alternative


def test_the_heads_of_tables_are_heads_and_every_table_has_them(said: Bulletin, bundle: dict[str, bytes]) -> None:
    kinds = [str(element.get("/S")) for element in elements_of(opened(bundle, "en"))]
    assert kinds.count("/Table") == sum(len(table.parts) for table in tables_of(said)) == kinds.count("/THead")
    heads = sum(len(row) for table in tables_of(said) for part in table.parts for row in part.heads)
    corners = sum(len(table.corner) * len(table.parts) for table in tables_of(said))
    beside = sum(
        len(table.parts) for table in tables_of(said) for row in table.side for _, spanned, _ in row if spanned > 0
    )
    assert beside and kinds.count("/TH") == heads + corners + beside
    assert kinds.count("/H1") >= 5 and "/H2" in kinds


def test_no_text_is_read_as_code() -> None:
    made = drawn(Heading("one", 1, EVIL), Paragraphs((((EVIL, ""),),)), title=EVIL, office=EVIL, notice=EVIL)
    text = text_of(PdfReader(io.BytesIO(bulletin_file(made))))
    assert text.count(EVIL) >= 4


def test_a_heading_lies_across_with_the_table_that_it_heads_and_nothing_else_does(mini: Profile) -> None:
    said = said_of(mini, msgspec.structs.replace(mini.releases["annual"], figures=()))
    across = [item for run in said.runs if run.across for item in run.items]
    assert [item.id for item in across if isinstance(item, Heading | Table)] == ["by-month", "table-internal-by-month"]
    assert len(across) == 2
    upright = [item for run in said.runs if not run.across for item in run.items]
    assert len(upright) > 20 and not any(item.across for item in upright if isinstance(item, Table))


def test_each_part_of_a_table_has_its_own_heads_over_all_its_columns(said: Bulletin) -> None:
    table = next(table for table in tables_of(said) if table.across)
    assert [part.heads[0] for part in table.parts] == [
        (("Arrivals", 12),),
        (("Departures", 12),),
        (("Net migration", 12),),
    ]
    for part in table.parts:
        assert {len(row) for row in (*part.rows, part.widths, part.heads[1])} == {12}


def test_every_page_says_notice_vintage_and_its_number(bundle: dict[str, bytes]) -> None:
    reader = opened(bundle, "en")
    for number, page in enumerate(reader.pages, start=1):
        text = " ".join(page.extract_text().split())
        assert "All records are synthetic." in text and "0123456789ab" in text
        assert f"{number} / {len(reader.pages)}" in text


SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60" viewBox="0 0 300 60" font-family="Inter, sans-serif">
<rect width="300" height="60" fill="#fff"/><text x="5" y="20" font-size="14">Қоныс 29 282</text></svg>"""


@pytest.mark.parametrize(
    "wrong",
    [
        Paragraphs(((("漢字", ""),),)),
        Paragraphs(((("\x00", ""),),)),
        Picture("figure-a", SVG, "", 300),
        Picture("figure-a", "<svg>", "A rise", 300),
    ],
)
def test_what_the_compiler_does_not_accept_is_told_without_a_traceback(wrong: Paragraphs | Picture) -> None:
    with pytest.raises(StatisticianError, match=r"bulletin of A title \(en\).*ua-1 and a-2a.*Mend the text"):
        bulletin_file(drawn(wrong))


def test_a_picture_is_placed_with_its_words_in_our_font_and_what_is_read_out_of_it() -> None:
    reader = PdfReader(io.BytesIO(bulletin_file(drawn(Picture("figure-a", SVG, "Arrivals rose #panic()", 300)))))
    assert "Қоныс 29 282" in text_of(reader)
    found = {element["/Alt"] for element in elements_of(reader) if "/Alt" in element}
    assert found == {"Arrivals rose #panic()"}


def test_pages_can_be_looked_at_as_pictures() -> None:
    pictures = bulletin_pictures(drawn(Heading("one", 1, "One")), 20)
    assert len(pictures) == 3 and all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_a_wide_table_is_parted_and_says_so(mini: Profile, bundle: dict[str, bytes]) -> None:
    text = text_of(opened(bundle, "en"))
    for part in ("Part 1 of 3", "Part 2 of 3", "Part 3 of 3"):
        assert part in text


def test_the_number_of_a_table_is_that_of_its_sheet(said: Bulletin, bundle: dict[str, bytes]) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(bundle["files/mini-2024-en-0123456789ab.xlsx"]))
    sheets = [f"{name}. {book.get_sheet_by_name(name).to_python()[0][0]}" for name in book.sheet_names[4:]]
    shown = [table.title for table in tables_of(said)]
    assert len(shown) > 5 and shown == sheets[: len(shown)]
