"""What everybody may know of a published figure: enough to trust it, and nothing that protection hides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pypdf import PdfReader

from qonys.analyse.waterfalls import public_steps, sides_of
from qonys.concepts.period import Period
from qonys.datasets.explanation import Change, Step, after
from qonys.production.explained_release import BuiltFiles
from qonys.production.public_explaining import public_explanation
from spec.bundle_rows import places, rows_of, stands_at
from spec.command_line import qonys
from spec.drawn_slips import Walk
from spec.explained_cells import every_explanation, explained_tables
from walked_line import WalkedLine

YEAR = Period(2024)


def test_every_published_cell_is_answered_for_in_every_language(walked: WalkedLine) -> None:
    files = BuiltFiles(Path(walked.published.folder))
    answered = 0
    for language in files.languages:
        for name in files.tables():
            table = files.table(name, language)
            for key, observation in table.observations.items():
                at = dict(zip(table.labels, key, strict=True))
                measure = at.pop("measure")
                told = public_explanation(files, f"{name}.{measure}", at, language)
                assert told.facts and told.way and told.checks and told.published == observation["value"]
                answered += 1
    assert answered > 600


def test_records_are_told_where_the_figure_is_their_number_and_published_exact(walked: WalkedLine) -> None:
    files = BuiltFiles(Path(walked.published.folder))

    def records(figure: str, **at: str) -> int | None:
        return public_explanation(files, figure, at).records

    arrivals = public_explanation(files, "external-by-year.arrivals", {})
    assert arrivals.records == arrivals.published
    assert records("external-by-year.net") is None, "its two sides may not be published"
    assert records("origin-destination.arrivals", area="C1", partner_area="N1") is None, "it is protected"
    history = min(files.table("external-by-year", "en").labels["period"])
    assert records("external-by-year.arrivals", year=history) is None, "it was not counted"


def test_the_public_way_is_that_of_the_release_and_sums(walked: WalkedLine) -> None:
    files = BuiltFiles(Path(walked.published.folder))
    for way in files.content("how-we-know", "en")["ways"]:
        before = 0
        for line in way["lines"]:
            count = int(line["count"].replace("−", "-").replace("+", "").replace(",", ""))
            assert not line["step"] or before in (0, count)
            before = count if line["step"] else before + count
        received = [
            r for r in walked.line.office.store.receipts() if r.received.isoformat() <= way["data_cut_off"]["date"]
        ]
        assert int(way["lines"][0]["count"].replace(",", "")) == sum(receipt.rows for receipt in received)


def test_no_reason_of_few_slips_stands_alone() -> None:
    steps = after([Step("read", 100)], "taken", [Change("field:date", -1), Change("field:origin", -1)])
    steps = after(steps, "sound", [Change("rule:a", -40), Change("rule:b", -2), Change("rule:c", -7)])
    steps = after(steps, "moves", [Change("accompanying", 20)])
    told = public_steps(steps, 3)
    assert told == (
        Step("read", 100),
        Step("sound", 49, (Change("rule:a", -40), Change("rule:c", -7), Change("others:", -4))),
        Step("moves", 69, (Change("accompanying", 20),)),
    )
    for before, step in pairwise(told):
        assert before.count + sum(change.count for change in step.changes) == step.count
        assert all(abs(change.count) >= 3 for change in step.changes)


def test_reasons_that_are_too_few_together_take_the_next_one_with_them() -> None:
    steps = after([Step("read", 100)], "sound", [Change("rule:a", -40), Change("rule:b", -1), Change("rule:c", -7)])
    steps = after(steps, "moves", [Change("accompanying", 20)])
    assert public_steps(steps, 3)[1].changes == (Change("rule:a", -40), Change("others:", -8))


def test_the_command_answers_from_what_is_published_alone(walked: WalkedLine) -> None:
    folder = walked.line.office.workspace.folder
    said = qonys("explain", "2024", "origin-destination.arrivals", "--at", "area=C1,partner_area=N1", "--public",
                 "--json", "--workspace", folder)  # fmt: skip
    told = json.loads(said.out)
    assert "sql" not in said.out and "waterfalls" not in told and "exact" not in told
    shown = qonys("explain", "2024", "external-by-year.net", "--public", "--language", "es", "--workspace", folder)
    assert "Boletines leídos" in shown.out
    assert (
        qonys("explain", "2024", "external-by-year.net", "--public", "--language", "kk", "--workspace", folder).code
        == 6
    )


COARSENED = """
    PERSON | DAY        | FROM | TO  | GROUP
    a      | 05.03.2024 | N11  | S11 | ard
    b      | 05.03.2023 | N11  | S11 | ard
    c      | 06.03.2024 | S11  | C11 | ard
    d      | 06.03.2024 | XC   | C11 | ard
    e      | 07.03.2024 | N11  | N12 | ard
    f      | 07.03.2024 | N11  | C12 | ard
    g      | 08.03.2024 | N11  | C12 | ard
    h      | 08.03.2024 | C11  | N12 | ard
    i      | 08.03.2024 | C11  | S12 | ard
    j      | 08.03.2024 | C11  | S12 | ard
    k      | 08.03.2024 | C11  | C12 | ard
    l      | 08.03.2024 | S11  | N12 | ard
