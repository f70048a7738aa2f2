"""The marks of which a picture is made, as SVG text.

Laws: what a picture says is escaped; numbers have at most two decimals, so the same figure has the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from qonys.disseminate.figures.colours import INK

Place = tuple[float, float]
INNER = 672.0
"""Width of most bodies, in pixels."""


def text(
    x: float, y: float, words: str, *, size: float = 13, weight: int = 400, fill: str = INK, anchor: str = "start"
) -> str:
    """Words whose base line is at y; ``anchor`` is start, middle or end."""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{n(x)}" y="{n(y)}" font-size="{n(size)}"{bold}{placed} fill="{fill}">{escape(words)}</text>'


def rectangle(x: float, y: float, width: float, height: float, fill: str, *, about: str = "", more: str = "") -> str:
    """A filled rectangle; ``about`` says which number it stands for, for readers and for tests."""
    told = f" data-of={quoteattr(about)}" if about else ""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" fill="{fill}"{told}{more}/>'


def straight(one: Place, other: Place, stroke: str, *, width: float = 1, dash: str = "") -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{n(one[0])}" y1="{n(one[1])}" x2="{n(other[0])}" y2="{n(other[1])}" '
        f'stroke="{stroke}" stroke-width="{n(width)}"{dashed}/>'
    )


def polyline(places: Sequence[Place], stroke: str, width: float, *, about: str = "") -> str:
    """A line through places."""
    told = f" data-of={quoteattr(about)}" if about else ""
    points = " ".join(f"{n(x)},{n(y)}" for x, y in places)
    return (
        f'<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="{n(width)}" '
        f'stroke-linejoin="round" stroke-linecap="round"{told}/>'
    )


def dot(at: Place, radius: float, fill: str, *, about: str = "") -> str:
    """A filled circle."""
    told = f" data-of={quoteattr(about)}" if about else ""
    return f'<circle cx="{n(at[0])}" cy="{n(at[1])}" r="{n(radius)}" fill="{fill}"{told}/>'


def shape(outline: str, fill: str, *, about: str = "", more: str = "") -> str:
    """A filled path."""
    told = f" data-of={quoteattr(about)}" if about else ""
    return f'<path d="{outline}" fill="{fill}"{told}{more}/>'


def n(value: float) -> str:
    """A coordinate: at most two decimals, no trailing zeros."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


@dataclass(frozen=True, slots=True)
class KeyItem:
    """A colour and what it stands for."""

    fill: str
    label: str


@dataclass(frozen=True, slots=True)
class Body:
    """What is drawn between the words at the head and those at the foot: marks from the top left corner, size, key."""

    parts: tuple[str, ...]
    height: float
    key: tuple[KeyItem, ...] = ()
    width: float = INNER
