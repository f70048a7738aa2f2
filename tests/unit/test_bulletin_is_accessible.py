"""The bulletin as PDF/UA-1 (ISO 14289-1) and PDF/A-2a (ISO 19005-2), judged by others than the compiler that made it.

What can be read off the file is checked here in every language. Where veraPDF or outloud is installed (`verapdf`, `outloud` on
the path), it judges the file as a whole.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from qonys.country.loading import load_profile
from qonys.disseminate.bulletin.row_heads import with_row_heads
from qonys.disseminate.bundle import release_bundle
from qonys.errors import OperatorError
from spec.printed_rows import elements_below, marked_text, printed_tables
from spec.seed_release import made_up_tables, seed_facts

LANGUAGES = load_profile("mini").languages
VERAPDF, OUTLOUD = shutil.which("verapdf"), shutil.which("outloud")
STRUCTURE = "/StructTreeRoot"


@pytest.fixture(scope="module")
def bulletins() -> dict[str, bytes]:
    mini = load_profile("mini")
    made = release_bundle(mini, mini.releases["annual"], made_up_tables(mini), {}, seed_facts("mini")).data
    return {language: made[f"files/mini-2024-{language}-0123456789ab.pdf"] for language in LANGUAGES}


@pytest.fixture(params=LANGUAGES)
def reader(request: pytest.FixtureRequest, bulletins: dict[str, bytes]) -> PdfReader:
    return PdfReader(io.BytesIO(bulletins[request.param]))


def elements(reader: PdfReader) -> list[tuple[str, Any]]:
    """Every element of the structure by which the file is read out: its kind, and itself."""
    root = reader.trailer["/Root"]
    return [(kind, element) for kind, element, _ in elements_below(root[STRUCTURE], 0)]


def fonts(reader: PdfReader) -> Iterator[Any]:
    """Every font of every page and of what is placed on it."""
    waiting = [page["/Resources"] for page in reader.pages]
    seen: set[int] = set()
    while waiting:
        resources = waiting.pop().get_object()
        if id(resources) in seen:
            continue
        seen.add(id(resources))
        yield from (font.get_object() for font in resources.get("/Font", {}).values())
        placed = (form.get_object() for form in resources.get("/XObject", {}).values())
        waiting += [form["/Resources"] for form in placed if "/Resources" in form]


def test_the_file_is_tagged_and_has_a_language_and_a_title_that_is_shown(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert not root["/MarkInfo"]["/Suspects"].value
    assert root["/Lang"] in LANGUAGES
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert reader.metadata is not None and reader.xmp_metadata is not None
    assert reader.metadata.title in (reader.xmp_metadata.dc_title or {}).values()
    assert not reader.is_encrypted


def test_it_claims_both_standards_and_holds_nothing_that_they_forbid(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    claims = root["/Metadata"].get_object().get_data().decode()
    for claim in ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"):
        assert claim in claims.replace("\n", ""), claim
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert "/DestOutputProfile" in root["/OutputIntents"][0]
    for forbidden in ("/AA", "/OpenAction", "/AcroForm"):
        assert forbidden not in root, forbidden
    assert "/JavaScript" not in root.get("/Names", {}) and not reader.attachments


def test_every_font_is_embedded_and_every_letter_can_be_read_out(reader: PdfReader) -> None:
    used = list(fonts(reader))
    assert used
    for font in used:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        described = inner["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described), font["/BaseFont"]
        assert "/ToUnicode" in font, font["/BaseFont"]


def test_every_picture_has_a_text_and_every_heading_follows_its_level(reader: PdfReader) -> None:
    found = elements(reader)
    pictures = [element for kind, element in found if kind == "/Figure"]
    assert pictures and all(len(str(picture.get("/Alt", ""))) > 30 for picture in pictures)
    levels = [int(kind[2:]) for kind, _ in found if kind[:2] == "/H" and kind[2:].isdigit()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_is_regular_and_its_heads_say_of_what_they_are(
    reader: PdfReader, bulletins: dict[str, bytes]
) -> None:
    language = str(reader.trailer["/Root"]["/Lang"])
    for table in printed_tables(bulletins[language]):
        widths = {sum(span for _, span in row) for row in table.head[:1]}
        covered = Counter[int]()
        for line, row in enumerate(table.body):
            covered[line] += len(row)
            for _, rows in row:
                covered.update({line + below: 1 for below in range(1, rows)})
        assert set(covered.values()) == widths, table.title
    heads = [element for kind, element in elements(reader) if kind == "/TH"]
    assert heads
    for head in heads:
        told = head["/A"] if isinstance(head["/A"], list) else [head["/A"]]
        assert any(one.get_object().get("/Scope") for one in told)


def test_every_row_has_its_heads_and_every_number_names_those_above_and_beside_it(reader: PdfReader) -> None:
    root = reader.trailer["/Root"][STRUCTURE]
    listed = root["/IDTree"]["/Names"]
    assert listed[::2] == sorted(listed[::2])
    named = dict(zip(listed[::2], (one.get_object() for one in listed[1::2]), strict=True))
    rows = [element for kind, element in elements(reader) if kind == "/TBody" for element in element["/K"]]
    assert rows
    for row in (row.get_object() for row in rows):
        cells = [cell.get_object() for cell in row["/K"]]
        heads = [cell for cell in cells if cell["/S"] == "/TH"]
        assert cells[: len(heads)] == heads and len(cells) > len(heads)
        for cell in cells:
            told = _of_table(cell)
            scopes = [_of_table(named[one])["/Scope"] for one in told["/Headers"]]
            if cell in heads:
                assert told["/Scope"] == "/Row" and named[cell["/ID"]] == cell
                assert scopes.count("/Column") == 1
            else:
                assert "/Scope" not in told and {"/Column", "/Row"} <= set(scopes)
                assert {cell["/ID"] for cell in heads} <= set(told["/Headers"])


def _of_table(element: Any) -> dict[str, Any]:  # noqa: ANN401 of pypdf
    told = element["/A"] if isinstance(element["/A"], list) else [element["/A"]]
    return {key: value for one in told if one.get_object()["/O"] == "/Table" for key, value in one.get_object().items()}


def test_a_file_that_is_not_built_as_expected_is_refused_not_half_amended(bulletins: dict[str, bytes]) -> None:
    with pytest.raises(OperatorError, match=r"1 in the bulletin"):
        with_row_heads(bulletins["en"], [1])
    with pytest.raises(OperatorError, match="does not lead to its objects"):
        with_row_heads(bulletins["en"].replace(b"%PDF-1.7", b"%PDF-1.77"), [1])


def test_every_link_says_where_it_leads_and_is_reached_in_the_order_of_reading(reader: PdfReader) -> None:
    linked = 0
    for page in reader.pages:
        notes = [note.get_object() for note in page.get("/Annots", [])]
        assert not notes or page["/Tabs"] == "/S"
        for note in notes:
            linked += 1
            assert note["/Subtype"] == "/Link" and str(note.get("/Contents", "")).strip()
            assert "/StructParent" in note
    assert linked > 20


def test_all_text_is_read_out_or_marked_as_an_ornament_and_none_is_read_twice(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    read: Counter[tuple[int, int]] = Counter()
    for _, element, page in elements_below(root[STRUCTURE], 0):
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            piece = kid.get_object()
            if isinstance(piece, int):
                read[page, int(piece)] += 1
            elif piece.get("/Type") == "/MCR":
                read[piece.raw_get("/Pg").idnum if "/Pg" in piece else page, int(piece["/MCID"])] += 1
    assert set(read.values()) == {1}
    for page in reader.pages:
        assert page.indirect_reference is not None
        pieces, loose = marked_text(page)
        assert loose.strip() == ""
        assert {(page.indirect_reference.idnum, mark) for mark, text in pieces.items() if text} <= set(read)


@pytest.mark.skipif(
    VERAPDF is None, reason="veraPDF is not installed: put verapdf on the path to let it judge the bulletins"
)
@pytest.mark.parametrize("flavour", ["ua1", "2a"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_verapdf_accepts_it(bulletins: dict[str, bytes], language: str, flavour: str, tmp_path: Path) -> None:
    path = tmp_path / "bulletin.pdf"
    path.write_bytes(bulletins[language])
    command = [str(VERAPDF), "--flavour", flavour, "--format", "text", "-v", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stdout.startswith("PASS"), ran.stdout


@pytest.mark.skipif(
    OUTLOUD is None, reason="outloud is not installed: put outloud on the path to let it judge the bulletins"
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_outloud_finds_no_error(bulletins: dict[str, bytes], language: str, tmp_path: Path) -> None:
    path, report = tmp_path / "bulletin.pdf", tmp_path / "report.json"
    path.write_bytes(bulletins[language])
    command = [str(OUTLOUD), str(path), "--json", str(report), "--fail-on", "error", "--quiet"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, json.dumps(json.loads(report.read_text("utf-8")), indent=1)[:4000]
