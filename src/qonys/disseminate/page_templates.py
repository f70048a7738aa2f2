"""The templates of every page that a reader opens, the files that its frame names, and the languages to which its head leads."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qonys.country.profile import Profile
from qonys.disseminate.words import words_of

_TEMPLATES = Path(__file__).parent / "templates"
_ASSETS = Path(__file__).parent / "assets"
_OF_THE_FRAME = ("page.css", "inter.woff2", "inter-licence.txt")


@cache
def templates() -> Environment:
    """The templates of all pages."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def frame_files() -> dict[str, bytes]:
    """What the frame of every page names: path beside the folders of languages -> content."""
    return {f"assets/{name}": (_ASSETS / name).read_bytes() for name in _OF_THE_FRAME}


def languages_of(profile: Profile) -> list[tuple[str, str]]:
    """The languages of a profile, each by its own name."""
    return [(language, words_of(profile, language)["page.this_language"]) for language in profile.languages]