"""
ROUNDED = """
    PERSON | DAY        | FROM | TO  | GROUP
    a      | 05.03.2024 | N11  | N12 | ard
    b      | 06.03.2024 | N11  | N12 | ard
    c      | 07.03.2024 | N11  | N12 | ard
    d      | 08.03.2024 | S11  | S12 | ard
    e      | 09.03.2024 | S11  | S12 | ard
    f      | 10.03.2024 | S11  | S12 | ard
    g      | 11.03.2024 | C11  | C12 | ard
    h      | 12.03.2024 | C11  | C12 | ard
    i      | 13.03.2024 | C11  | C12 | ard
    j      | 14.03.2024 | N11  | S12 | ard
    k      | 15.03.2024 | N11  | C12 | ard
    l      | 16.03.2024 | N11  | C12 | ard
    m      | 17.03.2024 | S11  | N12 | ard
    n      | 18.03.2024 | S11  | N12 | ard
    o      | 19.03.2024 | S11  | C12 | ard
    p      | 20.03.2024 | C11  | N12 | ard
    q      | 21.03.2024 | C11  | S12 | ard
    r      | 22.03.2024 | C11  | S12 | ard
"""


@pytest.fixture(scope="module", params=[COARSENED, ROUNDED], ids=["coarsened", "rounded"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """A release of few slips: cells of origin × destination are not shown, or not as they were counted; their sums are."""
    walk = Walk(tmp_path_factory.mktemp("small"))
    walk.receive("2025-01-10", request.param)
    walk.process()
    walk.line.tabulate()
    walk.line.build(YEAR)
    return walk


def test_the_exact_value_of_a_protected_cell_stands_in_no_row_of_the_bundle(
    small: Walk, request: pytest.FixtureRequest
) -> None:
    """In every file: the rows of the cell are found in all formats, and say the published value, never the exact one."""
    hidden = shown = 0
    for table in explained_tables(small.line.office, YEAR):
        if small.line.office.profile.protection.method(table.design.id) == "exact":
            continue
        folder, languages = table.release.files.folder, table.release.files.languages
        bundle = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
        designs = {
            name: one for name, one in small.line.office.profile.tables.items() if name in table.release.files.tables()
        }
        rows = [row for row in rows_of(bundle, designs) if row.table == table.design.id]
        for told in (told for told in every_explanation(table) if told.exact != told.published):
            hidden += 1
            names = [table.release.files.table(told.table, language).labels for language in languages]
            found = [row for row in rows if any(stands_at(row, *place) for place in places(told, table.design, names))]
            kinds = {row.file.rpartition(".")[2] for row in found}
            if told.published is not None:
                shown += 1
                assert kinds - {"svg"} == {"csv", "json", "html", "xlsx", "pdf"}, "the cell is found in every format"
            wrong = [row for row in found if row.value == f"{told.exact:g}" and "-changes-" not in row.file]
            assert wrong == []
    assert (hidden, shown) == {"coarsened": (9, 0), "rounded": (6, 6)}[request.node.callspec.id]


def test_the_search_finds_an_exact_value_that_was_put_into_any_file(small: Walk) -> None:
    designs = small.line.office.profile.tables
    leak = {
        "files/x-origin-destination-en-0.csv": b"partner_area,area,period,measure,value\r\nN1,C1,2024,arrivals,7\r\n",
        "files/x-origin-destination-how-we-know-en-0.json": (
            b'{"cells":[{"partner_area":"N1","area":"C1","period":"2024","measure":"arrivals","records":7}]}'
        ),
        "en/how-we-know.html": (
            b"<section id='table-origin-destination'><table><thead><tr><th rowspan='1'>a</th><th>C1</th></tr></thead>"
            b"<tbody><tr><th>N1</th><td>7</td></tr></tbody></table></section>"
        ),
        "figures/x-origin-destination-en-0.svg": (
            b'<svg xmlns="http://www.w3.org/2000/svg"><rect data-of="N1 C1"/><text>7</text><text>8</text></svg>'
        ),
    }
    found = [row for row in rows_of(leak, designs) if stands_at(row, ("N1",), ("C1", "2024", "arrivals"))]
    assert [(row.file.rpartition(".")[2], row.value) for row in found] == [
        ("csv", "7"), ("json", "7"), ("html", "7"), ("svg", "7"),
    ]  # fmt: skip


def test_files_carry_nothing_beside_what_is_seen(small: Walk) -> None:
    """What a program would show on demand only would escape the eye: metadata, comments, attachments, hidden sheets."""
    (bundle,) = small.line.office.workspace.releases.glob("*/*/bundle")
    pictures, drawings, bulletins, books = (list(bundle.rglob(f"*.{kind}")) for kind in ("png", "svg", "pdf", "xlsx"))
    assert pictures and drawings and bulletins and books
    assert {kind for path in pictures for kind in png_parts(path.read_bytes())} <= {b"IHDR", b"pHYs", b"IDAT", b"IEND"}
    for path in drawings:
        text = FONTS.sub("", FADING.sub("", path.read_text(encoding="utf-8")))
        assert not re.search(r"<!--|<metadata|<style|display=|visibility=", text), path.name
        assert set(re.findall(r"\s(data-[\w-]+)=", text)) <= {"data-of"}
    for path in bulletins:
        reader = PdfReader(path)
        assert not reader.attachments
        assert {note.get_object()["/Subtype"] for page in reader.pages for note in page.get("/Annots", [])} <= {"/Link"}
    for path in books:
        book = openpyxl.load_workbook(path)
        assert not book.defined_names
        for sheet in book:
            assert sheet.sheet_state == "visible"
            assert not any(one.hidden for one in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
            assert not any(cell.comment for row in sheet.iter_rows() for cell in row)


FADING = re.compile(r'<style>(#at-[\w-]+:target~path\[data-of\]:not\(\[data-of~="[\w-]+"\]\)\{opacity:\.06\})+</style>')
"""The chords of other areas fade where an address names one area; nothing else may be styled."""
FONTS = re.compile(
    r"<style>(@font-face\{font-family:Inter;font-weight:[46]00;src:url\(data:font/woff;base64,[\w+/=]+\)\})+</style>"
)
"""The letters of its texts, which are seen."""


def png_parts(content: bytes) -> Iterator[bytes]:
    """The kinds of the parts of which a PNG is made."""
    at = 8
    while at < len(content):
        yield content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4], "big")


def test_sides_stand_in_one_order_however_an_engine_hands_them_over() -> None:
    rows = [("2024-02", "external"), ("2024-01", "interregional"), ("2024-01", "external")]
    counts = [{"period": period, "stream": stream, "arrivals": 1, "departures": 2} for period, stream in rows]
    assert list(sides_of(pa.Table.from_pylist(counts))) == sorted(rows)
