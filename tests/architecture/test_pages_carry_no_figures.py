"""A figure of a release is read from its tables. None stands in a text, a template or a table design."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "qonys"
WHERE = ("profiles/kz/release", "profiles/kz/texts", "profiles/kz/tables", "disseminate")
COUNTS = ("29282", "12732", "16550", "73238", "36061", "9361", "2639")
PERCENTAGES = ("15.3", "20.9", "81.6", "74.8", "47.6")
BETWEEN_THOUSANDS = r"[\s\u00a0\u202f\u2009,.'’_]?"
BINARY = {".woff", ".woff2", ".ttf", ".png", ".ico", ".pyc"}


def _pattern() -> re.Pattern[str]:
    counts = [f"{number[:-3]}{BETWEEN_THOUSANDS}{number[-3:]}" for number in COUNTS]
    percentages = [number.replace(".", "[.,]") + r"\s*%" for number in PERCENTAGES]
    return re.compile(rf"(?<![\d.,])(?:{'|'.join(counts)})(?!\d)|(?<![\d.,])(?:{'|'.join(percentages)})")


FIGURES = _pattern()


@pytest.mark.parametrize("written", ["29282", "29,282", "29 282", "29\u202f282", "9\u00a0361", "74,8 %", "74.8%"])
def test_a_figure_is_recognised_however_it_is_formatted(written: str) -> None:
    assert FIGURES.search(f"<b>{written}</b>")


@pytest.mark.parametrize("written", ["129282", "2639001", "174.8 %", "1.2639"])
def test_other_numbers_are_let_be(written: str) -> None:
    assert not FIGURES.search(written)


def test_no_text_template_or_table_design_carries_a_figure_of_the_release() -> None:
    files = [
        path
        for folder in WHERE
        for path in (SOURCE / folder).rglob("*")
        if path.is_file() and path.suffix not in BINARY
    ]
    assert files
    found = {
        f"{path.relative_to(SOURCE)}:{number}": line.strip()[:200]
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if FIGURES.search(line)
    }
    assert found == {}
