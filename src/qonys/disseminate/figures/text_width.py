"""How wide a text is in the shipped font, so that labels can be set apart and lines be broken without a browser.

Widths are those of ``assets/inter-regular.ttf`` and ``inter-semibold.ttf``, without kerning, in units of 1/2048 em.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

UNITS = 2048
_UNKNOWN = 1500
BOLD = 600
_WORD = re.compile(r"( ?)([^ -]+-?|-)")


def text_width(text: str, size: float, weight: int = 400) -> float:
    """Width of a text of a font size; a letter that the font lacks counts as a wide one."""
    widths = _widths()["semibold" if weight >= BOLD else "regular"]
    return sum(widths.get(sign, _UNKNOWN) for sign in text) * size / UNITS


def text_lines(text: str, width: float, size: float, weight: int = 400) -> list[str]:
    """A text in lines that are no wider than ``width``; a longer word stands in a line of its own.

    Lines are broken at blanks and behind hyphens.
    """
    lines: list[str] = []
    for blank, word in _WORD.findall(text):
        longer = f"{lines[-1]}{blank}{word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def widest(texts: Iterable[str]) -> float:
    """Width of the widest of some short texts in ems, with some room, as a page may write digits of one width."""
    return max((text_width(text, 1) for text in texts), default=0.0) * 1.08 + 0.2


@cache
def _widths() -> dict[str, dict[str, int]]:
    path = resources.files("qonys.disseminate") / "assets" / "inter-widths.json"
    widths: dict[str, dict[str, int]] = json.loads(path.read_text(encoding="utf-8"))
    return widths
