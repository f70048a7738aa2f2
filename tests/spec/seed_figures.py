"""The figures of the seed's release page, as each language writes them. Used on crafted and on built pages alike."""

from __future__ import annotations

import html
import re

N = "\u202f"
MINUS = "\u2212"

COUNTS = ("29,282", "12,732", "16,550", "73,238", "36,061", "9,361", "2,639")
PERCENTAGES = ("+15.3%", f"{MINUS}20.9%", "81.6%", "74.8%", "+47.6%")
FOUR_REGIONS = {
    "en": r"\b4\sregions\b",
    "ru": r"\b4\s(?:регионах|региона|регионов)\b",
    "kk": r"\b4\sөңір",
}
LANGUAGES = tuple(FOUR_REGIONS)


def figures_missing_from(page_html: str, language: str) -> list[str]:
    """The figures of the seed, formatted as a language does, that a page does not say; empty when all 13 stand there.

    Tables do not count: what is looked for are the sentences and the headline figures.

    Args:
        page_html: the page as it was built.
        language: ``kk``, ``ru`` or ``en``.
    """
    text = visible_text(re.sub(r"<table\b.*?</table>", " ", page_html, flags=re.DOTALL))
    wanted = [*COUNTS, *PERCENTAGES]
    missing = [shown for shown in (_in(language, figure) for figure in wanted) if not _stands(shown, text)]
    if not re.search(FOUR_REGIONS[language], text):
        missing.append(FOUR_REGIONS[language])
    return missing


def visible_text(page_html: str) -> str:
    """The words of a page without its tags, blanks of a line of code folded, no-break spaces kept."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page_html, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", body))
    return re.sub(r"[ \t\r\n]+", " ", text)


def words_of_page(page_html: str) -> str:
    """The visible text with plain blanks alone: its words, wherever their lines may end."""
    return visible_text(page_html).replace("\xa0", " ")


def _in(language: str, english: str) -> str:
    if language == "en":
        return english
    local = english.replace(",", N).replace(".", ",")
    return local.replace("%", "\xa0%") if language == "ru" else local


def _stands(figure: str, text: str) -> bool:
    return re.search(rf"(?<![\d.,{N}]){re.escape(figure)}(?![\d{N}]|[.,]\d)", text) is not None
