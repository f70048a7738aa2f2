"""The workbook follows the UK guidance: one table a sheet, one row of heads, numbers as numbers, the same bytes."""

from __future__ import annotations

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from qonys.disseminate.words import words_of
from qonys.disseminate.workbook import WorkbookText, workbook_file
from spec.drawn_tables import drawn_table
from spec.seed_release import made_up_tables, seed_facts

TEXT = WorkbookText("A release", "A notice.", "12 March 2025", "12 March 2026", "Cite it so.")
NOTE = {"en": "A note.", "es": "Una nota."}


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
    return workbook_file(tables, words_of(profile, language), seed_facts("mini"), TEXT)


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
    assert "A notice." in cover and "0123456789ab" in cover and "operational, 2025-01-31" in cover
    assert ["Table 1", "A note."] in book.get_sheet_by_name("Notes").to_python()
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
