"""Texts in another character encoding than the layout's, or in none at all."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from spec.bad_files.bad_file import MARK, BadFile, csv_bytes, csv_text, slip, slips
from spec.bad_files.fixed_width_files import GOOD

TEXT = csv_text()
BOM = codecs.BOM_UTF8

KZ_HEADING = "НОМЕР ТАЛОНА;ИСПРАВЛЯЕТ ТАЛОН;ИИН;ДАТА РЕГИСТРАЦИИ;ВИД РЕГИСТРАЦИИ;ОРГАН РЕГИСТРАЦИИ;ПОЛ;ДАТА РОЖДЕНИЯ;ГРАЖДАНСТВО;НАЦИОНАЛЬНОСТЬ;БРАЧНОЕ СОСТОЯНИЕ;ОБРАЗОВАНИЕ;СПЕЦИАЛЬНОСТЬ;ПРИЧИНА;ОТКУДА ПРИБЫЛ;МЕСТНОСТЬ ВЫБЫТИЯ;КУДА ПРИБЫЛ;МЕСТНОСТЬ ПРИБЫТИЯ;ДЕТИ ДО 14 ЛЕТ"
KZ_PLAIN = {
    "ДАТА РЕГИСТРАЦИИ": "05.03.2024",
    "ВИД РЕГИСТРАЦИИ": "МЕСТО ЖИТЕЛЬСТВА",
    "ПОЛ": "Ж",
    "ДАТА РОЖДЕНИЯ": "01.02.1990",
    "ГРАЖДАНСТВО": "KZ",
    "НАЦИОНАЛЬНОСТЬ": "КАЗАХИ",
    "БРАЧНОЕ СОСТОЯНИЕ": "В БРАКЕ",
    "ОБРАЗОВАНИЕ": "ВЫСШЕЕ",
    "ПРИЧИНА": "РАБОТА",
    "ОТКУДА ПРИБЫЛ": "Г. АЛМАТЫ / ЖЕТЫСУСКИЙ РАЙОН",
    "КУДА ПРИБЫЛ": "ОБЛАСТЬ АБАЙ / Г. СЕМЕЙ",
}
"""A woman of 34 moves from Almaty to Semey: the layout ``arrivals_csv`` of Kazakhstan."""


def kz_text(**said: str) -> str:
    """Two slips of Kazakhstan; the second says what is given."""
    columns = KZ_HEADING.split(";")
    rows = [
        {**KZ_PLAIN, "НОМЕР ТАЛОНА": f"{MARK}000{number}", "ИИН": f"{MARK}00{number}", **(said if number == 2 else {})}
        for number in (1, 2)
    ]
    return "".join(
        f"{line}\n" for line in [KZ_HEADING, *(";".join(row.get(name, "") for name in columns) for row in rows)]
    )


def bad_files() -> Iterator[BadFile]:
    for fault, content, what in _refused():
        yield BadFile(fault, "arrivals_x.csv", content, refused=what)
    for fault, content, notes in _taken():
        yield BadFile(fault, "arrivals_x.csv", content, taken=3, notes=notes)
    for fault, content, notes in _taken_of_kazakhstan():
        yield BadFile(fault, "arrivals_x.csv", content, taken=2, notes=notes, profile="kz")
    for fault, content, what in _refused_of_kazakhstan():
        yield BadFile(fault, "arrivals_x.csv", content, refused=what, profile="kz")
    yield BadFile(
        "a fixed-width file in UTF-16",
        "ledger_1.txt",
        codecs.BOM_UTF16_LE + f"{GOOD}\n".encode("utf-16-le"),
        taken=1,
        notes=("utf-16-le",),
    )
    yield BadFile("a byte order mark in a fixed-width file", "ledger_1.txt", BOM + f"{GOOD}\n".encode(), taken=1)
    yield BadFile(
        "a byte order mark twice in a fixed-width file",
        "ledger_1.txt",
        BOM + BOM + f"{GOOD}\n".encode(),
        taken=1,
        notes=("begins with 2 byte order marks",),
    )
    yield BadFile(
        "a Cyrillic letter in the place of a Latin one",
        "arrivals_x.csv",
        csv_bytes([slip(1), slip(2, GROUP="аrd"), slip(3)]),
        taken=2,
        quarantined={3: "no code of ethnicity"},
    )
    yield BadFile(
        "a soft hyphen inside a code",
        "arrivals_x.csv",
        csv_bytes([slip(1), slip(2, GROUP="ar\u00add"), slip(3)]),
        taken=2,
        quarantined={3: "no code of ethnicity"},
    )
    yield BadFile(
        "a replacement character in a code",
        "arrivals_x.csv",
        csv_bytes([slip(1), slip(2, REASON="wo\ufffdk"), slip(3)]),
        taken=2,
        quarantined={3: "no code of reason"},
    )


def _refused() -> Iterator[tuple[str, bytes, str]]:
    wrong = "that are not utf-8"
    yield "a word in cp1251 in the last row", TEXT.encode() + "s4;;Болат".encode("cp1251"), f"ow 5 holds bytes {wrong}"
    yield (
        "a word in cp1251 in a middle row",
        csv_bytes(slips(1)) + f"{'x;' * 2}Болат\n".encode("cp1251") + csv_bytes(),
        f"ow 3 holds bytes {wrong}",
    )
    yield "a name in Latin-1", TEXT.encode() + "s4;;Muñoz;".encode("latin-1"), f"ow 5 holds bytes {wrong}"
    yield "UTF-16 glued to UTF-8", TEXT.encode() + "s4;;Болат".encode("utf-16"), f"ow 5 holds bytes {wrong}"
    yield "a letter cut in two at the end", TEXT.encode() + "s4;;Бол".encode()[:-1], f"ow 5 holds bytes {wrong}"
    yield "overlong bytes of UTF-8", TEXT.encode() + b"s4;;\xc0\xaf;\n", f"ow 5 holds bytes {wrong}"
    yield "half of a surrogate pair", TEXT.encode() + b"s4;;\xed\xa0\x80;\n", f"ow 5 holds bytes {wrong}"
    yield (
        "UTF-16 with an odd number of bytes",
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"))[:-1],
        "that are not utf-16",
    )
    yield "the mark of UTF-16 before UTF-8", codecs.BOM_UTF16_LE + TEXT.encode(), "arrivals"
    yield "the code of a mainframe", TEXT.encode("cp037"), "arrivals"
    yield "a text in base 64", codecs.encode(TEXT.encode(), "base64"), "none of them was found"


def _taken() -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    yield "a byte order mark", BOM + TEXT.encode(), ()
    yield "a byte order mark twice", BOM + BOM + TEXT.encode(), ("begins with 2 byte order marks",)
    yield (
        "the mark of UTF-16 three times",
        codecs.BOM_UTF16_LE * 3 + TEXT.encode("utf-16-le"),
        ("utf-16-le, by its byte order mark; the layout arrivals says utf-8. The file begins with 3 byte order marks",),
    )
    yield "UTF-16 from Windows", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), ("utf-16-le",)
    yield "UTF-16 with the high byte first", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), ("utf-16-be",)
    yield "UTF-16 without a mark", TEXT.encode("utf-16-le"), ("utf-16-le",)
    yield "UTF-32", codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), ("utf-32-le",)


def _taken_of_kazakhstan() -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    text = kz_text()
    yield "UTF-8 where cp1251 is expected", text.encode(), ("utf-8",)
    yield "UTF-8 with a mark where cp1251 is expected", BOM + text.encode(), ("utf-8",)
    yield "UTF-16 where cp1251 is expected", codecs.BOM_UTF16_LE + text.encode("utf-16-le"), ("utf-16-le",)
    yield "the code page of DOS where cp1251 is expected", text.encode("cp866"), ("by the words that the layout knows",)
    yield "KOI-8 where cp1251 is expected", text.encode("koi8-r"), ("by the words that the layout knows",)
    yield "Latin look-alikes in a Cyrillic code", kz_text(НАЦИОНАЛЬНОСТЬ="KAЗAXИ").encode("cp1251"), ("look-alikes",)
    yield (
        "Latin look-alikes in a Cyrillic place",
        kz_text(**{"КУДА ПРИБЫЛ": "OБЛACTЬ AБAЙ / Г. CEMEЙ"}).encode("cp1251"),
        ("look-alikes",),
    )


def _refused_of_kazakhstan() -> Iterator[tuple[str, bytes, str]]:
    yield (
        "a text decoded wrongly and saved again",
        kz_text().encode().decode("cp1251", errors="replace").encode(),
        "arrivals_csv",
    )
    yield "question marks for all Cyrillic letters", kz_text().encode("ascii", errors="replace"), "arrivals_csv"
    yield "letters without their accents and Cyrillic", kz_text().encode("ascii", errors="ignore"), "arrivals_csv"
