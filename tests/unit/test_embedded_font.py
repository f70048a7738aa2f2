"""The font inside a picture: read by fontTools, which had no part in making it."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from importlib import resources

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from qonys.disseminate.figures.canvas import Body, text
from qonys.disseminate.figures.embedded_font import font_style
from qonys.disseminate.figures.frame import Picture, PictureWords, framed
from qonys.disseminate.figures.png import png_of
from qonys.disseminate.line_ends import kept_together

WORDS = PictureWords("kk", "Әрбір өңір: 12 %", "Көші-қон, 2024", "Келгендер көп", ("Ескертпе: деректер синтетикалық.",))
LIMIT = 15_000
"""Bytes that the letters of a picture may add to it."""


@pytest.fixture(scope="module")
def picture() -> Picture:
    return framed(WORDS, Body((text(10, 20, "Үржар & Ұйғыр −1,5 %"),), 40))


def embedded(svg: str) -> dict[int, TTFont]:
    """Weight -> font, each read with its checksums."""
    faces = re.findall(r"font-weight:(\d+);src:url\(data:font/woff;base64,([^)]*)\)", svg)
    return {int(weight): TTFont(io.BytesIO(b64decode(data)), checkChecksums=2) for weight, data in faces}


def outline(font: TTFont, letter: str) -> list[tuple[str, object]]:
    pen = RecordingPen()
    glyphs = font.getGlyphSet()
    glyphs[font.getBestCmap()[ord(letter)]].draw(pen)
    return list(pen.value)


def shapes(font: TTFont, letter: str) -> object:
    """Outline of a letter with the parts of a composed one drawn themselves."""
    glyph = font["glyf"][font.getBestCmap()[ord(letter)]]
    return glyph.getCoordinates(font["glyf"])[0], font["hmtx"][font.getBestCmap()[ord(letter)]]


def test_a_picture_holds_every_letter_of_its_texts_in_the_weight_in_which_it_is_written(picture: Picture) -> None:
    fonts = embedded(picture.svg.decode())
    title, *rest = (kept_together(said, WORDS.language) for said in (WORDS.title, WORDS.subtitle, WORDS.foot[0]))
    assert set(fonts[600].getBestCmap()) == set(map(ord, title))
    others = f"{''.join(rest)}Үржар & Ұйғыр −1,5 %"
    assert set(fonts[400].getBestCmap()) == set(map(ord, others))


@pytest.mark.parametrize(("weight", "file"), [(400, "inter-regular.ttf"), (600, "inter-semibold.ttf")])
def test_every_letter_has_the_shape_and_the_width_of_the_shipped_font(weight: int, file: str) -> None:
    with resources.as_file(resources.files("qonys.disseminate") / "assets" / file) as path:
        shipped = TTFont(path)
    letters = "".join(map(chr, shipped.getBestCmap()))
    cut = embedded(font_style([text(0, 0, letters, weight=weight)]))[weight]
    assert sorted(cut.getBestCmap()) == sorted(shipped.getBestCmap())
    for letter in letters:
        assert shapes(cut, letter) == shapes(shipped, letter), letter
        assert outline(cut, letter) == outline(shipped, letter), letter


def test_a_letter_that_the_font_lacks_is_left_to_the_fonts_of_the_reader() -> None:
    cut = embedded(font_style([text(0, 0, "a\u4e2d")]))[400]
    assert set(cut.getBestCmap()) == {ord("a")}


def test_what_is_not_written_has_no_shape_and_the_letters_of_a_picture_stay_light(picture: Picture) -> None:
    cut = embedded(picture.svg.decode())[400]
    drawn = [name for name in cut.getGlyphOrder() if cut["glyf"][name].numberOfContours]
    assert len(drawn) < 60
    style = re.search(rb"<style>.*?</style>", picture.svg)
    assert style and len(style[0]) < LIMIT


def test_texts_stay_texts_and_the_picture_in_pixels_is_the_same_without_the_font(picture: Picture) -> None:
    assert "Үржар &amp; Ұйғыр −1,5 %</text>" in picture.svg.decode()
    without = re.sub(rb"<style>.*?</style>", b"", picture.svg)
    assert len(without) < len(picture.svg)
    assert png_of(without) == png_of(picture.svg)


def test_a_picture_without_a_text_has_no_font() -> None:
    assert font_style(["<path d='M0 0'/>"]) == ""
