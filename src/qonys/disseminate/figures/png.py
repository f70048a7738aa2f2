"""Pictures in pixels, of the same bytes as the SVG files, in the shipped font and no other."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

ZOOM = 1.5
_FONTS = ("inter-regular.ttf", "inter-semibold.ttf")


@lru_cache(maxsize=128)
def png_of(svg: bytes) -> bytes:
    """A picture half as large again as the SVG, for screens and slides.

    A shape that the shipped font lacks is left to no other font, so that every machine makes the same bytes.
    """
    import resvg_py

    assets = resources.files("qonys.disseminate") / "assets"
    with (
        resources.as_file(assets / _FONTS[0]) as regular,
        resources.as_file(assets / _FONTS[1]) as semibold,
    ):
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg.decode(),
                skip_system_fonts=True,
                font_files=[str(regular), str(semibold)],
                font_family="Inter",
                zoom=ZOOM,
            )
        )
