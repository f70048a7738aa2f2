"""Pictures in pixels, of the same bytes as the SVG files, in the shipped font and no other.

Laws: the same SVG gives the same bytes on every machine: a shape that the shipped font lacks is left to no other font;
pictures made together are those made one by one; nothing is written and nothing is fetched. A compiler sets one document at
a time and is made in no time, so every document has its own.

Source: Typst 0.15, whose compiler sets a page of the size of its picture and draws it in pixels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

import typst

ZOOM = 1.5
_PIXELS_PER_INCH = 96 * ZOOM
"""An inch has 96 pixels of an SVG."""

_ONE_A_PAGE = b"""
#set page(width: auto, height: auto, margin: 0pt)
#json(bytes(sys.inputs.pictures)).map(svg => image(bytes(svg), format: "svg")).join(pagebreak())
"""


def pngs_of(svgs: Sequence[bytes]) -> list[bytes]:
    """Each picture half as large again as its SVG, for screens and slides."""
    if not svgs:
        return []
    pictures = json.dumps([svg.decode() for svg in svgs])
    compiler = typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)
    made = compiler.compile(_ONE_A_PAGE, format="png", ppi=_PIXELS_PER_INCH, sys_inputs={"pictures": pictures})
    return list(_pages(made))


def png_of(svg: bytes) -> bytes:
    """One picture half as large again as its SVG."""
    return pngs_of([svg])[0]


def _pages(made: bytes | list[bytes] | None) -> Iterable[bytes]:
    """What the compiler made: one picture by itself, several in a list, nothing only where it wrote to a path."""
    return made if isinstance(made, list) else [made or b""]


@cache
def _fonts() -> typst.Fonts:
    assets = resources.files("qonys.disseminate") / "assets"
    with resources.as_file(assets) as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
