"""Empty, zero, negligible, not available, not applicable, too few, confidential: seven things, told apart everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping

import msgspec
import pytest
from python_calamine import CalamineWorkbook

from qonys.concepts.status import ConfidentialityStatus, DataStatus, ObservationStatus
from qonys.country.profile import Profile
from qonys.datasets.output import Cell, OutputTable, Reference
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.shown_cells import SYMBOLS, shown
from qonys.disseminate.words import words_of
from spec.drawn_tables import drawn_table
from spec.seed_release import made_up_tables, seed_facts

TABLE = "internal-by-region"
NAME = f"files/mini-2024-{TABLE}-en-0123456789ab"
PERCENT = {"en": "%", "es": "%"}
CELLS: Mapping[str, Cell | None] = {
    "zero": Cell(0.0, data=DataStatus.CALIBRATED),
    "negligible": Cell(0.04, data=DataStatus.CALIBRATED),
    "not available": Cell(None, ObservationStatus.NOT_AVAILABLE),
    "not applicable": Cell(None, ObservationStatus.NOT_APPLICABLE),
    "too few": Cell(None, ObservationStatus.LOW_RELIABILITY),
    "confidential": Cell(7.0, confidentiality=ConfidentialityStatus.CONFIDENTIAL),
    "empty": None,
}
ON_PAGE = {
    "zero": "0.0", "negligible": "0.0~", "not available": "…", "not applicable": "×", "too few": "u", "confidential": "c",
    "empty": "–",
}  # fmt: skip
IN_WORKBOOK = {
    "zero": 0, "negligible": "[low]", "not available": "[x]", "not applicable": "[z]", "too few": "[u]",
    "confidential": "[c]", "empty": "[-]",
}  # fmt: skip
IN_FILES = {
    "zero": ("0.0", "A", "F"), "negligible": ("0.0", "N", "F"), "not available": ("", "L", "F"),
    "not applicable": ("", "M", "F"), "too few": ("", "U", "F"), "confidential": ("", "A", "C"),
}  # fmt: skip


def table_with(mini: Profile, cells: Mapping[str, Cell | None]) -> OutputTable:
    """One row and a column of percentages for each cell, and a second row so that each column is there."""
    years = {name: str(2000 + n) for n, name in enumerate(cells)}
    heads = " | ".join(f"{year} net" for year in years.values())
    lines = [f"| {heads}", f"N1 | {' | '.join('1' for _ in cells)}", f"S1 | {' | '.join('1' for _ in cells)}"]
    drawn = drawn_table(mini, TABLE, ["area"], ["period", "measure"], "\n".join(lines))
    changed = {key: cells[name] for name, year in years.items() for key in drawn.cells if key[:2] == ("N1", year)}
    kept = {key: changed.get(key, cell) for key, cell in drawn.cells.items()}
    form = {"net": msgspec.structs.replace(drawn.measures["net"], decimals=1, unit=PERCENT)}
    return msgspec.structs.replace(drawn, measures=form, cells={k: c for k, c in kept.items() if c is not None})


@pytest.fixture(scope="module")
def bundle(mini: Profile) -> dict[str, bytes]:
    tables = {**made_up_tables(mini), TABLE: table_with(mini, CELLS)}
    return release_bundle(mini, mini.releases["annual"], tables, {}, seed_facts("mini")).data


def _page_row(bundle: dict[str, bytes]) -> list[str]:
    page = bundle["en/index.html"].decode()
    section = page[page.index(f'id="table-{TABLE}"') :].partition("</table>")[0]
    row = next(line for line in section.split("<tr") if "Northmark" in line)
    return re.findall(r"<td.*?</td>", row)


def test_on_the_page_each_has_its_own_sign_with_a_spoken_meaning(bundle: dict[str, bytes]) -> None:
    cells = _page_row(bundle)
    signs = [re.sub(r'<span class="vh">.*?</span>|<i>.*?</i>|<[^>]+>', "", cell) for cell in cells]
    assert dict(zip(CELLS, signs, strict=True)) == ON_PAGE
    spoken = [re.findall(r'<span class="vh">.*?</span>|<i>.*?</i>', cell) for cell in cells]
    assert [bool(words) for words in spoken] == [name != "zero" for name in CELLS]
    assert len({str(words) for words in spoken}) == len(CELLS)


def test_the_legend_of_the_table_explains_every_sign_that_it_shows(bundle: dict[str, bytes]) -> None:
    page = bundle["en/index.html"].decode()
    legend = page[page.index(f'id="table-{TABLE}"') :].partition('<div class="scroll"')[0]
    assert re.findall(r'<span class="mark">(.*?)</span>', legend) == ["…", "×", "u", "c", "–", "~"]


def test_in_the_workbook_each_has_its_own_entry_and_zero_alone_is_a_number(bundle: dict[str, bytes]) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(bundle["files/mini-2024-en-0123456789ab.xlsx"]))
    sheets = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names[4:])
    rows = next(rows for rows in sheets if str(rows[0][0]).startswith("Internal migration by region"))
    row = next(row for row in rows if row[0] == "Northmark")
    assert dict(zip(CELLS, row[1:], strict=False)) == IN_WORKBOOK


def test_in_the_files_each_has_its_own_status_and_what_is_empty_has_no_row(bundle: dict[str, bytes]) -> None:
    rows = [r for r in csv.DictReader(io.StringIO(bundle[f"{NAME}.csv"].decode())) if r["area"] == "N1"]
    found = [(row["value"], row["obs_status"], row["conf_status"]) for row in rows]
    assert found == list(IN_FILES.values())
    observations = [o for o in json.loads(bundle[f"{NAME}.json"])["observations"] if o["area"] == "N1"]
    assert [(o["value"], o["obs_status"], o["conf_status"]) for o in observations] == [
        (float(value) if value else None, status, confidential) for value, status, confidential in IN_FILES.values()
    ]


def test_a_confidential_value_is_in_no_file(mini: Profile) -> None:
    secret = Cell(87654.0, ObservationStatus.PROVISIONAL, confidentiality=ConfidentialityStatus.CONFIDENTIAL)
    tables = {**made_up_tables(mini), TABLE: table_with(mini, {"secret": secret})}
    data = release_bundle(mini, mini.releases["annual"], tables, {}, seed_facts("mini")).data
    said = [path for path, content in data.items() if re.search(rb"87[,. ]?654", content)]
    assert said == []
    assert shown(secret, 0).keys == ("C",)


def test_a_figure_that_is_special_in_two_ways_says_both_everywhere(mini: Profile) -> None:
    both = Cell(5.0, data=DataStatus.CALIBRATED).marked(ObservationStatus.BREAK).marked(ObservationStatus.PROVISIONAL)
    assert both.marked(ObservationStatus.BREAK) == both
    tables = {**made_up_tables(mini), TABLE: table_with(mini, {"both": both})}
    data = release_bundle(mini, mini.releases["annual"], tables, {}, seed_facts("mini")).data
    (cell,) = _page_row(data)
    assert cell.startswith("<td>5.0<sup>bp<i> break in the series")
    row = next(r for r in csv.DictReader(io.StringIO(data[f"{NAME}.csv"].decode())) if r["area"] == "N1")
    assert row["obs_status"] == "B;P"
    book = CalamineWorkbook.from_filelike(io.BytesIO(data["files/mini-2024-en-0123456789ab.xlsx"]))
    sheets = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names[4:])
    rows = next(rows for rows in sheets if str(rows[0][0]).startswith("Internal migration by region"))
    told = {row[0]: row[-2] for row in rows if row[0] in ("Region", "Northmark", "Southfield")}
    assert told["Region"] == "Marks"
    assert told["Northmark"].startswith("[b]")
    assert "; [p]" in told["Northmark"]
    assert told["Southfield"] == "none"


def test_files_say_where_a_figure_was_taken_from_and_to_what_it_is_related(mini: Profile) -> None:
    taken = Cell(
        5.0, taken_from=(Reference("Office 9", "2021-03-01"),), related_to=(Reference("P1", "2020"), Reference("P2"))
    )
    tables = {**made_up_tables(mini), TABLE: table_with(mini, {"taken": taken})}
    data = release_bundle(mini, mini.releases["annual"], tables, {}, seed_facts("mini")).data
    row, plain = (
        next(r for r in csv.DictReader(io.StringIO(data[f"{NAME}.csv"].decode())) if r["area"] == area)
        for area in ("N1", "S1")
    )
    wanted = {"source": "Office 9", "source_as_of": "2021-03-01", "related_to": "P1; P2", "related_to_as_of": "2020"}
    assert {name: row[name] for name in wanted} == wanted
    assert {plain[name] for name in wanted} == {""}
    observation = next(o for o in json.loads(data[f"{NAME}.json"])["observations"] if o["area"] == "N1")
    assert {name: observation[name] for name in wanted} == wanted


def test_the_rest_of_a_computation_is_zero_and_not_negligible() -> None:
    assert shown(Cell(0.1 + 0.2 - 0.3), 1).marks == ()
    assert shown(Cell(-0.04), 1).marks == ("N",)


@pytest.mark.parametrize("language", ["kk", "ru", "en", "es"])
def test_every_symbol_has_a_sign_a_meaning_and_a_short_form_of_its_own(mini: Profile, language: str) -> None:
    words = words_of(mini, language)
    for suffix in ("", ".meaning", ".short"):
        assert len({words[f"symbol.{key}{suffix}"] for key in SYMBOLS}) == len(SYMBOLS)
    assert {status.value for status in ObservationStatus} - {"A"} < set(SYMBOLS)
