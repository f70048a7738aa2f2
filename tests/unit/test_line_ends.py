"""Where a line of a text must not end, language by language."""

import pytest

from qonys.disseminate.line_ends import kept_together, on_one_line
from qonys.disseminate.numbers import NO_BREAK_SPACE


def shown(text: str, language: str) -> str:
    return kept_together(text, language).replace(NO_BREAK_SPACE, "~")


@pytest.mark.parametrize(
    ("language", "text", "together"),
    [
        ("ru", "прибыло 29\u202f282 человека", "прибыло 29\u202f282~человека"),
        ("ru", "в расчете на 1000 человек", "в расчете на 1000~человек"),
        ("ru", "доля 20 % всех", "доля 20~% всех"),
        ("ru", "доля в числе прибывших, %", "доля в числе прибывших,~%"),
        ("ru", "на 1 января 2024 года", "на 1~января 2024~года"),
        ("ru", "г. Астана и г. Алматы", "г.~Астана и г.~Алматы"),
        ("ru", "12 марта 2025 г.", "12~марта 2025~г."),
        ("ru", "письмо № 14", "письмо №~14"),
        ("ru", "К. Т. Рысбаев", "К.~Т.~Рысбаев"),
        ("ru", "Таблица регионов, т. е. потоков", "Таблица регионов, т.~е. потоков"),
        ("ru", "Таблица 3", "Таблица~3"),
        ("ru", "миграция – переезд", "миграция~– переезд"),
        ("kk", "2024 жылы Астана қ. келгендер", "2024~жылы Астана~қ. келгендер"),
        ("kk", "1,2 мың адам", "1,2~мың адам"),
        ("kk", "2025 ж. 12 наурыз", "2025~ж. 12~наурыз"),
        ("en", "29,282 people on 12 March 2025", "29,282~people on 12~March 2025"),
        ("en", "Astana city and Almaty region", "Astana~city and Almaty region"),
        ("en", "fewer than 50 … < 100", "fewer than 50 … <~100"),
        ("es", "el 12 de marzo, Tabla 3", "el 12~de marzo, Tabla~3"),
    ],
)
def test_a_number_stays_with_its_noun_and_an_abbreviation_with_its_name(
    language: str, text: str, together: str
) -> None:
    assert shown(text, language) == together


@pytest.mark.parametrize("text", ["Астана и Алматы", "в 2024, затем", "год. Затем", "один – два".replace(" – ", " ")])
def test_other_words_part_at_the_end_of_a_line(text: str) -> None:
    assert shown(text, "ru") == text


def test_a_language_without_lists_of_its_own_has_the_rules_of_all() -> None:
    assert shown("12 mars à St. Denis", "fr") == "12~mars à St. Denis"


def test_lines_are_joined_and_no_break_spaces_stay() -> None:
    assert on_one_line("на 1\u202f000\n  человек,\u00a0%\n") == "на 1\u202f000 человек,\u00a0%"
