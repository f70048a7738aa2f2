"""Letters in place of others: what a profile says of them, what is read, and that every use is counted and told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qonys.concepts.spelling import Spelling, respelled
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.production.line import Line
from spec.drawn_slips import new_office
from spec.workbook_writers import write_xlsx


@pytest.fixture(scope="module")
def kz() -> Profile:
    return load_profile("kz")


READ = {
    "Kazakh letters of old fonts": ("КЇРШІМ АУДАНЫ", "КҮРШІМ АУДАНЫ"),
    "all of them": ("ЌЎЄЅЇЈҐЋ ќўєѕїјґћ", "ҚҰҒҢҮӘӨҺ құғңүәөһ"),
    "a Latin letter in a Cyrillic word": ("AСТАНА", "АСТАНА"),
    "both at once": ("КЇPШIM АУДАHЫ", "КҮРШІМ АУДАНЫ"),
    "a Latin word besides": ("ГОРОД TOP", "ГОРОД TOP"),
    "a word and a number": ("3A-үй, A3", "3A-үй, A3"),
    "what is right already": ("КҮРШІМ АУДАНЫ", "КҮРШІМ АУДАНЫ"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("kind", READ)
def test_a_text_is_read_as_it_is_meant(kz: Profile, kind: str) -> None:
    written, meant = READ[kind]
    assert respelled(written, kz.spellings.values()) == meant
    assert respelled(meant, kz.spellings.values()) == meant


def test_the_letters_of_old_fonts_stand_where_the_standard_kz_1048_has_them(kz: Profile) -> None:
    cells = [bytes([place]) for place in range(0x80, 0x100)]
    drawn = {cell.decode("cp1251", "replace"): cell.decode("kz1048", "replace") for cell in cells}
    assert kz.spellings["kazakh-fonts"].letters == {old: new for old, new in drawn.items() if old != new}


def test_a_letter_without_a_script_is_respelled_wherever_it_stands() -> None:
    everywhere = Spelling("x", {}, {"A": "А"})
    beside = Spelling("x", {}, {"A": "А"}, script="CYRILLIC")
    assert (respelled("AB Aб", [everywhere]), respelled("AB Aб", [beside])) == ("АB Аб", "AB Аб")


@pytest.fixture
def collected(tmp_path: Path, kz: Profile) -> Callable[..., Line]:
    def collect(*slips: dict[str, str]) -> Line:
        line = Line(new_office(tmp_path / "office", profile="kz"))
        heading = [column.name for column in kz.layouts["departures_xlsx"].columns]
        rows = [[{**PLAIN, **slip}.get(name.split(" / ")[1], "") for name in heading] for slip in slips]
        write_xlsx(tmp_path / "departures_1.xlsx", [heading, *rows])
        line.collect([tmp_path / "departures_1.xlsx"])
        return line

    return collect


PLAIN = {
    "№ талона": "T-1", "ИИН": "900201350121", "Дата регистрации": "2024-03-05", "Вид регистрации": "тұрақты / постоянная",
    "Пол": "әйел / ж", "Дата рождения": "1990-02-01", "Откуда выбыл": "ГОРОД АСТАНА", "В какую страну": "РОССИЯ",
}  # fmt: skip


def test_coded_texts_are_respelled_and_each_use_is_counted_and_stands_in_the_receipt(
    collected: Callable[..., Line], kz: Profile
) -> None:
    russia = next(text for text, code in kz.areas.aliases["police-ru"].items() if code == "RU")
    place = next(text for text in kz.areas.aliases["police-ru"] if "АСТАНА" in text)
    plain = {"В какую страну": russia, "Откуда выбыл": place}
    line = collected(
        plain,
        {**plain, "№ талона": "T-2", "Вид регистрации": "тўраќты / постоянная", "Пол": "јйел / ж"},
        {
            **plain,
            "№ талона": "T-3",
            "Вид регистрации": "тўраќты / постоянная",
            "Откуда выбыл": place.replace("А", "A", 1),
        },
        {**plain, "№ талона": "T-4", "Пол": "јйел жоќ"},
    )
    (receipt,) = line.office.store.receipts()
    assert (receipt.registrations, receipt.quarantined) == (3, 1)
    assert receipt.findings == (
        f"Texts of origin were respelled by latin-look-alikes: “{place.replace('А', 'A', 1)}” as “{place}” (rows: 1).",
        "Texts of registration_type were respelled by kazakh-fonts: “тўраќты / постоянная” as “тұрақты / постоянная” (rows: 2).",
        "Texts of sex were respelled by kazakh-fonts: “јйел / ж” as “әйел / ж” (rows: 1).",
    )


def test_an_identifier_is_never_respelled(collected: Callable[..., Line], kz: Profile) -> None:
    russia = next(text for text, code in kz.areas.aliases["police-ru"].items() if code == "RU")
    place = next(text for text in kz.areas.aliases["police-ru"] if "АСТАНА" in text)
    plain = {"В какую страну": russia, "Откуда выбыл": place}
    line = collected({**plain, "№ талона": "ТАЛОН-A1Ї"}, {**plain, "№ талона": "ТАЛОН-А1Ү"})
    files = line.office.store.files("input/registrations")
    found = line.office.engine.run("select count(distinct slip) as slips from registrations", registrations=files)
    assert found["slips"].to_pylist() == [2]
