"""The letters of a picture, as a font inside of it: a picture that is pasted elsewhere looks as it did with us.

Text stays text, to be selected, searched and read out. Of each weight the picture holds the shapes of its own letters, about
a hundred bytes each, as WOFF in base64.

Laws: a letter that the font lacks is left to the reader's fonts; glyphs keep their numbers, so nothing that refers to one
changes; the same letters give the same bytes.

The cut is our own: fonttools, which made the shipped font, takes 0.07 s a picture and weight, and half a release's time for
all of them; this takes a hundredth of it, as it only empties the shapes that are not needed.

Source: OpenType 1.9.1, tables `cmap` (formats 4 and 12), `glyf` and `loca`; W3C, WOFF File Format 1.0.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from struct import pack, unpack, unpack_from
from xml.sax.saxutils import unescape

from qonys.disseminate.figures.text_width import BOLD

_FILES = {400: "inter-regular.ttf", BOLD: "inter-semibold.ttf"}
_TEXT = re.compile(r"<text([^>]*)>([^<]*)</text>")
_WEIGHT = re.compile(r'font-weight="(\d+)"')
_KEPT = ("OS/2", "head", "hhea", "maxp", "name", "post")
"""Tables that do not depend on the letters; kerning is left out, as text is measured without it."""
_ARGUMENTS_ARE_WORDS, _SCALED, _MORE, _SCALED_TWICE, _TURNED = 0x1, 0x8, 0x20, 0x40, 0x80
"""Flags of a part of a composed glyph."""


def font_style(marks: Iterable[str]) -> str:
    """The style element that gives a picture the letters of its texts.

    Args:
        marks: the picture's marks as SVG text; those of kind ``text`` count.
    """
    letters: dict[int, set[str]] = {}
    for mark in marks:
        for attributes, words in _TEXT.findall(mark):
            written = _WEIGHT.search(attributes)
            weight = BOLD if written and int(written[1]) >= BOLD else 400
            letters.setdefault(weight, set()).update(unescape(words))
    return f"<style>{''.join(_face(weight, letters[weight]) for weight in sorted(letters))}</style>" if letters else ""


def _face(weight: int, letters: Iterable[str]) -> str:
    data = b64encode(_woff(_cut(_font(weight), letters))).decode()
    return f"@font-face{{font-family:Inter;font-weight:{weight};src:url(data:font/woff;base64,{data})}}"


@dataclass(frozen=True, slots=True)
class _Font:
    """A font's tables, the glyph of each letter, and where the shape of each glyph begins and ends."""

    tables: Mapping[str, bytes]
    glyphs: Mapping[str, int]
    bounds: tuple[int, ...]

    def shape(self, glyph: int) -> bytes:
        return self.tables["glyf"][self.bounds[glyph] : self.bounds[glyph + 1]]


@cache
def _font(weight: int) -> _Font:
    data = (resources.files("qonys.disseminate") / "assets" / _FILES[weight]).read_bytes()
    entries = [unpack_from(">4s4xII", data, 12 + 16 * n) for n in range(unpack_from(">H", data, 4)[0])]
    tables = {tag.decode(): data[start : start + length] for tag, start, length in entries}
    halves = unpack(f">{len(tables['loca']) // 2}H", tables["loca"])
    return _Font(tables, dict(_glyphs(tables["cmap"])), tuple(2 * half for half in halves))


def _glyphs(cmap: bytes) -> Iterator[tuple[str, int]]:
    """Each letter with its glyph, of the first subtable, which has format 4 in the shipped fonts."""
    at = unpack_from(">I", cmap, 8)[0]
    count = unpack_from(">H", cmap, at + 6)[0] // 2
    ends, starts, deltas, offsets = (
        unpack_from(f">{count}H", cmap, at + 14 + 2 * (part * count + bool(part))) for part in range(4)
    )
    for n, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(start, min(end + 1, 0xFFFF)):
            place = at + 16 + 6 * count + 2 * n + offsets[n] + 2 * (code - start)
            glyph = unpack_from(">H", cmap, place)[0] if offsets[n] else code
            yield chr(code), (glyph + deltas[n]) % 0x10000


def _cut(font: _Font, letters: Iterable[str]) -> dict[str, bytes]:
    """The tables of the font with the shapes of some letters, and of the box for what it lacks."""
    places = {letter: font.glyphs[letter] for letter in sorted(letters) if letter in font.glyphs}
    kept: set[int] = set()
    waiting = [0, *places.values()]
    while waiting:
        glyph = waiting.pop()
        if glyph not in kept:
            kept.add(glyph)
            waiting += _parts(font.shape(glyph))
    count = len(font.bounds) - 1
    shapes = [font.shape(glyph) if glyph in kept else b"" for glyph in range(count)]
    ends = [0]
    for shape in shapes:
        ends.append(ends[-1] + len(shape) // 2)
    widths = [font.tables["hmtx"][4 * glyph : 4 * glyph + 4] if glyph in kept else bytes(4) for glyph in range(count)]
    return {
        **{tag: font.tables[tag] for tag in _KEPT},
        "cmap": _cmap(places),
        "glyf": b"".join(shapes),
        "hmtx": b"".join(widths),
        "loca": pack(f">{count + 1}H", *ends),
    }


def _parts(shape: bytes) -> Iterator[int]:
    """The glyphs of which a composed glyph is made."""
    more, at = len(shape) > 0 and unpack_from(">h", shape)[0] < 0, 10
    while more:
        flags, glyph = unpack_from(">HH", shape, at)
        yield glyph
        scale = 2 if flags & _SCALED else 4 if flags & _SCALED_TWICE else 8 if flags & _TURNED else 0
        at += 4 + (4 if flags & _ARGUMENTS_ARE_WORDS else 2) + scale
        more = flags & _MORE


def _cmap(places: Mapping[str, int]) -> bytes:
    """One group a letter, in format 12."""
    groups = b"".join(pack(">III", ord(letter), ord(letter), glyph) for letter, glyph in places.items())
    head = pack(">HHIII", 12, 0, 16 + len(groups), 0, len(places))
    return pack(">HHHHI", 0, 1, 3, 10, 12) + head + groups


def _woff(tables: Mapping[str, bytes]) -> bytes:
    """A font file of tables, each packed where that makes it smaller."""
    directory, bodies = b"", b""
    start = 44 + 20 * len(tables)
    for tag in sorted(tables):
        table = tables[tag]
        packed = min(zlib.compress(table, 9), table, key=len)
        entry = (tag.encode(), start + len(bodies), len(packed), len(table), _checksum(tag, table))
        directory += pack(">4sIIII", *entry)
        bodies += packed + bytes(-len(packed) % 4)
    unpacked = 12 + sum(16 + len(table) + -len(table) % 4 for table in tables.values())
    whole = (b"wOFF", 0x00010000, start + len(bodies), len(tables), 0, unpacked, 4, 1)
    return pack(">4sIIHHIHH", *whole) + bytes(20) + directory + bodies


def _checksum(tag: str, table: bytes) -> int:
    """Sum of the table's words; the head's own field for the whole font does not count."""
    counted = table[:8] + bytes(4) + table[12:] if tag == "head" else table
    counted += bytes(-len(counted) % 4)
    words: tuple[int, ...] = unpack(f">{len(counted) // 4}I", counted)
    return sum(words) & 0xFFFFFFFF
