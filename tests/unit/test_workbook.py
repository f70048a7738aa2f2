"""The workbook follows the UK guidance: one table a sheet, one row of heads, numbers as numbers, the same bytes."""

from __future__ import annotations

import io
import zipfile

import msgspec
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.words import words_of
from qonys.disseminate.workbook import WorkbookText, workbook_file
from spec.drawn_tables import drawn_table
from spec.seed_release import made_up_tables, seed_facts

TEXT = WorkbookText(
    "A release", "A notice.", "12 March 2025", "12 March 2026", "Cite it so.", "An office",
    (("operational", "31 January 2025"),), (("Responsible for the release", "release@ardal.example"),),
    "Free for any use; an adaptation keeps its data status with each figure.",
)  # fmt: skip
NOTE = {"en": "A note.", "es": "Una nota."}
OTHER_NOTE = {"en": "Another note.", "es": "Otra nota."}


@pytest.fixture(scope="module")
def mini() -> Profile:
    return load_profile("mini")


@pytest.fixture(scope="module")
def regions(mini: Profile) -> OutputTable:
    text = """
           | 2023 arrivals | 2023 net | 2024 arrivals | 2024 net
        _T |        1000   |      0   |    2000       |    0
        N1 |         600   |   -100   |       …       |   50*
        S1 |         400   |    100   |     700p      |  -50
    """
    return drawn_table(mini, "internal-by-region", ["area"], ["period", "measure"], text, notes=(NOTE,))


def written(profile: Profile, tables: list[OutputTable], language: str = "en") -> bytes:
    words = words_of(profile, language)
    layouts = [TableLayout(table, words) for table in tables]
    return workbook_file(layouts, words, seed_facts("mini"), TEXT)


