"""The frame of a picture: the finding on top, and at the foot what a reader must know when the picture stands alone.

Laws: the notice, the data status, the signs and the vintage stand inside the picture, since pictures are pasted; the
picture has a size of its own, a white ground and the letters of its texts, and asks nobody for anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from qonys.disseminate.figures.canvas import INNER, Body, n, rectangle, straight, text
from qonys.disseminate.figures.colours import INK, LINE, PAPER, SOFT
from qonys.disseminate.figures.embedded_font import font_style
from qonys.disseminate.figures.text_width import text_lines, text_width
from qonys.disseminate.line_ends import kept_together

PAD = 24
FONT = "Inter, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_TITLE, _SUBTITLE, _FOOT, _KEY = 19.0, 13.5, 11.0, 12.5
_SLACK = 0.88
"""Lines are broken early, so that they fit where a reader's machine has a wider font in place of ours."""
AIR = 6.0
"""Space above and below the body where a page shows it without the words at head and foot."""


@dataclass(frozen=True, slots=True)
class PictureWords:
    """The words of a picture in one language.

    Args:
        language: code of the language.
        title: the finding.
        subtitle: measure, unit, period.
        finding: the text alternative.
        foot: signs, notice, source and vintage, one paragraph each.
    """

    language: str
    title: str
    subtitle: str
    finding: str
    foot: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG file, its size in pixels, and where in it the body begins and how tall it is."""

    svg: bytes
    width: int
    height: int
    body_top: float
    body_height: float


def framed(words: PictureWords, body: Body) -> Picture:
    """A body with its head and foot."""
    inner = max(body.width, INNER)
    width = round(inner + 2 * PAD)
    parts: list[str] = []
    title, subtitle, *foot = (
        kept_together(said, words.language) for said in (words.title, words.subtitle, *words.foot)
    )
    y = _paragraph(parts, inner, title, PAD + _TITLE, _TITLE, 600, INK)
    y = _paragraph(parts, inner, subtitle, y + 5, _SUBTITLE, 400, SOFT)
    y = _key(parts, inner, body, y + 8)
    top = y
    parts.append(f'<g transform="translate({PAD} {n(y)})">{"".join(body.parts)}</g>')
    y += body.height + 14
    parts.append(straight((PAD, y), (width - PAD, y), LINE))
    y += 16
    for paragraph in foot:
        y = _paragraph(parts, inner, paragraph, y, _FOOT, 400, SOFT)
    height = round(y - _FOOT + PAD)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" xml:lang="{words.language}" font-family="{FONT}">'
        f"<title>{escape(words.title)}</title><desc>{escape(words.finding)}</desc>"
    )
    ground = rectangle(0, 0, width, height, PAPER)
    return Picture(
        f"{head}{font_style(parts)}{ground}{''.join(parts)}</svg>\n".encode(), width, height, top, body.height
    )


def _paragraph(parts: list[str], inner: float, words: str, y: float, size: float, weight: int, fill: str) -> float:
    """Writes a text in lines from a base line on; returns the base line after it."""
    for line in text_lines(words, inner * _SLACK, size, weight):
        parts.append(text(PAD, y, line, size=size, weight=weight, fill=fill))
        y += size * 1.32
    return y


def _key(parts: list[str], inner: float, body: Body, y: float) -> float:
    """Writes the colours and what they stand for; returns where the body begins."""
    x: float = PAD
    for item in body.key:
        width = 16 + text_width(item.label, _KEY) + 18
        if x > PAD and x + width > PAD + inner:
            x, y = PAD, y + 18
        parts.append(rectangle(x, y - 4, 11, 11, item.fill))
        parts.append(text(x + 16, y + 6, item.label, size=_KEY, fill=INK))
        x += width
    return y + 18 if body.key else y - 8
