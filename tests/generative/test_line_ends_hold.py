"""No-break spaces of any text: only blanks change, and no number is ever parted from what it counts."""

import re

from hypothesis import given
from hypothesis import strategies as st

from qonys.disseminate.line_ends import kept_together
from qonys.disseminate.numbers import NO_BREAK_SPACE

WORDS = st.sampled_from(
    [
        "2024",
        "29\u202f282",
        "282",
        "12",
        "%",
        "№",
        "–",
        "г.",
        "Астана",
        "қ.",
        "К.",
        "года",
        "человек",
        "жылы",
        "city",
        "№.",
        "",
    ]
)
TEXTS = st.one_of(st.lists(WORDS, max_size=12).map(" ".join), st.text(max_size=40))
LANGUAGES = st.sampled_from(["kk", "ru", "en", "es", "fr"])


def plain(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ")


@given(TEXTS, LANGUAGES)
def test_only_blanks_change_and_each_into_one_no_break_space(text: str, language: str) -> None:
    together = kept_together(text, language)
    assert plain(together) == plain(text)
    assert len(together) == len(text)


@given(TEXTS, LANGUAGES)
def test_twice_is_as_once(text: str, language: str) -> None:
    together = kept_together(text, language)
    assert kept_together(together, language) == together


@given(TEXTS, LANGUAGES)
def test_no_line_may_end_between_a_number_and_its_word(text: str, language: str) -> None:
    assert not re.search(r"\d (?:[^\W\d_]|%)|№ \w", kept_together(text, language))