def opened(content: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def test_the_sheets_are_cover_contents_notes_symbols_and_one_for_each_table(
    mini: Profile, regions: OutputTable
) -> None:
    other = made_up_tables(mini)["net-by-region"]
    names = opened(written(mini, [regions, other])).sheet_names
    assert names == ["Cover", "Contents", "Notes", "Symbols", "Table 1", "Table 2"]


def test_a_table_has_one_row_of_flattened_heads_and_numbers_as_numbers(mini: Profile, regions: OutputTable) -> None:
    rows = opened(written(mini, [regions])).get_sheet_by_name("Table 1").to_python()
    start = next(i for i, row in enumerate(rows) if row[0] == "Region")
    assert rows[start] == [
        "Region", "2023 Arrivals", "2023 Net migration", "2024 Arrivals", "2024 Net migration", "Marks", "Data status",
    ]  # fmt: skip
    assert rows[start + 1][:5] == ["Total", 1000, 0, 2000, 0]
    assert rows[start + 2] == ["Northmark", 600, -100, "[x]", 50, "none", "Calibrated, Invented"]
    assert rows[start + 3][3] == 700
    assert rows[start + 3][5] == "[p] 2024 Arrivals"
    assert rows[0][0] == "Internal migration by region, 2024"
    assert "".join(map(str, rows[start - 1])) == "", "a blank row parts the table from what stands above it"


def test_cover_and_notes_tell_vintage_notice_and_notes(mini: Profile, regions: OutputTable) -> None:
    book = opened(written(mini, [regions]))
    cover = "\n".join(str(row[0]) for row in book.get_sheet_by_name("Cover").to_python())
    assert "A notice." in cover and "0123456789ab" in cover and "operational, 31 January 2025" in cover
    assert (
        "Responsible for the release: release@ardal.example" in cover
        and "keeps its data status with each figure" in cover
    )
    assert ["[note 1]", "A note.", "Table 1"] in book.get_sheet_by_name("Notes").to_python()
    symbols = book.get_sheet_by_name("Symbols").to_python()
    assert ["[x]", "not available"] in symbols


def test_the_same_input_gives_the_same_bytes(mini: Profile, regions: OutputTable) -> None:
    assert written(mini, [regions]) == written(mini, [regions])


def test_no_cell_is_merged_hidden_or_filled_and_each_table_is_marked_up(mini: Profile) -> None:
    tables = list(made_up_tables(mini).values())
    content = zipfile.ZipFile(io.BytesIO(written(mini, tables, "es")))
    sheets = [content.read(n).decode() for n in content.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any("mergeCell" in sheet or 'hidden="1"' in sheet for sheet in sheets)
    marked = [content.read(n).decode() for n in content.namelist() if n.startswith("xl/tables/")]
    assert len(marked) == len(tables) + 2
    assert 'name="t_internal_by_region"' in "".join(marked)


def test_every_head_of_a_table_is_distinct(mini: Profile) -> None:
    book = opened(written(mini, list(made_up_tables(mini).values())))
    for name in book.sheet_names[4:]:
        rows = book.get_sheet_by_name(name).to_python()
        heads = next(row for row in rows if row[-1] == "Data status")
        assert len({str(head).casefold() for head in heads}) == len(heads)


def test_the_workbook_of_kazakhstan_says_the_same_numbers_in_every_language() -> None:
    kz = load_profile("kz")
    tables = [made_up_tables(kz)["net-by-region"]]
    by_language = [
        [
            [value for value in row if isinstance(value, float)]
            for row in opened(written(kz, tables, language)).get_sheet_by_index(4).to_python()
        ]
        for language in kz.languages
    ]
    assert by_language[0] == by_language[1] == by_language[2]
    assert sum(map(len, by_language[0])) == len(tables[0].cells)


@pytest.fixture(scope="module")
def read(mini: Profile, regions: OutputTable) -> openpyxl.Workbook:
    """Every table of mini, two of them with notes, as another program reads the workbook."""
    noted = msgspec.structs.replace(regions, id="noted", notes=(NOTE, OTHER_NOTE))
    others = [table for table in made_up_tables(mini).values() if table.id != regions.id]
    return openpyxl.load_workbook(io.BytesIO(written(mini, [regions, noted, *others])))


def test_the_file_says_title_subject_author_language_and_the_date_of_publication(read: openpyxl.Workbook) -> None:
    told = read.properties
    assert (told.title, told.subject, told.creator) == ("A release", "Statistical bulletin", "An office")
    assert told.created == told.modified and told.created.isoformat() == "2025-03-12T00:00:00"
    assert read.custom_doc_props["Language"].value == "en"


def test_every_sheet_says_in_its_first_cell_what_it_is_and_no_pane_is_frozen(read: openpyxl.Workbook) -> None:
    for sheet in read:
        assert isinstance(sheet["A1"].value, str) and sheet["A1"].value
        assert sheet.freeze_panes is None and sheet.sheet_state == "visible"
        assert not sheet.merged_cells.ranges and not sheet.auto_filter.ref


def test_every_table_is_one_real_table_with_full_rows_a_text_and_nothing_below(read: openpyxl.Workbook) -> None:
    for sheet in read.worksheets[4:]:
        (table,) = sheet.tables.values()
        rows = list(sheet[table.ref])
        assert sheet[table.ref.partition(":")[2]].row == sheet.max_row and rows[0][0].column == 1
        assert [cell.value for cell in rows[0]] == table.column_names
        assert all(cell.value not in (None, "") for row in rows for cell in row)
        assert sheet.cell(rows[0][0].row - 1, 1).value is None, "a blank row parts the table from what stands above it"


def test_what_is_read_out_of_a_table_names_its_columns(mini: Profile, regions: OutputTable) -> None:
    content = zipfile.ZipFile(io.BytesIO(written(mini, [regions])))
    marked = "".join(content.read(n).decode() for n in content.namelist() if n.startswith("xl/tables/"))
    assert 'altText="Internal migration by region, 2024"' in marked
    assert 'altTextSummary="Region, 2023 Arrivals, 2023 Net migration' in marked


def test_numbers_have_the_decimals_of_their_measure(read: openpyxl.Workbook) -> None:
    formats = {
        cell.number_format
        for sheet in read.worksheets[4:]
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    }
    assert formats == {"#,##0", "#,##0.0", "#,##0.00"}


def test_links_lead_to_sheets_that_exist(read: openpyxl.Workbook) -> None:
    links = [cell.hyperlink for sheet in read for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    inside = [link.location for link in links if link.location]
    assert {where.partition("!")[0].strip("'") for where in inside} == {"Contents", *read.sheetnames[4:]}
    assert [link.target for link in links if not link.location] == ["mailto:release@ardal.example"]


def test_a_note_is_said_once_and_marked_on_every_sheet_that_it_is_of(read: openpyxl.Workbook) -> None:
    notes = [[cell.value for cell in row] for row in read["Notes"].iter_rows(min_row=4, max_row=5)]
    assert notes == [["[note 1]", "A note.", "Table 1, Table 2"], ["[note 2]", "Another note.", "Table 2"]]
    assert read["Table 1"]["A4"].value.endswith("[note 1]")
    assert read["Table 2"]["A4"].value.endswith("[note 1] [note 2]")
